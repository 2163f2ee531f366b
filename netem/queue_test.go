package netem_test

import (
	"slices"
	"testing"

	"lossylab/netem"
)

// burst sends n packets of size bytes at once.
func burst(l *netem.Link, now netem.Time, n, size int) {
	for i := range n {
		l.Send(now, &netem.Packet{ID: uint64(i), Data: make([]byte, size)})
	}
}

// Of 20 packets at once one is transmitted, 10 wait, and 9 find the queue full.
func TestQueueOverflows(t *testing.T) {
	var events tape
	l := newLink(t, "rate 12mbit limit 10", 1, &events)
	burst(l, 0, 20, 1500) // 1 ms each
	lost := events.of(netem.Dropped)
	if want := []uint64{11, 12, 13, 14, 15, 16, 17, 18, 19}; !slices.Equal(ids(lost), want) {
		t.Fatalf("lost %v, want %v", ids(lost), want)
	}
	for _, e := range lost {
		if e.By != "queue limit 10" || e.At != 0 {
			t.Errorf("lost at %v by %q", e.At, e.By)
		}
	}
	l.Send(1*ms-1, &netem.Packet{ID: 100, Data: make([]byte, 1500)}) // still full
	l.Send(1*ms, &netem.Packet{ID: 101, Data: make([]byte, 1500)})   // a transmission ends before the packet is offered
	fetch(l, 100*ms)
	if got := ids(events.of(netem.Dropped))[9:]; !slices.Equal(got, []uint64{100}) {
		t.Errorf("then lost %v, want 100 alone", got)
	}
	for i, e := range events.of(netem.Dequeued)[:11] {
		if sojourn := e.At.Sub(e.Packet.Sent); sojourn != netem.Time(i*1e6).Sub(0) {
			t.Errorf("packet %d waited %v, want %d ms", i, sojourn, i)
		}
	}
	if got := events.of(netem.Delivered); len(got) != 12 || got[11].At != 12*ms {
		t.Errorf("%d arrived, the last at %v; want 12, the last at 12 ms", len(got), got[len(got)-1].At)
	}
}

// 64 KiB hold 43 packets of 1500 bytes and no 44th; 21 KB hold 14 exactly.
func TestQueueCountsBytes(t *testing.T) {
	for _, c := range []struct {
		words string
		fit   int
		by    string
	}{
		{"limit 64KiB", 43, "queue limit 64KiB"},
		{"limit 21000B", 14, "queue limit 21KB"},
		{"limit 20999B", 13, "queue limit 20999B"},
		{"", netem.DefaultLimit, "queue limit 1000"},
	} {
		var events tape
		l := newLink(t, "rate 1mbit "+c.words, 1, &events)
		burst(l, 0, 1100, 1500)
		lost := events.of(netem.Dropped)
		if want := 1100 - 1 - c.fit; len(lost) != want || lost[0].By != c.by {
			t.Errorf("%q lost %d by %q, want %d by %q", c.words, len(lost), lost[0].By, want, c.by)
		}
	}
}

// A link without a rate empties its queue at once, however small.
func TestQueueOfInfiniteRate(t *testing.T) {
	var events tape
	l := newLink(t, "limit 1", 1, &events)
	burst(l, 5*ms, 100, 1500)
	fetch(l, 5*ms)
	if n := len(events.of(netem.Delivered)); n != 100 {
		t.Errorf("%d of 100 arrived", n)
	}
}
