package netstack

import (
	"bytes"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestEchoGoesBothWays(t *testing.T) {
	each(t, all, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			c, start := dial(t, w, network), time.Duration(0)
			if network[:3] == "tcp" {
				start = rtt // the handshake
			}
			expect(t, w.Client, "connected", start)
			b := make([]byte, 100)
			for i := 1; i <= 3; i++ {
				text := strings.Repeat("ü", i)
				if n, err := c.Write([]byte(text)); n != len(text) || err != nil {
					t.Errorf("wrote %d of %d: %v", n, len(text), err)
				}
				n, err := c.Read(b)
				if string(b[:n]) != text || err != nil {
					t.Errorf("read %q, %v; want %q", b[:n], err, text)
				}
				expect(t, w.Client, "answer", start+time.Duration(i)*rtt)
			}
			if err := c.Close(); err != nil {
				t.Error(err)
			}
		})
		play(t, w)
	})
}

func TestBothEndsAgreeOnTheirAddresses(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		var client [2]net.Addr
		connected(t, w, network,
			func(c net.Conn) { client = [2]net.Addr{c.LocalAddr(), c.RemoteAddr()} },
			func(c net.Conn) {
				if l, r := c.LocalAddr(), c.RemoteAddr(); l.String() != client[1].String() || r.String() != client[0].String() {
					t.Errorf("the client says %v, the server %v and %v", client, l, r)
				}
			})
		if client[1].String() != w.at() || client[0].Network() != "tcp" {
			t.Errorf("the client is connected to %v, want %v", client[1], w.at())
		}
	})
	each(t, udps, func(t *testing.T, w *World, network string) {
		w.Start(func() {
			s := listenPacket(t, w, network)
			c := dial(t, w, network)
			c.Write(nil) // an empty datagram is one
			n, from, err := s.ReadFrom(make([]byte, 10))
			if n != 0 || err != nil || from.String() != c.LocalAddr().String() || from.Network() != "udp" {
				t.Errorf("%d bytes from %v (%v), want none from %v", n, from, err, c.LocalAddr())
			}
			if s.LocalAddr().String() != w.at() || c.RemoteAddr().String() != w.at() {
				t.Errorf("the server says it is %v, the client that it is %v; want %v", s.LocalAddr(), c.RemoteAddr(), w.at())
			}
		})
		play(t, w)
	})
}

func TestCloseIsTheOthersEOF(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		sent := noise(1, 100_000)
		connected(t, w, network,
			func(c net.Conn) { c.Write(sent) },
			func(c net.Conn) {
				w.Server.Sleep(time.Second) // what has arrived outlives the sender's Close
				got, err := io.ReadAll(c)
				if !bytes.Equal(got, sent) || err != nil {
					t.Errorf("%d of %d bytes, %v", len(got), len(sent), err)
				}
				for range 2 {
					if n, err := c.Read(make([]byte, 1)); n != 0 || err != io.EOF {
						t.Errorf("%d, %v after the end; want 0 and io.EOF itself", n, err)
					}
				}
			})
	})
}

func TestHalfCloseLeavesTheOtherDirectionOpen(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		answer := noise(2, 1_000_000)
		connected(t, w, network,
			func(c net.Conn) {
				c.Write([]byte("question"))
				if err := c.(interface{ CloseWrite() error }).CloseWrite(); err != nil {
					t.Error(err)
				}
				if _, err := c.Write([]byte("more")); !errors.Is(err, syscall.EPIPE) {
					t.Errorf("write after CloseWrite: %v, want EPIPE", err)
				}
				if got, err := io.ReadAll(c); !bytes.Equal(got, answer) || err != nil {
					t.Errorf("%d of %d bytes of the answer, %v", len(got), len(answer), err)
				}
			},
			func(c net.Conn) {
				if got, err := io.ReadAll(c); string(got) != "question" || err != nil {
					t.Errorf("read %q, %v", got, err)
				}
				expect(t, w.Server, "end of the question", rtt+rtt/2)
				w.Server.Sleep(10 * time.Second) // the client waits meanwhile, and does nothing
				calls := w.Loop.Calls()
				if calls > 100 {
					t.Errorf("%d calls for a question and a pause", calls)
				}
				c.Write(answer)
			})
	})
}

