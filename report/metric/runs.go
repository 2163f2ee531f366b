package metric

import (
	"math"
	"math/bits"
)

// Runs describes a series of yes and no, such as which packets of a stream were lost, in order of sending. Of losses, a run
// is a loss period of RFC 3357 section 4: losses with nothing that arrived between them.
type Runs struct {
	n, hits int
	runs    int
	pairs   int // hits right behind a hit
	length  int // of the run that goes on
	first   bool
	lengths [64]int // runs of 2^i to 2^(i+1)-1 hits
}

// Add takes the next of the series.
func (r *Runs) Add(hit bool) {
	if r.n == 0 {
		r.first = hit
	}
	r.n++
	if !hit {
		r.length = 0
		return
	}
	r.hits++
	if r.length == 0 {
		r.runs++
	} else {
		r.pairs++
		r.lengths[bits.Len(uint(r.length))-1]--
	}
	r.length++
	r.lengths[bits.Len(uint(r.length))-1]++
}

// N returns the length of the series.
func (r *Runs) N() int { return r.n }

// Hits returns how many were yes.
func (r *Runs) Hits() int { return r.hits }

// Runs returns how many runs of yes there were.
func (r *Runs) Runs() int { return r.runs }

// Ratio returns the share of yes; of losses, Type-P-One-way-Packet-Loss-Ratio of RFC 7680 section 4.1.
func (r *Runs) Ratio() float64 { return float64(r.hits) / float64(r.n) }

// MeanRun returns the mean length of the runs.
func (r *Runs) MeanRun() float64 {
	if r.runs == 0 {
		return math.NaN()
	}
	return float64(r.hits) / float64(r.runs)
}

// Lengths returns how many runs there were of 1, of 2 to 3, of 4 to 7 and so on.
func (r *Runs) Lengths() []int {
	n := len(r.lengths)
	for n > 0 && r.lengths[n-1] == 0 {
		n--
	}
	return r.lengths[:n]
}

// ACF1 returns the series' autocorrelation at lag 1, as ACF1 does of numbers: NaN if all are alike.
func (r *Runs) ACF1() float64 {
	if r.hits == 0 || r.hits == r.n {
		return math.NaN()
	}
	n, hits, mean := float64(r.n), float64(r.hits), r.Ratio()
	// Of the products of neighbours (x-mean)(y-mean), n-1 in all, the x are all but the last and the y all but the first.
	ends := 0.0
	if r.first {
		ends++
	}
	if r.length > 0 {
		ends++
	}
	sum := float64(r.pairs) - float64(mean*(2*hits-ends)) + float64((n-1)*float64(mean*mean))
	return sum / float64(hits*(1-mean))
}
