package netstack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// tooBigLog keeps what the hosts send, and when the up link says that something is too big.
type tooBigLog struct {
	wire
	answered []netem.Event
	up       []netem.Event // Sent
}

func (l *tooBigLog) Observe(e netem.Event) {
	l.wire.Observe(e)
	switch {
	case e.Kind == netem.Answered:
		l.answered = append(l.answered, e)
	case e.Kind == netem.Sent && e.Link == "up":
		l.up = append(l.up, e)
	}
}

// largest returns the size of the largest packet that the client sent from the i-th on.
func (l *tooBigLog) largest(i int) (size int) {
	for _, e := range l.up[i:] {
		size = max(size, e.Packet.Size())
	}
	return size
}

// upload writes n bytes from the client to the server and wants them to arrive. It returns when the last one did.
func upload(t *testing.T, w *World, n int) (done time.Duration) {
	t.Helper()
	sent := noise(1, n)
	connected(t, w, "tcp", func(c net.Conn) { c.Write(sent) }, func(c net.Conn) {
		if got, err := io.ReadAll(c); !bytes.Equal(got, sent) || err != nil {
			t.Errorf("%d of %d bytes, %v", len(got), n, err)
		}
		done = time.Duration(w.Loop.Now())
	})
	return done
}

// eachFamily runs a test for both.
func eachFamily(t *testing.T, test func(t *testing.T, ipv6 bool)) {
	for _, ipv6 := range []bool{false, true} {
		t.Run(fmt.Sprintf("IPv6 %v", ipv6), func(t *testing.T) { test(t, ipv6) })
	}
}

// The first flight of ten segments leaves at one instant and is refused. The first of the ten answers is all that TCP
// needs: from then on no packet is too big, at either end.
func TestTCPLearnsThePathsMTU(t *testing.T) {
	eachFamily(t, func(t *testing.T, ipv6 bool) {
		var seen tooBigLog
		w := newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, "mtu 1400 delay 10ms", delay, &seen)
		done := upload(t, w, 200_000)
		if n := seen.causes["mtu 1400"]; n != 10 || len(seen.answered) != 10 {
			t.Fatalf("%d packets were too big, %d answered; want 10", n, len(seen.answered))
		}
		last := slices.IndexFunc(seen.up, func(e netem.Event) bool { return e.Packet.ID == seen.answered[9].Packet.ID })
		if size := seen.largest(last + 1); size > 1400 || size < 1372 { // room for three SACK blocks
			t.Errorf("packets of up to %d bytes after the answers", size)
		}
		if at := seen.answered[0].At; seen.up[last+1].At != at {
			t.Errorf("nothing was sent again at %v, when the answer came, but at %v", at, seen.up[last+1].At)
		}
		// Ten segments were sent again in two parts each, and nothing else, nor was the window reduced.
		if s := w.Client.Stats(); s.Retransmits != 20 || s.FastRecoveries != 0 || s.Timeouts != 0 {
			t.Errorf("%+v", s)
		}
		// Slow start takes two round trips longer than with hosts that know: one is lost, and one goes by with one segment.
		w = newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6, MTU: 1400}, delay, delay, nil)
		if known := upload(t, w, 200_000); done < known+rtt || done > known+2*rtt {
			t.Errorf("done at %v, and at %v by hosts that know the MTU", done, known)
		}
	})
}

// The same the other way: the client learns nothing, for the answers go to who has sent.
func TestAnswersGoToTheSender(t *testing.T) {
	var seen tooBigLog
	w := newWorld(t, WorldConfig{Seed: 1}, delay, "mtu 1400 delay 10ms", &seen)
	sent := noise(1, 200_000)
	connected(t, w, "tcp",
		func(c net.Conn) {
			if got, err := io.ReadAll(c); !bytes.Equal(got, sent) || err != nil {
				t.Errorf("%d bytes, %v", len(got), err)
			}
		},
		func(c net.Conn) { c.Write(sent) })
	if s := w.Server.Stats(); len(seen.answered) != 10 || seen.answered[0].Link != "down" || s.Retransmits != 20 {
		t.Errorf("%d answers, %+v", len(seen.answered), s)
	}
	if n := w.Client.stack.Stats().ICMP.V4.PacketsReceived.DstUnreachable.Value(); n != 0 {
		t.Errorf("the client got %d of them", n)
	}
	if n := w.Server.stack.Stats().ICMP.V4.PacketsReceived.DstUnreachable.Value(); n != 10 {
		t.Errorf("the server got %d of them", n)
	}
}

// The stack counts what was refused as in flight, and RACK then takes it for lost to congestion.
func TestTooBigIsNoCongestion(t *testing.T) {
	eachFamily(t, func(t *testing.T, ipv6 bool) {
		world := func() *World { return newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, "mtu 1400 delay 10ms", delay, nil) }
		w := world()
		right := upload(t, w, 200_000)
		w = world()
		w.Client.senders.asIs.tooBig = true
		if wrong := upload(t, w, 200_000); wrong < 2*right || w.Client.Stats().FastRecoveries == 0 {
			t.Errorf("as it is, the stack takes %v, mended %v; %+v: does it still need it?", wrong, right, w.Client.Stats())
		}
	})
}

// The hang that RFC 2923 section 2.1 describes. The stack does no probing (RFC 4821): a full segment never arrives,
// whatever is sent later, for the sender tries that segment again and again.
func TestABlackholeHangsTCP(t *testing.T) {
	eachFamily(t, func(t *testing.T, ipv6 bool) {
		var seen tooBigLog
		w := newWorld(t, WorldConfig{Seed: 1, IPv6: ipv6}, "mtu 1400 blackhole delay 10ms", delay, &seen)
		echo(t, w, "tcp")
		var read []int
		w.Start(func() {
			c := dial(t, w, "tcp")
			defer c.Close()
			for _, n := range []int{10, 1000, 50_000, 10} {
				c.Write(make([]byte, n))
				c.SetReadDeadline(w.Client.Now().Add(time.Minute))
				k, err := io.ReadFull(c, make([]byte, n))
				if read = append(read, k); k < n && !errors.Is(err, os.ErrDeadlineExceeded) {
					t.Errorf("read %d: %v", k, err)
				}
			}
		})
		w.Run(t.Context(), netem.Time(3*time.Minute))
		if want := []int{10, 1000, 0, 0}; !slices.Equal(read, want) {
			t.Errorf("read %v, want %v", read, want)
		}
		if s := w.Client.Stats(); s.Timeouts < 5 || len(seen.answered) > 0 || seen.causes["mtu 1400 blackhole"] < 15 {
			t.Errorf("%+v, %d answers, drops %v", s, len(seen.answered), seen.causes)
		}
	})
}

// A link that fragments in spite of Don't Fragment: TCP never learns of it. The fragments of segments that lose one must
// not be joined to others', though the stack gives all segments the ID 0. With 5 % loss of fragments and 3,000 of them.
func TestTCPThroughALinkThatFragments(t *testing.T) {
	for _, loss := range []string{"", " loss 5%"} {
		var seen tooBigLog
		w := newWorld(t, WorldConfig{Seed: 1}, "mtu 576 fragment delay 10ms"+loss, delay, &seen)
		upload(t, w, 1_000_000)
		if n := seen.kinds[netem.Fragmented]; n < 700 || seen.largest(0) < 1472 || len(seen.answered) > 0 {
			t.Errorf("%d fragmented, packets of up to %d bytes, %d answers", n, seen.largest(0), len(seen.answered))
		}
		if n := w.Server.Stats().ChecksumErrors; n > 0 {
			t.Errorf("%d segments were made of parts of others", n)
		}
	}
}
