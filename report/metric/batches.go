package metric

import "math"

// Batches gives an interval to a ratio of two sums over a long series, which may be correlated in any way that is forgotten
// within a twentieth of the series: a mean is the sum of values over their number, a mean run the number of hits over the
// number of runs, a rate bits over seconds. It is the method of batch means with W. G. Cochran's variance of a ratio: the
// series is cut into 20 stretches, and what they differ by from the common ratio goes into Student's t with 19 degrees.
type Batches struct{ above, below [batches]float64 }

const (
	batches  = 20
	student  = 2.093024054408263 // the 0.975 quantile of t with 19 degrees of freedom
	minBatch = 2                 // cases in a stretch at least
)

// Add takes what case i of n adds to both sums.
func (b *Batches) Add(i, n int, above, below float64) {
	k := int(int64(i) * batches / int64(n))
	b.above[k] += above
	b.below[k] += below
}

// Interval is IntervalAt with Confidence.
func (b *Batches) Interval(n int) Interval { return b.IntervalAt(n, Confidence) }

// IntervalAt returns the interval of the ratio of all that was added, with a confidence level between 0 and 1 such as 0.9:
// unknown if there were fewer than 40 cases or the divisor is not above zero.
func (b *Batches) IntervalAt(n int, level float64) Interval {
	var above, below float64
	for k := range b.above {
		above += b.above[k]
		below += b.below[k]
	}
	if n < minBatch*batches || !(below > 0 && level > 0 && level < 1) {
		return nothing
	}
	ratio, sum := above/below, 0.0
	for k := range b.above {
		d := b.above[k] - float64(ratio*b.below[k])
		sum += float64(d * d)
	}
	quantile := student
	if level != Confidence {
		quantile = StudentQuantile(1-float64((1-level)/2), batches-1)
	}
	half := quantile * math.Sqrt(sum/(batches*(batches-1))) / (below / batches)
	return Interval{ratio - half, ratio + half}
}
