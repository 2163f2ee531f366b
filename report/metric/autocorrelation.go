package metric

import "math"

// ACF1 returns the autocorrelation of a series at lag 1: the sum of products of neighbours' distances from the mean, over
// the sum of their squares (G. E. P. Box and G. M. Jenkins, "Time Series Analysis", section 2.1). It is NaN where all are
// alike.
func ACF1(x []int64) float64 {
	if len(x) == 0 {
		return math.NaN()
	}
	m := mean(x)
	all := squares(x, m)
	if all == 0 {
		return math.NaN()
	}
	products := 0.0
	for i := range x[1:] {
		products += float64((float64(x[i]) - m) * (float64(x[i+1]) - m))
	}
	return products / all
}

// mean returns the mean of x, which is not empty. Distances from the first are added up: they are smaller than times.
func mean(x []int64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += float64(v - x[0])
	}
	return float64(x[0]) + sum/float64(len(x))
}

// squares returns the sum of squared distances from m.
func squares(x []int64, m float64) float64 {
	sum := 0.0
	for _, v := range x {
		d := float64(v) - m
		sum += float64(d * d)
	}
	return sum
}
