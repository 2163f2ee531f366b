package netem

import "math"

// narrowed returns the share of a correlated generator's numbers that are at most p of their range: what tc's "loss 5%
// 25%" comes to in the long run. (p and rho are at 0 to 1, and p is the answer at rho 0.)
//
// The number is X = (1-rho) U + rho X', with U uniform and X' the last one. So its distribution function F has F(x) =
// rho/(1-rho) (G(x/rho) - G((x-(1-rho))/rho)), where G is the integral of F. That is iterated on a grid until rho^n is
// nothing. Close to 1 the sum has so many terms that it is normal.
func narrowed(p, rho float64) float64 {
	switch {
	case p <= 0 || p >= 1 || rho <= 0 || rho == 1: // frozen at 1: p is then the chance that it is always at most p
		return p
	case rho > asNormal:
		sd := math.Sqrt((1 - rho) / (12 * (1 + rho)))
		return math.Erfc((0.5-p)/(sd*math.Sqrt2)) / 2
	}
	return averagesCDF(rho).averaged(p, rho)
}

// bothNarrowed returns, beside what narrowed does, the share of neighbouring numbers that are both at most p: it makes runs
// of what a correlated generator decides. It is NaN where the sum has too many terms.
//
// Of X at most p, the next number is at most p with U up to (p-rho X)/(1-rho), and that is h(X) = min(1, …) in probability.
// The integral of h dF from 0 to p, in parts, is h(p)F(p) less that of F dh; h(p) is p, and h is 1 up to a certain X.
func bothNarrowed(p, rho float64) (one, both float64) {
	if p <= 0 || p >= 1 || rho <= 0 {
		return p, float64(p * p)
	}
	if rho > asNormal {
		return narrowed(p, rho), math.NaN()
	}
	f := averagesCDF(rho)
	one = f.averaged(p, rho)
	sure := max(0, (p-(1-rho))/rho)
	both = float64(p*one) + float64(rho/(1-rho)*(f.upTo(p)-f.upTo(sure)))
	return one, min(both, one)
}

const asNormal = 0.98 // from here on the sum of averages is taken to be normal

// averagesCDF returns the stationary distribution of the averages.
func averagesCDF(rho float64) *cdf {
	f := newCDF()
	for forgotten := 1.0; forgotten > 1e-13; forgotten *= rho {
		next := newCDF()
		for i := range next.f {
			next.f[i] = f.averaged(float64(i)/cdfCells, rho)
		}
		next.sum()
		f = next
	}
	return f
}

const cdfCells = 2048

// cdf is a distribution function on [0, 1], straight between its points, and its integral.
type cdf struct{ f, integral [cdfCells + 1]float64 }

// newCDF returns the uniform distribution.
func newCDF() *cdf {
	g := new(cdf)
	for i := range g.f {
		g.f[i] = float64(i) / cdfCells
	}
	g.sum()
	return g
}

// sum fills the integral.
func (g *cdf) sum() {
	for i := range g.f[1:] {
		g.integral[i+1] = g.integral[i] + (g.f[i]+g.f[i+1])/(2*cdfCells)
	}
}

// upTo returns the integral up to x, also beyond 1, where the function is 1.
func (g *cdf) upTo(x float64) float64 {
	if x <= 0 {
		return 0
	}
	if x >= 1 {
		return g.integral[cdfCells] + x - 1
	}
	i := int(x * cdfCells)
	t := x*cdfCells - float64(i)
	return g.integral[i] + t*(g.f[i]+t*(g.f[i+1]-g.f[i])/2)/cdfCells
}

// averaged returns the distribution function, at x, of the mean of a uniform number and one that has this one.
func (g *cdf) averaged(x, rho float64) float64 {
	return rho / (1 - rho) * (g.upTo(x/rho) - g.upTo((x-(1-rho))/rho))
}
