package netem_test

import (
	"testing"

	"lossylab/netem"
)

// The states are seen in what is lost: after a kept packet and two losses the chain is in a burst. Shares and memory are
// those of the stationary distribution, as TestExpectation has it; here are the chains that lose in a way of their own.
func TestMarkovChains(t *testing.T) {
	const n = 10_000
	for _, c := range []struct {
		m    netem.Markov
		lost int // of n
	}{
		{netem.Markov{}, 0},
		{netem.Markov{P31: 1, P23: 1}, 0},
		{netem.Markov{P13: .1}, n},                      // never leaves state 3
		{netem.Markov{P13: .1, P23: .5}, n},             // nor does it visit state 2
		{netem.Markov{P13: .1, P32: .1}, 0},             // ends in state 2 for good
		{netem.Markov{P13: 1, P31: 1, P23: 1}, n / 2},   // each other packet
		{netem.Markov{P14: 1}, n / 2},                   // the same by way of state 4
		{netem.Markov{P13: 1, P32: 1, P23: 1}, n / 2},   // between 2 and 3
		{netem.Markov{P13: .5, P14: .5, P31: 1}, n / 2}, // 4 and 3 in turn with 1
	} {
		lost, _, _ := count(losses(c.m.Clone(), 1, n))
		if lost != c.lost {
			t.Errorf("%v: %d of %d lost, want %d", &c.m, lost, n, c.lost)
		}
		if e := c.m.Expect(netem.Traffic{}); e.Loss != float64(c.lost)/n {
			t.Errorf("%v: expected to lose %v", &c.m, e.Loss)
		}
	}
}

// p13 alone loses independently, with the same draws as the loss of that share, but for the first packet of a burst.
func TestMarkovOfOneNumberIsBernoulli(t *testing.T) {
	e := (&netem.Markov{P13: .05, P31: .95, P23: 1}).Expect(netem.Traffic{})
	near(t, "loss", e.Loss, .05, 1e-15)
	near(t, "mean burst", e.MeanBurst, 1/.95, 1e-15)
	near(t, "autocorrelation", e.LossACF1, 0, 1e-15)
}
