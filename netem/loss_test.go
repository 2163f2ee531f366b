package netem_test

import (
	"math"
	"testing"

	"lossylab/netem"
)

// The tests of chance have fixed seeds: they pass or fail for ever. Their bound is 4.5 standard errors, which one true
// model in 150,000 exceeds.
const sigmas = 4.5

// share wants hits of n to be the share p, each hit with variance p(1-p) times inflation (1 when independent).
func share(t *testing.T, what string, hits, n int, p, inflation float64) {
	t.Helper()
	got := float64(hits) / float64(n)
	if bound := sigmas * math.Sqrt(p*(1-p)*inflation/float64(n)); math.Abs(got-p) > bound {
		t.Errorf("%s: %.5f (%d of %d), want %.5f ± %.5f", what, got, hits, n, p, bound)
	}
}

// losses returns what m does to n packets.
func losses(m netem.Model, seed uint64, n int) []bool {
	rng := netem.Stream(seed, "test")
	all := make([]bool, n)
	for i := range all {
		all[i] = m.Judge(0, rng, &netem.Packet{}).Drop
	}
	return all
}

// count returns how many are lost, how many follow a lost one, and how many of those are lost.
func count(all []bool) (lost, afterLost, twice int) {
	for i, l := range all {
		if l {
			lost++
		}
		if i > 0 && all[i-1] {
			afterLost++
			if l {
				twice++
			}
		}
	}
	return lost, afterLost, twice
}

// The share lost is P for every correlation, and the share lost right after a loss is P+Rho(1-P). Given the losses, the
// fates after them are independent, so both bounds are exact. n = 200,000.
func TestLossAndItsCorrelation(t *testing.T) {
	const n = 200_000
	for i, m := range []*netem.Loss{{P: .003, Rho: .25}, {P: .03}, {P: .05, Rho: .25}, {P: .1, Rho: .75}, {P: .5, Rho: .9},
		{P: .9, Rho: .5}} {
		lost, after, twice := count(losses(m, uint64(i), n))
		share(t, m.String(), lost, n, m.P, (1+m.Rho)/(1-m.Rho))
		share(t, m.String()+" after a loss", twice, after, m.P+m.Rho*(1-m.P), 1)
	}
}

func TestLossOfNothingAndAll(t *testing.T) {
	for _, rho := range []float64{0, .5} {
		for p, want := range map[float64]int{0: 0, 1: 10_000} {
			if lost, _, _ := count(losses(&netem.Loss{P: p, Rho: rho}, 1, 10_000)); lost != want {
				t.Errorf("P %v, Rho %v: %d of 10000 lost", p, rho, lost)
			}
		}
	}
}

// The first packet of a link is lost as often as any other. 20,000 links.
func TestLossBeginsInItsLongRun(t *testing.T) {
	const n = 20_000
	for _, c := range []struct {
		m netem.Model
		p float64
	}{
		{&netem.Loss{P: .2, Rho: .9}, .2},
		{&netem.Burst{P: .2, Mean: 8}, .2},
		{&netem.GilbertElliott{P: .05, R: .2, H1: .8, K1: .1}, .8*.2 + .1*.8},
		{&netem.Markov{P13: .05, P31: .1, P32: .3, P23: .5, P14: .02}, (.05*.5 + .02*.5*.1) / (.05*.5 + .5*.1 + .02*.5*.1 + .05*.3)},
	} {
		first, tenth := 0, 0
		for seed := range uint64(n) {
			all := losses(c.m.(netem.Cloner).Clone(), seed, 10)
			if all[0] {
				first++
			}
			if all[9] {
				tenth++
			}
		}
		share(t, c.m.String()+", first packet", first, n, c.p, 1)
		share(t, c.m.String()+", tenth packet", tenth, n, c.p, 1)
	}
}

