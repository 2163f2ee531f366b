package metric

import (
	"math"
	"slices"
)

// Delays are the one-way delays of RFC 7679, in ns, of the packets of a stream that arrived.
type Delays struct {
	sorted   []int64
	mean, sd float64
}

// NewDelays takes delays in any order and keeps a sorted copy.
func NewDelays(ns []int64) *Delays {
	d := &Delays{sorted: slices.Sorted(slices.Values(ns)), mean: math.NaN(), sd: math.NaN()}
	if len(ns) == 0 {
		return d
	}
	d.mean = mean(d.sorted)
	d.sd = math.Sqrt(squares(d.sorted, d.mean) / float64(len(ns)))
	return d
}

// N returns how many there are.
func (d *Delays) N() int { return len(d.sorted) }

// Min returns the shortest delay; there must be one.
func (d *Delays) Min() int64 { return d.sorted[0] }

// Max returns the longest delay; there must be one.
func (d *Delays) Max() int64 { return d.sorted[len(d.sorted)-1] }

// Mean returns the mean delay.
func (d *Delays) Mean() float64 { return d.mean }

// SD returns the standard deviation of these very delays, divided by n and not by n-1.
func (d *Delays) SD() float64 { return d.sd }

// Quantile returns the quantile p, from 0 to 1, on straight lines between the sorted delays: the smallest is quantile 0, the
// largest is 1, and the k-th of n is (k-1)/(n-1). That is definition 7 of R. J. Hyndman and Y. Fan, "Sample Quantiles in
// Statistical Packages", The American Statistician 50 (1996), which NumPy and R use when nothing is said. The percentiles
// of RFC 2330 section 11.3 are the next larger delay instead.
func (d *Delays) Quantile(p float64) float64 {
	n := len(d.sorted)
	if n == 0 {
		return math.NaN()
	}
	place := p * float64(n-1)
	k := min(int(place), n-1)
	low, high := d.sorted[k], d.sorted[min(k+1, n-1)]
	return float64(low) + float64((place-float64(k))*float64(high-low))
}

// CountBelow returns how many delays are below ns.
func (d *Delays) CountBelow(ns int64) int {
	n, _ := slices.BinarySearch(d.sorted, ns)
	return n
}
