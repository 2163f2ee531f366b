package netem_test

import (
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/netem"
)

// delivered returns when packets arrived, in microseconds.
func (l tape) delivered() (us []int) {
	for _, e := range l.of(netem.Delivered) {
		us = append(us, int(e.At/1000))
	}
	return us
}

// 8 Mbit/s are a byte in each microsecond. Of ten packets of 1000 bytes, 5000 bytes' worth leave at once, and the others
// when their tokens have come in. After 3 ms without packets there are tokens for three, and never for more than five.
func TestBucketLetsBurstsThrough(t *testing.T) {
	var events tape
	l := newLink(t, "rate 8mbit burst 5000B", 1, &events)
	burst(l, 0, 10, 1000)
	fetch(l, 8*ms)
	burst(l, 8*ms, 5, 1000) // the last of before left at 5 ms
	fetch(l, 1000*ms)
	burst(l, 1000*ms, 6, 1000)
	fetch(l, 2000*ms)
	want := []int{0, 0, 0, 0, 0, 1000, 2000, 3000, 4000, 5000, 8000, 8000, 8000, 9000, 10_000,
		1e6, 1e6, 1e6, 1e6, 1e6, 1_001_000}
	if got := events.delivered(); !slices.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
}

// With a peak of 16 Mbit/s a packet of 1000 bytes takes 500 us when its tokens are there, while 500 more come in. Of 3000
// tokens there are 2500, 2000 … 500 left before the sixth packet, which so begins at 3 ms instead of 2.5 ms.
func TestBucketHasAPeak(t *testing.T) {
	var events tape
	l := newLink(t, "rate 8mbit burst 3000B peakrate 16mbit", 1, &events)
	burst(l, 0, 8, 1000)
	fetch(l, 100*ms)
	want := []int{500, 1000, 1500, 2000, 2500, 3500, 4500, 5500}
	if got := events.delivered(); !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// A packet that waits for tokens has left the queue, so a limit of 2 lets 5 + 1 + 2 packets in.
func TestBucketAndQueue(t *testing.T) {
	var events tape
	l := newLink(t, "rate 8mbit burst 5000B limit 2", 1, &events)
	burst(l, 0, 10, 1000)
	lost := events.of(netem.Dropped)
	if !slices.Equal(ids(lost), []uint64{8, 9}) || lost[0].By != "queue limit 2" || lost[0].Waiting != 2 {
		t.Errorf("lost %v", lost)
	}
}

// A packet that the bucket cannot hold is dropped when it comes, and nothing else waits for it.
func TestBucketRefusesWhatItCannotHold(t *testing.T) {
	events := play(t, "rate 8mbit burst 999B peakrate 9mbit", 1, 3, ms, 1000)
	lost := events.of(netem.Dropped)
	if len(lost) != 3 || lost[0].By != "burst 999B peakrate 9mbit" || lost[2].At != 2*ms {
		t.Errorf("lost %v", lost)
	}
	if n := len(play(t, "rate 8mbit burst 1000B", 1, 3, ms, 1000).of(netem.Delivered)); n != 3 {
		t.Errorf("%d of 3 packets of the bucket's size arrived", n)
	}
}

// In any time t no more passes than the bucket and rate × t, to the bit, and when there is always something to send no
// less either: packet k is sent at the first nanosecond at which 7 Mbit/s × t and 5000 bytes make up all k packets.
func TestBucketKeepsTheRate(t *testing.T) {
	const rate, size = 7_000_000, 5000
	var events tape
	l := newLink(t, "rate 7mbit burst 5000B limit 100000", 1, &events)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range 5000 {
		l.Send(0, &netem.Packet{ID: uint64(i), Data: make([]byte, 20+rng.IntN(1481))})
	}
	fetch(l, 1<<62)
	sum := 0
	for i, e := range events.of(netem.Delivered) {
		sum += e.Packet.Size() * 8
		want := netem.Time((max(0, sum-8*size)*1000 + 6) / 7) // ns
		if e.At != want {
			t.Fatalf("packet %d at %v, want %v", i, e.At, want)
		}
	}
}
