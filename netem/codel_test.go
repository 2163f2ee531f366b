package netem_test

import (
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// A queue of 1000 packets is filled at once and one packet a millisecond leaves it, so that packet k has waited k ms at
// time k. At 5 ms that is above the target, and 100 ms later the first is dropped. The next drops follow after 100 ms,
// 100/sqrt(2) = 70.7 ms, 100/sqrt(3) = 57.7 ms and so on: at 105, 205, 275.7, 333.4, 383.4 and 428.2 ms, each at the next
// millisecond.
func TestCoDelDropsByTheSquareRoot(t *testing.T) {
	s := newStation(netem.CoDel{}, netem.Limit{})
	s.put(0, 1000, 1000, 1, 0)
	for now := netem.Time(0); now < 430*ms; now += ms {
		if s.take(now) == 0 {
			t.Fatalf("nothing left at %v", now)
		}
	}
	const by = " by queue codel target 5ms"
	told(t, s.told, "drop 106 at 105"+by, "drop 207 at 205"+by, "drop 279 at 276"+by, "drop 338 at 334"+by,
		"drop 389 at 384"+by, "drop 435 at 429"+by)
}

// refill lets the queue run empty at 390 ms, after five drops, fills it again at a time and returns when it drops then.
func refill(t *testing.T, again netem.Time) (drops []netem.Time) {
	s := newStation(netem.CoDel{}, netem.Limit{})
	s.put(0, 1000, 1000, 1, 0)
	for now := netem.Time(0); now < 390*ms; now += ms {
		s.take(now)
	}
	if len(s.told) != 5 {
		t.Fatalf("%d drops", len(s.told))
	}
	for s.take(390*ms) != 0 {
	}
	s.told = nil
	s.put(again, 1000, 1000, 1, 0)
	for now := again; len(drops) < 3; now += ms {
		if s.take(now); len(s.told) > len(drops) {
			drops = append(drops, now-again)
		}
	}
	return drops
}

// The drop rate of before is taken up again if that was lately: with a count of 5-1 = 4 the second drop comes 100/sqrt(4) =
// 50 ms after the first, the third 44.7 ms later. After 16 intervals it is forgotten. The last drop_next is 428.2 ms, so
// that the first drop of now is lately up to 2028.2 ms.
func TestCoDelRemembersItsRate(t *testing.T) {
	for _, c := range []struct {
		again netem.Time
		want  []netem.Time
	}{
		{400 * ms, []netem.Time{105 * ms, 155 * ms, 200 * ms}},
		{1923 * ms, []netem.Time{105 * ms, 155 * ms, 200 * ms}},
		{1924 * ms, []netem.Time{105 * ms, 205 * ms, 276 * ms}},
	} {
		if got := refill(t, c.again); !slices.Equal(got, c.want) {
			t.Errorf("filled again at %v: drops after %v, want %v", c.again, got, c.want)
		}
	}
}

// RFC 8289 section 5.6: with no more than a packet left behind it, none is dropped, however long it waited.
func TestCoDelLeavesTheLastPacket(t *testing.T) {
	s := newStation(netem.CoDel{}, netem.Limit{})
	for now := netem.Time(0); now < 10_000*ms; now += 500 * ms {
		s.put(now, 2, 1000, 1, 0)
		for range 2 {
			if s.take(now+499*ms) == 0 {
				t.Fatalf("nothing at %v: %v", now, s.told)
			}
		}
	}
	told(t, s.told)
}

// Packets that may be marked are marked where others are dropped, and are those that go on.
func TestCoDelMarks(t *testing.T) {
	s := newStation(netem.CoDel{ECN: true}, netem.Limit{})
	s.put(0, 200, 1000, 1, 2) // ECT(0)
	s.put(0, 800, 1000, 1, 0)
	for now := netem.Time(0); now < 280*ms; now += ms {
		s.now = now
		if p := s.Dequeue(now); p == nil || (p.Data[1] == 3) != (now == 105*ms) {
			t.Fatalf("at %v: %v", now, p)
		}
	}
	const by = " by queue codel target 5ms"
	told(t, s.told, "mark 106 at 105"+by+" ecn", "drop 206 at 205"+by, "drop 278 at 276"+by)
}

// The threshold marks all that waited longer, once, whether ecn is said or not; and what may not be marked passes.
func TestCoDelThreshold(t *testing.T) {
	s := newStation(netem.CoDel{CEThreshold: 3 * time.Millisecond, ECN: true, Interval: 4 * time.Millisecond}, netem.Limit{})
	for i := range byte(12) {
		s.put(0, 1, 1000, 1, i%2*2)
	}
	for now := netem.Time(0); now < 12*ms; now += ms {
		s.take(now)
	}
	const by = " by queue codel ce_threshold 3ms"
	// Packet 10 would have been dropped at 9 ms, 4 ms after it was first above the target at 5 ms. It is marked once.
	told(t, s.told, "mark 6 at 5"+by, "mark 8 at 7"+by, "mark 10 at 9 by queue codel target 5ms ecn", "mark 12 at 11"+by)
}

func TestCoDelIsFull(t *testing.T) {
	s := newStation(netem.CoDel{}, netem.Limit{Packets: 3})
	s.put(0, 5, 1000, 1, 0)
	told(t, s.told, "drop 4 at 0 by queue codel limit 3", "drop 5 at 0 by queue codel limit 3")
}
