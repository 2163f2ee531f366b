package netstack

import (
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
)

// backlog is how many connections may wait to be accepted: Linux's net.core.somaxconn.
const backlog = 4096

// listener is a net.Listener.
type listener struct {
	*socket
	network string
	addr    net.Addr
}

// Listen implements sim.Host.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	if _, err := h.transport(network, "tcp"); err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	s, at, err := h.bind(tcp.ProtocolNumber, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	if err := s.ep.Listen(backlog); err != nil {
		s.Close()
		return nil, opError("listen", network, nil, netAddr(network, at), socketError(err))
	}
	return &listener{s, network, netAddr(network, at)}, nil
}

// bind makes a socket at a local address.
func (h *Host) bind(proto tcpip.TransportProtocolNumber, address string) (*socket, tcpip.FullAddress, error) {
	at, err := h.local(address)
	if err != nil {
		return nil, at, err
	}
	s, err := h.open(proto)
	if err != nil {
		return nil, at, err
	}
	if err := s.ep.Bind(at); err != nil {
		s.Close()
		return nil, at, socketError(err)
	}
	if local, err := s.ep.GetLocalAddress(); err == nil {
		at.Port = local.Port
	}
	at.Addr = tcpip.AddrFromSlice(h.config.Addr.AsSlice())
	return s, at, nil
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	for {
		if err := l.check(&l.in); err != nil {
			return nil, opError("accept", l.network, nil, l.addr, err)
		}
		var remote tcpip.FullAddress
		ep, q, err := l.ep.Accept(&remote)
		if err == nil {
			l.host.senders.add(ep, remote)
			return newConn(l.host, l.network, ep, q), nil
		}
		if _, ok := err.(*tcpip.ErrWouldBlock); !ok {
			return nil, opError("accept", l.network, nil, l.addr, socketError(err))
		}
		if err := l.wait(&l.in); err != nil {
			return nil, opError("accept", l.network, nil, l.addr, err)
		}
	}
}

// Addr implements net.Listener.
func (l *listener) Addr() net.Addr { return l.addr }

// packetConn is a net.PacketConn.
type packetConn struct {
	conn
}

// ListenPacket implements sim.Host.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	if _, err := h.transport(network, "udp"); err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	s, at, err := h.bind(udp.ProtocolNumber, address)
	if err != nil {
		return nil, opError("listen", network, nil, nil, err)
	}
	return &packetConn{conn{socket: s, network: network, local: netAddr(network, at)}}, nil
}

// ReadFrom implements net.PacketConn. What does not fit into b is thrown away.
func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	for {
		if err := c.check(&c.in); err != nil {
			return 0, nil, c.failed("read", err)
		}
		c.read = b
		r, err := c.ep.Read(&c.read, tcpip.ReadOptions{NeedRemoteAddr: true})
		if err == nil {
			return r.Count, netAddr(c.network, r.RemoteAddr), nil
		}
		if _, ok := err.(*tcpip.ErrWouldBlock); !ok {
			return 0, nil, c.failed("read", socketError(err))
		}
		if err := c.wait(&c.in); err != nil {
			return 0, nil, c.failed("read", err)
		}
	}
}

// WriteTo implements net.PacketConn.
func (c *packetConn) WriteTo(b []byte, to net.Addr) (int, error) {
	if err := c.check(&c.out); err != nil {
		return 0, c.failed("write", err)
	}
	full, err := c.host.remote(to.String())
	if err != nil {
		return 0, c.failed("write", err)
	}
	c.write.Reset(b)
	n, terr := c.ep.Write(&c.write, tcpip.WriteOptions{To: &full})
	return int(n), opError("write", c.network, c.local, to, socketError(terr))
}
