package netem

// averaged is netem's correlated random number: a weighted mean of a fresh one and the last result. A mean of uniform
// numbers is not uniform but crowds round the middle, and so what is decided by comparing it with a threshold (a loss of
// 5 %) happens less often than the threshold says, down to never. narrowed says how often.
type averaged struct {
	rho  share  // 0 is no correlation: the numbers are then plain ones
	last uint32 // what the first one is averaged with: the kernel takes that from its system, not from the seed
}

// next draws once.
func (a *averaged) next(t *taus) uint32 {
	u := t.next()
	if a.rho == 0 {
		return u
	}
	weight := uint64(a.rho) + 1
	a.last = uint32((uint64(u)*(1<<32-weight) + uint64(a.last)*weight) >> 32)
	return a.last
}

// trial is something that happens to a packet or does not.
type trial struct {
	p share
	averaged
}

// hits decides in one draw, or in none where the answer can only be no.
func (d *trial) hits(t *taus) bool { return d.p > 0 && uint32(d.p) >= d.next(t) }
