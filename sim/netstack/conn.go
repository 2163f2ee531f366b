package netstack

import (
	"bytes"
	"net"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/waiter"
)

// conn is a connected socket, TCP or UDP: a net.Conn.
type conn struct {
	*socket
	network       string
	local, remote net.Addr
	read          tcpip.SliceWriter
	write         bytes.Reader
	sender        *sender // nil with UDP
}

func newConn(h *Host, network string, ep tcpip.Endpoint, q *waiter.Queue) *conn {
	c := &conn{socket: newSocket(h, ep, q), network: network}
	local, _ := ep.GetLocalAddress()
	remote, _ := ep.GetRemoteAddress()
	c.local, c.remote = netAddr(network, local), netAddr(network, remote)
	if s := h.senders.byID[connBetween(local.Port, remote)]; s != nil && tcpip.Endpoint(s.ep) == ep {
		c.sender = s
	}
	return c
}

// Read implements net.Conn. A UDP connection reads one datagram and throws away what does not fit.
func (c *conn) Read(b []byte) (int, error) {
	for {
		if err := c.wait(&c.in); err != nil { // before the endpoint is asked: its "would block" costs as much as a read
			return 0, c.failed("read", err)
		}
		c.read = b
		r, err := c.ep.Read(&c.read, tcpip.ReadOptions{})
		if err == nil {
			return r.Count, nil
		}
		if _, ok := err.(*tcpip.ErrWouldBlock); !ok {
			return 0, c.failed("read", socketError(err))
		}
	}
}

// Write implements net.Conn. A stream takes all of b, waiting where it must.
func (c *conn) Write(b []byte) (n int, _ error) {
	for {
		if err := c.check(&c.out); err != nil {
			return n, c.failed("write", err)
		}
		c.write.Reset(b[n:])
		k, err := c.ep.Write(&c.write, tcpip.WriteOptions{})
		n += int(k)
		c.host.senders.wrote(c.sender)
		if err == nil && n == len(b) {
			return n, nil
		}
		if _, ok := err.(*tcpip.ErrWouldBlock); err != nil && !ok {
			return n, c.failed("write", socketError(err))
		}
		if err == nil {
			continue
		}
		if err := c.wait(&c.out); err != nil {
			return n, c.failed("write", err)
		}
	}
}

// CloseWrite ends the sending direction, as (*net.TCPConn).CloseWrite does.
func (c *conn) CloseWrite() error {
	if c.closed {
		return c.failed("close", net.ErrClosed)
	}
	err := c.ep.Shutdown(tcpip.ShutdownWrite)
	c.host.senders.wrote(c.sender)
	return c.failed("close", socketError(err))
}

// LocalAddr implements net.Conn.
func (c *conn) LocalAddr() net.Addr { return c.local }

// RemoteAddr implements net.Conn.
func (c *conn) RemoteAddr() net.Addr { return c.remote }

// failed dresses err as package net does. Errors that callers compare with == stay as they are.
func (c *conn) failed(op string, err error) error {
	return opError(op, c.network, c.local, c.remote, err)
}
