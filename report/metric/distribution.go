package metric

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// exactSamples is how many samples a Distribution keeps one by one.
const exactSamples = 1 << 16

// Distribution gathers durations, also negative ones, and tells how they are distributed: exactly up to 65,536 samples, and
// beyond that from a histogram whose buckets are less than 0.1 % of the duration wide, so that memory stays flat: 512 KiB,
// and then 440 KiB for each sign. The zero value is ready to use.
type Distribution struct {
	n        int64
	sum      float64 // only ever added to: no machine rounds it otherwise
	min, max time.Duration
	samples  []time.Duration // while there are few enough
	sorted   bool
	counts   [2][]int64 // by bucketOf, of origin - d for d below it, and of d - origin for others
	full     bool       // the histogram is in use

	fromMin bool // the origin of the buckets is the least of the samples kept one by one, not 0
	origin  time.Duration
}

// Spread is a distribution. Quantiles are of the nearest rank: the smallest sample that at least that share of the samples
// does not exceed. Mean is rounded to whole nanoseconds.
type Spread struct {
	N                        int64
	Min, Mean, Max           time.Duration
	P50, P90, P95, P99, P999 time.Duration
}

// Add takes a sample.
func (q *Distribution) Add(d time.Duration) {
	if q.n == 0 {
		q.min, q.max = d, d
	}
	q.min, q.max = min(q.min, d), max(q.max, d)
	q.n++
	q.sum += float64(d)
	switch {
	case q.full:
		q.count(d)
	case len(q.samples) < exactSamples:
		q.samples, q.sorted = append(q.samples, d), false
	default:
		q.fill()
		q.count(d)
	}
}

// fill moves the samples into the histogram.
func (q *Distribution) fill() {
	q.full = true
	if q.fromMin {
		q.origin = slices.Min(q.samples)
	}
	for _, s := range q.samples {
		q.count(s)
	}
	q.samples = nil
}

func (q *Distribution) count(d time.Duration) {
	side, b := 1, bucketOf(uint64(d-q.origin))
	if d < q.origin {
		side, b = 0, bucketOf(uint64(q.origin-d))
	}
	if q.counts[side] == nil {
		q.counts[side] = make([]int64, bucketOf(math.MaxInt64)+1)
	}
	q.counts[side][min(b, len(q.counts[side])-1)]++
}

// N returns the number of samples.
func (q *Distribution) N() int64 { return q.n }

// Min returns the least sample, 0 without any.
func (q *Distribution) Min() time.Duration { return q.min }

// Max returns the greatest sample, 0 without any.
func (q *Distribution) Max() time.Duration { return q.max }

// Mean returns the mean, rounded to whole nanoseconds; 0 without samples.
func (q *Distribution) Mean() time.Duration {
	if q.n == 0 {
		return 0
	}
	return time.Duration(math.Round(q.sum / float64(q.n)))
}

// At returns the quantile p, 0 < p <= 1; 0 without samples.
func (q *Distribution) At(p float64) time.Duration { return q.Rank(rankOf(p, q.n)) }

// rankOf returns the nearest rank of the quantile p of n samples, from 1: the least that is at least p n. What p n has too
// much because p is no binary fraction does not count.
func rankOf(p float64, n int64) int64 {
	x := float64(p * float64(n))
	return min(max(1, int64(math.Ceil(x-float64(x*0x1p-51)))), n)
}

// Rank returns the sample that has the given rank, from 1 for the least to N for the greatest; 0 without samples.
func (q *Distribution) Rank(rank int64) time.Duration {
	if q.n == 0 {
		return 0
	}
	rank = min(max(1, rank), q.n)
	if !q.full {
		if !q.sorted {
			slices.Sort(q.samples)
			q.sorted = true
		}
		return q.samples[rank-1]
	}
	low, high := q.counts[0], q.counts[1]
	for b := len(low) - 1; b >= 0; b-- {
		if rank -= low[b]; rank <= 0 {
			return q.within(q.origin - bucketStart(b))
		}
	}
	for b, n := range high {
		if rank -= n; rank <= 0 {
			return q.within(q.origin + bucketStart(b))
		}
	}
	return q.max
}

// within keeps the edge of a bucket among the samples.
func (q *Distribution) within(d time.Duration) time.Duration { return min(max(d, q.min), q.max) }

// Spread returns the distribution in a few numbers.
func (q *Distribution) Spread() Spread {
	return Spread{N: q.n, Min: q.min, Mean: q.Mean(), Max: q.max,
		P50: q.At(.5), P90: q.At(.9), P95: q.At(.95), P99: q.At(.99), P999: q.At(.999)}
}

// The buckets: one a nanosecond up to 2048, and then 1024 to each doubling.
const fineBuckets = 10

func bucketOf(d uint64) int {
	shift := max(0, bits.Len64(d)-fineBuckets-1)
	return shift<<fineBuckets + int(d>>shift)
}

func bucketStart(b int) time.Duration {
	shift := max(0, b>>fineBuckets-1)
	return time.Duration(b-shift<<fineBuckets) << shift
}
