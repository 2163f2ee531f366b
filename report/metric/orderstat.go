package metric

import (
	"slices"
	"time"
)

// QuantileRanks returns the ranks, from 1, of the two of n independent samples in order between which the quantile p of what
// they were drawn from lies with at least the confidence level: H. A. David and H. N. Nagaraja, Order Statistics (2003),
// section 7.1. How many samples are below the quantile is binomial, whatever their distribution; each end is wrong with a
// probability of at most (1-level)/2. It is not ok if there are too few samples for that, or p or level is not between 0
// and 1.
func QuantileRanks(n int64, p, level float64) (low, high int64, ok bool) {
	if n < 1 || !(p > 0 && p < 1) || !(level > 0 && level < 1) {
		return 0, 0, false
	}
	first, chances := binomial(n, p)
	tail := (1 - level) / 2
	// The sample of rank r is above the quantile if fewer than r are below it, and below it if r or more are.
	low, high = first, first+int64(len(chances))
	for sum, i := 0.0, 0; i < len(chances); i++ {
		if sum += chances[i]; sum > tail {
			break
		}
		low++
	}
	for sum, i := 0.0, len(chances)-1; i >= 0; i-- {
		if sum += chances[i]; sum > tail {
			break
		}
		high--
	}
	return low, high, low >= 1 && high <= n
}

// binomial returns the probabilities of first, first+1 and so on successes in n trials. What is left out at both ends is less
// than 1e-17 of the greatest each. They are computed outward from the greatest, so that nothing is too small for a float.
func binomial(n int64, p float64) (first int64, chances []float64) {
	mode := min(int64(float64(float64(n+1)*p)), n)
	const least = 1e-17
	w, first := 1.0, mode
	for k := mode; k > 0 && w > least; k-- {
		w *= float64(k) / float64(n-k+1) * ((1 - p) / p)
		chances = append(chances, w)
		first = k - 1
	}
	slices.Reverse(chances)
	chances = append(chances, 1)
	w = 1
	for k := mode; k < n && w > least; k++ {
		w *= float64(n-k) / float64(k+1) * (p / (1 - p))
		chances = append(chances, w)
	}
	sum := 0.0
	for _, w := range chances {
		sum += w
	}
	for i := range chances {
		chances[i] /= sum
	}
	return first, chances
}

// QuantileInterval returns the quantile p of the samples, by the nearest rank, and the interval of QuantileRanks for it.
func QuantileInterval(samples []float64, p, level float64) (e Estimate, ok bool) {
	n := int64(len(samples))
	low, high, ok := QuantileRanks(n, p, level)
	if !ok {
		return Estimate{}, false
	}
	sorted := slices.Clone(samples)
	slices.Sort(sorted)
	return Estimate{N: len(samples), Value: sorted[rankOf(p, n)-1], Low: sorted[low-1], High: sorted[high-1]}, true
}

// Interval returns the interval of QuantileRanks for the quantile p. Packets that follow each other closely are not
// independent: then it is too narrow.
func (q *Distribution) Interval(p, level float64) (low, high time.Duration, ok bool) {
	l, h, ok := QuantileRanks(q.n, p, level)
	if !ok {
		return 0, 0, false
	}
	return q.Rank(l), q.Rank(h), true
}
