package metric

import "math"

// NormalQuantile returns the quantile p, 0 < p < 1, of the standard normal distribution, to eight digits.
func NormalQuantile(p float64) float64 { return StudentQuantile(p, math.MaxInt32) }

// WilsonAt is Wilson with a confidence level such as 0.9, between 0 and 1, instead of Confidence.
func WilsonAt(share, n, level float64) Interval {
	if level == Confidence {
		return Wilson(share, n)
	}
	if !(n > 0 && level > 0 && level < 1) {
		return nothing
	}
	return score(share, max(n, 1), NormalQuantile(1-float64((1-level)/2)))
}

// score returns Wilson's interval for the normal quantile z.
func score(share, n, z float64) Interval {
	center := share + float64(z*z)/(2*n)
	half := float64(z * math.Sqrt(float64(share*(1-share))/n+float64(z*z)/(4*float64(n*n))))
	scale := 1 + float64(z*z)/n
	i := Interval{max(0, (center-half)/scale), min(1, (center+half)/scale)}
	switch share { // exactly, where rounding would leave a trace
	case 0:
		i.Low = 0
	case 1:
		i.High = 1
	}
	return i
}
