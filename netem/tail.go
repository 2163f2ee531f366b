package netem

import (
	"math"
	"sync"
)

// The normal distribution function and what it needs, the same to the last bit on every machine (see normal.go).

// exp is e^x for -700 < x < 700: with x = k log 2 + r it is 2^k (1 + r + r^2/2! + …). For |r| up to log 2 / 2, the terms
// after r^14 are below half the last bit.
func exp(x float64) float64 {
	const high, low = 0x1.62e42fefap-1, math.Ln2 - 0x1.62e42fefap-1 // log 2: k times the high part is exact
	k := math.RoundToEven(x / math.Ln2)
	r := x - float64(k*high) - float64(k*low)
	sum := 1.0
	for n := 14; n >= 1; n-- {
		sum = 1 + float64(sum*r)/float64(n)
	}
	return math.Ldexp(sum, int(k))
}

// density is the density of the standard normal distribution.
func density(z float64) float64 {
	const atZero = 0.398942280401432677939946059934 // 1/√(2π)
	return atZero * exp(-float64(z*z)/2)
}

// tail is the probability that a standard normal number is larger than z: near 0 by the series 1/2 - φ(z) (z + z^3/3 +
// z^5/(3·5) + …), beyond by Laplace's continued fraction φ(z)/(z + 1/(z + 2/(z + 3/…))). Both are good to some 1e-14 of
// the result.
func tail(z float64) float64 {
	switch {
	case z < 0:
		return 1 - tail(-z)
	case z < 2.5:
		term, sum := z, z
		for n := 3.0; term > 1e-18; n += 2 {
			term = float64(term*float64(z*z)) / n
			sum += term
		}
		return 0.5 - float64(density(z)*sum)
	}
	f := z
	for n := 100.0; n >= 1; n-- {
		f = z + n/f
	}
	return density(z) / f
}

// bell is the normal distribution function in a form that takes as long as a few multiplications: its values at every
// 64th of a standard deviation, and a Taylor series from the nearest of them.
type bell struct {
	tail, density [bellReach*bellSteps + 1]float64
}

const (
	bellSteps = 64
	bellReach = 9 // standard deviations; normal gives no number beyond 8.3
)

// theBell is made when it is first used: half a thousand tails take some 50 microseconds.
var theBell = sync.OnceValue(func() *bell {
	b := new(bell)
	for i := range b.tail {
		z := float64(i) / bellSteps
		b.tail[i], b.density[i] = tail(z), density(z)
	}
	return b
})

// below is the probability that a standard normal number is less than z. Its error is below 1e-15, as the next term of the
// series is at most φ(x) |He5(x)| d^6/6! for a d of 1/128.
func (b *bell) below(z float64) float64 {
	y := min(math.Abs(z), bellReach)
	i := int(float64(y*bellSteps) + 0.5)
	x := float64(i) / bellSteps
	d := y - x
	// φ's n-th derivative is (-1)^n He_n(x) φ(x), with Hermite's polynomials He.
	x2 := float64(x * x)
	he2, he3 := x2-1, float64(x*(x2-3))
	he4 := float64(x2*(x2-6)) + 3
	s := 1 + float64(d/2*(-x+float64(d/3*(he2+float64(d/4*(-he3+float64(d/5*he4)))))))
	above := b.tail[i] - float64(float64(b.density[i]*d)*s)
	if z < 0 {
		return above
	}
	return 1 - above
}
