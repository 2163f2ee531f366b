package report

import (
	"math"
	"math/bits"
	"slices"
	"time"
)

// exactSamples is how many samples Quantiles keeps one by one.
const exactSamples = 1 << 16

// Quantiles gathers durations and tells their distribution: exactly up to 65,536 samples, and beyond that from a
// histogram whose buckets are less than 0.1 % wide, so that memory stays flat. The zero value is ready to use.
type Quantiles struct {
	n        int
	sum      float64
	min, max time.Duration
	samples  []time.Duration
	sorted   bool
	buckets  []uint64 // by bucketOf, once there are more samples than are kept
}

// Summary is a distribution in seconds. Quantiles are of the nearest rank: the smallest sample that at least that share
// of the samples does not exceed.
type Summary struct {
	Min  float64 `json:"min"`
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P95  float64 `json:"p95"`
	P99  float64 `json:"p99"`
	Max  float64 `json:"max"`
}

// Add takes a sample. Negative ones count as 0.
func (q *Quantiles) Add(d time.Duration) {
	d = max(d, 0)
	if q.n == 0 {
		q.min = d
	}
	q.min, q.max = min(q.min, d), max(q.max, d)
	q.n++
	q.sum += float64(d)
	switch {
	case q.buckets != nil:
		q.buckets[bucketOf(d)]++
	case len(q.samples) < exactSamples:
		q.samples, q.sorted = append(q.samples, d), false
	default:
		q.buckets = make([]uint64, bucketOf(math.MaxInt64)+1)
		for _, s := range q.samples {
			q.buckets[bucketOf(s)]++
		}
		q.samples = nil
		q.buckets[bucketOf(d)]++
	}
}

// N returns the number of samples.
func (q *Quantiles) N() int { return q.n }

// At returns the quantile p, 0 < p <= 1; 0 without samples.
func (q *Quantiles) At(p float64) time.Duration {
	if q.n == 0 {
		return 0
	}
	rank := max(1, int(math.Ceil(p*float64(q.n))))
	if q.buckets == nil {
		if !q.sorted {
			slices.Sort(q.samples)
			q.sorted = true
		}
		return q.samples[rank-1]
	}
	for b, n := range q.buckets {
		if rank -= int(n); rank <= 0 {
			return min(max(bucketStart(b), q.min), q.max)
		}
	}
	return q.max
}

// Summary returns the distribution, nil without samples.
func (q *Quantiles) Summary() *Summary {
	if q.n == 0 {
		return nil
	}
	return &Summary{
		Min:  seconds(q.min),
		Mean: round9(q.sum / float64(q.n) / 1e9),
		P50:  seconds(q.At(.5)),
		P95:  seconds(q.At(.95)),
		P99:  seconds(q.At(.99)),
		Max:  seconds(q.max),
	}
}

// round9 cuts x to whole billionths, so that the last digits of a float, which depend on the machine, are never printed.
func round9(x float64) float64 { return math.Round(x*1e9) / 1e9 }

func seconds(d time.Duration) float64 { return float64(d) / 1e9 }

// The buckets: one a nanosecond up to 2048, and then 1024 to each doubling.
const fine = 10

func bucketOf(d time.Duration) int {
	shift := max(0, bits.Len64(uint64(d))-fine-1)
	return shift<<fine + int(d>>shift)
}

func bucketStart(b int) time.Duration {
	shift := max(0, b>>fine-1)
	return time.Duration(b-shift<<fine) << shift
}

// fromSeconds turns seconds into a duration, to the nearest nanosecond.
func fromSeconds(s float64) time.Duration { return time.Duration(math.Round(s * 1e9)) }
