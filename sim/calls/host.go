package calls

import (
	"context"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"

	"lossylab/sim"
)

// Host is a sim.Host that tells of the calls made on it. Each has descriptors of its own, as a process has: the least that is
// free from 3.
type Host struct {
	sim.Host
	IPv6     bool // an address without a host, such as ":9000", is IPv6's
	name     string
	program  int
	observer Observer

	mu   sync.Mutex
	used []bool // by descriptor
}

// Trace returns a Host that tells o of the calls that are made on h, as those of the named program.
func Trace(h sim.Host, name string, program int, o Observer) *Host {
	return &Host{Host: h, name: name, program: program, observer: o, used: []bool{true, true, true}}
}

// descriptor takes the least that is free. POSIX: "the file descriptor shall be the lowest numbered available".
func (h *Host) descriptor() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	for fd, used := range h.used {
		if !used {
			h.used[fd] = true
			return fd
		}
	}
	h.used = append(h.used, true)
	return len(h.used) - 1
}

func (h *Host) release(fd int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.used[fd] = false
}

// socket is what the host knows of a socket.
type socket struct {
	host    *Host
	fd      int
	network string
	ipv6    bool
}

// begin tells that a call begins.
func (s *socket) begin(c Call) *Call {
	c.Host, c.Program, c.Network, c.IPv6 = s.host.name, s.host.program, s.network, s.ipv6
	c.FD = s.fd
	if c.Name == "socket" {
		c.FD = -1
	}
	c.Begin = s.host.Now()
	s.host.observer.Begin(&c)
	return &c
}

// end tells that it has returned.
func (s *socket) end(c *Call, value int, err error) {
	c.End, c.Value, c.Err = s.host.Now(), value, err
	s.host.observer.End(c)
	c.Data = nil
}

// instant tells of a call that blocks nowhere, or that the host below has made together with another.
func (s *socket) instant(c Call, value int, err error) { s.end(s.begin(c), value, err) }

// create tells of a new socket for an address.
func (h *Host) create(network, address string) *socket {
	s := &socket{h, h.descriptor(), network[:3], h.IPv6 && strings.HasPrefix(address, ":")}
	if end, err := netip.ParseAddrPort(address); err == nil {
		s.ipv6 = end.Addr().Is6() && !end.Addr().Is4In6()
	}
	s.ipv6 = s.ipv6 || strings.HasSuffix(network, "6")
	s.instant(Call{Name: "socket"}, s.fd, nil)
	return s
}

// close tells of close, which lets the descriptor go.
func (s *socket) close(below io.Closer) error {
	c := s.begin(Call{Name: "close"})
	err := below.Close()
	s.end(c, 0, err)
	s.host.release(s.fd)
	return err
}

// Dial implements sim.Host: socket and connect.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	s := h.create(network, address)
	c := s.begin(Call{Name: "connect", Peer: text{network, address}})
	below, err := h.Host.Dial(ctx, network, address)
	s.end(c, 0, err)
	if err != nil {
		s.instant(Call{Name: "close"}, 0, nil)
		h.release(s.fd)
		return nil, err
	}
	return &conn{Conn: below, socket: s}, nil
}

// Listen implements sim.Host: socket, bind and listen.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	s, bind := h.bind(network, address)
	below, err := h.Host.Listen(network, address)
	if s.bound(bind, err) != nil {
		return nil, err
	}
	s.instant(Call{Name: "listen"}, 0, nil)
	return &listener{Listener: below, socket: s}, nil
}

// ListenPacket implements sim.Host: socket and bind.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	s, bind := h.bind(network, address)
	below, err := h.Host.ListenPacket(network, address)
	if s.bound(bind, err) != nil {
		return nil, err
	}
	return &packetConn{PacketConn: below, socket: s}, nil
}

// bind tells of a new socket and that it begins to be bound.
func (h *Host) bind(network, address string) (*socket, *Call) {
	s := h.create(network, address)
	return s, s.begin(Call{Name: "bind", Peer: text{s.network, address}})
}

// bound tells that bind has returned, and of close if it failed.
func (s *socket) bound(bind *Call, err error) error {
	s.end(bind, 0, err)
	if err != nil {
		s.instant(Call{Name: "close"}, 0, nil)
		s.host.release(s.fd)
	}
	return err
}

// text is an address as a program wrote it.
type text struct{ network, address string }

// Network implements net.Addr.
func (t text) Network() string { return t.network }

// String implements net.Addr.
func (t text) String() string { return t.address }
