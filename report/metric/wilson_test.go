package metric

import (
	"math"
	"testing"
)

// Tables of the normal distribution give 1.644854, 2.575829 and 3.290527.
func TestNormalQuantile(t *testing.T) {
	for p, want := range map[float64]float64{.95: 1.644853627, .995: 2.575829304, .9995: 3.290526731, .5: 0, .975: z} {
		if got := NormalQuantile(p); math.Abs(got-want) > 1e-7 {
			t.Errorf("NormalQuantile(%g) = %.9f, want %.9f", p, got, want)
		}
	}
}

// The interval of 95 % is Wilson's; that of 10 hits of 100 at 90 % is computed by hand: its middle is (0.1 + 0.0135277) /
// 1.0270554 and half of it 0.0511665 / 1.0270554.
func TestWilsonAt(t *testing.T) {
	if WilsonAt(.1, 100, Confidence) != Wilson(.1, 100) {
		t.Error("at 95 % it is another interval")
	}
	if a, b := WilsonAt(.1, 100, .95+1e-12), Wilson(.1, 100); math.Abs(a.Low-b.Low) > 1e-8 || math.Abs(a.High-b.High) > 1e-8 {
		t.Errorf("near 95 %% it is %v, and at it %v", a, b)
	}
	if got := WilsonAt(.1, 100, .9); math.Abs(got.Low-.06072) > 5e-5 || math.Abs(got.High-.16036) > 5e-5 {
		t.Errorf("10 of 100 at 90 %%: %v", got)
	}
	for _, level := range []float64{.5, .8, .9, .99, .999} {
		if got := WilsonAt(0, 50, level); got.Low != 0 || got.High <= 0 || got.High >= 1 {
			t.Errorf("none of 50 at %g: %v", level, got)
		}
	}
	for _, level := range []float64{0, 1, -1, math.NaN()} {
		if WilsonAt(.1, 100, level).Known() {
			t.Errorf("a level of %g is none", level)
		}
	}
	if WilsonAt(.1, 0, .9).Known() {
		t.Error("nothing is known of no cases")
	}
}