// The other end has closed with data unread: it answers what still comes with a reset.
func TestAResetIsTold(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		connected(t, w, network,
			func(c net.Conn) {
				c.Write([]byte("never read"))
				w.Client.Sleep(time.Second)
				if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("read: %v, want ECONNRESET", err)
				}
				if _, err := c.Write([]byte("x")); !errors.Is(err, syscall.EPIPE) && !errors.Is(err, syscall.ECONNRESET) {
					t.Errorf("write: %v, want EPIPE or ECONNRESET", err)
				}
			},
			func(net.Conn) { w.Server.Sleep(500 * time.Millisecond) })
	})
}

func TestDatagramsKeepTheirEnds(t *testing.T) {
	each(t, udps, func(t *testing.T, w *World, network string) {
		const longest = 65507 // over IPv4; IPv6 takes 20 more
		w.Start(func() {
			s := listenPacket(t, w, network)
			c := dial(t, w, network)
			for _, size := range []int{0, 1, 1472, 1473, 20_000, longest} {
				sent := noise(uint64(size), size)
				if n, err := c.Write(sent); n != size || err != nil {
					t.Errorf("wrote %d of %d: %v", n, size, err)
				}
				b := make([]byte, 65536)
				if n, _, err := s.ReadFrom(b); !bytes.Equal(b[:n], sent) || err != nil {
					t.Errorf("%d of %d bytes, %v", n, size, err)
				}
			}
			if _, err := c.Write(make([]byte, longest+21)); !errors.Is(err, syscall.EMSGSIZE) {
				t.Errorf("longer than a datagram can be: %v, want EMSGSIZE", err)
			}
			c.Write([]byte("what does not fit is gone"))
			c.Write([]byte("next"))
			b := make([]byte, 4)
			for _, want := range []string{"what", "next"} {
				if n, _, err := s.ReadFrom(b); string(b[:n]) != want || err != nil {
					t.Errorf("read %q, %v; want %q", b[:n], err, want)
				}
			}
		})
		play(t, w)
	})
}

// A datagram for a port that is closed comes back as an error to who is connected to it.
func TestAClosedUDPPortRefuses(t *testing.T) {
	each(t, udps, func(t *testing.T, w *World, network string) {
		w.Start(func() {
			c := dial(t, w, network)
			if _, err := c.Write([]byte("anybody there?")); err != nil {
				t.Error(err)
			}
			if _, err := c.Read(make([]byte, 1)); !errors.Is(err, syscall.ECONNREFUSED) {
				t.Errorf("read: %v, want ECONNREFUSED", err)
			}
			expect(t, w.Client, "refused", rtt)
		})
		play(t, w)
	})
}

// A server's socket hears nothing of clients that left before their answer came.
func TestAUDPServerOutlivesItsClients(t *testing.T) {
	each(t, udps, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			gone := dial(t, w, network)
			gone.Write([]byte("bye"))
			gone.Close()
			w.Client.Sleep(rtt + rtt) // the answer has come to nobody, and the server been told
			c := dial(t, w, network)
			c.Write([]byte("hello"))
			c.SetReadDeadline(since(time.Second))
			b := make([]byte, 10)
			if n, err := c.Read(b); string(b[:n]) != "hello" || err != nil {
				t.Errorf("read %q, %v", b[:n], err)
			}
		})
		play(t, w)
	})
}

