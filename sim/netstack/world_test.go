package netstack

import (
	"context"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// newLink returns a link in words.
func newLink(t testing.TB, name, words string, seed uint64, o netem.Observer) netem.Stage {
	t.Helper()
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	l, err := netem.NewStage(name, spec, seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// newWorld returns a world whose links are in words; it ends with the test.
func newWorld(t testing.TB, c WorldConfig, up, down string, o netem.Observer) *World {
	t.Helper()
	w, err := NewWorld(c, newLink(t, "up", up, c.Seed, o), newLink(t, "down", down, c.Seed, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return w
}

// The links of most tests: a round trip takes 20 ms exactly.
const (
	delay = "delay 10ms"
	rtt   = 20 * time.Millisecond
)

// each runs a test once per network, in a world of its family with a round trip of 20 ms.
func each(t *testing.T, networks []string, test func(t *testing.T, w *World, network string)) {
	for _, network := range networks {
		t.Run(network, func(t *testing.T) {
			test(t, newWorld(t, WorldConfig{Seed: 1, IPv6: network[3] == '6'}, delay, delay, nil), network)
		})
	}
}

var (
	tcps = []string{"tcp4", "tcp6"}
	udps = []string{"udp4", "udp6"}
	all  = []string{"tcp4", "tcp6", "udp4", "udp6"}
)

// play runs w until its programs have returned, which they must within an hour.
func play(t testing.TB, w *World) {
	t.Helper()
	if err := w.Run(context.Background(), netem.Time(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if !w.Finished() {
		t.Errorf("a program still waits at %v", w.Loop.Now())
	}
}

// at is where the tests' servers are.
func (w *World) at() string {
	_, server := Addresses(w.Server.family() == "6")
	return net.JoinHostPort(server.String(), "7")
}

// dial connects the client to the server's port 7.
func dial(t testing.TB, w *World, network string) net.Conn {
	t.Helper()
	c, err := w.Client.Dial(context.Background(), network, w.at())
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// connected runs a program for each end of a TCP connection; both close it when they return.
func connected(t testing.TB, w *World, network string, client, server func(c net.Conn)) {
	t.Helper()
	w.Start(func() {
		ln, err := w.Server.Listen(network, ":7")
		if err != nil {
			t.Fatal(err)
		}
		defer ln.Close()
		c, err := ln.Accept()
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		server(c)
	})
	w.Start(func() {
		c := dial(t, w, network)
		defer c.Close()
		client(c)
	})
	play(t, w)
}

// listenPacket announces on the server's port 7.
func listenPacket(t testing.TB, w *World, network string) net.PacketConn {
	t.Helper()
	c, err := w.Server.ListenPacket(network, ":7")
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// echo answers on port 7 with what comes, over either transport, until the world ends.
func echo(t testing.TB, w *World, network string) {
	t.Helper()
	w.Server.Go(func() {
		if network[:3] == "udp" {
			c, b := listenPacket(t, w, network), make([]byte, 65536)
			for {
				n, from, err := c.ReadFrom(b)
				if err != nil {
					t.Fatal(err)
				}
				c.WriteTo(b[:n], from)
			}
		}
		ln, err := w.Server.Listen(network, ":7")
		if err != nil {
			t.Fatal(err)
		}
		for {
			c, err := ln.Accept()
			if err != nil {
				t.Fatal(err)
			}
			w.Server.Go(func() {
				defer c.Close()
				io.Copy(c, c)
			})
		}
	})
}

// noise returns n bytes of which no two stretches are alike.
func noise(seed uint64, n int) []byte {
	b := make([]byte, n)
	newRandom(seed, "noise").Read(b)
	return b
}

// since returns the host's time of day at t after the world began, for deadlines.
func since(t time.Duration) time.Time { return sim.Epoch.Add(t) }

// expect ends the test if the host's time is not the one given.
func expect(t testing.TB, h *Host, what string, at time.Duration) {
	t.Helper()
	if now := h.Now().Sub(sim.Epoch); now != at {
		t.Errorf("%s at %v, want %v", what, now, at)
	}
}

// counter counts the events of a world.
type counter struct {
	kinds  [netem.Answered + 1]int
	causes map[string]int // of drops, by the words of who dropped
	full   int            // drops of queues
	data   int            // drops of TCP segments with payload on the way up
}

func (c *counter) Observe(e netem.Event) {
	c.kinds[e.Kind]++
	if e.Kind != netem.Dropped {
		return
	}
	if c.causes == nil {
		c.causes = map[string]int{}
	}
	c.causes[e.By]++
	if strings.HasPrefix(e.By, "queue") {
		c.full++
	}
	if h, ok := netem.ParseHeader(e.Packet.Data); ok && e.Link == "up" && h.Proto == netem.ProtoTCP && len(h.Payload) > 0 {
		c.data++
	}
}

func TestRunEndsWhenAllIsQuiet(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			dial(t, w, network).Close()
			expect(t, w.Client, "closed", rtt)
		})
		play(t, w)
		// FIN at 20 ms, FIN and ACK of the server at 30 ms, the last ACK on its way until 50 ms; not TIME-WAIT's minute.
		expect(t, w.Client, "quiet", 50*time.Millisecond)
	})
}

func TestRunEndsAtItsLimit(t *testing.T) {
	each(t, all, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		w.Start(func() {
			dial(t, w, network).Read(make([]byte, 1))
			t.Error("nobody sends, and yet there was something to read")
		})
		if err := w.Run(context.Background(), netem.Time(time.Minute)); err != nil {
			t.Fatal(err)
		}
		expect(t, w.Client, "stopped", time.Minute)
		if w.Finished() {
			t.Error("the client has returned")
		}
	})
}

func TestImpossibleHostsNameTheRemedy(t *testing.T) {
	l := newLink(t, "up", "", 1, nil)
	for words, c := range map[string]WorldConfig{
		`congestion control "bbr": want cubic or reno`: {CC: "bbr"},
		"MTU 67: want 68 to 65535":                     {MTU: 67},
		"MTU 1279: want 1280 to 65535":                 {MTU: 1279, IPv6: true},
		"MTU 65536: want 68 to 65535":                  {MTU: 65536},
	} {
		w, err := NewWorld(c, l, l)
		if err == nil {
			w.Close()
		}
		if err == nil || !strings.Contains(err.Error(), "host client: "+words) {
			t.Errorf("%v, want %s", err, words)
		}
	}
}
