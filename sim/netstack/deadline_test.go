package netstack

import (
	"errors"
	"net"
	"os"
	"testing"
	"time"
)

// timedOut wants the error of a deadline, by each of the ways in which programs look for it.
func timedOut(t *testing.T, what string, err error) {
	t.Helper()
	var n net.Error
	if !errors.Is(err, os.ErrDeadlineExceeded) || !errors.As(err, &n) || !n.Timeout() {
		t.Errorf("%s: %v, want os.ErrDeadlineExceeded, a timeout", what, err)
	}
}

// idle runs a client whose server echoes what it is sent, on all networks. The world is a second old when it begins.
func idle(t *testing.T, client func(t *testing.T, w *World, c net.Conn)) {
	each(t, all, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			c := dial(t, w, network)
			defer c.Close()
			w.Client.Sleep(time.Second - w.Client.Now().Sub(since(0)))
			client(t, w, c)
		})
		play(t, w)
	})
}

func TestAReadDeadlineEndsARead(t *testing.T) {
	idle(t, func(t *testing.T, w *World, c net.Conn) {
		b := make([]byte, 10)
		c.SetReadDeadline(since(3 * time.Second))
		_, err := c.Read(b)
		timedOut(t, "read", err)
		expect(t, w.Client, "read ended", 3*time.Second)
		_, err = c.Read(b)
		timedOut(t, "another read", err)
		expect(t, w.Client, "another read ended", 3*time.Second)
		c.SetReadDeadline(time.Time{}) // without it, the connection is as good as before
		c.Write([]byte("x"))
		if n, err := c.Read(b); n != 1 || err != nil {
			t.Errorf("read %d, %v after the deadline was removed", n, err)
		}
		expect(t, w.Client, "answer", 3*time.Second+rtt)
	})
}

func TestADeadlineThatHasPassedEndsAReadAtOnce(t *testing.T) {
	idle(t, func(t *testing.T, w *World, c net.Conn) {
		c.Write([]byte("there"))
		w.Client.Sleep(time.Second) // the answer lies ready, and is not lost
		b := make([]byte, 10)
		for _, at := range []time.Time{since(2 * time.Second), since(1), since(0), since(-1), time.Time{}.Add(1)} {
			c.SetReadDeadline(at)
			_, err := c.Read(b)
			timedOut(t, at.String(), err)
		}
		c.SetReadDeadline(time.Time{})
		if n, err := c.Read(b); string(b[:n]) != "there" || err != nil {
			t.Errorf("read %q, %v", b[:n], err)
		}
		expect(t, w.Client, "all of it", 2*time.Second)
	})
}

// One program reads; another moves its deadline while it waits.
func TestADeadlineMovesUnderAReadThatWaits(t *testing.T) {
	never := time.Time{}
	for _, c := range []struct {
		name        string
		first, then time.Time // then is set at 2 s
		ends        time.Duration
	}{
		{"set", never, since(3 * time.Second), 3 * time.Second},
		{"set to the present", never, since(2 * time.Second), 2 * time.Second},
		{"set to the past", never, since(time.Second), 2 * time.Second},
		{"earlier", since(9 * time.Second), since(3 * time.Second), 3 * time.Second},
		{"later", since(3 * time.Second), since(4 * time.Second), 4 * time.Second},
		{"removed", since(3 * time.Second), never, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			idle(t, func(t *testing.T, w *World, conn net.Conn) {
				conn.SetReadDeadline(c.first)
				w.Start(func() {
					w.Client.Sleep(time.Second)
					conn.SetReadDeadline(c.then)
					w.Client.Sleep(8 * time.Second)
					conn.Write([]byte("x"))
				})
				n, err := conn.Read(make([]byte, 1))
				if c.ends > 0 {
					timedOut(t, "read", err)
					expect(t, w.Client, "read ended", c.ends)
					w.Client.Sleep(20 * time.Second) // the other is still to write
					return
				}
				if n != 1 || err != nil {
					t.Errorf("read %d, %v", n, err)
				}
				expect(t, w.Client, "read", 10*time.Second+rtt)
			})
		})
	}
}

// Nobody reads: the buffers of both ends fill, and the write waits for room that does not come.
func TestAWriteDeadlineEndsAWrite(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		read := 0
		sent := noise(1, 3*maxBuffer)
		connected(t, w, network,
			func(c net.Conn) {
				c.SetWriteDeadline(since(time.Minute))
				n, err := c.Write(sent)
				timedOut(t, "write", err)
				expect(t, w.Client, "write ended", time.Minute)
				if n < receiveBuffer || n > 2*maxBuffer {
					t.Errorf("%d bytes were taken, want about the buffers' %d and %d", n, receiveBuffer, sendBuffer)
				}
				_, err = c.Write(sent[n:])
				timedOut(t, "another write", err)
				c.SetDeadline(time.Time{})
				if m, err := c.Write(sent[n:]); n+m != len(sent) || err != nil {
					t.Errorf("wrote %d and %d of %d bytes, %v", n, m, len(sent), err)
				}
			},
			func(c net.Conn) {
				w.Server.Sleep(2 * time.Minute)
				for b := make([]byte, 1<<20); ; {
					n, err := c.Read(b)
					if string(b[:n]) != string(sent[read:read+n]) {
						t.Fatalf("what was read from byte %d on is not what was written", read)
					}
					if read += n; err != nil {
						break
					}
				}
			})
		if read != len(sent) {
			t.Errorf("read %d of %d bytes", read, len(sent))
		}
	})
}

// SetDeadline is for both directions, and neither of the others touches the other's.
func TestEachDirectionHasItsDeadline(t *testing.T) {
	idle(t, func(t *testing.T, w *World, c net.Conn) {
		try := func(what string, read, write bool) {
			t.Helper()
			if _, err := c.Write([]byte("x")); (err != nil) != write {
				t.Errorf("%s: write: %v", what, err)
			}
			if _, err := c.Read(make([]byte, 1)); (err != nil) != read {
				t.Errorf("%s: read: %v", what, err)
			}
		}
		c.SetWriteDeadline(since(1))
		c.SetReadDeadline(since(5 * time.Second))
		try("write deadline passed", true, true) // nothing is sent, so nothing comes before the read's is over
		c.SetWriteDeadline(time.Time{})
		try("read deadline passed", true, false)
		c.SetDeadline(time.Time{})
		try("neither", false, false)
		c.SetDeadline(since(1))
		try("both passed", true, true)
	})
}

func TestAnAcceptHasADeadline(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		w.Start(func() {
			ln, err := w.Server.Listen(network, ":7")
			if err != nil {
				t.Fatal(err)
			}
			defer ln.Close()
			d := ln.(interface{ SetDeadline(time.Time) error })
			d.SetDeadline(since(time.Second))
			_, err = ln.Accept()
			timedOut(t, "accept", err)
			expect(t, w.Server, "accept ended", time.Second)
			d.SetDeadline(time.Time{})
			w.Start(func() { dial(t, w, network).Close() })
			c, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			c.Close()
		})
		play(t, w)
	})
}
