package metric

import (
	"math"
	"sort"
)

// Reordering counts the packets that arrived behind later ones, and how far behind: Type-P-Reordered of RFC 4737 section
// 3, the ratio of section 4.1 and the extent of section 4.2. It takes packets one by one and needs no list of them.
//
// The extent of a reordered packet is i-j, where i is its own place in the order of arrival and j that of the earliest
// packet with a larger number. That one is always among the packets that were the largest so far when they came: only
// these are remembered, and those that came without a gap between them as one.
type Reordering struct {
	arrived   int
	reordered int
	extents   float64 // their sum
	furthest  int
	cut       int
	next      uint64 // RFC 4737's NextExp: one more than the largest number that has arrived
	largest   []span // in order both of number and of arrival
}

// span is n packets that arrived one after the other, each numbered one more than the last, at places from at on. All of
// them were the largest when they came.
type span struct {
	seq uint64
	at  int
	n   int
}

func (s span) end() uint64 { return s.seq + uint64(s.n) }

// maxSpans bounds what is remembered. At a loss of 5 % it reaches back over a million packets.
const maxSpans = 1 << 16

// Add takes the number of the packet that has arrived next and returns its extent, which is 0 if it is in order. Numbers
// count from 0 in order of sending. Of a packet with duplicates only the first to arrive counts.
func (r *Reordering) Add(seq uint64) (extent int) {
	i := r.arrived
	r.arrived++
	if seq >= r.next { // in order, also behind a gap: loss is not reordering
		r.next = seq + 1
		r.remember(seq, i)
		return 0
	}
	extent = i - r.before(seq)
	r.reordered++
	r.extents += float64(extent)
	r.furthest = max(r.furthest, extent)
	return extent
}

// remember notes that seq, the largest number so far, arrived as number at.
func (r *Reordering) remember(seq uint64, at int) {
	if n := len(r.largest); n > 0 {
		if last := &r.largest[n-1]; last.end() == seq && last.at+last.n == at {
			last.n++
			return
		}
		if n == maxSpans {
			r.largest = r.largest[:copy(r.largest, r.largest[n/2:])]
		}
	}
	r.largest = append(r.largest, span{seq, at, 1})
}

// before returns the place of the earliest arrival with a number larger than seq; there is one.
func (r *Reordering) before(seq uint64) (at int) {
	i := sort.Search(len(r.largest), func(i int) bool { return r.largest[i].end() > seq+1 })
	s := r.largest[i]
	if seq < s.seq {
		if i == 0 && s.at > 0 { // what came before is forgotten
			r.cut++
		}
		return s.at
	}
	return s.at + int(seq+1-s.seq)
}

// Arrived returns how many packets have arrived.
func (r *Reordering) Arrived() int { return r.arrived }

// Reordered returns how many of them were reordered.
func (r *Reordering) Reordered() int { return r.reordered }

// Ratio returns the share of those that arrived which were reordered.
func (r *Reordering) Ratio() float64 { return float64(r.reordered) / float64(r.arrived) }

// MeanExtent returns the mean extent of the reordered packets, in packets.
func (r *Reordering) MeanExtent() float64 {
	if r.reordered == 0 {
		return math.NaN()
	}
	return r.extents / float64(r.reordered)
}

// Furthest returns the largest extent, in packets.
func (r *Reordering) Furthest() int { return r.furthest }

// Cut returns how many extents may have been larger than they were counted, since they reach back beyond what is
// remembered.
func (r *Reordering) Cut() int { return r.cut }
