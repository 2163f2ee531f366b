package netem

// ring is a first-in-first-out list of packets that reuses its memory: it allocates only when it is longer than ever
// before. The zero value is empty and ready.
type ring struct {
	slots []*Packet // a power of two of them, or none
	head  int       // slot of the oldest packet
	n     int
}

// push adds p at the end.
func (r *ring) push(p *Packet) {
	if r.n == len(r.slots) {
		r.grow()
	}
	r.slots[(r.head+r.n)&(len(r.slots)-1)] = p
	r.n++
}

// first returns the oldest packet, nil if there is none.
func (r *ring) first() *Packet {
	if r.n == 0 {
		return nil
	}
	return r.slots[r.head]
}

// pop removes and returns the oldest packet, nil if there is none.
func (r *ring) pop() *Packet {
	if r.n == 0 {
		return nil
	}
	p := r.slots[r.head]
	r.slots[r.head] = nil // or the ring would keep the packet's bytes alive
	r.head = (r.head + 1) & (len(r.slots) - 1)
	r.n--
	return p
}

// grow doubles the ring and puts the oldest packet into its first slot.
func (r *ring) grow() {
	slots := make([]*Packet, max(16, 2*len(r.slots)))
	n := copy(slots, r.slots[r.head:])
	copy(slots[n:], r.slots[:r.head])
	r.slots, r.head = slots, 0
}
