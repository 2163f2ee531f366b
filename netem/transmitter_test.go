package netem_test

import (
	"math"
	"testing"
	"time"

	"lossylab/netem"
)

func TestTransmission(t *testing.T) {
	for _, c := range []struct {
		rate  netem.Rate
		bytes int
		want  time.Duration
	}{
		{10 * netem.Mbit, 1250, time.Millisecond},
		{7 * netem.Mbit, 1500, 1_714_286}, // 1714285.7 ns
		{1, 1500, 12_000 * time.Second},
		{3, 1, 2_666_666_667},
		{100 * netem.Gbit, 64, 6}, // 5.12 ns
		{math.MaxInt64, 1, 1},
		{math.MaxInt64, 65_535, 1},
		{1, 65_535, 524_280 * time.Second},
		{1, math.MaxInt, math.MaxInt64}, // has no Duration: the largest
		{netem.Mbit, 0, 0},
		{0, 1500, 0},
	} {
		if got := c.rate.Transmission(c.bytes); got != c.want {
			t.Errorf("%d bytes at %v take %d ns, want %d", c.bytes, c.rate, got, c.want)
		}
	}
}

// A packet takes a whole number of nanoseconds, but a thousand of them at 7 Mbit/s are to take as long as the bits of a
// thousand, and not 286 ns longer. An owner who fetches everything at the end finds the same times as one who comes
// whenever asked.
func TestTransmitterDoesNotDrift(t *testing.T) {
	const n, bits = 1000, 12_000
	for _, punctual := range []bool{true, false} {
		var events tape
		l := newLink(t, "rate 7mbit", 1, &events)
		for i := range n {
			l.Send(0, &netem.Packet{ID: uint64(i), Data: make([]byte, bits/8)})
		}
		if !punctual {
			l.Recv(10_000 * ms)
		}
		fetch(l, 10_000*ms)
		begun := events.of(netem.Dequeued)
		for k := range n { // the k-th begins when the bits of k packets are out, rounded up
			want := netem.Time((k*bits*1000 + 6) / 7)
			if begun[k].At != want {
				t.Fatalf("punctual %v: packet %d begins at %v, want %v", punctual, k, begun[k].At, want)
			}
		}
	}
}

// The rate is kept to the bit within a busy period, and what was owed is forgotten when the line falls idle.
func TestIdleTransmitterOwesNothing(t *testing.T) {
	events := play(t, "rate 7mbit", 1, 100, 2*ms, 1500)
	for i, e := range events.of(netem.Delivered) {
		if want := netem.Time(i)*2*ms + 1_714_286; e.At != want {
			t.Fatalf("packet %d at %v, want %v", i, e.At, want)
		}
	}
}

// Packets that take less than a nanosecond share them: at 1 Tbit/s, 20 bytes take 0.16 ns.
func TestTransmitterFasterThanTime(t *testing.T) {
	var events tape
	l := newLink(t, "rate 1tbit", 1, &events)
	for i := range 100 {
		l.Send(0, &netem.Packet{ID: uint64(i), Data: make([]byte, 20)})
	}
	fetch(l, 1<<62)
	for i, e := range events.of(netem.Delivered) {
		if want := netem.Time(((i+1)*16 + 99) / 100); e.At != want || e.Packet.ID != uint64(i) {
			t.Fatalf("packet %d at %v, want %v", e.Packet.ID, e.At, want)
		}
	}
	if n := len(events.of(netem.Delivered)); n != 100 {
		t.Errorf("%d of 100 arrived", n)
	}
}
