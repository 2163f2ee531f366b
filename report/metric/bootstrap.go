package metric

import (
	"math"
	"math/bits"
	"math/rand/v2"
	"slices"
)

// Resamples is how many resamples Bootstrap draws.
const Resamples = 10_000

// Bootstrap returns a statistic of the samples and its percentile bootstrap interval with a confidence level such as 0.95:
// B. Efron and R. Tibshirani, An Introduction to the Bootstrap (1993), chapter 13. It draws 10,000 resamples, always the same
// ones, since the seed is fixed: so the interval is a function of the samples in their order. It holds for samples that are
// independent, skewed ones too, but is too narrow for fewer than about ten. Statistic may reorder the slice that it is
// given; nil stands for the mean. It is not ok with fewer than two samples, or a level not between 0 and 1.
func Bootstrap(samples []float64, level float64, statistic func([]float64) float64) (e Estimate, ok bool) {
	n := len(samples)
	if n < 2 || !(level > 0 && level < 1) {
		return Estimate{}, false
	}
	if statistic == nil {
		statistic = func(samples []float64) float64 {
			sum := 0.0
			for _, x := range samples {
				sum += x
			}
			return sum / float64(len(samples))
		}
	}
	resample := slices.Clone(samples)
	e = Estimate{N: n, Value: statistic(resample)}
	rng := rand.NewPCG(3, 141)
	values := make([]float64, Resamples)
	for i := range values {
		for j := range resample {
			pick, _ := bits.Mul64(rng.Uint64(), uint64(n))
			resample[j] = samples[pick]
		}
		values[i] = statistic(resample)
	}
	slices.Sort(values)
	tail := int(math.Round((1 - level) / 2 * Resamples)) // as many values are left out at each end, but for one
	tail = min(max(1, tail), Resamples/2)
	e.Low, e.High = values[tail-1], values[Resamples-tail]
	return e, true
}
