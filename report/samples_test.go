package report

import (
	"testing"
	"time"

	"lossylab/netem"
)

// leave tells the sampler that a packet leaves the queue that waited so long and leaves so many behind.
func leave(q *queueSampler, at, sojourn netem.Time, waiting int) {
	q.observe(netem.Event{At: at, Link: up, Kind: netem.Dequeued, Packet: &netem.Packet{Sent: at - sojourn}, Waiting: waiting})
}

func TestQueueSamples(t *testing.T) {
	var q queueSampler
	leave(&q, ms(.01), 0, 0)
	leave(&q, ms(.02), ms(.01), 4)
	leave(&q, ms(.03), ms(.02), 3)
	q.observe(netem.Event{At: ms(.05), Kind: netem.Dropped, By: "queue limit 5"})
	q.observe(netem.Event{At: ms(.05), Kind: netem.Dropped, By: "loss 3%"})
	leave(&q, ms(2), 0, 0)
	want := []QueueBin{{0, ms(.1), 5, 3, 20 * time.Microsecond, 1}, {ms(2), ms(2.1), 0, 0, 0, 0}}
	if len(q.bins) != 2 || q.bins[0] != want[0] || q.bins[1] != want[1] {
		t.Errorf("%+v, want %+v", q.bins, want)
	}
}

// Bins become wider and lose neither the greatest values nor the drops.
func TestQueueSamplesAreBounded(t *testing.T) {
	var q queueSampler
	const n = 20_000
	for i := range n {
		at := netem.Time(i) * netem.Time(queueWidth)
		leave(&q, at, at/1000, i%7)
		q.observe(netem.Event{At: at, Kind: netem.Dropped, By: "queue limit 7"})
	}
	drops, most, longest := 0, 0, time.Duration(0)
	for i, b := range q.bins {
		if b.End-b.Start != q.width || i > 0 && b.Start < q.bins[i-1].End {
			t.Fatalf("bin %d is %v to %v of width %v", i, b.Start, b.End, q.width)
		}
		drops, most, longest = drops+b.Drops, max(most, b.Packets), max(longest, b.Sojourn)
	}
	if len(q.bins) > queueBins || drops != n || most != 7 || longest != time.Duration((n-1)*queueWidth/1000) {
		t.Errorf("%d bins, %d drops, %d packets, %v", len(q.bins), drops, most, longest)
	}
}

// Windows are scaled only when both SYNs say so, and never in a SYN.
func TestScaledWindows(t *testing.T) {
	syn, plain := &netem.Header{Flags: netem.SYN, Options: []byte{3, 3, 4}}, &netem.Header{Flags: netem.SYN}
	answer := func(h *netem.Header) *netem.Header {
		return &netem.Header{Flags: netem.SYN | netem.ACK, Options: h.Options, Window: 1000}
	}
	for _, c := range []struct {
		client, server *netem.Header
		want           int64
	}{{syn, syn, 16000}, {plain, syn, 1000}, {syn, plain, 1000}} {
		conn := &tcpConn{next: 100}
		conn.scaling(c.client, true)
		conn.scaling(answer(c.server), false)
		if a := conn.ack(0, answer(c.server), 0); a.Window != 1000 {
			t.Errorf("in SYN: %d", a.Window)
		}
		if a := conn.ack(0, &netem.Header{Flags: netem.ACK, Window: 1000}, 0); a.Window != c.want {
			t.Errorf("%d, want %d", a.Window, c.want)
		}
	}
}

// What was sent again gives no sample, and what is acknowledged selectively is not in flight.
func TestRoundTripsOfAFlow(t *testing.T) {
	f := &Flow{Proto: "tcp", End: ms(300), Segments: []Segment{
		{At: ms(0), Len: 100}, {At: ms(1), Offset: 100, Len: 100}, {At: ms(2), Offset: 200, Len: 100},
		{At: ms(50), Offset: 100, Len: 100, Retransmit: true},
	}, Acks: []Ack{
		{At: ms(40), Offset: 100}, {At: ms(42), Offset: 100, SACK: [][2]int64{{200, 300}}}, {At: ms(90), Offset: 300},
	}}
	r := roundTripsOf(f)
	if len(r.samples) != 1 || r.samples[0] != (roundTrip{ms(40), 40 * time.Millisecond}) || r.Karn != 1 || r.mss != 100 {
		t.Errorf("%+v, %d by Karn, MSS %d", r.samples, r.Karn, r.mss)
	}
	want := []byteSample{{0, 100}, {ms(1), 200}, {ms(2), 300}, {ms(40), 200}, {ms(42), 100}, {ms(50), 100}, {ms(90), 0}}
	for i, v := range want {
		if r.flights[i] != v {
			t.Errorf("%+v, want %+v", r.flights, want)
			break
		}
	}
	for at, want := range map[netem.Time]int64{-1: 0, 0: 100, ms(1.5): 200, ms(100): 0} {
		if got := flightAt(r.flights, at); got != want {
			t.Errorf("at %v %d, want %d", at, got, want)
		}
	}
}
