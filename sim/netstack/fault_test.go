package netstack

import (
	"bytes"
	"io"
	"math"
	"net"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// recovery is an Observer: what the client sends again and when, what is lost and why, and when all is acknowledged.
type recovery struct {
	total  int // bytes that the client sends
	again  []netem.Time
	causes []string
	done   netem.Time
	base   uint32 // of the client's data
	next   uint32
	syns   int
}

func (r *recovery) Observe(e netem.Event) {
	h, ok := e.Packet.Header()
	switch {
	case !ok || h.Proto != netem.ProtoTCP:
	case e.Kind == netem.Dropped:
		r.causes = append(r.causes, e.By)
	case e.Kind == netem.Sent && e.Link == "up":
		r.sent(e.At, h)
	case e.Kind == netem.Delivered && e.Link == "down" && r.done == 0 && h.Flags&netem.SYN == 0 && h.Ack-r.base == uint32(r.total):
		r.done = e.At
	}
}

func (r *recovery) sent(at netem.Time, h *netem.Header) {
	switch {
	case h.Flags&netem.SYN != 0:
		if r.base, r.next, r.syns = h.Seq+1, h.Seq+1, r.syns+1; r.syns > 1 {
			r.again = append(r.again, at)
		}
	case len(h.Payload) == 0:
	case int32(h.Seq-r.next) < 0:
		r.again = append(r.again, at)
	default:
		r.next = h.Seq + uint32(len(h.Payload))
	}
}

// milliseconds of an instant, to the microsecond.
func milliseconds(at netem.Time) float64 { return math.Round(float64(at)/1e3) / 1e3 }

// The segments of netstack carry 1420 bytes: it leaves room for SACK blocks, where Linux carries 1448.
const mss = 1420

// Real TCP under faults, to the microsecond, beside what Linux 6.12 did with the same loss: 100 Mbit/s, 20 ms each way, 20
// segments written at once when the connection is there, cases D of the README of shared/tcp-oracle, HZ=1000. There a
// packet is lost before the bottleneck and here behind it, so that what follows it comes 0.118 ms later; frames are 1472
// bytes here and 1500 there (0.2 ms over two flights); and Linux's timers are up to an eighth late.
//
// Where the times are further apart, the stacks differ, and ours is stated for those who change the code: netstack sends
// one segment less on the first SACKs of D2 and so needs one more round trip; it does not conclude
// from the SACK for a tail probe that the segment before it was lost (D7), but waits for the timeout; it sees that a
// retransmission was lost (D9) from the segment that it sent after it; and when acknowledgments are lost, its probe
// repeats the last segment, where Linux sends a new one (D4a).
func TestTCPUnderFaults(t *testing.T) {
	type times struct {
		again []float64 // ms, of the segments that were sent again
		done  float64   // when all was acknowledged
	}
	for _, c := range []struct {
		name, up, down string
		want, linux    times
		within         float64 // how far they may be apart, ms
	}{
		{"D0 nothing lost", "", "", times{nil, 121.304}, times{nil, 121.36}, .2},
		{"D1 SYN lost", "drop syn 1", "", times{[]float64{1000}, 1121.304}, times{[]float64{1024}, 1145.36}, 25},
		{"D10 SYN lost", "drop syn 1-2", "", times{[]float64{1000, 3000}, 3121.304}, times{}, 0}, // Linux has four after a second each
		{"D5 SYN-ACK lost", "", "drop syn-ack", times{[]float64{1000}, 1121.304}, times{[]float64{1030}, 1131.4}, 31},
		{"D6 handshake's ACK lost", "drop ack 1", "", times{nil, 121.304}, times{nil, 121.36}, .2},
		{"D2 segment 5 lost", "drop data 5", "", times{[]float64{80.951}, 160.480}, times{[]float64{80.87}, 121.49}, 40},
		{"D14 segment 1 lost", "drop data 1", "", times{[]float64{80.480}, 160.951}, times{[]float64{80.4}, 161}, .2},
		{"D15 segment 19 lost", "drop data 19", "", times{[]float64{131.334}, 171.452}, times{[]float64{135}, 175.1}, 4},
		{"D3 segment 20 lost", "drop data 20", "", times{[]float64{361.392}, 401.510}, times{[]float64{368}, 408.1}, 7},
		{"D11 and its probe", "drop data 20 drop retransmission 1 of data 20", "", times{[]float64{361.392, 601.598}, 641.716},
			times{[]float64{370, 618}, 658.1}, 17},
		{"D7 segments 19 and 20 lost", "drop data 19-20", "", times{[]float64{201.253, 441.345}, 481.463}, times{[]float64{208, 248.1}, 288.3}, 194},
		{"D9 segment 5 lost twice", "drop data 5 drop retransmission 1 of data 5", "", times{[]float64{80.951, 160.480}, 200.598},
			times{[]float64{80.9, 364}, 404.1}, 204},
		{"D4a ACKs of the first flight lost", "", "drop ack 1-10", times{[]float64{120.005}, 240.594}, times{nil, 211.2}, 30},
		{"all duplicate ACKs lost", "drop data 5", "drop dup-ack all", times{[]float64{160.480, 400.480}, 480.833}, times{}, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := &recovery{total: 20 * mss}
			w := newWorld(t, WorldConfig{Seed: 1}, "rate 100mbit delay 20ms "+c.up, "delay 20ms "+c.down, r)
			connected(t, w, "tcp", func(k net.Conn) {
				k.Write(make([]byte, r.total))
				w.Client.Sleep(10 * time.Second) // no FIN comes between
			}, func(k net.Conn) { io.Copy(io.Discard, k) })
			got := times{done: milliseconds(r.done)}
			for _, at := range r.again {
				got.again = append(got.again, milliseconds(at))
			}
			if !slices.Equal(got.again, c.want.again) || got.done != c.want.done {
				t.Errorf("sent again at %v, done at %v; want %v and %v", got.again, got.done, c.want.again, c.want.done)
			}
			for i, at := range c.linux.again {
				if math.Abs(at-got.again[i]) > c.within {
					t.Errorf("sent again at %v, by Linux at %v: not within %v", got.again[i], at, c.within)
				}
			}
			if c.within > 0 && math.Abs(c.linux.done-got.done) > c.within {
				t.Errorf("done at %v, Linux at %v: not within %v", got.done, c.linux.done, c.within)
			}
			for _, u := range append(w.up.(netem.Seeker).Unmet(), w.down.(netem.Seeker).Unmet()...) {
				t.Errorf("unmet: %v", u)
			}
		})
	}
}

