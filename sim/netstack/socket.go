package netstack

import (
	"net"
	"os"
	"slices"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"

	"lossylab/netem"
	"lossylab/sim"
)

// socket is what streams, datagrams and listeners have in common: an endpoint of the stack, and programs that wait for
// it. Only one program runs at a time, so there is nothing to lock.
type socket struct {
	host   *Host
	ep     tcpip.Endpoint
	queue  *waiter.Queue
	in     side // waits to read or to accept
	out    side // waits to write or to be connected
	closed bool
}

// side is one direction of a socket.
type side struct {
	host     *Host
	entry    waiter.Entry
	mask     waiter.EventMask
	waiting  []*sim.Proc
	deadline netem.Time // 0: none; -1: passed before the world began
	expiry   sim.Timer
}

const (
	readable = waiter.ReadableEvents | waiter.EventHUp | waiter.EventErr
	writable = waiter.WritableEvents | waiter.EventHUp | waiter.EventErr
)

func newSocket(h *Host, ep tcpip.Endpoint, q *waiter.Queue) *socket {
	s := &socket{host: h, ep: ep, queue: q}
	s.in.init(h, q, readable)
	s.out.init(h, q, writable)
	return s
}

func (d *side) init(h *Host, q *waiter.Queue, mask waiter.EventMask) {
	d.host, d.mask = h, mask
	d.expiry.F = d.wake
	d.entry = waiter.NewFunctionEntry(mask, func(waiter.EventMask) { d.wake() })
	q.EventRegister(&d.entry)
}

// wake lets every waiting program look again.
func (d *side) wake() {
	for _, p := range d.waiting {
		d.host.loop.Wake(p)
	}
}

func (d *side) expired() bool {
	return d.deadline != 0 && d.host.loop.Now() >= d.deadline
}

// setDeadline makes waits up to t, and those to come, end at t. The zero t removes the deadline.
func (d *side) setDeadline(t time.Time) {
	d.host.loop.Stop(&d.expiry)
	d.deadline = 0
	if !t.IsZero() {
		d.deadline = netem.Time(t.Sub(sim.Epoch))
		if d.deadline <= 0 {
			d.deadline = -1
		}
		d.host.loop.Reset(&d.expiry, d.deadline)
	}
	d.wake()
}

// wait parks the running program until the endpoint is ready for d, the deadline passes or the socket is closed.
func (s *socket) wait(d *side) error {
	if err := s.check(d); err != nil || s.ready(d) {
		return err
	}
	p := s.host.loop.Current()
	d.waiting = append(d.waiting, p)
	defer d.leave(p)
	for s.check(d) == nil && !s.ready(d) {
		s.host.loop.Park()
	}
	return s.check(d)
}

// ready reports whether the endpoint is ready for d. The stack also says that the peer has finished sending, to whoever asks.
func (s *socket) ready(d *side) bool { return s.ep.Readiness(d.mask)&d.mask != 0 }

// leave takes p off the waiting list.
func (d *side) leave(p *sim.Proc) {
	i := slices.Index(d.waiting, p)
	d.waiting = slices.Delete(d.waiting, i, i+1)
}

// check says why d can no longer be used.
func (s *socket) check(d *side) error {
	if s.closed {
		return net.ErrClosed
	}
	if d.expired() {
		return os.ErrDeadlineExceeded
	}
	return nil
}

// Close implements net.Conn, net.PacketConn and net.Listener.
func (s *socket) Close() error {
	if s.closed {
		return net.ErrClosed
	}
	s.closed = true
	s.host.loop.Stop(&s.in.expiry)
	s.host.loop.Stop(&s.out.expiry)
	s.in.wake()
	s.out.wake()
	s.queue.EventUnregister(&s.in.entry)
	s.queue.EventUnregister(&s.out.entry)
	s.ep.Close()
	s.host.settle()
	return nil
}

// SetDeadline implements net.Conn and net.PacketConn.
func (s *socket) SetDeadline(t time.Time) error {
	return firstError(s.SetReadDeadline(t), s.SetWriteDeadline(t))
}

// SetReadDeadline implements net.Conn and net.PacketConn.
func (s *socket) SetReadDeadline(t time.Time) error {
	if s.closed {
		return net.ErrClosed
	}
	s.in.setDeadline(t)
	return nil
}

// SetWriteDeadline implements net.Conn and net.PacketConn.
func (s *socket) SetWriteDeadline(t time.Time) error {
	if s.closed {
		return net.ErrClosed
	}
	s.out.setDeadline(t)
	return nil
}

func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
