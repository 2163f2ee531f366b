package netem

import (
	"encoding/binary"
	"math/bits"
)

// subqueue is one of the queues of an fqCoDel.
type subqueue struct {
	fifo
	state   codelState
	credits int       // bytes that it may still send
	active  bool      // on one of the lists
	next    *subqueue // on it
}

// subqueueList is flows in the order in which they came onto it.
type subqueueList struct{ head, tail *subqueue }

// add puts f, which is on no list, at the end.
func (l *subqueueList) add(f *subqueue) {
	if l.head == nil {
		l.head = f
	} else {
		l.tail.next = f
	}
	l.tail = f
}

// remove takes the first flow off; there must be one.
func (l *subqueueList) remove() {
	f := l.head
	l.head, f.next = f.next, nil
}

// flowHash returns a number that is the same for all packets of a flow: of all that have the same protocol, addresses and
// ports, and of all whose headers cannot be read.
func flowHash(seed uint64, p *Packet) uint64 {
	h, ok := p.Header()
	if !ok {
		return stir(seed, 0)
	}
	for _, addr := range [...][16]byte{h.Src.Addr().As16(), h.Dst.Addr().As16()} {
		seed = stir(seed, binary.BigEndian.Uint64(addr[:8]))
		seed = stir(seed, binary.BigEndian.Uint64(addr[8:]))
	}
	seed = stir(seed, uint64(h.Proto)<<32|uint64(h.Src.Port())<<16|uint64(h.Dst.Port()))
	return stir(seed, 0)
}

// stir mixes word into hash: both halves of the product depend on all bits of both.
func stir(hash, word uint64) uint64 {
	const golden = 0x9e3779b97f4a7c15 // 2^64 over the golden ratio, odd
	hi, lo := bits.Mul64(hash^word, golden)
	return hi ^ lo
}
