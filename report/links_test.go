package report

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/netem"
)

// What goes in is what comes out: over 300 packets of made-up life, copies included, at each moment.
func TestLinkConservesPackets(t *testing.T) {
	c := newLinkCounter("loss 3%")
	inside := 0
	count := observer(func(e netem.Event) {
		c.observe(e)
		switch e.Kind {
		case netem.Sent, netem.Duplicated, netem.Fragment:
			inside++
		case netem.Dropped, netem.Delivered, netem.Fragmented:
			inside--
		}
		if r := c.finish(); r.InFlight != int64(inside) {
			t.Fatalf("%d in flight, want %d: %+v", r.InFlight, inside, r)
		}
	})
	chaos(newStory(t, count), 300, rand.New(rand.NewPCG(1, 2)))
	if r := c.finish(); r.Offered != 300 || r.Dropped == 0 || r.Duplicated == 0 || r.Delivered == 0 || r.Fragmented == 0 || r.Spec != "loss 3%" {
		t.Errorf("%+v", r)
	}
}

type observer func(netem.Event)

func (o observer) Observe(e netem.Event) { o(e) }

func TestDropsAreCountedByTheirFirstWord(t *testing.T) {
	c := newLinkCounter("")
	for i, by := range []string{"loss 3%", "queue limit 100", "loss 3%", "loss gemodel 1% 10%", "red", "queue limit 100"} {
		p := &netem.Packet{ID: uint64(i), Data: make([]byte, 100+i)}
		c.observe(netem.Event{Kind: netem.Sent, Packet: p})
		c.observe(netem.Event{Kind: netem.Dropped, By: by, Packet: p})
	}
	r := c.finish()
	if want := map[string]int64{"loss": 3, "queue": 2, "red": 1}; !maps.Equal(r.DroppedBy, want) || r.Dropped != 6 {
		t.Errorf("%d dropped by %v, want %v", r.Dropped, r.DroppedBy, want)
	}
	if r.Bytes != 6*100+15 || r.InFlight != 0 {
		t.Errorf("%d bytes, %d in flight", r.Bytes, r.InFlight)
	}
}

// The sequences are those of messages_test.go; a copy is written as a negative number.
func TestLinkReorderingIgnoresDuplicates(t *testing.T) {
	for _, test := range []struct {
		arrivals []int
		want     int64
	}{
		{[]int{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, 1},
		{[]int{1, 2, 3, 4, 7, 5, 6, 8, 9, 10}, 2},
		{[]int{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, 3},
		{[]int{1, 3, 5, 7}, 0},
		{[]int{1, 2, -2, 3, -3, -1}, 0},
		{[]int{1, -3, 2, 3}, 0},
		{[]int{2, -2, 1, -1}, 1},
	} {
		c := newLinkCounter("")
		for _, n := range test.arrivals {
			p := &netem.Packet{ID: uint64(max(n, -n)), Copy: one(n < 0)}
			c.observe(netem.Event{Kind: netem.Delivered, Packet: p})
		}
		if r := c.finish(); r.Reordered != test.want || r.Delivered != int64(len(test.arrivals)) {
			t.Errorf("%v: %d reordered, want %d", test.arrivals, r.Reordered, test.want)
		}
	}
}

func TestSojournIsTheTimeInTheQueue(t *testing.T) {
	c := newLinkCounter("")
	if r := c.finish(); r.Sojourn != nil {
		t.Error("a link without packets has a sojourn time")
	}
	for i := range 100 {
		p := &netem.Packet{ID: uint64(i), Sent: ms(50)}
		c.observe(netem.Event{Kind: netem.Dequeued, At: ms(50) + ms(float64(i+1)), Packet: p})
		c.observe(netem.Event{Kind: netem.Delivered, At: ms(1000), Packet: p})
	}
	if got, want := *c.finish().Sojourn, (Sojourn{Mean: .0505, P50: .05, P95: .095, Max: .1}); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// The counters are those of a real link too.
func TestLinkCounterOnALink(t *testing.T) {
	spec, err := netem.Parse("rate 8mbit limit 5 delay 3ms loss 10% duplicate 10% corrupt 10% reorder 10% by 3")
	if err != nil {
		t.Fatal(err)
	}
	c := newLinkCounter(spec.String())
	link, err := netem.NewLink(up, spec, 1, observer(c.observe))
	if err != nil {
		t.Fatal(err)
	}
	got := map[uint64]int{}
	var now netem.Time
	for id := range uint64(2000) { // 1000 bytes take 1 ms: in each burst of 10, 6 are taken
		if id%10 == 0 {
			now += ms(10)
		}
		link.Send(now, &netem.Packet{ID: id, Data: make([]byte, 1000)})
		for p := link.Recv(now); p != nil; p = link.Recv(now) {
			got[p.ID]++
		}
	}
	r := c.finish()
	if r.Offered != 2000 || r.DroppedBy["queue"] != 200*4 || r.Bytes != 2000*1000 {
		t.Errorf("%+v", r)
	}
	if causes := slices.Sorted(maps.Keys(r.DroppedBy)); fmt.Sprint(causes) != "[loss queue]" {
		t.Errorf("dropped by %v", causes)
	}
	delivered := int64(0)
	for _, n := range got {
		delivered += int64(n)
	}
	if r.Delivered != delivered || r.InFlight != int64(link.InFlight()) || r.Reordered == 0 || r.Corrupted == 0 || r.Duplicated == 0 {
		t.Errorf("%d delivered, %d in flight: %+v", delivered, link.InFlight(), r)
	}
	if r.Sojourn.Max != .005 || r.QueueMax != 5 {
		t.Errorf("the last of five waits for %v s behind %d", r.Sojourn.Max, r.QueueMax-1)
	}
}
