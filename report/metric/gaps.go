package metric

import (
	"time"

	"lossylab/netem"
)

// ReorderingGaps are the gaps between reordering discontinuities of RFC 4737 section 4.5. A reordering discontinuity is an
// arrival that is the first with a greater number than some later, reordered packet; a gap is the distance from one such
// place to the next, in arrivals and in time. However late the reordered packets come that reveal them, the places are taken
// in the order of arrival.
//
// Copies must have been taken out. Discontinuities are looked for among the latest 4096 packets in order, in 128 KiB at
// most; a reordered packet that is behind older ones reveals none and is counted. The zero value is ready to use.
type ReorderingGaps struct {
	Beyond int64 // reordered packets whose discontinuity is not remembered

	ahead ahead
	gone  gapSums // up to the oldest packet remembered
}

// GapsResult sums the gaps between discontinuities up.
type GapsResult struct {
	Discontinuities            int64         // one more than there are gaps, if any
	MinGap, MaxGap             int64         // arrivals
	MeanGap                    float64       // arrivals
	MinTime, MaxTime, MeanTime time.Duration // MeanTime is cut to whole nanoseconds
}

// Add takes the next arrival.
func (g *ReorderingGaps) Add(seq int64, at netem.Time) {
	next := g.ahead.next
	forgotten, first, certain := g.ahead.add(seq, at)
	switch {
	case seq >= next:
		if forgotten.late {
			g.gone.add(forgotten)
		}
	case certain:
		first.late = true
	default:
		g.Beyond++
	}
}

// Result sums up what has arrived until now.
func (g *ReorderingGaps) Result() GapsResult {
	s := g.gone
	for i := range g.ahead.ring {
		if l := g.ahead.oldest(i); l.late {
			s.add(*l)
		}
	}
	r := s.result
	if n := r.Discontinuities - 1; n > 0 {
		r.MeanGap = ratio(s.last.place-s.first.place, n)
		r.MeanTime = s.last.at.Sub(s.first.at) / time.Duration(n)
	}
	return r
}

// gapSums gathers gaps from discontinuities in the order of their arrival.
type gapSums struct {
	first, last leader
	result      GapsResult
}

func (s *gapSums) add(l leader) {
	r := &s.result
	gap, took := l.place-s.last.place, l.at.Sub(s.last.at)
	switch r.Discontinuities {
	case 0:
		s.first = l
	case 1:
		r.MinGap, r.MaxGap, r.MinTime, r.MaxTime = gap, gap, took, took
	default:
		r.MinGap, r.MaxGap = min(r.MinGap, gap), max(r.MaxGap, gap)
		r.MinTime, r.MaxTime = min(r.MinTime, took), max(r.MaxTime, took)
	}
	r.Discontinuities++
	s.last = l
}
