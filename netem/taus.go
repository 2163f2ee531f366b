package netem

// taus is the random number generator of netem's qdisc: LFSR113 of P. L'Ecuyer, "Tables of Maximally-Equidistributed
// Combined LFSR Generators", Mathematics of Computation 68 (1999), seeded in the kernel's own way.
type taus [4]uint32

// newTaus returns the generator that Linux starts from a 64-bit seed. There is no warm-up: small seeds give small first
// numbers, and seeds that are close give numbers that are alike.
func newTaus(seed uint64) taus {
	i := uint32(seed>>32) ^ uint32(seed<<10) ^ uint32(seed)
	var t taus
	for c, least := range [...]uint32{2, 8, 16, 128} { // below these a component would stay at zero for ever
		t[c] = i
		if i < least {
			t[c] += least
		}
	}
	return t
}

// next returns 32 random bits.
func (t *taus) next() uint32 {
	t[0] = shift(t[0], 31, 6, 18)
	t[1] = shift(t[1], 29, 2, 2)
	t[2] = shift(t[2], 28, 13, 7)
	t[3] = shift(t[3], 25, 3, 13)
	return t[0] ^ t[1] ^ t[2] ^ t[3]
}

// shift makes s steps of the shift register whose characteristic polynomial is x^k + x^q + 1, the state being the upper
// k bits of z.
func shift(z uint32, k, q, s uint) uint32 {
	return z>>(32-k)<<(32-k)<<s ^ (z<<q^z)>>(k-s)
}
