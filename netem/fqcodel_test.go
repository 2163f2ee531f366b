package netem_test

import (
	"slices"
	"testing"

	"lossylab/netem"
)

// takes dequeues n packets at once.
func (s *station) takes(now netem.Time, n int) (ids []uint64) {
	for range n {
		ids = append(ids, s.take(now))
	}
	return ids
}

// A flow with ten packets of 1000 bytes and a quantum of 1514: it sends two (1514-2000 = -486). Then another begins, and
// its two packets of 400 bytes go first, as it is new and the first has had its turn. From there they take turns: the
// first has 1514-486 = 1028 left and sends two; the second runs empty.
func TestFQCoDelLetsNewFlowsGoFirst(t *testing.T) {
	s := newStation(netem.FQCoDel{}, netem.Limit{})
	s.put(0, 10, 1000, 1, 0)
	if got := s.takes(0, 2); !slices.Equal(got, []uint64{1, 2}) {
		t.Fatalf("got %v", got)
	}
	s.put(0, 2, 400, 2, 0)
	if got := s.takes(0, 3); !slices.Equal(got, []uint64{11, 12, 3}) {
		t.Fatalf("got %v", got)
	}
	// The second flow had one more turn as an old one, in which it sent nothing: now it is new again.
	s.takes(0, 1)
	s.put(0, 1, 400, 2, 0)
	if got := s.takes(0, 8); !slices.Equal(got, []uint64{13, 5, 6, 7, 8, 9, 10, 0}) {
		t.Fatalf("got %v", got)
	}
	told(t, s.told)
}

// Three flows that always have something to send get as many bytes each, whatever the size of their packets: after any
// number of packets they differ by less than a quantum and a packet of 1500 bytes.
func TestFQCoDelIsFair(t *testing.T) {
	s := newStation(netem.FQCoDel{}, netem.Limit{})
	sizes := [...]int{1500, 300, 40}
	flow := map[uint64]int{}
	for f, size := range sizes {
		first := s.last
		s.put(0, 200_000/size, size, byte(f), 0)
		for id := first + 1; id <= s.last; id++ {
			flow[id] = f
		}
	}
	var sent [3]int
	for range 1500 {
		f := flow[s.take(0)]
		sent[f] += sizes[f]
		if most, least := slices.Max(sent[:]), slices.Min(sent[:]); most-least >= 1514+1500 {
			t.Fatalf("sent %v", sent)
		}
	}
	if slices.Min(sent[:]) < 50_000 {
		t.Errorf("sent %v", sent)
	}
}

// The order within a flow is kept, whatever else waits.
func TestFQCoDelKeepsOrderWithinFlows(t *testing.T) {
	s := newStation(netem.FQCoDel{Quantum: 256}, netem.Limit{})
	flow := map[uint64]byte{}
	last := map[byte]uint64{}
	for i := range 3000 {
		now := netem.Time(i) * ms
		f := byte(i * i % 7)
		s.put(now, 1+i%3, 100+i%900, f, 0)
		for id := s.last; id > 0 && flow[id] == 0; id-- {
			flow[id] = f + 1
		}
		for _, id := range s.takes(now, 2) {
			if id == 0 {
				continue
			}
			if id <= last[flow[id]] {
				t.Fatalf("packet %d came after %d", id, last[flow[id]])
			}
			last[flow[id]] = id
		}
	}
}

// When it is full, the flow with most bytes loses the older half of them at once, and up to 64 packets; the flow whose
// packet came last loses nothing.
func TestFQCoDelRelievesTheFattest(t *testing.T) {
	const by = " by queue fq_codel limit 10"
	s := newStation(netem.FQCoDel{}, netem.Limit{Packets: 10})
	s.put(0, 8, 1000, 1, 0)
	s.put(0, 2, 1200, 2, 0)
	s.put(0, 1, 100, 3, 0)
	told(t, s.told, "drop 1 at 0"+by, "drop 2 at 0"+by, "drop 3 at 0"+by, "drop 4 at 0"+by)
	s = newStation(netem.FQCoDel{}, netem.Limit{Bytes: 200_000})
	s.put(0, 2001, 100, 1, 0)
	if len(s.told) != 64 || s.Len() != 2001-64 {
		t.Errorf("%d drops, %d left", len(s.told), s.Len())
	}
}

// Each flow has a CoDel of its own: the flow that is above the target loses packets, and the other, which sends a packet
// now and then, does not.
func TestFQCoDelDropsFromTheFlowThatWaits(t *testing.T) {
	s := newStation(netem.FQCoDel{NoECN: true}, netem.Limit{})
	s.put(0, 1000, 1000, 1, 0)
	for now := netem.Time(0); now < 300*ms; now += ms {
		if now%(50*ms) == 0 {
			s.put(now, 1, 1000, 2, 0)
			if id := s.last; s.take(now) != id && now > 0 {
				t.Fatalf("at %v the packet that had just come had to wait", now)
			}
			continue
		}
		s.take(now)
	}
	// At 105 ms, 105 packets have left, three of the other flow; at 205 ms 205, five of them; at 276 ms 276 and six.
	const by = " by queue fq_codel target 5ms"
	told(t, s.told, "drop 103 at 105"+by, "drop 202 at 205"+by, "drop 273 at 276"+by)
}
