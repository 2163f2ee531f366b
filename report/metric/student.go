package metric

import "math"

// StudentInterval returns the mean of the samples and the interval of Student's t for it, with a confidence level such as
// 0.95. It holds for samples that are independent and not too far from normal, as the goodputs of runs with different seeds
// are; for few and skewed ones take Bootstrap. It is not ok with fewer than two samples, or a level not between 0 and 1.
func StudentInterval(samples []float64, level float64) (e Estimate, ok bool) {
	n := len(samples)
	if n < 2 || !(level > 0 && level < 1) {
		return Estimate{}, false
	}
	mean, deviation := Mean(samples)
	half := StudentQuantile(1-float64((1-level)/2), n-1) * deviation / math.Sqrt(float64(n))
	return Estimate{N: n, Value: mean, Low: mean - float64(half), High: mean + float64(half)}, true
}

// PairedInterval returns the mean of the differences b[i] - a[i] and the interval of Student's t for it: the comparison of
// two variants that were run under the same seeds, whose common luck cancels out. It is not ok with fewer than two pairs,
// slices of different length, or a level not between 0 and 1.
func PairedInterval(a, b []float64, level float64) (e Estimate, ok bool) {
	if len(a) != len(b) {
		return Estimate{}, false
	}
	differences := make([]float64, len(a))
	for i := range a {
		differences[i] = b[i] - a[i]
	}
	return StudentInterval(differences, level)
}

// studentExact is up to how many degrees of freedom the distribution is summed up.
const studentExact = 1000

// StudentQuantile returns the quantile p, 0 < p < 1, of Student's t with df degrees of freedom, at least 1: to about ten
// digits, and eight beyond 1000 degrees, for p up to 0.99999. The greatest df gives the quantile of the normal distribution.
func StudentQuantile(p float64, df int) float64 {
	if p < .5 {
		return -StudentQuantile(1-p, df)
	}
	share := 1 - float64(2*(1-p))
	if share <= 0 {
		return 0
	}
	if df = max(1, df); df <= studentExact {
		return studentInverse(share, df)
	}
	// The quantile is a smooth function of h = 1/df: a parabola through three points of it leads on to h = 0.
	h, quantile := 1/float64(df), 0.0
	nodes := [...]int{studentExact, 2 * studentExact, 4 * studentExact}
	for _, i := range nodes {
		weight := 1.0
		for _, j := range nodes {
			if i != j {
				weight *= (h - 1/float64(j)) / (1/float64(i) - 1/float64(j))
			}
		}
		quantile += float64(weight * studentInverse(share, i))
	}
	return quantile
}

// studentInverse returns the t > 0 that a share of the distribution lies within, by halving.
func studentInverse(share float64, df int) float64 {
	low, high := 0.0, 1.0
	for studentShare(high, df) < share && high < math.MaxFloat64/4 {
		low, high = high, 2*high
	}
	for {
		middle := low + float64((high-low)/2)
		if middle <= low || middle >= high {
			return middle
		}
		if studentShare(middle, df) < share {
			low = middle
		} else {
			high = middle
		}
	}
}

// studentShare returns the probability that |T| is at most t: Abramowitz and Stegun, Handbook of Mathematical Functions,
// 26.7.3 for odd df and 26.7.4 for even.
func studentShare(t float64, df int) float64 {
	x := t / math.Sqrt(float64(df)) // the tangent of theta
	cos := 1 / math.Sqrt(1+float64(x*x))
	sin, cos2 := x*cos, float64(cos*cos)
	if df%2 == 0 {
		sum, term := 0.0, 1.0
		for k := 1; k <= df/2; k++ {
			sum += term
			term *= cos2 * (float64(2*k-1) / float64(2*k))
		}
		return float64(sin * sum)
	}
	sum, term := 0.0, cos
	for k := 1; k <= (df-1)/2; k++ {
		sum += term
		term *= cos2 * (float64(2*k) / float64(2*k+1))
	}
	return 2 / math.Pi * (arctan(x) + float64(sin*sum))
}

// arctan returns the arc tangent of x >= 0, the same on every machine: three times halved, it is below 0.2, where the terms
// after x^23 are below half the last bit.
func arctan(x float64) float64 {
	if x > 1 {
		return math.Pi/2 - arctan(1/x)
	}
	for range 3 {
		x /= 1 + math.Sqrt(1+float64(x*x))
	}
	sum, x2 := 0.0, float64(x*x)
	for k := 23; k >= 1; k -= 2 {
		sum = 1/float64(k) - float64(sum*x2)
	}
	return 8 * x * sum
}
