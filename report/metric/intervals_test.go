package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// Quantiles of Student's t, to what is printed in tables and, with more digits, as gonum.org/v1/gonum/stat/distuv gives
// them.
func TestStudentQuantile(t *testing.T) {
	for _, test := range []struct {
		p      float64
		df     int
		want   float64
		within float64
	}{
		{.975, 9, 2.2622, 5e-5}, {.975, 19, 2.0930, 5e-5}, {.975, 29, 2.0452, 5e-5}, {.95, 19, 1.7291, 5e-5},
		{.975, math.MaxInt, 1.959964, 5e-7},
		{.975, 1, 12.7062047362, 1e-9}, {.6, 1, .324919696233, 1e-11}, {.9999, 1, 3183.09875712, 1e-6},
		{.95, 2, 2.91998558035, 1e-10}, {.9999, 3, 22.2037422732, 1e-8}, {.995, 30, 2.74999565357, 1e-10},
		{.9999, 999, 3.73286549961, 1e-9}, {.975, 1000, 1.96233908083, 1e-10}, {.995, 1001, 2.58074976875, 1e-9},
		{.9999, 5000, 3.72177616834, 1e-8}, {.975, 1_000_000, 1.95996635691, 1e-9}, {.995, math.MaxInt, 2.57582930355, 1e-8},
		{.025, 9, -2.2622, 5e-5}, {.5, 7, 0, 0},
	} {
		near(t, "quantile", StudentQuantile(test.p, test.df), test.want, test.within)
	}
}

func TestArctan(t *testing.T) {
	for _, x := range []float64{0, 1e-9, .1, .5, 1, 1.5, 10, 1e9, 1e300} {
		near(t, "arctan", arctan(x), math.Atan(x), 4e-16)
	}
}

// 3, 4, 5 have mean 4 and deviation 1: t(.975; 2) is 4.30265.
func TestStudentInterval(t *testing.T) {
	e, ok := StudentInterval([]float64{3, 4, 5}, .95)
	half := 4.30265273 / math.Sqrt(3)
	near(t, "low", e.Low, 4-half, 1e-8)
	near(t, "high", e.High, 4+half, 1e-8)
	if !ok || e.N != 3 || e.Value != 4 {
		t.Errorf("%+v, %v", e, ok)
	}
	paired, ok := PairedInterval([]float64{1, 20, 300}, []float64{4, 24, 305}, .95)
	if !ok || paired != e {
		t.Errorf("of pairs: %+v, %v", paired, ok)
	}
	for _, bad := range []float64{0, 1, -1, math.NaN()} {
		if _, ok := StudentInterval([]float64{3, 4, 5}, bad); ok {
			t.Errorf("level %g is taken", bad)
		}
	}
	if _, ok := StudentInterval([]float64{3}, .95); ok {
		t.Error("one sample is taken")
	}
	if _, ok := PairedInterval([]float64{3, 4}, []float64{3, 4, 5}, .95); ok {
		t.Error("three are paired with two")
	}
	if mean, deviation := Mean(nil); mean != 0 || deviation != 0 {
		t.Error("nothing has a mean")
	}
}

// Of 2000 times 10 samples that are uniform over 0 to 1 (seed 1, 2), 90 % of the intervals hold the mean: within 2.5 %, more
// than three standard errors.
func TestStudentCoverage(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	held := 0
	for range 2000 {
		e, _ := StudentInterval(uniform(rng, 10), .9)
		held += one(e.Low <= .5 && .5 <= e.High)
	}
	near(t, "coverage", float64(held)/2000, .9, .025)
}

func uniform(rng *rand.Rand, n int) []float64 {
	var samples []float64
	for range n {
		samples = append(samples, rng.Float64())
	}
	return samples
}

