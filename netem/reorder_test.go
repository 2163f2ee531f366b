package netem_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// some is a Model that has one verdict on the packets listed and none on others.
type some struct {
	ids     []uint64
	verdict netem.Verdict
}

func (s some) Judge(_ netem.Time, _ *rand.Rand, p *netem.Packet) netem.Verdict {
	if slices.Contains(s.ids, p.ID) {
		return s.verdict
	}
	return netem.Verdict{}
}

// none is a Model that does nothing.
type none struct{}

func (none) Judge(netem.Time, *rand.Rand, *netem.Packet) netem.Verdict { return netem.Verdict{} }
func (none) String() string                                            { return "none" }

func (s some) String() string { return fmt.Sprintf("some %v", s.ids) }

// arrivals returns the packets in the order in which they arrived.
func arrivals(events tape) []uint64 { return ids(events.of(netem.Delivered)) }

func TestBehindSoManyPackets(t *testing.T) {
	behind := func(k int, ids ...uint64) netem.Model { return some{ids, netem.Verdict{Behind: k}} }
	for _, c := range []struct {
		models []netem.Model
		want   []uint64
	}{
		{[]netem.Model{behind(1, 2)}, []uint64{0, 1, 3, 2, 4, 5, 6, 7}},
		{[]netem.Model{behind(3, 2)}, []uint64{0, 1, 3, 4, 5, 2, 6, 7}},
		{[]netem.Model{behind(1, 2, 3)}, []uint64{0, 1, 4, 2, 3, 5, 6, 7}}, // 3 waits too, so 4 is the first to overtake 2
		{[]netem.Model{behind(2, 2), behind(1, 3)}, []uint64{0, 1, 4, 3, 2, 5, 6, 7}},
		{[]netem.Model{behind(5, 7)}, []uint64{0, 1, 2, 3, 4, 5, 6, 7}}, // nobody comes: it gives up
		{[]netem.Model{behind(2, 6)}, []uint64{0, 1, 2, 3, 4, 5, 7, 6}}, // too few come
	} {
		if got := arrivals(playModels(t, 8, ms, c.models...)); !slices.Equal(got, c.want) {
			t.Errorf("%v: arrived %v, want %v", c.models, got, c.want)
		}
	}
}

// A displaced packet arrives at the very instant of the last one to overtake it, or when its hold time is over.
func TestBehindArrivesWithItsOvertaker(t *testing.T) {
	for _, c := range []struct {
		behind int
		hold   time.Duration
		want   netem.Time // of packet 2, which is due at 2 ms
	}{
		{1, 0, 3 * ms},
		{3, 0, 5 * ms},
		{100, 0, 2*ms + netem.Time(netem.DefaultHold)},
		{100, 4500 * time.Microsecond, 6*ms + ms/2},
		{5, 5 * time.Millisecond, 7 * ms}, // at the last instant: packet 7 still overtakes
	} {
		events := playModels(t, 60, ms, some{[]uint64{2}, netem.Verdict{Behind: c.behind, Hold: c.hold}})
		delivered := events.of(netem.Delivered)
		i := slices.Index(ids(delivered), 2)
		if delivered[i].At != c.want {
			t.Errorf("behind %d within %v: at %v, want %v", c.behind, c.hold, delivered[i].At, c.want)
		}
		if got := events.of(netem.Delayed); len(got) != 1 || got[0].At != 2*ms || got[0].By != "some [2]" {
			t.Errorf("behind %d: told of delay as %v", c.behind, got)
		}
	}
}

// The copies of a displaced packet follow it, and the copies of others do not count as overtaking it.
func TestBehindWithCopies(t *testing.T) {
	events := playModels(t, 6, ms, some{[]uint64{1, 2, 3}, netem.Verdict{Copies: 1}}, some{[]uint64{1}, netem.Verdict{Behind: 2}})
	if got, want := arrivals(events), []uint64{0, 2, 2, 3, 3, 1, 1, 4, 5}; !slices.Equal(got, want) {
		t.Errorf("arrived %v, want %v", got, want)
	}
}

// Reordering by 3 has extent 3 to the packet, whenever no other picked packet is near; never less, and nobody else is
// reordered. 20,000 packets, seed 1.
func TestReorderByHasThisExtent(t *testing.T) {
	const n, by = 20_000, 3
	events := play(t, "rate 100mbit delay 20ms reorder 2% by 3", 1, n, ms, 1000)
	extent := extents(events.of(netem.Delivered))
	picked := ids(events.of(netem.Delayed))
	lonely := 0
	for i, id := range picked {
		near := i > 0 && id-picked[i-1] <= 2*by || i+1 < len(picked) && picked[i+1]-id <= 2*by
		switch got := extent[id]; {
		case id+3*by >= n: // the stream may end before enough have come
		case !near && got != by, got < by:
			t.Errorf("packet %d has extent %d, want %d", id, got, by)
		case !near:
			lonely++
		}
		delete(extent, id)
	}
	for id, got := range extent {
		if got != 0 {
			t.Errorf("packet %d was not picked, yet has extent %d", id, got)
		}
	}
	if lonely < 250 { // of 400 picked, the share 0.98^12 = 0.78 is alone
		t.Errorf("only %d lonely packets", lonely)
	}
}

func TestReorderLate(t *testing.T) {
	events := play(t, "delay 20ms reorder 5% late 8500us", 1, 2000, ms, 100)
	late := ids(events.of(netem.Delayed))
	extent := extents(events.of(netem.Delivered))
	for _, e := range events.of(netem.Delivered) {
		want := 20 * ms
		if slices.Contains(late, e.Packet.ID) {
			want += 8*ms + ms/2
			if x := extent[e.Packet.ID]; x < 5 && e.Packet.ID < 1990 { // 8 come in that time, but few of them late as well
				t.Errorf("packet %d has extent %d", e.Packet.ID, x)
			}
		}
		if got := e.At - e.Packet.Sent; got != want {
			t.Errorf("packet %d took %v, want %v", e.Packet.ID, got, want)
		}
	}
}

// Jitter above the spacing reorders in order free, never in order keep; there each packet waits for the latest before it.
func TestOrder(t *testing.T) {
	free := play(t, "delay 20ms 10ms", 1, 5000, ms, 100)
	if slices.IsSorted(arrivals(free)) {
		t.Error("order free keeps the order")
	}
	due := map[uint64]netem.Time{}
	for _, e := range free.of(netem.Delivered) {
		due[e.Packet.ID] = e.At
	}
	kept := play(t, "order keep delay 20ms 10ms", 1, 5000, ms, 100)
	if !slices.IsSorted(arrivals(kept)) {
		t.Error("order keep reorders")
	}
	var latest netem.Time
	for _, e := range kept.of(netem.Delivered) {
		latest = max(latest, due[e.Packet.ID])
		if e.At != latest {
			t.Fatalf("packet %d at %v, want %v", e.Packet.ID, e.At, latest)
		}
	}
}

// With order keep, jitter keeps the order and "by 3" alone changes it.
func TestReorderByUnderOrderKeep(t *testing.T) {
	events := play(t, "order keep delay 20ms 10ms reorder 1% by 3", 1, 5000, ms, 100)
	extent := extents(events.of(netem.Delivered))
	for _, id := range ids(events.of(netem.Delayed)) {
		delete(extent, id)
	}
	for id, got := range extent {
		if got != 0 {
			t.Errorf("packet %d was not picked, yet has extent %d", id, got)
		}
	}
}
