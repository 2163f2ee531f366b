package metric

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestDistributionExact(t *testing.T) {
	var q Distribution
	if q.Spread() != (Spread{}) || q.At(.5) != 0 || q.Rank(1) != 0 {
		t.Error("an empty distribution has quantiles")
	}
	for i := 1000; i > 0; i-- {
		q.Add(time.Duration(i))
	}
	want := Spread{N: 1000, Min: 1, Mean: 501, Max: 1000, P50: 500, P90: 900, P95: 950, P99: 990, P999: 999}
	if got := q.Spread(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	for i := range 1000 { // also where p n is a little more than whole: .07 of 100 is 7.000000000000001
		if got := q.At(float64(i+1) / 1000); got != time.Duration(i+1) {
			t.Errorf("quantile %d/1000 is %d", i+1, got)
		}
	}
	if q.At(1.5/1000) != 2 {
		t.Error("a quantile between two samples is not the greater one")
	}
}

// Beyond what is kept one by one, a quantile is at most 0.1 % nearer to 0 than the exact one and never farther.
func TestDistributionHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var q Distribution
	var all []time.Duration
	for range 3 * exactSamples {
		d := time.Duration(rng.Uint64() >> (1 + rng.IntN(62)))
		if rng.IntN(3) == 0 {
			d = -d
		}
		all = append(all, d)
		q.Add(d)
	}
	slices.Sort(all)
	for _, p := range []float64{1e-5, .01, .1, .3, .4, .5, .9, .95, .99, .999, 1} {
		exact := float64(all[rankOf(p, int64(len(all)))-1])
		got := float64(q.At(p))
		if got*exact < 0 || math.Abs(got) > math.Abs(exact) || math.Abs(got) < math.Abs(exact)*(1-1./1024) {
			t.Errorf("quantile %g: got %g, exactly %g", p, got, exact)
		}
	}
	if q.N() != int64(len(all)) || q.Min() != all[0] || q.Max() != all[len(all)-1] {
		t.Errorf("%d samples from %d to %d", q.N(), q.Min(), q.Max())
	}
}

// The variation is exact to 0.1 % of itself however great the least delay is, also if one comes later that is less.
func TestPDV(t *testing.T) {
	var v PDV
	if v.Spread() != (Spread{}) {
		t.Error("nothing varies")
	}
	for _, ms := range []int{20, 25, 20, 24, 60} {
		v.Add(time.Duration(ms) * time.Millisecond)
	}
	const ms = time.Millisecond
	want := Spread{N: 5, Mean: 49 * ms / 5, Max: 40 * ms, P50: 4 * ms, P90: 40 * ms, P95: 40 * ms, P99: 40 * ms, P999: 40 * ms}
	if got := v.Spread(); got != want || v.MinDelay() != 20*ms {
		t.Errorf("got %+v above %v, want %+v", got, v.MinDelay(), want)
	}

	rng := rand.New(rand.NewPCG(1, 2))
	v = PDV{}
	var all []time.Duration
	for i := range 3 * exactSamples {
		d := 10*time.Second + time.Duration(rng.IntN(1_000_000))
		if i == 2*exactSamples {
			d = 10*time.Second - 100_000
		}
		all = append(all, d)
		v.Add(d)
	}
	slices.Sort(all)
	for _, p := range []float64{.01, .5, .95, .99, .999, 1} {
		exact := float64(all[rankOf(p, int64(len(all)))-1] - all[0])
		near(t, "variation", float64(v.At(p)), exact, exact/1024)
	}
}

func TestBucketsOfDurations(t *testing.T) {
	last := -1
	for _, d := range []uint64{0, 1, 1023, 1024, 2047, 2048, 2049, 2050, 4095, 4096, 1 << 40, math.MaxInt64} {
		b := bucketOf(d)
		if b < last || uint64(bucketStart(b)) > d || bucketOf(uint64(bucketStart(b))) != b {
			t.Errorf("bucketOf(%d) = %d, which starts at %d", d, b, bucketStart(b))
		}
		last = b
	}
	var q Distribution
	for i := range 2 * exactSamples { // the ends of what there is
		q.Add([]time.Duration{math.MinInt64, math.MaxInt64, -1, 0}[i%4])
	}
	if float64(q.At(.01)) > -.999*math.MaxInt64 || q.At(.3) != -1 || q.At(.6) != 0 {
		t.Errorf("%d, %d, %d", q.At(.01), q.At(.3), q.At(.6))
	}
}
