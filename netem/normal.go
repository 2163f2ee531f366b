package netem

import (
	"math"
	"math/bits"
	"time"
)

// Random shapes, each made from one 64-bit draw and each the same to the last bit on every machine. That rules out
// math.Log, which some processors do in assembly, and rand.NormFloat64, which uses it; and it is why every product here
// that is added to something is wrapped in float64(), which the language spec says to prevent a fused multiply-add.

// spread makes a draw u uniform over the 2w+1 integers from -w to w.
func spread(u uint64, w time.Duration) time.Duration {
	hi, _ := bits.Mul64(u, 2*uint64(w)+1)
	return time.Duration(hi) - w
}

// normal makes a draw u standard normal, by inverting the distribution function at the middle of one of 2^52 equal steps
// of (0, 1). So no result is beyond 8.3 standard deviations, and both ends are reached alike.
func normal(u uint64) float64 {
	return probit((float64(u>>12) + 0.5) / (1 << 52))
}

// probit is the inverse of the normal distribution function for 0 < p < 1, by the rational approximations of M. J.
// Wichura, "Algorithm AS 241: The Percentage Points of the Normal Distribution", Applied Statistics 37 (1988), routine
// PPND16: about one part in 10^16.
func probit(p float64) float64 {
	q := p - 0.5
	if math.Abs(q) <= 0.425 {
		r := 0.180625 - float64(q*q)
		return q * ratio(&wichuraAB, r)
	}
	// In the tails the function is smooth in this r. The square root is exact to the last bit everywhere (IEEE 754).
	r := math.Sqrt(-log(min(p, 1-p)))
	var z float64
	if r <= 5 {
		z = ratio(&wichuraCD, r-1.6)
	} else {
		z = ratio(&wichuraEF, r-5)
	}
	return math.Copysign(z, q)
}

// The coefficients of AS 241: numerator, then denominator, from the constant term up.
var (
	wichuraAB = [2][8]float64{
		{3.3871328727963666080e0, 1.3314166789178437745e+2, 1.9715909503065514427e+3, 1.3731693765509461125e+4,
			4.5921953931549871457e+4, 6.7265770927008700853e+4, 3.3430575583588128105e+4, 2.5090809287301226727e+3},
		{1, 4.2313330701600911252e+1, 6.8718700749205790830e+2, 5.3941960214247511077e+3,
			2.1213794301586595867e+4, 3.9307895800092710610e+4, 2.8729085735721942674e+4, 5.2264952788528545610e+3},
	}
	wichuraCD = [2][8]float64{
		{1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
			1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4},
		{1, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
			1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9},
	}
	wichuraEF = [2][8]float64{
		{6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
			2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7},
		{1, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
			7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15},
	}
)

// ratio evaluates a rational function by Horner's rule.
func ratio(c *[2][8]float64, r float64) float64 {
	num, den := c[0][7], c[1][7]
	for i := 6; i >= 0; i-- {
		num = float64(num*r) + c[0][i]
		den = float64(den*r) + c[1][i]
	}
	return num / den
}

// log is the natural logarithm of x > 0: with x = m 2^e and s = (m-1)/(m+1), it is e log 2 + 2 (s + s^3/3 + s^5/5 + …).
// For m from √½ to √2, s^2 is below 0.0295, and the terms after s^21 are below half the last bit.
func log(x float64) float64 {
	m, e := math.Frexp(x)
	if m < math.Sqrt2/2 { // Frexp gives m from ½ to 1
		m, e = 2*m, e-1
	}
	s := (m - 1) / (m + 1)
	sum, s2 := 0.0, float64(s*s)
	for k := 21; k >= 3; k -= 2 {
		sum = float64((sum + 1/float64(k)) * s2)
	}
	return float64(float64(e)*math.Ln2) + float64(2*s) + float64(2*float64(s*sum))
}
