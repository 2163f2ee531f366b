//go:build linux

package kernel

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"os"
	"syscall"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// silence is an observer that takes no notice.
type silence struct{}

// Observe implements netem.Observer.
func (silence) Observe(netem.Event) {}

// ledger is an observer that keeps the books of both links.
type ledger struct {
	t      *testing.T
	last   netem.Time
	counts map[string]map[netem.Kind]int // by link
	known  map[[3]uint64]bool            // packets on their way
}

func newLedger(t *testing.T) *ledger {
	return &ledger{t: t, counts: map[string]map[netem.Kind]int{up: {}, down: {}}, known: map[[3]uint64]bool{}}
}

// Observe implements netem.Observer.
func (l *ledger) Observe(e netem.Event) {
	if e.At < l.last {
		l.t.Errorf("%v of packet %d on link %s at %v, after %v", e.Kind, e.Packet.ID, e.Link, e.At, l.last)
	}
	l.last = e.At
	l.counts[e.Link][e.Kind]++
	way := uint64(0)
	if e.Link == down {
		way = 1
	}
	key := [3]uint64{way, e.Packet.ID, uint64(e.Packet.Copy)}
	switch e.Kind {
	case netem.Sent, netem.Duplicated:
		if l.known[key] {
			l.t.Errorf("packet %v came onto the link twice", key)
		}
		l.known[key] = true
	case netem.Delivered, netem.Dropped:
		if !l.known[key] {
			l.t.Errorf("packet %v left the link, and was not on it", key)
		}
		delete(l.known, key)
	}
	if h, ok := e.Packet.Header(); e.Kind == netem.Sent && (!ok || h.Proto == netem.ProtoTCP && len(e.Packet.Data) > 1500) {
		l.t.Errorf("packet %d of %d bytes is none that a host would send", e.Packet.ID, len(e.Packet.Data))
	}
}

// newTestWorld makes a world, or skips the test where none can be made.
func newTestWorld(t *testing.T, c Config, o netem.Observer) *World {
	t.Helper()
	w, err := NewWorld(c, o)
	if errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.ENOSPC) {
		t.Skip(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// rough is a link on which everything happens that TCP must bear.
const rough = "rate 200mbit limit 300 delay 1ms loss 1% duplicate 1% corrupt 1% reorder 2% by 3"

// modes are the ways in which hosts are joined to the relay.
var modes = []struct {
	name   string
	config Config
}{{"TUN", Config{}}, {"offload", Config{Offload: true}}, {"packets", Config{Packets: true}}}

// both runs a test in each mode over IPv4 and IPv6.
func both(t *testing.T, test func(t *testing.T, c Config)) {
	for _, m := range modes {
		for _, ipv6 := range []bool{false, true} {
			c := m.config
			c.IPv6, c.Seed = ipv6, 1
			t.Run(fmt.Sprintf("%s/IPv6=%v", m.name, ipv6), func(t *testing.T) { test(t, c) })
		}
	}
}

// pattern is n bytes of which no two stretches are alike.
func pattern(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i + i/251 + i/65521)
	}
	return b
}

// serve has the server read all of one connection and return its SHA-256.
func serve(t *testing.T, w *World) {
	ln, err := w.Server.Listen("tcp", ":7")
	if err != nil {
		t.Fatal(err)
	}
	w.Server.Go(func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		h := sha256.New()
		io.Copy(h, conn)
		conn.Write(h.Sum(nil))
	})
}

func (w *World) address(port int) string {
	_, server := Addresses(w.config.IPv6)
	return netip.AddrPortFrom(server, uint16(port)).String()
}

// transfer makes a world, has its client send two million bytes, and wants them to be what the server gets.
func transfer(t *testing.T, c Config, o netem.Observer) *World {
	w := newTestWorld(t, c, o)
	data := pattern(2_000_000)
	want := sha256.Sum256(data)
	serve(t, w)
	w.Start(func() {
		conn, err := w.Client.Dial(context.Background(), "tcp", w.address(7))
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if _, err := conn.Write(data); err != nil {
			t.Error(err)
		}
		conn.(interface{ CloseWrite() error }).CloseWrite()
		got, err := io.ReadAll(conn)
		if err != nil || !bytes.Equal(got, want[:]) {
			t.Errorf("the server got other bytes than were sent: %v", err)
		}
	})
	if err := w.Run(context.Background(), sim.Forever-1); err != nil || !w.Over() {
		t.Fatalf("%v, over: %v", err, w.Over())
	}
	return w
}

// TCP delivers what was sent, whatever the link does to its packets, and the books of the links balance.
func TestTCPDeliversWhatWasSent(t *testing.T) {
	both(t, func(t *testing.T, c Config) {
		c.Up, c.Down = rough, rough
		l := newLedger(t)
		w := transfer(t, c, l)
		for name, n := range l.counts {
			if in, out := n[netem.Sent]+n[netem.Duplicated], n[netem.Delivered]+n[netem.Dropped]; in != out || n[netem.Dropped] == 0 {
				t.Errorf("link %s: %d packets came and %d left: %v", name, in, out, n)
			}
		}
		counted := w.Counters()
		if counted.Timing.Packets != uint64(l.counts[up][netem.Delivered]+l.counts[down][netem.Delivered]) {
			t.Errorf("%d packets were timed, of %v", counted.Timing.Packets, l.counts)
		}
		if counted.Client.Retransmits == 0 || len(counted.Hidden) > 0 {
			t.Errorf("sent again: %d; lost outside the link: %v", counted.Client.Retransmits, counted.Hidden)
		}
	})
}

