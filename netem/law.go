package netem

import (
	"math"
	"slices"
)

// law is the distribution function of a delay: straight between its knots, upright where two of them have the same x.
type law struct{ x, p []float64 } // ns, and the share of delays up to it; both increasing, p from 0 to 1

// law returns the distribution of the delays, without their correlation. Tables that are short are exact.
func (d *Delay) law() (l law) {
	add := func(x, p float64) { l.x, l.p = append(l.x, x), append(l.p, p) }
	const short, steps, reach = 1024, 32, 8 * 32
	switch {
	case d.Jitter == 0:
		add(float64(d.Mean), 0)
		add(float64(d.Mean), 1)
	case d.Samples != nil && len(d.Samples.values) <= short:
		n := len(d.Samples.values)
		for i := range n {
			x := float64(d.at(draw((float64(i) + 0.5) / float64(n))))
			add(x, float64(i)/float64(n))
			add(x, float64(i+1)/float64(n))
		}
	default:
		add(float64(d.at(0)), 0)
		for i := -reach; i <= reach; i++ {
			p := theBell().below(float64(i) / steps)
			add(float64(d.at(draw(p))), p)
		}
		add(float64(d.at(math.MaxUint64)), 1)
	}
	return l
}

// below returns the share of delays less than x.
func (l law) below(x float64) float64 {
	i, _ := slices.BinarySearch(l.x, x)
	return l.between(i, x)
}

// upTo returns the share of delays of at most x.
func (l law) upTo(x float64) float64 {
	i, _ := slices.BinarySearchFunc(l.x, x, func(at, x float64) int {
		if at <= x {
			return -1
		}
		return 1
	})
	return l.between(i, x)
}

// between returns the share at x, which lies before knot i and not before the last.
func (l law) between(i int, x float64) float64 {
	switch i {
	case 0:
		return 0
	case len(l.x):
		return 1
	}
	x0, p0 := l.x[i-1], l.p[i-1]
	return p0 + float64((x-x0)/(l.x[i]-x0)*(l.p[i]-p0))
}

// least and most are the ends of the distribution.
func (l law) least() float64 { return l.x[0] }
func (l law) most() float64  { return l.x[len(l.x)-1] }

// moments returns the mean and the mean square.
func (l law) moments() (mean, square float64) {
	for i := range l.x[1:] {
		share, middle, width := l.p[i+1]-l.p[i], (l.x[i]+l.x[i+1])/2, l.x[i+1]-l.x[i]
		mean += float64(share * middle)
		square += float64(share * (float64(middle*middle) + float64(width*width)/12))
	}
	return mean, square
}
