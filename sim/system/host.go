// Package system is the machine that the program runs on, as a sim.Host: its own sockets, through package net, and its own
// clock. The client and server programs of sim/app run on it as they do in a simulated world, but in real time and at once.
package system

import (
	"context"
	"io"
	"net"
	"sync"
	"time"
)

// Host is this machine. It knows the sockets that it has given out and the programs that it runs, so that they can be ended.
type Host struct {
	patience time.Duration
	done     chan struct{}
	programs sync.WaitGroup

	mu   sync.Mutex
	open map[io.Closer]bool
	over bool
}

// NewHost returns this machine. Dial gives up after patience; 0 leaves that to the system.
func NewHost(patience time.Duration) *Host {
	return &Host{patience: patience, done: make(chan struct{}), open: map[io.Closer]bool{}}
}

// keep takes a socket into the books, or closes it if the host has been shut down.
func (h *Host) keep(s io.Closer) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		s.Close()
		return net.ErrClosed
	}
	h.open[s] = true
	return nil
}

// unlessOver does something that a Shutdown must not be undone by.
func (h *Host) unlessOver(do func() error) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return net.ErrClosed
	}
	return do()
}

func (h *Host) forget(s io.Closer) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.open, s)
}

// Listen implements sim.Host.
func (h *Host) Listen(network, address string) (net.Listener, error) {
	l, err := net.Listen(network, address)
	if err != nil {
		return nil, err
	}
	if err := h.keep(l); err != nil {
		return nil, err
	}
	return &listener{l, h}, nil
}

// ListenPacket implements sim.Host.
func (h *Host) ListenPacket(network, address string) (net.PacketConn, error) {
	p, err := net.ListenPacket(network, address)
	if err != nil {
		return nil, err
	}
	if err := h.keep(p); err != nil {
		return nil, err
	}
	return &packetConn{p, h}, nil
}

// Dial implements sim.Host.
func (h *Host) Dial(ctx context.Context, network, address string) (net.Conn, error) {
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		select {
		case <-h.done:
			stop()
		case <-ctx.Done():
		}
	}()
	d := net.Dialer{Timeout: h.patience}
	c, err := d.DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return h.conn(c)
}

func (h *Host) conn(c net.Conn) (net.Conn, error) {
	if err := h.keep(c); err != nil {
		return nil, err
	}
	return &conn{c, h}, nil
}

// Now implements sim.Clock.
func (h *Host) Now() time.Time { return time.Now() }

// Sleep implements sim.Clock. It ends early when the host is shut down.
func (h *Host) Sleep(d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-h.done:
	}
}

// Go implements sim.Clock.
func (h *Host) Go(f func()) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.over {
		return
	}
	h.programs.Add(1)
	go func() {
		defer h.programs.Done()
		f()
	}()
}

// Wait returns when all programs have ended. After a Shutdown it closes what they have left open.
func (h *Host) Wait() {
	h.programs.Wait()
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.open {
		if h.over {
			s.Close()
		}
	}
}

// Shutdown lets nobody wait for clients any more and no connection read, and gives those that are being written to the time of
// grace. Who waits sees a deadline that has passed; sockets are closed by their programs, as at any other end. Wait then returns
// within about that time. It may be called again.
func (h *Host) Shutdown(grace time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.over {
		h.over = true
		close(h.done)
	}
	for s := range h.open { // in no order: each is ended by itself
		now := time.Now()
		switch c := s.(type) {
		case *net.TCPListener:
			c.SetDeadline(now)
		case net.Conn: // a *net.UDPConn that waits for anybody, too
			c.SetReadDeadline(now)
			c.SetWriteDeadline(now.Add(grace))
		default:
			s.Close()
		}
	}
}
