package metric_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/report/metric"
)

// near says whether two numbers agree to within so much; both may be NaN.
func near(a, b, within float64) bool {
	return math.Abs(a-b) <= within || math.IsNaN(a) && math.IsNaN(b)
}

// RFC 4737 section 7 has these orders of arrival; the numbers there begin with 1.
func TestReorderingRFC(t *testing.T) {
	for _, c := range []struct{ arrivals, extents []int }{
		{[]int{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, []int{0, 0, 0, 0, 0, 0, 0, 4, 0, 0}},
		{[]int{1, 2, 3, 4, 7, 5, 6, 8, 9, 10}, []int{0, 0, 0, 0, 0, 1, 2, 0, 0, 0}},
		{[]int{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, []int{0, 0, 0, 0, 0, 0, 0, 4, 5, 6, 0}},
	} {
		var r metric.Reordering
		var got []int
		reordered, sum := 0, 0
		for i, seq := range c.arrivals {
			got = append(got, r.Add(uint64(seq-1)))
			sum += c.extents[i]
			if c.extents[i] > 0 {
				reordered++
			}
		}
		if !slices.Equal(got, c.extents) {
			t.Errorf("%v: extents %v, want %v", c.arrivals, got, c.extents)
		}
		if r.Reordered() != reordered || r.Arrived() != len(c.arrivals) || r.Furthest() != slices.Max(c.extents) ||
			r.Ratio() != float64(reordered)/float64(len(c.arrivals)) || r.MeanExtent() != float64(sum)/float64(reordered) {
			t.Errorf("%v: %d of %d, ratio %v, mean %v, furthest %d", c.arrivals, r.Reordered(), r.Arrived(), r.Ratio(),
				r.MeanExtent(), r.Furthest())
		}
	}
	var none metric.Reordering
	if !math.IsNaN(none.Ratio()) || !math.IsNaN(none.MeanExtent()) || none.Furthest() != 0 {
		t.Error("nothing has arrived, and yet there are numbers about it")
	}
}

// Extents are those that the definition gives, which looks at all earlier arrivals.
func TestReorderingByDefinition(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var arrivals []uint64 // some lost, the others jumbled over up to 20 places
		for seq := range uint64(300) {
			if rng.IntN(10) > 0 {
				arrivals = append(arrivals, seq)
			}
		}
		for i := range arrivals {
			j := min(len(arrivals)-1, i+rng.IntN(1+rng.IntN(20)))
			arrivals[i], arrivals[j] = arrivals[j], arrivals[i]
		}
		var r metric.Reordering
		for i, seq := range arrivals {
			want := 0
			if j := slices.IndexFunc(arrivals[:i], func(s uint64) bool { return s > seq }); j >= 0 {
				want = i - j
			}
			if got := r.Add(seq); got != want {
				t.Fatalf("%v: packet %d at place %d has extent %d, want %d", arrivals[:i+1], seq, i, got, want)
			}
		}
		if r.Cut() != 0 {
			t.Fatalf("%d extents cut", r.Cut())
		}
	}
}

// Memory is bounded: with every second packet missing, extents reach back so far and no further, and that is told.
func TestReorderingForgets(t *testing.T) {
	const n = 300_000
	var r metric.Reordering
	for seq := range uint64(n) {
		r.Add(2*seq + 1)
	}
	if got := r.Add(2*n - 10); got != 5 || r.Cut() != 0 {
		t.Errorf("near packet: extent %d, %d cut; want 5, none", got, r.Cut())
	}
	if got := r.Add(0); got < 1<<15 || got > n || r.Cut() != 1 {
		t.Errorf("first packet: extent %d, %d cut; want 32768 or more, and 1 cut", got, r.Cut())
	}
}

// The losses of RFC 3357's example are packets 2, 5, 7, 9 and 10 of 10: four loss periods.
func TestRuns(t *testing.T) {
	lost := []int{2, 5, 7, 9, 10}
	var r metric.Runs
	var x []int64
	for i := 1; i <= 10; i++ {
		hit := slices.Contains(lost, i)
		r.Add(hit)
		x = append(x, map[bool]int64{true: 1}[hit])
	}
	if r.N() != 10 || r.Hits() != 5 || r.Runs() != 4 || r.Ratio() != .5 || r.MeanRun() != 1.25 ||
		!slices.Equal(r.Lengths(), []int{3, 1}) || !near(r.ACF1(), metric.ACF1(x), 1e-12) {
		t.Errorf("%d of %d in %d runs, ratio %v, mean %v, lengths %v, acf %v (want %v)", r.Hits(), r.N(), r.Runs(), r.Ratio(),
			r.MeanRun(), r.Lengths(), r.ACF1(), metric.ACF1(x))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for range 100 {
		r, x = metric.Runs{}, nil
		for range 1 + rng.IntN(50) {
			v := rng.Int64N(2)
			r.Add(v == 1)
			x = append(x, v)
		}
		if !near(r.ACF1(), metric.ACF1(x), 1e-12) {
			t.Errorf("%v: autocorrelation %v, want %v", x, r.ACF1(), metric.ACF1(x))
		}
	}
	for _, hit := range []bool{false, true} {
		r = metric.Runs{}
		for range 1000 {
			r.Add(hit)
		}
		if !math.IsNaN(r.ACF1()) || hit != (r.MeanRun() == 1000) || hit && r.Lengths()[9] != 1 || !hit && len(r.Lengths()) > 0 {
			t.Errorf("always %v: autocorrelation %v, mean run %v, lengths %v", hit, r.ACF1(), r.MeanRun(), r.Lengths())
		}
	}
}

func TestDelays(t *testing.T) {
	d := metric.NewDelays([]int64{40, 10, 30, 20}) // numpy.percentile([10, 20, 30, 40], …)
	for p, want := range map[float64]float64{0: 10, .1: 13, .25: 17.5, .5: 25, .9: 37, 1: 40} {
		if got := d.Quantile(p); !near(got, want, 1e-9) {
			t.Errorf("quantile %v is %v, want %v", p, got, want)
		}
	}
	if d.N() != 4 || d.Min() != 10 || d.Max() != 40 || d.Mean() != 25 || !near(d.SD(), math.Sqrt(125), 1e-9) || d.CountBelow(30) != 2 {
		t.Errorf("n %d, min %d, max %d, mean %v, sd %v, below 30: %d", d.N(), d.Min(), d.Max(), d.Mean(), d.SD(), d.CountBelow(30))
	}
	if none := metric.NewDelays(nil); none.N() != 0 || !math.IsNaN(none.Mean()) || !math.IsNaN(none.SD()) || !math.IsNaN(none.Quantile(.5)) {
		t.Error("no delays, and yet there are numbers about them")
	}
	if one := metric.NewDelays([]int64{7}); one.Quantile(0) != 7 || one.Quantile(1) != 7 || one.SD() != 0 {
		t.Error("one delay is not all of its quantiles")
	}
	if !math.IsNaN(metric.ACF1(nil)) || !math.IsNaN(metric.ACF1([]int64{5, 5, 5})) || !near(metric.ACF1([]int64{1, 2, 3, 4}), .25, 1e-12) {
		t.Error("autocorrelation")
	}
}

// The ends of score intervals at 95 %.
func TestWilson(t *testing.T) {
	for _, c := range []struct{ hits, n, low, high float64 }{
		{10, 1000, .00544, .01831}, {0, 1000, 0, .00383}, {1, 100, .00177, .05449}, {50, 1000, .03813, .06531}, {7, 7, .64567, 1},
	} {
		if i := metric.Wilson(c.hits/c.n, c.n); !near(i.Low, c.low, 5e-6) || !near(i.High, c.high, 5e-6) || !i.Known() {
			t.Errorf("%v of %v: %v", c.hits, c.n, i)
		}
	}
	if metric.Wilson(math.NaN(), 0).Known() {
		t.Error("an interval from nothing")
	}
	// A Gilbert model with bursts of 5 and 1 % lost has a correlation of 0.798, which widens the variance by 8.9.
	if n := metric.Independent(8900, .79798); !near(n, 1000, 1) {
		t.Errorf("8900 packets are worth %v", n)
	}
	if metric.Independent(100, -.5) != 100 || metric.Independent(100, math.NaN()) != 100 {
		t.Error("intervals get narrower where packets repel each other")
	}
}

// Intervals hold the truth as often as they say: the share of Gilbert's losses, and the mean burst. Of 400 streams of 20,000
// packets, 95 % would be 380; the bounds are three standard deviations (4.4) and some for what is only approximate.
func TestCoverage(t *testing.T) {
	covers := func(i metric.Interval, truth float64) int {
		if i.Low <= truth && truth <= i.High {
			return 1
		}
		return 0
	}
	const streams, n = 400, 20_000
	const p, r = .01, .2
	rng := rand.New(rand.NewPCG(5, 6))
	var shares, bursts, correlations int
	for range streams {
		var runs metric.Runs
		lost := make([]bool, n)
		bad := rng.Float64() < p/(p+r)
		for i := range lost {
			lost[i] = bad
			runs.Add(bad)
			if u := rng.Float64(); bad {
				bad = u >= r
			} else {
				bad = u < p
			}
		}
		shares += covers(metric.Wilson(runs.Ratio(), metric.Independent(n, runs.ACF1())), p/(p+r))
		var burst, acf metric.Batches
		m := runs.Ratio()
		at := func(i int) float64 {
			if lost[i] {
				return 1
			}
			return 0
		}
		for i := range lost {
			begins := 0.0
			if lost[i] && (i == 0 || !lost[i-1]) {
				begins = 1
			}
			burst.Add(i, n, at(i), begins)
			if i > 0 {
				acf.Add(i, n, (at(i)-m)*(at(i-1)-m), (at(i)-m)*(at(i)-m))
			}
		}
		bursts += covers(burst.Interval(n), 1/r)
		correlations += covers(acf.Interval(n), 1-p-r)
	}
	if shares < 360 || shares > 395 || bursts < 360 || bursts > 395 || correlations < 350 || correlations > 395 {
		t.Errorf("of %d intervals %d hold the share, %d the mean burst, %d the correlation", streams, shares, bursts, correlations)
	}
	t.Logf("of %d intervals %d hold the share, %d the mean burst, %d the correlation", streams, shares, bursts, correlations)
	var few metric.Batches
	few.Add(0, 10, 1, 1)
	if few.Interval(10).Known() {
		t.Error("an interval from 10 cases")
	}
}

// An interval of another level is as much wider or narrower as Student's quantiles with 19 degrees of freedom say: 2.093024
// for 95 %, 1.729133 for 90 % and 2.860935 for 99 %.
func TestBatchesAtALevel(t *testing.T) {
	var b metric.Batches
	for i := range 400 {
		b.Add(i, 400, float64(i%7+i/50), 1)
	}
	wide := b.Interval(400)
	for level, quantile := range map[float64]float64{.95: 2.093024, .9: 1.729133, .99: 2.860935} {
		i := b.IntervalAt(400, level)
		if got, want := (i.High-i.Low)/(wide.High-wide.Low), quantile/2.093024; math.Abs(got-want) > 1e-6 {
			t.Errorf("%v: %v as wide, want %v", level, got, want)
		}
	}
	for _, level := range []float64{0, 1, math.NaN()} {
		if b.IntervalAt(400, level).Known() {
			t.Errorf("an interval at %v", level)
		}
	}
}
