package netstack

import (
	"context"
	"errors"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

// by is a context with a deadline in a world's time, which package context knows nothing of.
type by struct {
	context.Context
	deadline time.Time
}

func (c by) Deadline() (time.Time, bool) { return c.deadline, true }

func TestAClosedTCPPortRefusesInOneRoundTrip(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		w.Start(func() {
			for i := 1; i <= 3; i++ {
				c, err := w.Client.Dial(context.Background(), network, w.at())
				if !errors.Is(err, syscall.ECONNREFUSED) || c != nil {
					t.Errorf("%v, %v; want ECONNREFUSED", c, err)
				}
				if want := "dial " + network + " " + w.at() + ": connection refused"; err != nil && err.Error() != want {
					t.Errorf("%q, want %q", err, want)
				}
				expect(t, w.Client, "refused", time.Duration(i)*rtt)
			}
		})
		play(t, w)
	})
}

func TestAContextsDeadlineEndsADial(t *testing.T) {
	var dropped counter
	w := newWorld(t, WorldConfig{Seed: 1}, delay+" loss 100%", delay, &dropped)
	w.Start(func() {
		for _, at := range []time.Duration{2500 * time.Millisecond, 10 * time.Second} {
			_, err := w.Client.Dial(by{context.Background(), since(at)}, "tcp", w.at())
			timedOut(t, "dial", err)
			expect(t, w.Client, "dial ended", at)
		}
		_, err := w.Client.Dial(by{context.Background(), since(0)}, "tcp", w.at())
		timedOut(t, "dial", err)
		expect(t, w.Client, "a dial that was too late ended", 10*time.Second)
	})
	play(t, w)
	// SYNs at 0 and 1 s; at 0, 1, 3 and 7 s; and one before the third dial looks at the time.
	if n := dropped.causes["loss 100%"]; n != 2+4+1 {
		t.Errorf("%d SYNs were lost, want 7", n)
	}
}

// A deadline that is met does not outlive the dial.
func TestADialsDeadlineIsNotTheConnections(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			c, err := w.Client.Dial(by{context.Background(), since(rtt + 1)}, network, w.at())
			if err != nil {
				t.Fatal(err)
			}
			defer c.Close()
			w.Client.Sleep(time.Second)
			c.Write([]byte("x"))
			if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
				t.Errorf("%d, %v", n, err)
			}
		})
		play(t, w)
	})
}

// RFC 6298 section 5: the SYN's timer begins at a second and doubles.
func TestADialGivesUpByItself(t *testing.T) {
	w := newWorld(t, WorldConfig{Seed: 1}, "loss 100%", "", nil)
	w.Start(func() {
		_, err := w.Client.Dial(context.Background(), "tcp", w.at())
		if !errors.Is(err, syscall.ETIMEDOUT) {
			t.Errorf("%v, want ETIMEDOUT", err)
		}
		expect(t, w.Client, "given up", 127*time.Second) // 1 + 2 + 4 + 8 + 16 + 32 + 64
	})
	play(t, w)
}

