package netem

import (
	"math"
	"testing"
	"time"
)

// Where the correlation is known in closed form, the spectrum gives it: 6/π asin(r/2) for the uniform distribution, r
// for the normal, 2/π asin(r) for two values (Sheppard 1899).
func TestSpectrumKnowsClosedForms(t *testing.T) {
	const ms = time.Millisecond
	for _, c := range []struct {
		delay Delay
		want  func(r float64) float64
		error float64
	}{
		{Delay{Mean: 20 * ms, Jitter: 4 * ms}, func(r float64) float64 { return 6 / math.Pi * math.Asin(r/2) }, 3e-5},
		{Delay{Mean: 60 * ms, Jitter: 4 * ms, Distribution: Normal}, func(r float64) float64 { return r }, 3e-5},
		{Delay{Mean: 60 * ms, Jitter: 4 * ms, Samples: &Samples{values: []float64{-1, 1}}},
			func(r float64) float64 { return 2 / math.Pi * math.Asin(r) }, 2e-4},
	} {
		s := newSpectrum(c.delay.stairs())
		for r := 0.01; r < 1; r += 0.01 {
			if got := s.correlation(r); math.Abs(got-c.want(r)) > c.error {
				t.Errorf("%v: correlation %.6f at %.2f, want %.6f", &c.delay, got, r, c.want(r))
			}
			if r := c.want(r); math.Abs(c.want(s.invert(r))-r) > c.error {
				t.Errorf("%v: asked for %.2f: %.6f", &c.delay, r, c.want(s.invert(r)))
			}
		}
	}
}

// doubly returns the correlation of the delays of two packets whose normal numbers correlate by r, by integrating over both:
// no polynomial, no series.
func (d *Delay) doubly(r float64) float64 {
	const n = 1200 // places from -8.2 to 8.2, where heavy tails end too
	place := func(i int) float64 { return (float64(i)+0.5)/n*16.4 - 8.2 }
	at := func(z float64) float64 { return float64(d.at(draw(1 - tail(z)))) }
	var delay, weight [n]float64
	var mean, square, all, product float64
	for i := range delay {
		delay[i], weight[i] = at(place(i)), density(place(i))
		all += weight[i]
		mean += weight[i] * delay[i]
		square += weight[i] * delay[i] * delay[i]
	}
	mean, square = mean/all, square/all
	fresh := math.Sqrt(1 - r*r)
	for i := range delay {
		for j := 0; j < n; j += 8 { // the new number, coarsely: what it is put into is smooth
			z := r*place(i) + fresh*place(j)
			x := (z+8.2)/16.4*n - 0.5
			k := max(0, min(n-2, int(x)))
			later := delay[k] + (x-float64(k))*(delay[k+1]-delay[k])
			product += weight[i] / all * weight[j] * 8 / all * (delay[i] - mean) * (later - mean)
		}
	}
	return product / (square - mean*mean)
}

// The delays have the correlation that was asked for, where no closed form tells: heavy tails, and delays cut off at 0.
func TestDelayCorrelationAskedFor(t *testing.T) {
	for _, d := range []Delay{
		{Mean: 20e6, Jitter: 4e6, Distribution: Pareto},
		{Mean: 20e6, Jitter: 4e6, Distribution: ParetoNormal},
		{Mean: 5e6, Jitter: 20e6},
		{Mean: 5e6, Jitter: 20e6, Distribution: Normal},
		{Mean: 0, Jitter: 20e6, Distribution: Pareto},
	} {
		for _, d.Rho = range []float64{0.01, 0.25, 0.5, 0.9} {
			if got := d.doubly(d.newCopula().old); math.Abs(got-d.Rho) > 0.002 {
				t.Errorf("%v: correlation %.4f", &d, got)
			}
		}
	}
}

// Each draw is as uniform as without a correlation: 16 equal parts get their share. For two draws n apart the counts
// correlate by less than rho^n. n = 200,000, seed 1, bound 4.5 standard errors.
func TestCopulaKeepsTheDistribution(t *testing.T) {
	const n, parts = 200_000, 16
	for _, rho := range []float64{0, 0.25, 0.9} {
		c := copula{bell: theBell(), old: rho, fresh: math.Sqrt(1 - rho*rho)}
		rng := Stream(1, "copula")
		var hits [parts]int
		for range n {
			hits[c.next(rng.Uint64())>>60]++
		}
		for i, h := range hits {
			const p = 1. / parts
			if bound := 4.5 * math.Sqrt(p*(1-p)*(1+rho)/(1-rho)/n); math.Abs(float64(h)/n-p) > bound {
				t.Errorf("rho %v: part %d has %.5f of the draws, want %.5f ± %.5f", rho, i, float64(h)/n, p, bound)
			}
		}
	}
}

// A correlation of nothing leaves the draws what they are, to one in 2^50; one of 100% freezes the first.
func TestCopulaAtItsEnds(t *testing.T) {
	free := copula{bell: theBell(), fresh: 1}
	frozen := (&Delay{Mean: 20e6, Jitter: 4e6, Rho: 1}).newCopula()
	rng := Stream(1, "copula")
	first := uint64(0)
	for i := range 10_000 {
		u := rng.Uint64()
		if got := free.next(u); max(got, u)-min(got, u) > 1<<15 {
			t.Fatalf("%x became %x", u, got)
		}
		got := frozen.next(u)
		if i == 0 {
			first = got
		}
		if got != first {
			t.Fatalf("draw %d is %x, the first was %x", i, got, first)
		}
	}
}

func BenchmarkNewCopula(b *testing.B) {
	for _, shape := range []Distribution{Uniform, Pareto, ParetoNormal} {
		d := Delay{Mean: 20e6, Jitter: 30e6, Rho: .25, Distribution: shape}
		b.Run(shape.String(), func(b *testing.B) {
			for b.Loop() {
				d.newCopula()
			}
		})
	}
}