func TestAClosedSocketSaysSo(t *testing.T) {
	each(t, all, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			c := dial(t, w, network)
			c.Close()
			for name, use := range map[string]func() error{
				"Close":            c.Close,
				"Read":             func() error { _, err := c.Read(make([]byte, 1)); return err },
				"Write":            func() error { _, err := c.Write(make([]byte, 1)); return err },
				"SetDeadline":      func() error { return c.SetDeadline(since(0)) },
				"SetReadDeadline":  func() error { return c.SetReadDeadline(since(0)) },
				"SetWriteDeadline": func() error { return c.SetWriteDeadline(since(0)) },
				"CloseWrite":       func() error { return c.(interface{ CloseWrite() error }).CloseWrite() },
			} {
				if err := use(); !errors.Is(err, net.ErrClosed) {
					t.Errorf("%s: %v, want net.ErrClosed", name, err)
				}
			}
			if c.LocalAddr() == nil || c.RemoteAddr() == nil {
				t.Error("a closed connection has no addresses any more")
			}
		})
		play(t, w)
	})
}

func TestCloseEndsWhatWaits(t *testing.T) {
	for _, c := range []struct {
		name string
		open func(t *testing.T, w *World) (io.Closer, func() error)
	}{
		{"Accept", func(t *testing.T, w *World) (io.Closer, func() error) {
			ln, err := w.Client.Listen("tcp", ":8")
			if err != nil {
				t.Fatal(err)
			}
			return ln, func() error { _, err := ln.Accept(); return err }
		}},
		{"ReadFrom", func(t *testing.T, w *World) (io.Closer, func() error) {
			c, err := w.Client.ListenPacket("udp", ":8")
			if err != nil {
				t.Fatal(err)
			}
			return c, func() error { _, _, err := c.ReadFrom(make([]byte, 1)); return err }
		}},
		{"Read of a datagram", func(t *testing.T, w *World) (io.Closer, func() error) {
			c := dial(t, w, "udp")
			return c, func() error { _, err := c.Read(make([]byte, 1)); return err }
		}},
		{"Read of a stream", func(t *testing.T, w *World) (io.Closer, func() error) {
			c := dial(t, w, "tcp")
			return c, func() error { _, err := c.Read(make([]byte, 1)); return err }
		}},
		{"Write", func(t *testing.T, w *World) (io.Closer, func() error) {
			c := dial(t, w, "tcp")
			return c, func() error { _, err := c.Write(make([]byte, 4*maxBuffer)); return err }
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, WorldConfig{Seed: 1}, delay, delay, nil)
			w.Server.Go(func() { // a server that accepts, and then neither reads nor writes
				ln, _ := w.Server.Listen("tcp", ":7")
				for {
					ln.Accept()
				}
			})
			w.Start(func() {
				s, block := c.open(t, w)
				for range 2 {
					w.Start(func() {
						if err := block(); !errors.Is(err, net.ErrClosed) {
							t.Errorf("%v, want net.ErrClosed", err)
						}
						expect(t, w.Client, "returned", time.Minute)
					})
				}
				w.Client.Sleep(since(time.Minute).Sub(w.Client.Now()))
				if err := s.Close(); err != nil {
					t.Error(err)
				}
			})
			if err := w.Loop.Run(t.Context(), w.Loop.Now().Add(2*time.Minute), w.Finished); err != nil || !w.Finished() {
				t.Errorf("%v; finished: %v", err, w.Finished())
			}
		})
	}
}

func TestTwoReadersShareAConnection(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			c, got := dial(t, w, network), ""
			for range 2 {
				w.Start(func() {
					b := make([]byte, 10)
					n, err := c.Read(b)
					if err != nil {
						t.Error(err)
					}
					got += string(b[:n]) + "."
				})
			}
			c.Write([]byte("one"))
			w.Client.Sleep(time.Second)
			c.Write([]byte("two"))
			w.Client.Sleep(time.Second)
			if got != "one.two." {
				t.Errorf("the readers read %q", got)
			}
			c.Close()
		})
		play(t, w)
	})
}