// Bursts are Mean long on average and geometric: a lost packet is followed by another with probability 1-1/Mean. The
// share lost is P. n = 200,000.
func TestBurst(t *testing.T) {
	const n = 200_000
	for i, m := range []*netem.Burst{{P: .02, Mean: 5}, {P: .02, Mean: 1}, {P: .3, Mean: 2.5}, {P: .1, Mean: 50}} {
		lost, after, twice := count(losses(m, uint64(i), n))
		again := 1 - 1/m.Mean
		rho := again - m.P/(1-m.P)/m.Mean
		share(t, m.String(), lost, n, m.P, (1+rho)/(1-rho))
		share(t, m.String()+" after a loss", twice, after, again, 1)
	}
}

// The share lost is (H1 P + K1 R)/(P+R). The variance of its mean has a part that is independent and one from the hidden
// state, whose autocorrelation is 1-P-R. n = 400,000.
func TestGilbertElliott(t *testing.T) {
	const n = 400_000
	for i, m := range []*netem.GilbertElliott{
		{P: .01, R: .1, H1: 1},
		{P: .02, R: .2, H1: .8, K1: .05},
		{P: .3, R: .6, H1: .5, K1: .01},
		{P: 1, R: 1, H1: 1},
		{R: 1, H1: 1, K1: .1},
	} {
		bad := m.P / (m.P + m.R)
		p := m.H1*bad + m.K1*(1-bad)
		memory := 1 - m.P - m.R
		hidden := (m.H1 - m.K1) * (m.H1 - m.K1) * bad * (1 - bad) / (p * (1 - p))
		lost, _, _ := count(losses(m, uint64(i), n))
		share(t, m.String(), lost, n, p, 1+2*hidden*memory/(1-memory))
	}
}

// With H1 = 1 and K1 = 0 the chain is seen: bursts are 1/R long on average.
func TestGilbertBursts(t *testing.T) {
	m := &netem.GilbertElliott{P: .01, R: .1, H1: 1}
	_, after, twice := count(losses(m, 1, 400_000))
	share(t, m.String()+" after a loss", twice, after, 1-m.R, 1)
}

func TestGilbertThatNeverChanges(t *testing.T) {
	if lost, _, _ := count(losses(&netem.GilbertElliott{H1: 1}, 1, 1000)); lost != 0 {
		t.Errorf("%d lost in a link that never turns bad", lost)
	}
}

// However its parameters are, a model draws the same number of times, so that its stream stays where it is.
func TestDrawsDoNotDependOnParameters(t *testing.T) {
	for _, pair := range [][2]netem.Model{
		{&netem.Loss{}, &netem.Loss{P: .5, Rho: .5}},
		{&netem.Loss{P: 1}, &netem.Burst{P: .5, Mean: 5}},
		{&netem.GilbertElliott{}, &netem.GilbertElliott{P: .5, R: .5, H1: 1, K1: .5}},
		{&netem.Loss{}, &netem.Markov{P13: .5, P31: .5, P32: .3, P23: .5, P14: .1}},
		{&netem.Markov{}, &netem.Loss{}},
		{&netem.Delay{}, &netem.Delay{Mean: 1e6, Jitter: 1e6, Distribution: netem.Normal}},
		{&netem.Delay{}, &netem.Delay{Mean: 1e6, Jitter: 1e6, Rho: .5, Distribution: netem.ParetoNormal}},
		{&netem.Delay{}, &netem.Delay{Mean: 1e6, Jitter: 1e6, Rho: 1, Samples: samples(t)}},
		{&netem.Reorder{}, &netem.Reorder{P: .5, Late: 1e6}},
		{&netem.Reorder{}, &netem.Reorder{P: .5, Rho: .5, By: 3}},
		{&netem.Duplicate{}, &netem.Duplicate{P: .5}},
		{&netem.Duplicate{}, &netem.Duplicate{P: .5, Rho: .5}},
		{&netem.Corrupt{}, &netem.Corrupt{P: .5}},
		{&netem.Corrupt{}, &netem.Corrupt{P: .5, Rho: .5}},
	} {
		var next [2]uint64
		for i, m := range pair {
			rng := netem.Stream(1, "test")
			for n := range 1000 {
				m.Judge(0, rng, &netem.Packet{Data: make([]byte, n)})
			}
			next[i] = rng.Uint64()
		}
		if next[0] != next[1] {
			t.Errorf("%v and %v leave their streams in different places", pair[0], pair[1])
		}
	}
}
