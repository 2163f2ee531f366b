package netem_test

import (
	"slices"
	"testing"

	"lossylab/netem"
)

// picks says of each verdict of m on n packets whether hit says so.
func picks(m netem.Model, n int, hit func(netem.Verdict) bool) []bool {
	all := make([]bool, n)
	for i, v := range judged(m, n, 20) {
		all[i] = hit(v)
	}
	return all
}

// Whatever picks packets picks the share P of them, and the share P+Rho(1-P) of those behind one that was picked. Given
// the picks, the fates behind them are independent, so both bounds are exact. n = 200,000, seed 1.
func TestPicksAndTheirCorrelation(t *testing.T) {
	const n = 200_000
	late := func(v netem.Verdict) bool { return v.Late > 0 }
	behind := func(v netem.Verdict) bool { return v.Behind > 0 }
	twice := func(v netem.Verdict) bool { return v.Copies > 0 }
	flipped := func(v netem.Verdict) bool { return len(v.Flips) > 0 }
	for _, c := range []struct{ p, rho float64 }{{.01, .25}, {.05, 0}, {.3, .75}, {.9, .5}} {
		for _, k := range []struct {
			m   netem.Model
			hit func(netem.Verdict) bool
		}{
			{&netem.Duplicate{P: c.p, Rho: c.rho}, twice},
			{&netem.Corrupt{P: c.p, Rho: c.rho}, flipped},
			{&netem.Reorder{P: c.p, Rho: c.rho, Late: 8e6}, late},
			{&netem.Reorder{P: c.p, Rho: c.rho, By: 3}, behind},
		} {
			hits, after, again := count(picks(k.m, n, k.hit))
			share(t, k.m.String(), hits, n, c.p, (1+c.rho)/(1-c.rho))
			share(t, k.m.String()+" after a hit", again, after, c.p+c.rho*(1-c.p), 1)
		}
	}
}

// Without a correlation the same packets are picked as ever, and with one the first packet still is.
func TestNoCorrelationIsNoChange(t *testing.T) {
	twice := func(v netem.Verdict) bool { return v.Copies > 0 }
	plain := picks(&netem.Duplicate{P: .1}, 1000, twice)
	if !slices.Equal(plain, losses(&netem.Loss{P: .1}, 1, 1000)) {
		t.Error("a loss and a duplicate of the same share and stream hit different packets")
	}
}
