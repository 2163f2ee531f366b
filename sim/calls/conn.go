package calls

import (
	"io"
	"net"
	"sync"
)

// conn is a connected socket.
type conn struct {
	net.Conn
	*socket
	once sync.Once // a descriptor is closed once
}

// Read implements net.Conn: recv.
func (c *conn) Read(b []byte) (int, error) {
	call := c.begin(Call{Name: "recv", Size: len(b)})
	n, err := c.Conn.Read(b)
	call.Data = b[:n]
	told := err
	if err == io.EOF {
		told = nil
	}
	c.end(call, n, told)
	return n, err
}

// Write implements net.Conn: send.
func (c *conn) Write(b []byte) (int, error) {
	call := c.begin(Call{Name: "send", Size: len(b), Data: b})
	n, err := c.Conn.Write(b)
	c.end(call, n, err)
	return n, err
}

// CloseWrite ends the sending direction: shutdown.
func (c *conn) CloseWrite() error {
	below, ok := c.Conn.(interface{ CloseWrite() error })
	if !ok {
		return net.ErrClosed
	}
	call := c.begin(Call{Name: "shutdown"})
	err := below.CloseWrite()
	c.end(call, 0, err)
	return err
}

// Close implements net.Conn: close.
func (c *conn) Close() (err error) {
	err = net.ErrClosed
	c.once.Do(func() { err = c.close(c.Conn) })
	return err
}

// packetConn is a UDP socket that announces.
type packetConn struct {
	net.PacketConn
	*socket
	once sync.Once
}

// ReadFrom implements net.PacketConn: recvfrom.
func (c *packetConn) ReadFrom(b []byte) (int, net.Addr, error) {
	call := c.begin(Call{Name: "recvfrom", Size: len(b)})
	n, from, err := c.PacketConn.ReadFrom(b)
	call.Data, call.Peer = b[:n], from
	c.end(call, n, err)
	return n, from, err
}

// WriteTo implements net.PacketConn: sendto.
func (c *packetConn) WriteTo(b []byte, to net.Addr) (int, error) {
	call := c.begin(Call{Name: "sendto", Size: len(b), Data: b, Peer: to})
	n, err := c.PacketConn.WriteTo(b, to)
	c.end(call, n, err)
	return n, err
}

// Close implements net.PacketConn: close.
func (c *packetConn) Close() (err error) {
	err = net.ErrClosed
	c.once.Do(func() { err = c.close(c.PacketConn) })
	return err
}

// listener is a TCP socket that announces.
type listener struct {
	net.Listener
	*socket
	once sync.Once
}

// Accept implements net.Listener: accept.
func (l *listener) Accept() (net.Conn, error) {
	call := l.begin(Call{Name: "accept"})
	below, err := l.Listener.Accept()
	if err != nil {
		l.end(call, 0, err)
		return nil, err
	}
	s := &socket{l.host, l.host.descriptor(), l.network, l.ipv6}
	call.Peer = below.RemoteAddr()
	l.end(call, s.fd, nil)
	return &conn{Conn: below, socket: s}, nil
}

// Close implements net.Listener: close.
func (l *listener) Close() (err error) {
	err = net.ErrClosed
	l.once.Do(func() { err = l.close(l.Listener) })
	return err
}
