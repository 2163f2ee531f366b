package system

import (
	"net"
	"time"
)

// conn is a connected socket.
type conn struct {
	net.Conn
	host *Host
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.host.forget(c.Conn)
	return c.Conn.Close()
}

// CloseWrite ends the sending direction of a TCP connection.
func (c *conn) CloseWrite() error {
	if t, ok := c.Conn.(*net.TCPConn); ok {
		return t.CloseWrite()
	}
	return net.ErrClosed
}

// SetReadDeadline implements net.Conn. After a Shutdown it leaves the deadline that this has set.
func (c *conn) SetReadDeadline(t time.Time) error {
	return c.host.unlessOver(func() error { return c.Conn.SetReadDeadline(t) })
}

// SetWriteDeadline implements net.Conn, as SetReadDeadline does.
func (c *conn) SetWriteDeadline(t time.Time) error {
	return c.host.unlessOver(func() error { return c.Conn.SetWriteDeadline(t) })
}

// SetDeadline implements net.Conn, as SetReadDeadline does.
func (c *conn) SetDeadline(t time.Time) error {
	return c.host.unlessOver(func() error { return c.Conn.SetDeadline(t) })
}

// packetConn is a UDP socket that announces.
type packetConn struct {
	net.PacketConn
	host *Host
}

// Close implements net.PacketConn.
func (c *packetConn) Close() error {
	c.host.forget(c.PacketConn)
	return c.PacketConn.Close()
}

// listener is a TCP socket that announces.
type listener struct {
	net.Listener
	host *Host
}

// Accept implements net.Listener.
func (l *listener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return l.host.conn(c)
}

// Close implements net.Listener.
func (l *listener) Close() error {
	l.host.forget(l.Listener)
	return l.Listener.Close()
}