// What a program gets wrong is answered with what would have been right.
func TestBadAddressesNameTheRemedy(t *testing.T) {
	type world struct{ four, six *World }
	ws := world{newWorld(t, WorldConfig{}, "", "", nil), newWorld(t, WorldConfig{IPv6: true}, "", "", nil)}
	for _, c := range []struct {
		ipv6                        bool
		op, network, address, words string
	}{
		{false, "dial", "tcp", "server:7", "want an IP address and a port, such as 10.0.0.1:7"},
		{true, "dial", "udp", "server:7", "want an IP address and a port, such as [fd00::1]:7"},
		{false, "dial", "tcp", "10.0.0.2", "want an IP address and a port"},
		{false, "dial", "tcp", "10.0.0.2:http", "want an IP address and a port"},
		{false, "dial", "tcp", "10.0.0.2:65536", "want an IP address and a port"},
		{false, "dial", "tcp", "", "want an IP address and a port"},
		{false, "listen", "tcp", "7", "want an IP address and a port"},
		{false, "listen", "tcp", ":", "want an IP address and a port"},
		{false, "packet", "udp", ":echo", "want an IP address and a port"},
		{false, "dial", "tcp", "[fd00::2]:7", "want an IPv4 address"},
		{true, "dial", "tcp", "10.0.0.2:7", "want an IPv6 address"},
		{false, "packet", "udp", "[fd00::2]:7", "want an IPv4 address"},
		{false, "dial", "tcp6", "10.0.0.2:7", "unknown network tcp6: want tcp, tcp4, udp or udp4"},
		{true, "dial", "udp4", "[fd00::2]:7", "unknown network udp4: want tcp, tcp6, udp or udp6"},
		{false, "dial", "unix", "/tmp/x", "unknown network unix: want tcp, tcp4, udp or udp4"},
		{false, "listen", "udp", ":7", "unknown network udp: want tcp or tcp4"},
		{false, "packet", "tcp", ":7", "unknown network tcp: want udp or udp4"},
		{false, "listen", "", ":7", "want tcp or tcp4"},
		{false, "listen", "tcp", "10.9.9.9:7", "cannot assign requested address: want :7 or 10.0.0.1:7"},
		{true, "packet", "udp", "[fd00::2]:7", "cannot assign requested address: want :7 or [fd00::1]:7"},
		{false, "dial", "tcp", ":7", "want another host's"},
		{false, "dial", "udp", "127.0.0.1:7", "want another host's"},
		{true, "dial", "tcp", "[fd00::1]:7", "want another host's"},
	} {
		w := ws.four
		if c.ipv6 {
			w = ws.six
		}
		w.Start(func() {
			var err error
			switch c.op {
			case "dial":
				_, err = w.Client.Dial(context.Background(), c.network, c.address)
			case "listen":
				_, err = w.Client.Listen(c.network, c.address)
			case "packet":
				_, err = w.Client.ListenPacket(c.network, c.address)
			}
			var op *net.OpError
			if !errors.As(err, &op) || !strings.Contains(err.Error(), c.words) || strings.Contains(err.Error(), "\n") {
				t.Errorf("%s %q %q: %v\nwant a *net.OpError with: %s", c.op, c.network, c.address, err, c.words)
			}
			if unknown := net.UnknownNetworkError(c.network); strings.Contains(c.words, "unknown") && !errors.Is(err, unknown) {
				t.Errorf("%s %q: %v, want a net.UnknownNetworkError", c.op, c.network, err)
			}
		})
	}
	play(t, ws.four)
	play(t, ws.six)
}

func TestAnAddressIsUsedOnce(t *testing.T) {
	each(t, all, func(t *testing.T, w *World, network string) {
		listen := func(address string) (closer, error) {
			if network[:3] == "udp" {
				return w.Server.ListenPacket(network, address)
			}
			return w.Server.Listen(network, address)
		}
		w.Start(func() {
			first, err := listen(":7")
			if err != nil {
				t.Fatal(err)
			}
			for _, address := range []string{":7", w.at()} {
				if _, err := listen(address); !errors.Is(err, syscall.EADDRINUSE) {
					t.Errorf("%s: %v, want EADDRINUSE", address, err)
				}
			}
			if err := first.Close(); err != nil {
				t.Error(err)
			}
			if again, err := listen(":7"); err != nil {
				t.Errorf("after Close: %v", err)
			} else {
				again.Close()
			}
		})
		play(t, w)
	})
}

type closer interface{ Close() error }

func TestPortZeroIsAnyFreePort(t *testing.T) {
	w := newWorld(t, WorldConfig{}, "", "", nil)
	seen := map[string]bool{}
	w.Start(func() {
		for range 100 {
			ln, err := w.Server.Listen("tcp", ":0")
			if err != nil {
				t.Fatal(err)
			}
			if a := ln.Addr().String(); seen[a] || strings.HasSuffix(a, ":0") || !strings.HasPrefix(a, "10.0.0.2:") {
				t.Errorf("listens on %s", a)
			}
			seen[ln.Addr().String()] = true
		}
	})
	play(t, w)
}
