package netem

import "math/rand/v2"

// chain answers yes or no for each packet, with a memory of one packet: the two-state Markov chain over its own answers.
// Whoever calls it says what the chances are; it keeps only the last answer.
type chain struct{ last answer }

type answer uint8

const (
	none answer = iota // before the first packet
	no
	yes
)

// hit answers yes with probability p, and successive answers have the correlation rho, 0 to below 1: the chain with
// P(yes|yes) = p+rho(1-p) and P(yes|no) = p(1-rho) has the stationary share p and the autocorrelation rho^n at lag n.
func (c *chain) hit(rng *rand.Rand, p, rho float64) bool {
	if rho == 0 {
		return chance(rng, p)
	}
	afterNo := float64(p * (1 - rho))
	return c.note(chance(rng, c.next(p, afterNo, afterNo+rho)))
}

// follow answers in one draw, with a chance that depends on the last answer; p is the chain's long-run share.
func (c *chain) follow(rng *rand.Rand, p, afterNo, afterYes float64) bool {
	return c.note(chance(rng, c.next(p, afterNo, afterYes)))
}

// next returns the chance of yes. It is p for the first packet, so that every packet meets exactly the long-run share and
// not only those far from the start.
func (c *chain) next(p, afterNo, afterYes float64) float64 {
	switch c.last {
	case no:
		return afterNo
	case yes:
		return afterYes
	}
	return p
}

// note keeps an answer.
func (c *chain) note(hit bool) bool {
	c.last = no
	if hit {
		c.last = yes
	}
	return hit
}
