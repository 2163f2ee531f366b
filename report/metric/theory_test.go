package metric

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// Rates in Mbit/s with segments of 1460 bytes and 100 ms, computed by the formulas elsewhere.
func TestThroughputLaws(t *testing.T) {
	at := func(b int, t0 time.Duration) Sender {
		return Sender{MSS: 1460, RTT: 100 * time.Millisecond, RTO: t0, AckEvery: b}
	}
	const ms = time.Millisecond
	for _, row := range []struct{ p, mathis1, mathis2, pftk1, pftk2, pftk1s float64 }{
		{.001, 4.5236, 3.1987, 4.4833, 3.1702, 4.4241},
		{.01, 1.4305, 1.0115, 1.3120, 0.9278, 1.1671},
		{.02, 1.0115, 0.7153, 0.8555, 0.6050, 0.6948},
		{.05, 0.6397, 0.4524, 0.4305, 0.3044, 0.2888},
		{.10, 0.4524, 0.3199, 0.2067, 0.1462, 0.1139},
	} {
		near(t, "Mathis", at(0, 0).Mathis(row.p)/1e6, row.mathis1, 5e-5)
		near(t, "Mathis, every second", at(2, 0).Mathis(row.p)/1e6, row.mathis2, 5e-5)
		near(t, "PFTK", at(1, 400*ms).PFTK(row.p)/1e6, row.pftk1, 5e-5)
		near(t, "PFTK, every second", at(2, 400*ms).PFTK(row.p)/1e6, row.pftk2, 5e-5)
		near(t, "PFTK, 1 s", at(1, 1000*ms).PFTK(row.p)/1e6, row.pftk1s, 5e-5)
		near(t, "TFRC", at(0, 0).TFRC(row.p)/1e6, row.pftk1, 5e-5)
	}
	for p := range 99 {
		p := float64(p+1) / 100
		s := at(1, 0)
		if s.TFRC(p) > s.PFTK(p) {
			t.Errorf("p = %g: without its bound, the chance of a timeout gives more", p)
		}
	}
}

// The window bounds every law, and without loss it alone does.
func TestThroughputLawsWindow(t *testing.T) {
	free := Sender{MSS: 1460, RTT: 100 * time.Millisecond}
	bound := free
	bound.Window = 10
	const most = 10 * 1460 * 8 / .1
	for name, law := range map[string]func(Sender, float64) float64{
		"Mathis": Sender.Mathis, "PFTK": Sender.PFTK, "TFRC": Sender.TFRC, "PFTKFull": Sender.PFTKFull, "Cubic": Sender.Cubic,
	} {
		near(t, name+" of no loss", law(bound, 0), most, 0)
		if got := law(free, 0); !math.IsInf(got, 1) {
			t.Errorf("%s of no loss and no window: %g", name, got)
		}
		near(t, name+" of little loss", law(bound, 1e-9)/most, 1, 1e-6)
		last := math.Inf(1)
		for _, p := range []float64{1e-6, 1e-4, .001, .01, .1, .5, .9} {
			rate := law(free, p)
			if rate >= last || law(bound, p) > rate || law(bound, p) > most {
				t.Errorf("%s: %g at p = %g, %g before, %g with a window", name, rate, p, last, law(bound, p))
			}
			last = rate
		}
	}
}

// The full model by its formulas written down anew, with math.Pow; and the approximation is near it where no window bounds it: within 10 % up
// to p = 1 %, and 30 % up to 10 %.
func TestPFTKFull(t *testing.T) {
	share := func(p, w float64) float64 {
		return min(1, (1-math.Pow(1-p, 3))*(1+math.Pow(1-p, 3)*(1-math.Pow(1-p, w-3)))/(1-math.Pow(1-p, w)))
	}
	full := func(p, b, rtt, t0, wmax float64) float64 {
		f := 1 + p + 2*math.Pow(p, 2) + 4*math.Pow(p, 3) + 8*math.Pow(p, 4) + 16*math.Pow(p, 5) + 32*math.Pow(p, 6)
		w := (2+b)/(3*b) + math.Sqrt(8*(1-p)/(3*b*p)+math.Pow((2+b)/(3*b), 2))
		if w < wmax {
			return ((1-p)/p + w + share(p, w)/(1-p)) / (rtt*(b/2*w+1) + share(p, w)*t0*f/(1-p))
		}
		return ((1-p)/p + wmax + share(p, wmax)/(1-p)) / (rtt*(b/8*wmax+(1-p)/(p*wmax)+2) + share(p, wmax)*t0*f/(1-p))
	}
	s := Sender{MSS: 1000, RTT: 200 * time.Millisecond, RTO: 1500 * time.Millisecond, AckEvery: 2}
	for _, window := range []int{0, 6, 20} {
		s.Window = window
		wmax := math.Inf(1)
		if window > 0 {
			wmax = float64(window)
		}
		for _, p := range []float64{1e-5, .0007, .003, .01, .05, .1, .3, .6} {
			got := s.PFTKFull(p) / 8000
			near(t, "full model", got/full(p, 2, .2, 1.5, wmax), 1, 1e-12)
			off := got / (s.PFTK(p) / 8000)
			if window == 0 && (p <= .01 && math.Abs(off-1) > .1 || p <= .1 && math.Abs(off-1) > .3) {
				t.Errorf("p = %g: the full model gives %g times the approximation", p, off)
			}
		}
	}
}

func TestPower(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		x, y := rng.Float64(), rng.Float64()*float64(rng.IntN(100))
		if got, want := power(x, y), math.Pow(x, y); math.Abs(got-want) > 1e-13*want {
			t.Errorf("%g^%g = %g, want %g", x, y, got, want)
		}
	}
}

// Windows at a round-trip time of 100 ms. From 1e-4 down, the cubic region is above Reno's.
func TestCubic(t *testing.T) {
	s := Sender{MSS: 1, RTT: 100 * time.Millisecond}
	for p, window := range map[float64]float64{
		1e-2: 12.2474, 1e-3: 38.7298, 1e-4: 187.400, 1e-5: 1053.83, 1e-6: 5926.11, 1e-7: 33324.9, 1e-8: 187400,
	} {
		near(t, "window", s.Cubic(p)/80/window, 1, 1e-5)
	}
	s.RTT = time.Second
	near(t, "the coefficient", s.Cubic(1e-4)/8/1000, 1.054, 5e-4)
}
