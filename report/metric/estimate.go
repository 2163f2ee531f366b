package metric

import "math"

// Estimate is a number and an interval that holds the true one with a confidence that was asked for.
type Estimate struct {
	N         int // samples
	Value     float64
	Low, High float64
}

// Mean returns the mean of the samples and their standard deviation, that of N-1; 0 where there are too few.
func Mean(samples []float64) (mean, deviation float64) {
	n := float64(len(samples))
	if n == 0 {
		return 0, 0
	}
	for _, x := range samples {
		mean += x
	}
	mean /= n
	if n == 1 {
		return mean, 0
	}
	squares := 0.0
	for _, x := range samples {
		squares += float64((x - mean) * (x - mean))
	}
	return mean, math.Sqrt(squares / (n - 1))
}
