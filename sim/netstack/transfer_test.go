package netstack

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"testing"
	"time"

	"lossylab/netem"
)

// bad is a link that does all that a link can do to a packet.
const bad = "rate 20mbit limit 100 delay 10ms 2ms loss 5% reorder 5% by 3 duplicate 2% corrupt 2%"

func TestABadLinkChangesNothingThatIsRead(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("IPv6 %v", ipv6), func(t *testing.T) {
			var c counter
			w := newWorld(t, WorldConfig{Seed: 3, IPv6: ipv6}, bad, bad, &c)
			up, down := noise(1, 1_000_000), noise(2, 1_000_000)
			exchange := func(c net.Conn, send, want []byte) {
				written := false
				w.Start(func() {
					defer func() { written = true }()
					if n, err := c.Write(send); n != len(send) || err != nil {
						t.Errorf("wrote %d of %d, %v", n, len(send), err)
					}
					c.(*conn).CloseWrite()
				})
				if got, err := io.ReadAll(c); !bytes.Equal(got, want) || err != nil {
					t.Errorf("%d bytes came, which are not the %d that were sent; %v", len(got), len(want), err)
				}
				for !written {
					w.Client.Sleep(time.Millisecond)
				}
			}
			connected(t, w, "tcp", func(c net.Conn) { exchange(c, up, down) }, func(c net.Conn) { exchange(c, down, up) })
			for kind, n := range c.kinds[:netem.Delivered+1] {
				if n == 0 {
					t.Errorf("nothing was ever %v: the links were too good", netem.Kind(kind))
				}
			}
			if s := w.Client.Stats(); s.ChecksumErrors == 0 || s.Retransmits == 0 {
				t.Errorf("%+v: nothing was damaged, nothing sent again", s)
			}
		})
	}
}

// The reader reads for a moment every second: what it does not take, the sender must keep.
func TestAWriteWaitsForTheReader(t *testing.T) {
	each(t, tcps, func(t *testing.T, w *World, network string) {
		sent := noise(1, 20_000_000)
		connected(t, w, network,
			func(c net.Conn) {
				if n, err := c.Write(sent); n != len(sent) || err != nil {
					t.Errorf("wrote %d of %d, %v", n, len(sent), err)
				}
				// The last 8 MB at most are still in the buffers, so 12 MB have been read, 1 MB a second.
				if now := w.Client.Now().Sub(since(0)); now < 11*time.Second || now > 20*time.Second {
					t.Errorf("written at %v, want when most has been read", now)
				}
			},
			func(c net.Conn) {
				b, start := make([]byte, 1_000_000), w.Server.Now().Sub(since(0))
				for i := 0; i < len(sent); i += len(b) {
					w.Server.Sleep(time.Second)
					if _, err := io.ReadFull(c, b); err != nil || !bytes.Equal(b, sent[i:i+len(b)]) {
						t.Fatalf("what came from byte %d on is not what was sent; %v", i, err)
					}
				}
				expect(t, w.Server, "all read", start+20*time.Second) // it never had to wait for more
			})
	})
}

// Each of 30 clients asks 20 questions at once with all others and gets its own answers, at a time that is exact: the
// link is fast and loses nothing.
func TestThirtyClientsAtOnce(t *testing.T) {
	const clients, questions = 30, 20
	each(t, all, func(t *testing.T, w *World, network string) {
		echo(t, w, network)
		served := 0
		for i := range clients {
			w.Start(func() {
				c := dial(t, w, network)
				defer c.Close()
				start := w.Client.Now().Sub(since(0))
				b := make([]byte, 100)
				for q := range questions {
					text := fmt.Sprintf("question %d of client %d", q, i)
					c.Write([]byte(text))
					if n, err := c.Read(b); string(b[:n]) != text || err != nil {
						t.Fatalf("read %q, %v; want %q", b[:n], err, text)
					}
				}
				expect(t, w.Client, "last answer", start+questions*rtt)
				served++
			})
		}
		play(t, w)
		if served != clients {
			t.Errorf("%d of %d clients were served", served, clients)
		}
	})
}

// Ten clients at once over bad links: over UDP some questions stay without an answer, and no answer is another's.
func TestClientsOverABadLink(t *testing.T) {
	for _, network := range []string{"tcp4", "udp4", "tcp6", "udp6"} {
		t.Run(network, func(t *testing.T) {
			w := newWorld(t, WorldConfig{Seed: 5, IPv6: network[3] == '6'}, bad, bad, nil)
			echo(t, w, network)
			answered := 0
			for i := range 10 {
				w.Start(func() {
					c := dial(t, w, network)
					defer c.Close()
					b := make([]byte, 100)
					for q := range 20 {
						text := fmt.Sprintf("client %d question %2d", i, q)
						c.Write([]byte(text))
						if network[:3] == "udp" {
							c.SetReadDeadline(w.Client.Now().Add(time.Second))
						}
						n, err := c.Read(b)
						switch got := string(b[:n]); {
						case err != nil && network[:3] == "udp":
							continue // lost on one of its ways
						case err != nil || got[:9] != text[:9] || len(got) != len(text):
							t.Errorf("read %q, %v; want %q", got, err, text)
						}
						answered++
					}
				})
			}
			play(t, w)
			if tcp := network[:3] == "tcp"; tcp && answered != 200 || !tcp && (answered < 140 || answered == 200) {
				t.Errorf("%d of 200 questions were answered", answered)
			}
		})
	}
}
