package netem

import (
	"math/bits"
	"math/rand/v2"
)

// fraction returns a number in [0, 1). It draws once.
func fraction(rng *rand.Rand) float64 { return float64(rng.Uint64()>>11) / (1 << 53) }

// chance is true with probability p, exactly never at 0 and exactly always at 1. It draws once, whatever p is.
func chance(rng *rand.Rand, p float64) bool { return fraction(rng) < p }

// uniform returns an integer in [0, n), n > 0. It draws once, which is why it is not rng.Uint64N: that one draws again
// now and then to be rid of a bias, which here is at most n in 2^64.
func uniform(rng *rand.Rand, n uint64) uint64 {
	hi, _ := bits.Mul64(rng.Uint64(), n)
	return hi
}
