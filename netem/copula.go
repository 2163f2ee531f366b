package netem

import "math"

// copula makes successive draws correlate and leaves each as it was: uniform over all 64-bit numbers. It is the Gaussian
// copula: draws become normal numbers, these an autoregressive sequence of order 1, and its numbers draws again.
type copula struct {
	bell       *bell
	old, fresh float64 // weights of the last number and of a new one; their squares add up to 1
	z          float64 // the last number
	begun      bool
}

// next returns the draw that follows when u is drawn.
func (c *copula) next(u uint64) uint64 { return draw(c.bell.below(c.normal(u))) }

// normal returns the normal number that follows when u is drawn.
func (c *copula) normal(u uint64) float64 {
	z := normal(u)
	if c.begun { // the first number is as good as any: the sequence is stationary from the start
		z = float64(c.old*c.z) + float64(c.fresh*z)
	}
	c.z, c.begun = z, true
	return z
}

// draw returns the draw that normal would make p of, as a number below which there is the share p of all.
func draw(p float64) uint64 { return min(uint64(p*(1<<52)), 1<<52-1) << 12 }

// newCopula returns the copula with which the delays, and not only the normal numbers beneath them, have the correlation
// Rho.
func (d *Delay) newCopula() *copula {
	old := d.Rho
	switch {
	case d.Rho == 1:
	case d.clipped() || d.Samples != nil || d.Distribution > Normal:
		old = newSpectrum(d.stairs()).invert(d.Rho)
	case d.Distribution == Uniform: // K. Pearson 1907: the correlation of the uniform numbers is 6/π asin(old/2)
		old = 2 * sine(d.Rho*math.Pi/6)
	}
	return &copula{bell: theBell(), old: old, fresh: math.Sqrt(1 - float64(old*old))}
}

// clipped says whether more than one delay in a million would be negative but for being none.
func (d *Delay) clipped() bool { return d.at(draw(1e-6)) == 0 }

// sine is sin x for x up to π/6, by its series.
func sine(x float64) float64 {
	sum := 1.0
	for n := 16.0; n >= 2; n -= 2 {
		sum = 1 - float64(float64(x*x)*sum)/float64(n*(n+1))
	}
	return x * sum
}

// stair is a step of a function of a normal number: it rises by rise at z.
type stair struct{ z, rise float64 }

// stairs returns the delay in ns as a function of the normal number, in steps. Those of a short table are its own; all
// other functions are cut into steps of 1/64 of a standard deviation.
func (d *Delay) stairs() (all []stair) {
	const short = 1024
	if d.Samples != nil && len(d.Samples.values) <= short {
		n := len(d.Samples.values)
		for i := 1; i < n; i++ {
			share := float64(i) / float64(n)
			below, above := d.at(draw((float64(i)-0.5)/float64(n))), d.at(draw((float64(i)+0.5)/float64(n)))
			if above > below {
				all = append(all, stair{probit(share), float64(above - below)})
			}
		}
		return all
	}
	const reach = 83 * bellSteps / 10 // of normal
	bell := theBell()
	below := d.at(0)
	for i := -reach; i <= reach; i++ {
		z := float64(i) / bellSteps
		above := d.at(draw(bell.below(z + 0.5/bellSteps)))
		if above > below {
			all = append(all, stair{z, float64(above - below)})
		}
		below = above
	}
	return all
}

// spectrum says how the correlation of a function g of normal numbers follows from that of the numbers. With g's
// coefficients c_k in the normalised Hermite polynomials h_k, it is the sum of c_k^2 r^k over the sum of c_k^2, k from 1
// up (Mehler 1866).
type spectrum struct {
	power []float64 // c_k^2 as shares of the variance, from k = 1 up
	rest  float64   // the share beyond them
}

// newSpectrum calculates the coefficients up to what matters. Partial integration makes of c_k = E[g h_k] the sum over the
// steps of rise φ(z) h_(k-1)(z) / √k.
func newSpectrum(all []stair) spectrum {
	s := spectrum{rest: 1}
	n := len(all)
	if n == 0 { // a constant: whatever the numbers do
		return s
	}
	weight, h, before := make([]float64, n), make([]float64, n), make([]float64, n)
	for i, t := range all {
		weight[i], h[i] = float64(t.rise*density(t.z)), 1
	}
	variance := varianceOf(all)
	for k := 1; k <= spectrumTerms && s.rest > 5e-5; k++ {
		c := 0.0
		for i := range weight {
			c += float64(weight[i] * h[i])
		}
		power := float64(c*c) / float64(float64(k)*variance)
		s.power = append(s.power, power)
		s.rest = max(0, s.rest-power)
		// h_k = (z h_(k-1) - √(k-1) h_(k-2)) / √k
		root, last := math.Sqrt(float64(k)), math.Sqrt(float64(k-1))
		for i, t := range all {
			h[i], before[i] = (float64(t.z*h[i])-float64(last*before[i]))/root, h[i]
		}
	}
	return s
}

// spectrumTerms are enough for all but functions with few and large steps: what is left is taken to fall like theirs.
const spectrumTerms = 200

// varianceOf returns the variance of a function of a normal number.
func varianceOf(all []stair) float64 {
	mean, square, value, last := 0.0, 0.0, 0.0, 0.0
	add := func(share float64) {
		mean += float64(value * share)
		square += float64(float64(value*value) * share)
	}
	for _, t := range all {
		below := 1 - tail(t.z)
		add(below - last)
		value, last = value+t.rise, below
	}
	add(1 - last)
	return square - float64(mean*mean)
}

// correlation returns the correlation of the function when that of the numbers is r.
func (s spectrum) correlation(r float64) float64 {
	sum := 0.0
	for k := len(s.power) - 1; k >= 0; k-- {
		sum = float64((sum + s.power[k]) * r)
	}
	return sum + float64(s.rest*s.fallen(r))
}

// fallen returns the mean of r^k over the coefficients beyond the last, which fall as k^(-3/2) where there are steps:
// with K coefficients and x = -K log r, it is about √K/2 times the integral of k^(-3/2) r^k from K up, which is
// e^-x - √(πx) erfc(√x).
func (s spectrum) fallen(r float64) float64 {
	x := -float64(float64(len(s.power)) * log(r))
	if x > 30 {
		return 0
	}
	return exp(-x) - float64(2*math.Sqrt(float64(math.Pi*x))*tail(math.Sqrt(2*x)))
}

// invert returns the correlation of the numbers that gives the function the correlation rho, 0 < rho < 1.
func (s spectrum) invert(rho float64) float64 {
	low, high := 0.0, 1.0
	for range 52 {
		middle := (low + high) / 2
		if s.correlation(middle) < rho {
			low = middle
		} else {
			high = middle
		}
	}
	return high
}