// The interval is the same every time; for 20 samples it is near that of the normal distribution with the deviation of N;
// and all of a discrete case is known: of two samples, the resampled mean is one of three.
func TestBootstrap(t *testing.T) {
	samples := uniform(rand.New(rand.NewPCG(1, 2)), 20)
	before := slices.Clone(samples)
	e, ok := Bootstrap(samples, .95, nil)
	mean, deviation := Mean(samples)
	half := 1.96 * deviation * math.Sqrt(19) / 20
	if again, _ := Bootstrap(samples, .95, nil); !ok || again != e || e.N != 20 || !slices.Equal(before, samples) {
		t.Errorf("%+v, and then %+v", e, again)
	}
	near(t, "value", e.Value, mean, 0)
	near(t, "low", e.Low, mean-half, .1*half)
	near(t, "high", e.High, mean+half, .1*half)

	if e, _ = Bootstrap([]float64{1, 3}, .95, nil); e != (Estimate{2, 2, 1, 3}) {
		t.Errorf("of two: %+v", e)
	}
	if e, _ = Bootstrap([]float64{1, 3}, .4, nil); e != (Estimate{2, 2, 2, 2}) {
		t.Errorf("of two, 40 %%: %+v", e)
	}
	e, _ = Bootstrap(samples, .95, func(s []float64) float64 { slices.Sort(s); return s[len(s)/2] })
	if slices.Sort(before); e.Value != before[10] || !slices.Contains(before, e.Low) || e.Low >= e.High {
		t.Errorf("of the median: %+v", e)
	}
	if _, ok := Bootstrap([]float64{1}, .95, nil); ok {
		t.Error("one sample is taken")
	}
	if _, ok := Bootstrap(samples, 1, nil); ok {
		t.Error("level 1 is taken")
	}
}

// Ranks of the median that tables of the sign test give, and where there are too few samples.
func TestQuantileRanks(t *testing.T) {
	for _, test := range []struct {
		n         int64
		p, level  float64
		low, high int64
		ok        bool
	}{
		{10, .5, .95, 2, 9, true},
		{6, .5, .95, 1, 6, true},
		{5, .5, .95, 0, 6, false},
		{100, .5, .95, 40, 61, true},
		{367, .99, .95, 359, 368, false}, // .99^367 > .025 >= .99^368
		{368, .99, .95, 360, 368, true},
		{0, .5, .95, 0, 0, false},
		{10, 0, .95, 0, 0, false},
		{10, 1, .95, 0, 0, false},
		{10, .5, 1, 0, 0, false},
	} {
		low, high, ok := QuantileRanks(test.n, test.p, test.level)
		if ok != test.ok || ok && (low != test.low || high != test.high) {
			t.Errorf("%+v: got %d to %d, %v", test, low, high, ok)
		}
	}
	// Of 10^8 samples, the ends are 1.959964 deviations of the binomial from the middle.
	low, high, _ := QuantileRanks(100_000_000, .5, .95)
	near(t, "low", float64(low), 5e7-1.959964*5000, 1)
	near(t, "high", float64(high), 5e7+1+1.959964*5000, 1)
}

// Each end is the last that the sums of all chances allow.
func TestQuantileRanksAgainstSums(t *testing.T) {
	for n := int64(1); n <= 60; n++ {
		for _, p := range []float64{.01, .1, .3, .5, .77, .95} {
			var below []float64 // at k, the chance that fewer than k are below the quantile
			sum, chance := 0.0, math.Pow(1-p, float64(n))
			for k := int64(0); k <= n; k++ {
				below = append(below, sum)
				sum += chance
				chance *= float64(n-k) / float64(k+1) * p / (1 - p)
			}
			low, high, ok := QuantileRanks(n, p, .9)
			want := below[1] <= .05 && 1-below[n] <= .05
			if ok != want {
				t.Fatalf("n = %d, p = %g: ok is %v", n, p, ok)
			}
			if ok && (below[low] > .05 || low < n && below[low+1] <= .05 || 1-below[high] > .05 || high > 1 && 1-below[high-1] <= .05) {
				t.Errorf("n = %d, p = %g: %d to %d", n, p, low, high)
			}
		}
	}
}

func TestQuantileInterval(t *testing.T) {
	var samples []float64
	var d Distribution
	for i := range 100 {
		samples = append(samples, float64(99-i))
		d.Add(time.Duration(i))
	}
	e, ok := QuantileInterval(samples, .5, .95)
	if !ok || e != (Estimate{100, 49, 39, 60}) {
		t.Errorf("%+v, %v", e, ok)
	}
	if low, high, ok := d.Interval(.5, .95); !ok || low != 39 || high != 60 {
		t.Errorf("of a distribution: %d to %d, %v", low, high, ok)
	}
	if _, ok := QuantileInterval(samples, .999, .95); ok {
		t.Error("100 samples do not tell the 99.9 % quantile")
	}
	if _, _, ok := d.Interval(.999, .95); ok {
		t.Error("100 samples do not tell the 99.9 % quantile")
	}
}
