package netstack

import (
	"context"
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"
	"gvisor.dev/gvisor/pkg/waiter"
)

// Dial implements sim.Host.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	transport, err := h.transport(network, "tcp", "udp")
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	proto := tcp.ProtocolNumber
	if transport == "udp" {
		proto = udp.ProtocolNumber
	}
	to, err := h.remote(address)
	if err != nil {
		return nil, opError("dial", network, nil, nil, err)
	}
	s, err := h.open(proto)
	if err != nil {
		return nil, opError("dial", network, nil, netAddr(network, to), err)
	}
	if deadline, ok := ctx.Deadline(); ok {
		s.SetWriteDeadline(deadline)
	}
	if err := s.connect(to); err != nil {
		s.Close()
		return nil, opError("dial", network, nil, netAddr(network, to), err)
	}
	s.release()
	return newConn(h, network, s.ep, s.queue), nil
}

// open makes a socket.
func (h *Host) open(proto tcpip.TransportProtocolNumber) (*socket, error) {
	q := &waiter.Queue{}
	ep, err := h.stack.NewEndpoint(proto, h.protocol(), q)
	if err != nil {
		return nil, socketError(err)
	}
	if err := letFragment(proto, ep); err != nil {
		ep.Close()
		return nil, err
	}
	return newSocket(h, ep, q), nil
}

// connect waits until the handshake is over; UDP has none.
func (s *socket) connect(to tcpip.FullAddress) error {
	err := s.ep.Connect(to)
	if _, ok := err.(*tcpip.ErrConnectStarted); !ok {
		return socketError(err)
	}
	s.host.senders.add(s.ep, to)
	if err := s.wait(&s.out); err != nil {
		return err
	}
	return socketError(s.ep.LastError())
}

// release lets go of the endpoint without closing it: another socket takes it over.
func (s *socket) release() {
	s.host.loop.Stop(&s.out.expiry)
	s.queue.EventUnregister(&s.in.entry)
	s.queue.EventUnregister(&s.out.entry)
}
