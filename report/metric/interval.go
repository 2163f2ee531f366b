package metric

import "math"

// Confidence is that of every Interval here.
const Confidence = 0.95

// Interval holds the true value in Confidence of all cases. Its ends are NaN where there is too little to go by.
type Interval struct{ Low, High float64 }

var nothing = Interval{math.NaN(), math.NaN()}

// Known says whether there was enough to go by.
func (i Interval) Known() bool { return !math.IsNaN(i.Low) && !math.IsNaN(i.High) }

// z is the standard normal distribution's quantile at (1+Confidence)/2.
const z = 1.959963984540054

// Wilson returns the interval of a proportion of which hits of n were counted: the score interval of E. B. Wilson,
// "Probable Inference, the Law of Succession, and Statistical Inference", Journal of the American Statistical Association
// 22 (1927), which stays within 0 and 1 and says something of no hits too. n need not be whole: see Independent.
func Wilson(share, n float64) Interval {
	if !(n > 0) {
		return nothing
	}
	return score(share, max(n, 1), z)
}

// Independent returns how many independent cases n correlated ones are worth, for their mean: n (1-acf1)/(1+acf1), which
// is exact for a chain of two states (such as Gilbert's losses) when n is large. Cases that repel each other are taken for
// independent, so that no interval gets narrower by it.
func Independent(n int, acf1 float64) float64 {
	if !(acf1 > 0) { // NaN: all alike
		return float64(n)
	}
	return float64(n) * (1 - acf1) / (1 + acf1)
}
