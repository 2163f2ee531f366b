package netem

import (
	"math"
)

// What each model does in the long run, alone.

// Expect implements Expecter.
func (l *Loss) Expect(Traffic) Expectation { return l.hidden().expect() }

// Expect implements Expecter.
func (b *Burst) Expect(Traffic) Expectation { return b.hidden().expect() }

// Expect implements Expecter.
func (g *GilbertElliott) Expect(Traffic) Expectation { return g.hidden().expect() }

// Expect implements Expecter.
func (m *Markov) Expect(Traffic) Expectation { return m.hidden().expect() }

// Expect implements Expecter.
func (e *Every) Expect(Traffic) Expectation {
	share := 1 / float64(e.N)
	if e.N == 1 {
		return lossy(1, 1)
	}
	return lossy(share, 0)
}

// Expect implements Expecter.
func (p *Pattern) Expect(Traffic) Expectation {
	lost, both := 0, 0
	n := len(p.Bits)
	for i := range n {
		if p.Bits[i] == '1' {
			lost++
			if p.Bits[(i+1)%n] == '1' {
				both++
			}
		}
	}
	return lossy(float64(lost)/float64(n), float64(both)/float64(n))
}

// Expect implements Expecter. A list ends, and has no long run.
func (l *List) Expect(Traffic) Expectation { return endless() }

// Expect implements Expecter. A mask ends, and has no long run.
func (m *Mask) Expect(Traffic) Expectation { return endless() }

// endless is what is to be expected of a loss that is not the same for ever.
func endless() Expectation {
	e := nothing()
	e.Loss = math.NaN()
	return e
}

// Expect implements Expecter.
func (d *Duplicate) Expect(Traffic) Expectation {
	e := nothing()
	e.Duplicates = d.P
	return e
}

// Expect implements Expecter.
func (c *Corrupt) Expect(t Traffic) Expectation {
	e := nothing()
	if t.Size > 0 {
		e.Corrupted = c.P
	}
	return e
}

// Expect implements Expecter. What waits to be overtaken waits for packets that other models may lose, so that the link
// works it out.
func (r *Reorder) Expect(Traffic) Expectation {
	e := nothing()
	if r.P == 0 {
		return e
	}
	if r.Late == 0 {
		e.DelayMean, e.DelaySD = math.NaN(), math.NaN()
		return e
	}
	late := float64(r.Late)
	e.DelayMean = float64(r.P * late)
	e.setSD(float64(late*math.Sqrt(float64(r.P*(1-r.P)))), r.Rho)
	return e
}

// Expect implements Expecter.
func (d *Delay) Expect(Traffic) Expectation {
	e := nothing()
	mean, sd := d.moments()
	e.DelayMean = mean
	e.setSD(sd, d.Rho)
	return e
}

// setSD sets the standard deviation of the delay and its autocorrelation, which a constant has none of. Delays are whole
// nanoseconds: below a thousandth of one there are rounding errors only.
func (e *Expectation) setSD(sd, acf float64) {
	if sd < 1e-3 {
		sd, acf = 0, math.NaN()
	}
	e.DelaySD, e.DelayACF1 = sd, acf
}

// moments returns the mean and the standard deviation of the delays, in ns. They are those that were asked for as long as
// no delay would be negative.
func (d *Delay) moments() (mean, sd float64) {
	m, j := float64(d.Mean), float64(d.Jitter)
	var square float64 // mean square
	switch clipped := d.Jitter > 0 && d.at(0) == 0; {
	case d.Jitter == 0:
		return m, 0
	case d.Samples != nil:
		var delays []float64
		for _, x := range d.Samples.values {
			delays = append(delays, float64(d.jittered(x)))
		}
		return meanAndSD(delays)
	case d.Distribution == Uniform && !clipped:
		return m, math.Sqrt(float64(j*(j+1)) / 3) // of the 2j+1 whole nanoseconds
	case !clipped:
		return m, j
	case d.Distribution == Uniform: // the integrals of x and x^2 from 0 to m+j, each delay with density 1/2j
		b := m + j
		mean, square = float64(b*b)/(4*j), float64(float64(b*b)*b)/(6*j)
	case d.Distribution == Normal:
		positive, at := 1-tail(m/j), float64(j*density(m/j))
		mean = float64(m*positive) + at
		square = float64((float64(m*m)+float64(j*j))*positive) + float64(m*at)
	case d.Distribution == Pareto: // c (Y-y) where Y, with P(Y>z) = z^-3, exceeds y
		c := 2 * j / sqrt3
		y := 1.5 - m/c
		mean, square = c/(2*float64(y*y)), float64(c*c)/y
	default:
		mean, square = d.law().moments()
	}
	return mean, deviation(mean, square)
}

// deviation returns the standard deviation of something with this mean and mean square. What rounding alone may leave of
// them is none.
func deviation(mean, square float64) float64 {
	variance := square - float64(mean*mean)
	if variance < 1e-13*square {
		return 0
	}
	return math.Sqrt(variance)
}
