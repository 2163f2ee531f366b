package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"sync"
	"syscall"
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/trace"
	"lossylab/sim"
	"lossylab/sim/kernel"
)

// executing is one run of two programs.
type executing struct {
	*execScenario
	*outputs
	streams
	dir   *folder
	world *kernel.World
	spool *os.File // all that the links told, for a second look

	captures       []*report.Capture
	log            *report.EventLog
	survey         *trace.Survey
	all            *report.Collector // of all packets, for the links' counters
	states         programStates
	server, client *kernel.Program
	copying        sync.WaitGroup
	printing       sync.Mutex
	note           string // why the run is not complete
}

// execCommand is lossylab exec: any two programs over the link.
func execCommand(ctx context.Context, args []string, s streams) error {
	var flags execFlags
	set := flags.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	sc, err := newExecScenario(&flags, set)
	if err != nil {
		return err
	}
	out, err := newOutputs(&flags.run, set)
	if err != nil {
		return err
	}
	x := &executing{execScenario: sc, outputs: out, streams: s, survey: trace.NewSurvey()}
	if x.dir, err = newFolder(out.dir); err != nil {
		return err
	}
	defer x.dir.discard()
	return x.run(ctx)
}

// run runs the programs and writes the results.
func (x *executing) run(ctx context.Context) error {
	observers, err := x.observers()
	if err != nil {
		return diskError(x.dir, err)
	}
	x.world, err = kernel.NewWorld(kernel.Config{Up: x.Link.Up, Down: x.Link.Down, Seed: x.seed, IPv6: x.IPv6, MTU: x.MTU, CC: x.CC,
		NoSACK: !x.SACK, Offload: x.Offload, Names: true, Record: x.spool}, observers)
	if err != nil {
		return err
	}
	defer x.world.Close()
	if err := x.world.ObserveAll(x.state); err != nil {
		return err
	}
	if x.printsText {
		x.heading()
	}
	status, err := x.programs(ctx)
	var end netem.Time
	if err == nil {
		end, err = x.world.End()
	}
	x.drain(ctx)
	if err != nil {
		return err
	}
	if err := x.report(end); err != nil {
		return err
	}
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %s; what was finished is in %s", errInterrupted, x.note, x.dir.name)
	case status != 0:
		return statusError(status)
	}
	return nil
}

// observers begins the files that are written as the run goes on.
func (x *executing) observers() (os netem.Observers, err error) {
	if x.captures, err = x.outputs.captures(x.dir, x.scenario, "ip"); err != nil {
		return nil, err
	}
	x.all = report.NewCollector("", x.Link.Up, x.Link.Down, false)
	os = append(observersOf(x.captures), x.survey, x.all)
	if x.events {
		file, err := x.dir.create("events.csv")
		if err != nil {
			return nil, err
		}
		x.log = report.NewEventLog(file)
		x.log.Begin("exec")
		os = append(os, x.log)
	}
	x.spool, err = spool(x.dir)
	return os, err
}

// programs runs the server and then the client, and returns the client's exit status. Both have ended then.
func (x *executing) programs(ctx context.Context) (status int, err error) {
	if x.timeLimit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, x.timeLimit)
		defer stop()
	}
	if len(x.Server) > 0 {
		if x.server, err = x.start("server", x.world.Server, x.Server, nil); err != nil {
			return 0, err
		}
		if err := x.await(ctx); err != nil || ctx.Err() != nil {
			x.cutShort()
			x.end(x.server)
			return 1, err
		}
	}
	stdin, _ := x.in.(*os.File)
	if len(x.Client) > 0 {
		x.client, err = x.start("client", x.world.Client, x.Client, stdin)
	} else {
		x.client, err = x.shell(stdin)
	}
	if err != nil {
		return 0, err
	}
	select {
	case <-x.client.Ended():
	case <-x.world.Failed():
	case <-ctx.Done():
		x.cutShort()
		x.end(x.client)
	}
	status, err = x.client.Status()
	if err == nil && x.server != nil {
		x.settle(ctx)
	}
	return status, err
}

// drain ends all that the programs have left behind, and waits until what any of them printed is copied: to its end, unless
// the run is cut short, since a pipe may be held by one that is not ours to end.
func (x *executing) drain(ctx context.Context) {
	x.world.Close()
	copied := make(chan struct{})
	go func() {
		x.copying.Wait()
		close(copied)
	}()
	if x.note == "" {
		select {
		case <-copied:
			return
		case <-ctx.Done():
			x.cutShort()
		}
	}
	select {
	case <-copied:
	case <-time.After(endMost):
	}
}

