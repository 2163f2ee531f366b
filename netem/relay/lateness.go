package relay

import (
	"math/bits"
	"sync/atomic"

	"lossylab/netem"
)

// Lateness counts by how much packets were handed on later than they were due. It keeps counts of classes that are an eighth
// of their lower bound wide, and so its quantiles are at most that much too large. It may be used from anywhere; the zero
// value is ready.
type Lateness struct {
	classes [62 * 8]atomic.Uint64
	most    atomic.Int64
}

// Add counts one packet.
func (l *Lateness) Add(late netem.Time) {
	late = max(late, 0)
	l.classes[classOf(uint64(late))].Add(1)
	for m := l.most.Load(); int64(late) > m; m = l.most.Load() {
		if l.most.CompareAndSwap(m, int64(late)) {
			break
		}
	}
}

// classOf returns the class of n nanoseconds: 0 to 7 stand for themselves, and then each power of two has eight.
func classOf(n uint64) int {
	if n < 8 {
		return int(n)
	}
	e := bits.Len64(n) - 4
	return e*8 + int(n>>e)
}

// above returns the largest number of a class.
func above(class int) netem.Time {
	if class < 16 {
		return netem.Time(class)
	}
	e := class/8 - 1
	return netem.Time((uint64(class%8)+9)<<e - 1)
}

// Late is what is known of the lateness of N packets, in nanoseconds.
type Late struct {
	N                  uint64
	P50, P90, P99, Max netem.Time
}

// Sum returns what several have counted together.
func Sum(ls ...*Lateness) (s Late) {
	var classes [62 * 8]uint64
	for _, l := range ls {
		for i := range classes {
			n := l.classes[i].Load()
			classes[i] += n
			s.N += n
		}
		s.Max = max(s.Max, netem.Time(l.most.Load()))
	}
	quantile := func(share float64) netem.Time {
		left := uint64(share * float64(s.N))
		for i, n := range classes {
			if n > left {
				return min(above(i), s.Max)
			}
			left -= n
		}
		return s.Max
	}
	s.P50, s.P90, s.P99 = quantile(.5), quantile(.9), quantile(.99)
	return s
}