// Where nobody is told of packets, checksums are computed late or never; but before a packet is damaged.
func TestDamageIsSeenWhereNothingIsTold(t *testing.T) {
	both(t, func(t *testing.T, c Config) {
		c.Silent, c.Up = true, "corrupt 3% duplicate 3%"
		w := transfer(t, c, silence{})
		if n := w.Counters(); n.Server.ChecksumErrors == 0 || len(n.Hidden) > 0 {
			t.Errorf("%d wrong checksums were seen; lost outside the link: %v", n.Server.ChecksumErrors, n.Hidden)
		}
	})
}

// A host sees that a packet was damaged, in every mode: were the checksums left to the device, it would not.
func TestHostsSeeDamage(t *testing.T) {
	both(t, func(t *testing.T, c Config) {
		c.Up, c.Down = "corrupt 30%", ""
		l := newLedger(t)
		w := newTestWorld(t, c, l)
		const most = 300
		conn, err := w.Server.ListenPacket("udp", ":7")
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		w.Server.Go(func() {
			b := make([]byte, 2000)
			for {
				k, _, err := conn.ReadFrom(b)
				if err != nil {
					return
				}
				if !bytes.Equal(b[:k], pattern(1000)) {
					t.Errorf("a damaged datagram of %d bytes was delivered", k)
				}
				got++
			}
		})
		w.Start(func() {
			conn, err := w.Client.Dial(context.Background(), "udp", w.address(7))
			if err != nil {
				t.Error(err)
				return
			}
			defer conn.Close()
			for range most { // one fails where an ICMP error has come for another that was damaged
				conn.Write(pattern(1000))
				w.Client.Sleep(100 * time.Microsecond)
			}
		})
		if err := w.Run(context.Background(), sim.Forever-1); err != nil {
			t.Fatal(err)
		}
		lost := 0
		for _, h := range w.Counters().Hidden {
			lost += int(h.Count)
		}
		// IPv6 has no checksum of its own: a bit of its hop limit or flow label may be turned over, and nobody minds.
		n, damaged := l.counts[up][netem.Sent], l.counts[up][netem.Corrupted]
		if n < most/2 || damaged < n/5 || got > n-damaged*9/10 || got < n-damaged-lost {
			t.Errorf("%d of %d datagrams were read, of which %d were damaged and %d lost outside the link", got, n, damaged, lost)
		}
	})
}

// What a program reads and how deadlines and refusals come about is as in package net.
func TestSocketsBehaveAsThoseOfNet(t *testing.T) {
	w := newTestWorld(t, Config{Up: "delay 5ms", Down: "delay 5ms"}, silence{})
	w.Start(func() {
		_, err := w.Client.Dial(context.Background(), "tcp", w.address(9))
		if !errors.Is(err, syscall.ECONNREFUSED) {
			t.Errorf("a port where nobody waits: %v", err)
		}
		if _, err := w.Client.Dial(context.Background(), "tcp", "server:9"); err == nil {
			t.Error("a name was dialed")
		}
		conn, err := w.Client.ListenPacket("udp", ":5000")
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		if _, err := w.Client.ListenPacket("udp", ":5000"); !errors.Is(err, syscall.EADDRINUSE) {
			t.Errorf("a port that is taken: %v", err)
		}
		before := w.Client.Now()
		conn.SetReadDeadline(before.Add(20 * time.Millisecond))
		_, _, err = conn.ReadFrom(make([]byte, 10))
		if late := w.Client.Now().Sub(before); !errors.Is(err, os.ErrDeadlineExceeded) || late < 20*time.Millisecond {
			t.Errorf("a deadline 20 ms ahead: %v after %v", err, late)
		}
	})
	if err := w.Run(context.Background(), sim.Forever-1); err != nil {
		t.Fatal(err)
	}
}

// What a program tells and what the links tell come in one order, and a limit ends both.
func TestRunEndsAtItsLimit(t *testing.T) {
	w := newTestWorld(t, Config{}, newLedger(t))
	over, limit := make(chan bool), w.Now().Add(100*time.Millisecond)
	defer close(over)
	w.Start(func() {
		for {
			select {
			case <-over:
				return
			default:
			}
			w.Tell(netem.Time(w.Client.Now().Sub(sim.Epoch)), func(at netem.Time) {
				if at > limit {
					t.Errorf("told of %v", at)
				}
			})
			w.Client.Sleep(time.Millisecond)
		}
	})
	if err := w.Run(context.Background(), limit); err != nil || w.Over() || w.Finished() || w.Now() != limit {
		t.Errorf("%v, over %v, finished %v, at %v of %v", err, w.Over(), w.Finished(), w.Now(), limit)
	}
}

// Time begins when Begin says so, and not anew once a packet has been sent.
func TestTimeBegins(t *testing.T) {
	w := newTestWorld(t, Config{}, silence{})
	time.Sleep(50 * time.Millisecond) // the world has been made, and nothing happens yet
	before := w.Now()
	if err := w.Begin(); err != nil {
		t.Fatal(err)
	}
	if now := w.Now(); before < netem.Time(50*time.Millisecond) || now > before {
		t.Errorf("it is %v, and was %v before it began", now, before)
	}
	c, err := w.Client.Dial(t.Context(), "udp", w.address(7))
	if err != nil {
		t.Fatal(err)
	}
	c.Write([]byte("hello"))
	w.Client.Sleep(20 * time.Millisecond) // it is on the link, or has been
	before = w.Now()
	if err := w.Begin(); err != nil {
		t.Fatal(err)
	}
	if now := w.Now(); now < before {
		t.Errorf("it is %v, and was %v before a packet had been sent", now, before)
	}
}
