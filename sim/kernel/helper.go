//go:build linux

package kernel

import (
	"encoding/json"
	"fmt"
	"net/netip"
	"os"
	"os/signal"
	"runtime"
	"syscall"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// helperVariable is set in the environment of a process that is to be a helper.
const helperVariable = "LOSSYLAB_KERNEL_HELPER"

// The files that a helper inherits.
const (
	helperControl = 3 + iota
	helperEvents
	helperConfig
)

// IsHelper reports whether this process is to be the helper of a world. A program that makes worlds asks at the start of
// main, and then calls RunHelper and ends.
func IsHelper() bool { return os.Getenv(helperVariable) != "" }

// RunHelper is all that a helper does. It returns when the process that started it has ended or wants it to. Open reads the
// files that links name.
func RunHelper(open netem.Open) {
	os.Unsetenv(helperVariable)
	signal.Notify(make(chan os.Signal, 1), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGPIPE) // of a terminal: they are not for us
	control, err := newControl(os.NewFile(helperControl, "control"))
	if err != nil {
		return
	}
	h := &helper{control: control}
	if err := h.build(open); err != nil {
		control.send(reply{Err: newFailure(err)})
		return
	}
	if control.send(reply{Ready: &h.ready}) != nil {
		return
	}
	urgent()
	go h.relay.run()
	h.serve()
}

// helper is the process that owns a world's namespaces and links.
type helper struct {
	control *controlConn
	config  Config
	ready   ready
	hosts   [2]*namespace
	stages  [2]netem.Stage
	relay   *relay
	device  device
	programs
}

// device is how hosts are joined to the relay.
type device interface {
	// drops counts what waited for the relay or for the host and found no room.
	drops(h *helper) []Hidden
}

// hostNames are the names of the two.
var hostNames = [2]string{"client", "server"}

// build makes the world.
func (h *helper) build(open netem.Open) error {
	for _, fd := range []int{helperControl, helperEvents, helperConfig} {
		unix.CloseOnExec(fd)
	}
	in := os.NewFile(helperConfig, "config")
	err := json.NewDecoder(in).Decode(&h.config)
	in.Close()
	if err != nil {
		return fmt.Errorf("reading the configuration: %w", err)
	}
	if err := h.mounts(); err != nil {
		return err
	}
	for i := range h.hosts {
		if h.hosts[i], err = newNamespace(hostNames[i]); err != nil {
			return err
		}
		h.hosts[i].do(func() error {
			for _, name := range set(settings(&h.config)) {
				h.ready.Settings = append(h.ready.Settings, hostNames[i]+": "+name)
			}
			return nil
		})
	}
	ports, err := h.connect()
	if err != nil {
		return err
	}
	return h.link(ports, open)
}

// connect joins the hosts to the relay, by TUN devices if they can be had.
func (h *helper) connect() (ports [2]*port, err error) {
	if !h.config.Packets {
		ports, err = h.connectTUN()
		if err == nil {
			h.ready.Device, h.device = "TUN", tunDevices{}
			return ports, nil
		}
	}
	ports, other := h.connectVeth()
	if other != nil {
		if err != nil {
			return ports, fmt.Errorf("%w, and no veth pair in its place: %w", err, other)
		}
		return ports, other
	}
	return ports, nil
}

// connectTUN makes a TUN device in each host.
func (h *helper) connectTUN() (ports [2]*port, err error) {
	for i, ns := range h.hosts {
		err := ns.do(func() (err error) {
			if ports[i], err = openTUN(); err != nil {
				return err
			}
			ports[i].merges = h.config.Offload
			return configure(&h.config, h.addr(i))
		})
		if err != nil {
			return ports, err
		}
	}
	return ports, nil
}

func (h *helper) addr(i int) netip.Addr {
	client, server := Addresses(h.config.IPv6)
	return [2]netip.Addr{client, server}[i]
}

// tunDevices are the hosts' TUN devices.
type tunDevices struct{}

func (tunDevices) drops(h *helper) (all []Hidden) {
	for i, ns := range h.hosts {
		ns.do(func() error {
			sent, received, err := deviceDrops(ifaceName)
			if sent > 0 {
				all = append(all, Hidden{hostNames[i] + ": TUN queue", sent})
			}
			if received > h.relay.ports[i].damaged {
				all = append(all, Hidden{hostNames[i] + ": TUN device", received - h.relay.ports[i].damaged})
			}
			return err
		})
	}
	return all
}

// link makes the links and the relay.
func (h *helper) link(ports [2]*port, open netem.Open) error {
	var events *recorder
	var observer netem.Observer
	out := os.NewFile(helperEvents, "events")
	if h.config.Silent {
		out.Close()
	} else {
		events = newRecorder(newOutflow(out))
		observer = events
	}
	for i, words := range []string{h.config.Up, h.config.Down} {
		name := [...]string{up, down}[i]
		spec, err := netem.ParseWith(words, open)
		if err != nil {
			return fmt.Errorf("link %s: %w", name, err)
		}
		if h.stages[i], err = netem.NewStage(name, spec, h.config.Seed, observer); err != nil {
			return err
		}
	}
	c := startClock()
	h.ready.Zero = c.zero
	var err error
	h.relay, err = newRelay(c, ports, h.stages, events)
	runtime.GC() // what was needed to get here is not to be collected under way
	return err
}

// serve does what the other process asks for, until that ends.
func (h *helper) serve() {
	for {
		var r request
		files, err := h.control.receive(&r)
		if err != nil {
			return
		}
		go h.answer(r, files)
	}
}

// answer answers one request.
func (h *helper) answer(r request, files []*os.File) {
	a := reply{ID: r.ID}
	var out *os.File
	var err error
	switch r.Op {
	case "listen", "packet", "dial":
		out, err = h.socket(&r)
	case "diag":
		out, err = h.diagnosis(r.Host)
	case "begin":
		a.Zero = h.begin()
	case "quiet":
		a.Quiet = h.quiet()
	case "stop":
		a.Counters = h.stop()
	default:
		err = h.program(&r, &a, files)
	}
	for _, f := range files {
		f.Close()
	}
	a.Err = newFailure(err)
	if out == nil {
		h.control.send(a)
		return
	}
	h.control.send(a, out)
	out.Close()
}

// begin has the world's time begin now, unless it has begun, and returns when it did.
func (h *helper) begin() (zero int64) {
	h.relay.do(func() {
		h.relay.begin()
		zero = h.relay.clock.zero
	})
	return zero
}

// quiet looks whether anything is still to happen.
func (h *helper) quiet() *quiet {
	q := &quiet{}
	h.relay.do(func() { q.Idle, q.Offered = h.relay.idle() })
	for i, ns := range h.hosts {
		ns.do(func() error {
			q.look(i)
			return nil
		})
	}
	return q
}

// stop ends the relay, and returns all that was counted.
func (h *helper) stop() *counters {
	c := &counters{Timing: h.relay.stop()}
	for i, ns := range h.hosts {
		ns.do(func() error {
			t := tables()
			c.TCP[i] = tcpOf(t)
			c.Hidden = append(c.Hidden, hiddenOf(hostNames[i], t, h.relay.damaged[i])...)
			return nil
		})
	}
	c.Hidden = append(c.Hidden, h.device.drops(h)...)
	for i, p := range h.relay.ports {
		if p.refused > 0 {
			c.Hidden = append(c.Hidden, Hidden{hostNames[i] + ": not taken by its interface", p.refused})
		}
		if p.unsplit > 0 {
			c.Hidden = append(c.Hidden, Hidden{hostNames[i] + ": not cut into segments", p.unsplit})
		}
		if s, ok := h.stages[i].(netem.Seeker); ok {
			c.Unmet[i] = s.Unmet()
		}
	}
	if e := h.relay.events; e != nil {
		c.Timing.Waited = e.out.waited // until now: what is told from here on holds nobody up
		e.finish(h.relay.clock.now())
		e.out.close()
	}
	return c
}