// What is lost is what was named, each once, and all that is read is what was written, whatever the fault.
func TestFaultsChangeNothingThatIsRead(t *testing.T) {
	for _, c := range []struct{ up, down, causes string }{
		{"drop last-data", "", "drop last-data"},
		{"drop fin", "", "drop fin 1"},
		{"drop fin drop last-data", "drop fin", "drop last-data; drop fin 1; drop fin 1"},
		{"delay data 7 by 3", "", ""},
		{"delay data 7 by 30ms duplicate data 9 corrupt data 4 corrupt ack 1", "duplicate syn-ack corrupt ack 3 delay ack 4 by 2", ""},
		{"drop retransmission 1-3 drop data 2-3", "", "drop data 2-3; drop data 2-3; drop retransmission 1-3; drop retransmission 1-3; drop retransmission 1-3"},
	} {
		t.Run(c.up+"; "+c.down, func(t *testing.T) {
			r := &recovery{}
			w := newWorld(t, WorldConfig{Seed: 1}, "rate 100mbit delay 20ms "+c.up, "delay 20ms "+c.down, r)
			sent := noise(1, 20*mss)
			connected(t, w, "tcp", func(k net.Conn) { k.Write(sent) }, func(k net.Conn) {
				if got, err := io.ReadAll(k); err != nil || !bytes.Equal(got, sent) {
					t.Errorf("%d bytes came, which are not the %d that were sent; %v", len(got), len(sent), err)
				}
			})
			if got := strings.Join(r.causes, "; "); got != c.causes {
				t.Errorf("lost by %s, want %s", got, c.causes)
			}
			for _, u := range append(w.up.(netem.Seeker).Unmet(), w.down.(netem.Seeker).Unmet()...) {
				t.Errorf("unmet: %v", u)
			}
		})
	}
}

// A server that resets is not heard the first time: the client tries again after a second.
func TestARSTIsLost(t *testing.T) {
	r := &recovery{}
	w := newWorld(t, WorldConfig{Seed: 1}, delay, delay+" drop rst", r)
	w.Start(func() {
		if _, err := w.Client.Dial(t.Context(), "tcp", w.at()); err == nil {
			t.Error("connected to nobody")
		}
		expect(t, w.Client, "refused", time.Second+rtt)
	})
	play(t, w)
	if !slices.Equal(r.causes, []string{"drop rst 1"}) {
		t.Errorf("lost by %v", r.causes)
	}
}

// A reader that pauses closes its window. When the updates that open it again are lost, the sender's sixth probe finds out;
// when that is lost, the seventh does, 16.3 s later.
func TestAWindowUpdateIsLost(t *testing.T) {
	for _, c := range []struct {
		up, down string
		end      time.Duration // to ten milliseconds: when all is read
		causes   string
	}{
		{"", "", 5960 * time.Millisecond, ""},
		{"", "drop window-update all", 17510 * time.Millisecond, strings.Repeat("; drop window-update all", 2)[2:]},
		{"drop window-probe 6", "drop window-update all", 33940 * time.Millisecond,
			strings.Repeat("drop window-update all; ", 2) + "drop window-probe 6"},
	} {
		r := &recovery{}
		w := newWorld(t, WorldConfig{Seed: 1}, "rate 100mbit delay 20ms "+c.up, "delay 20ms "+c.down, r)
		sent := noise(1, 12_000_000)
		connected(t, w, "tcp", func(k net.Conn) { k.Write(sent) }, func(k net.Conn) {
			w.Server.Sleep(5 * time.Second) // meanwhile the buffer fills
			if got, err := io.ReadAll(k); err != nil || !bytes.Equal(got, sent) {
				t.Errorf("%d bytes came, which are not the %d that were sent; %v", len(got), len(sent), err)
			}
			if end := w.Server.Now().Sub(since(0)).Truncate(10 * time.Millisecond); end != c.end {
				t.Errorf("%s; %s: all read at %v, want %v", c.up, c.down, end, c.end)
			}
		})
		if got := strings.Join(r.causes, "; "); got != c.causes {
			t.Errorf("%s; %s: lost by %s, want %s", c.up, c.down, got, c.causes)
		}
	}
}
