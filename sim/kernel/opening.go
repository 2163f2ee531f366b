//go:build linux

package kernel

import (
	"context"
	"fmt"
	"net"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// socket makes a socket in a host's namespace by the ordinary calls of package net, and returns it as a file.
func (h *helper) socket(r *request) (f *os.File, err error) {
	err = h.hosts[r.Host].do(func() (err error) {
		switch r.Op {
		case "listen":
			f, err = h.listen(r)
		case "packet":
			f, err = h.listenPacket(r)
		default:
			f, err = h.dial(r)
		}
		return err
	})
	return f, err
}

// filer is what all sockets of package net are.
type filer interface {
	File() (*os.File, error)
	Close() error
}

func fileOf(c filer) (*os.File, error) {
	defer c.Close()
	return c.File()
}

func (h *helper) listen(r *request) (*os.File, error) {
	lc := net.ListenConfig{Control: h.prepare, KeepAlive: -1}
	lc.SetMultipathTCP(false)
	ln, err := lc.Listen(context.Background(), r.Network, r.Address)
	if err != nil {
		return nil, err
	}
	return fileOf(ln.(*net.TCPListener))
}

func (h *helper) listenPacket(r *request) (*os.File, error) {
	lc := net.ListenConfig{Control: h.prepare}
	conn, err := lc.ListenPacket(context.Background(), r.Network, r.Address)
	if err != nil {
		return nil, err
	}
	return fileOf(conn.(*net.UDPConn))
}

// dial stays on the calling thread, as the address is no name.
func (h *helper) dial(r *request) (*os.File, error) {
	d := net.Dialer{Control: h.prepare, Timeout: time.Duration(r.Within), KeepAlive: -1}
	d.SetMultipathTCP(false)
	conn, err := d.DialContext(context.Background(), r.Network, r.Address)
	if err != nil {
		return nil, err
	}
	return fileOf(conn.(filer))
}

// datagramBuffer is how much may wait for a program at a UDP socket, bytes, where that is allowed: it is to be the link
// that loses packets, and not a program that does not run for some milliseconds.
const datagramBuffer = 4 << 20

// prepare sets a TCP socket's congestion control, which those that a listener accepts have from there, and a UDP socket's
// buffer.
func (h *helper) prepare(network, _ string, raw syscall.RawConn) error {
	var err error
	if network[:3] == "udp" {
		return raw.Control(func(fd uintptr) {
			if unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUFFORCE, datagramBuffer) != nil {
				unix.SetsockoptInt(int(fd), unix.SOL_SOCKET, unix.SO_RCVBUF, datagramBuffer) // up to net.core.rmem_max
			}
		})
	}
	if e := raw.Control(func(fd uintptr) {
		err = unix.SetsockoptString(int(fd), unix.IPPROTO_TCP, unix.TCP_CONGESTION, h.config.CC)
	}); e != nil {
		return e
	}
	if err != nil {
		return fmt.Errorf("congestion control %s: %w", h.config.CC, os.NewSyscallError("setsockopt", err))
	}
	return nil
}
