//go:build linux

package kernel

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"
)

// Host is a computer: a network namespace. It implements sim.Host with the kernel's sockets.
type Host struct {
	world  *World
	number int
	addr   netip.Addr

	mu      sync.Mutex
	open    map[io.Closer]bool
	readers []*datagrams // all that ever were
}

func newHost(w *World, number int) *Host {
	client, server := Addresses(w.config.IPv6)
	return &Host{world: w, number: number, addr: [2]netip.Addr{client, server}[number], open: map[io.Closer]bool{}}
}

// Now implements sim.Clock.
func (h *Host) Now() time.Time { return h.world.clock.Load().date() }

// Sleep implements sim.Clock.
func (h *Host) Sleep(d time.Duration) { time.Sleep(d) }

// Go implements sim.Clock.
func (h *Host) Go(f func()) { go f() }

// socket has the helper make a socket in the host's namespace.
func (h *Host) socket(op, network, address string, within time.Duration) (*os.File, error) {
	a, err := h.world.ask(request{Op: op, Host: h.number, Network: network, Address: address, Within: int64(within)})
	if err != nil {
		return nil, err
	}
	if len(a.files) != 1 {
		return nil, fmt.Errorf("kernel: %d sockets were passed, not one", len(a.files))
	}
	return a.files[0], nil
}

func opError(op, network string, addr net.Addr, err error) error {
	return &net.OpError{Op: op, Net: network, Addr: addr, Err: err}
}

// at returns the address of a service on this host: ":7" is that on its one address.
func (h *Host) at(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err == nil && host == "" {
		host = h.addr.String()
	}
	return net.JoinHostPort(host, port), err
}

// Listen implements sim.Host.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	at, err := h.at(address)
	if err != nil {
		return nil, opError("listen", network, nil, err)
	}
	f, err := h.socket("listen", network, at, 0)
	if err != nil {
		return nil, opError("listen", network, nil, err)
	}
	defer f.Close()
	ln, err := net.FileListener(f)
	if err != nil {
		return nil, err
	}
	l := &listener{Listener: ln, host: h}
	h.keep(l)
	return l, nil
}

// ListenPacket implements sim.Host.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	at, err := h.at(address)
	if err != nil {
		return nil, opError("listen", network, nil, err)
	}
	f, err := h.socket("packet", network, at, 0)
	if err != nil {
		return nil, opError("listen", network, nil, err)
	}
	defer f.Close()
	pc, err := net.FilePacketConn(f)
	if err != nil {
		return nil, err
	}
	c := &packetConn{PacketConn: pc, datagrams: h.reader(), host: h}
	h.keep(c)
	return c, nil
}

// Dial implements sim.Host.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return nil, opError("dial", network, nil, fmt.Errorf("address %s: want an IP address and a port", address))
	}
	within := time.Duration(0)
	if deadline, ok := ctx.Deadline(); ok {
		if within = deadline.Sub(h.Now()); within <= 0 {
			return nil, opError("dial", network, netAddr(network, to), os.ErrDeadlineExceeded)
		}
	}
	f, err := h.socket("dial", network, address, within)
	if err != nil {
		return nil, opError("dial", network, netAddr(network, to), err)
	}
	defer f.Close()
	nc, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return h.connection(nc), nil
}

func netAddr(network string, a netip.AddrPort) net.Addr {
	if network[0] == 'u' {
		return net.UDPAddrFromAddrPort(a)
	}
	return net.TCPAddrFromAddrPort(a)
}

// keep has Close close what is still open then.
func (h *Host) keep(c io.Closer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.open[c] = true
}

func (h *Host) forget(c io.Closer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, c)
}

func (h *Host) close() {
	h.mu.Lock()
	var all []io.Closer
	for c := range h.open {
		all = append(all, c)
	}
	h.mu.Unlock()
	for _, c := range all {
		c.Close()
	}
}

// datagrams counts what a program has read from one UDP socket and dealt with: it has when it reads on.
type datagrams struct{ read, done atomic.Int64 }

func (h *Host) reader() *datagrams {
	h.mu.Lock()
	defer h.mu.Unlock()
	d := &datagrams{}
	h.readers = append(h.readers, d)
	return d
}

// unread returns how many of the datagrams that the kernel has handed out no program has dealt with yet.
func (h *Host) unread(handed uint64) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	n := int(handed)
	for _, d := range h.readers {
		n -= int(d.done.Load())
	}
	return n
}
