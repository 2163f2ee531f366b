package system_test

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"

	"lossylab/sim"
	"lossylab/sim/system"
)

var _ sim.Host = (*system.Host)(nil)

// A shutdown ends every program that waits, whatever it waits for and whatever deadlines it sets, and lets no new one begin.
func TestShutdownEndsWhatWaits(t *testing.T) {
	server, client := system.NewHost(0), system.NewHost(0)
	l, err := server.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p, err := server.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	accepted, errs := make(chan bool), make(chan error, 4)
	server.Go(func() {
		c, err := l.Accept()
		if err != nil {
			t.Error(err)
			return
		}
		server.Go(func() {
			defer c.Close()
			var failed error
			for failed == nil {
				c.SetReadDeadline(server.Now().Add(time.Hour))
				_, failed = c.Read(make([]byte, 1))
			}
			errs <- failed
		})
		accepted <- true
		_, err = l.Accept()
		errs <- err
	})
	server.Go(func() {
		_, _, err := p.ReadFrom(make([]byte, 1))
		errs <- err
	})
	server.Go(func() {
		server.Sleep(time.Hour)
		errs <- os.ErrDeadlineExceeded
	})
	c, err := client.Dial(context.Background(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	<-accepted
	server.Shutdown(0)
	server.Wait()
	for range 4 {
		if err := <-errs; !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Error(err)
		}
	}
	server.Go(func() { t.Error("a program began") })
	if _, err := server.Listen("tcp", "127.0.0.1:0"); !errors.Is(err, net.ErrClosed) {
		t.Errorf("listens: %v", err)
	}
	if _, err := c.Read(make([]byte, 1)); err == nil {
		t.Error("read from a server that is gone")
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
	server.Shutdown(0)
	client.Shutdown(0)
	server.Wait()
	client.Wait()
}

// The errors are those that programs ask for.
func TestErrorsOfTheMachine(t *testing.T) {
	h := system.NewHost(0)
	l, err := h.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	at := l.Addr().String()
	if _, err := h.Listen("tcp", at); !errors.Is(err, syscall.EADDRINUSE) {
		t.Errorf("listens twice: %v", err)
	}
	h.Go(func() {
		if c, err := l.Accept(); err == nil {
			c.Close()
		}
	})
	c, err := h.Dial(context.Background(), "tcp", at)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Read(make([]byte, 1)); err != io.EOF {
		t.Errorf("read at the end: %v", err)
	}
	if half, ok := c.(interface{ CloseWrite() error }); !ok || half.CloseWrite() != nil {
		t.Error("the sending direction cannot be closed")
	}
	l.Close()
	if _, err := h.Dial(context.Background(), "tcp", at); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dialled nobody: %v", err)
	}
	h.Shutdown(0)
	h.Wait()
}
