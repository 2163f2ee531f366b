package report

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestQuantilesExact(t *testing.T) {
	var q Quantiles
	if q.Summary() != nil || q.At(.5) != 0 {
		t.Error("an empty distribution has a summary")
	}
	for i := 100; i > 0; i-- {
		q.Add(time.Duration(i) * time.Millisecond)
	}
	want := Summary{Min: .001, Mean: .0505, P50: .05, P95: .095, P99: .099, Max: .1}
	if got := *q.Summary(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Beyond what is kept one by one, a quantile is at most 0.1 % below the exact one and never above it.
func TestQuantilesHistogram(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var q Quantiles
	var all []time.Duration
	for range 3 * exactSamples {
		d := time.Duration(rng.Uint64() >> (1 + rng.IntN(62)))
		all = append(all, d)
		q.Add(d)
	}
	slices.Sort(all)
	for _, p := range []float64{1e-5, .01, .1, .5, .9, .95, .99, .999, 1} {
		exact := all[int(math.Ceil(p*float64(len(all))))-1]
		if got := q.At(p); got > exact || float64(got) < float64(exact)*(1-1./1024) {
			t.Errorf("quantile %g: got %d, exactly %d", p, got, exact)
		}
	}
	if q.N() != len(all) {
		t.Errorf("n = %d, want %d", q.N(), len(all))
	}
}

func TestBuckets(t *testing.T) {
	last := -1
	for _, d := range []time.Duration{0, 1, 1023, 1024, 2047, 2048, 2049, 2050, 4095, 4096, 1 << 40, math.MaxInt64} {
		b := bucketOf(d)
		if b < last || bucketStart(b) > d || bucketOf(bucketStart(b)) != b {
			t.Errorf("bucketOf(%d) = %d, which starts at %d", d, b, bucketStart(b))
		}
		last = b
	}
}
