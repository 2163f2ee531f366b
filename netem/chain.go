package netem

import "math/rand/v2"

// chain is a loss with a memory of one packet: the two-state Markov chain over what became of each. Whoever calls it
// says what the chances are; it keeps only the last outcome.
type chain struct{ last outcome }

type outcome uint8

const (
	none outcome = iota // before the first packet
	kept
	lost
)

// lose decides about the next packet in one draw. The first is lost with probability p, the chain's long-run share, so
// that every packet is lost with exactly that probability and not only those far from the start.
func (c *chain) lose(rng *rand.Rand, p, afterKept, afterLost float64) bool {
	switch c.last {
	case kept:
		p = afterKept
	case lost:
		p = afterLost
	}
	drop := chance(rng, p)
	c.last = kept // of this chain: another model may still drop the packet
	if drop {
		c.last = lost
	}
	return drop
}
