//go:build linux

package kernel

import (
	"errors"
	"net"
	"time"
)

// conn is a connection whose deadlines are in the world's time of day.
type conn struct {
	net.Conn
	host  *Host
	reads *datagrams // nil for TCP
}

// connection takes a socket into a host's care.
func (h *Host) connection(nc net.Conn) net.Conn {
	c := &conn{Conn: nc, host: h}
	if t, ok := nc.(*net.TCPConn); ok {
		t.SetKeepAlive(false) // nothing is sent that no program asked for
	} else {
		c.reads = h.reader()
	}
	h.keep(c)
	return c
}

// Read implements net.Conn.
func (c *conn) Read(b []byte) (n int, err error) {
	if c.reads == nil {
		return c.Conn.Read(b)
	}
	c.reads.again()
	if n, err = c.Conn.Read(b); err == nil {
		c.reads.read.Add(1)
	}
	return n, err
}

// again says that all that was read has been dealt with.
func (d *datagrams) again() { d.done.Store(d.read.Load()) }

// Close implements net.Conn.
func (c *conn) Close() error {
	c.host.forget(c)
	if c.reads != nil {
		c.reads.again()
	}
	return c.Conn.Close()
}

// SetDeadline implements net.Conn.
func (c *conn) SetDeadline(t time.Time) error {
	return c.Conn.SetDeadline(c.host.world.clock.Load().deadline(t))
}

// SetReadDeadline implements net.Conn.
func (c *conn) SetReadDeadline(t time.Time) error {
	return c.Conn.SetReadDeadline(c.host.world.clock.Load().deadline(t))
}

// SetWriteDeadline implements net.Conn.
func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.Conn.SetWriteDeadline(c.host.world.clock.Load().deadline(t))
}

// listener is a net.Listener whose connections are conns.
type listener struct {
	net.Listener
	host *Host
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	nc, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.host.connection(nc), nil
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.host.forget(l)
	return l.Listener.Close()
}

// packetConn is a net.PacketConn whose deadlines are in the world's time of day.
type packetConn struct {
	net.PacketConn
	*datagrams
	host *Host
}

// ReadFrom implements net.PacketConn.
func (c *packetConn) ReadFrom(b []byte) (n int, from net.Addr, err error) {
	c.again()
	if n, from, err = c.PacketConn.ReadFrom(b); err == nil {
		c.datagrams.read.Add(1)
	}
	return n, from, err
}

// Close implements net.PacketConn.
func (c *packetConn) Close() error {
	c.host.forget(c)
	c.again()
	return c.PacketConn.Close()
}

// SetDeadline implements net.PacketConn.
func (c *packetConn) SetDeadline(t time.Time) error {
	return c.PacketConn.SetDeadline(c.host.world.clock.Load().deadline(t))
}

// SetReadDeadline implements net.PacketConn.
func (c *packetConn) SetReadDeadline(t time.Time) error {
	return c.PacketConn.SetReadDeadline(c.host.world.clock.Load().deadline(t))
}

// SetWriteDeadline implements net.PacketConn.
func (c *packetConn) SetWriteDeadline(t time.Time) error {
	return c.PacketConn.SetWriteDeadline(c.host.world.clock.Load().deadline(t))
}

// CloseWrite ends what is sent on a TCP connection; what comes can still be read.
func (c *conn) CloseWrite() error {
	t, ok := c.Conn.(*net.TCPConn)
	if !ok {
		return errors.ErrUnsupported
	}
	return t.CloseWrite()
}