// cutShort notes why the programs do not end by themselves.
func (x *executing) cutShort() {
	at := x.world.Now()
	x.note = fmt.Sprintf("interrupted after %.1f s", at.Seconds())
	if x.timeLimit > 0 && time.Duration(at) >= x.timeLimit {
		x.note = "stopped at --time-limit " + netem.FormatDuration(x.timeLimit)
	}
}

// start starts a program whose output is labelled.
func (x *executing) start(label string, h *kernel.Host, args []string, stdin *os.File) (*kernel.Program, error) {
	if stdin == nil {
		null, err := os.Open(os.DevNull)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		stdin = null
	}
	var ends [2]*os.File
	for i, to := range []labelled{{&x.printing, x.out}, {&x.printing, x.err}} {
		r, w, err := os.Pipe()
		if err != nil {
			return nil, err
		}
		defer w.Close()
		ends[i] = w
		x.copying.Add(1)
		go func() {
			defer x.copying.Done()
			defer r.Close()
			to.copy(label, r)
		}()
	}
	p, err := h.Run(args, stdin, ends[0], ends[1])
	if err != nil {
		return nil, usagef("%s: %v: is it installed, and is its name right?", label, err)
	}
	return p, nil
}

// shell starts a shell on the client's host, at the terminal.
func (x *executing) shell(stdin *os.File) (*kernel.Program, error) {
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	out, ok := x.out.(*os.File)
	errs, ok2 := x.err.(*os.File)
	if !ok || !ok2 || stdin == nil {
		return nil, usagef("--shell needs a terminal: run lossylab from one, or name a client behind :::")
	}
	return x.world.Client.Run([]string{shell}, stdin, out, errs)
}

// await waits until the server waits for clients.
func (x *executing) await(ctx context.Context) error {
	if x.port < 0 {
		return nil
	}
	limit := time.NewTimer(x.timeout)
	defer limit.Stop()
	for {
		ports, err := x.world.Server.Ports()
		if err != nil {
			return err
		}
		if len(ports) > 0 && x.port == 0 || slices.ContainsFunc(ports, func(p kernel.Port) bool { return p.Number == x.port }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-x.server.Ended():
			status, _ := x.server.Status()
			return fmt.Errorf("the server ended with exit status %d before it waited for clients: see what it printed", status)
		case <-limit.C:
			x.end(x.server)
			if len(ports) > 0 {
				return fmt.Errorf("the server waits on %v, and not on --wait-port %d: correct one of them", ports, x.port)
			}
			return fmt.Errorf("the server waits on no port after %s: give it longer with --timeout, or start the client at once with --wait-port none", netem.FormatDuration(x.timeout))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The time that programs have to come to an end.
const (
	settleMost = 2 * time.Second // for packets on their way and connections that are being closed, once the client has ended
	endMost    = time.Second     // after a request to end
)

// settle lets the server finish what it is doing once the client has ended, and ends it.
func (x *executing) settle(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, settleMost)
	defer stop()
	x.world.Quiet(ctx)
	x.end(x.server)
}

// end ends a program: politely, and then not.
func (x *executing) end(p *kernel.Program) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		select {
		case <-p.Ended():
			return
		default:
		}
		p.Signal(s)
		select {
		case <-p.Ended():
		case <-time.After(endMost):
		}
	}
}

// programStates are the samples of the programs' TCP senders, the first of each.
type programStates struct {
	bySender map[programSender][]sim.TCPInfo
}

type programSender struct {
	host int
	port uint16
}

// The bounds on what is kept of samples.
const (
	sendersMost = 256
	statesMost  = 20000
)

// state takes a sample of a sender.
func (x *executing) state(host int, i sim.TCPInfo) {
	if x.captures != nil {
		x.captures[host].State(i.Port, stateOf(i))
	}
	x.states.add(host, i)
}

func (s *programStates) add(host int, i sim.TCPInfo) {
	if s.bySender == nil {
		s.bySender = map[programSender][]sim.TCPInfo{}
	}
	k := programSender{host, i.Port}
	if all, ok := s.bySender[k]; (ok || len(s.bySender) < sendersMost) && len(all) < statesMost {
		s.bySender[k] = append(all, i)
	}
}
