package netem

import "math/bits"

// Splitting says which of several paths a packet takes.
type Splitting struct {
	PerFlow bool  // each flow keeps to one path, which a hash of its addresses and ports chooses; else packet by packet, in turns
	Weights []int // of the paths, 1 to maxWeight; nil: all alike
}

// maxWeight bounds how uneven paths are.
const maxWeight = 1000

// weight returns the weight of path i.
func (s Splitting) weight(i int) int {
	if s.Weights == nil {
		return 1
	}
	return s.Weights[i]
}

// fork is several stages side by side, of which each packet takes one.
//
// Packet by packet they take turns, as a router's load sharing does, and spread as evenly as weights allow: with 3:1 the
// turns are 1 1 2 1. There is no chance in it, so what is reordered is due to the paths alone.
//
// Per flow it is the hash-threshold of RFC 2992: each path has a region of the hash's values, as large as its weight. The
// hash is seeded, as routers' are, so another seed may send a flow another way; and a few flows may all meet on one path.
type fork struct {
	paths   []Stage
	split   Splitting
	choose  func(*Packet) int // instead of split, if it is not nil
	total   int               // of the weights
	credit  []int             // of each path: who has most is next
	seed    uint64            // of the hash
	arrived []ring            // what arrives at one instant, by path
	ready   ring              // arrived, waiting for Recv
	now     Time
}

func newFork(paths []Stage, split Splitting, seed uint64) *fork {
	f := &fork{paths: paths, split: split, seed: seed, credit: make([]int, len(paths)), arrived: make([]ring, len(paths))}
	for i := range paths {
		f.total += split.weight(i)
	}
	return f
}

// Send implements Stage.
func (f *fork) Send(now Time, p *Packet) {
	f.advance(now)
	f.paths[f.pick(p)].Send(now, p)
}

// pick returns the path that p takes.
func (f *fork) pick(p *Packet) int {
	switch {
	case f.choose != nil:
		return f.choose(p)
	case f.split.PerFlow:
		return f.ofFlow(p)
	}
	return f.inTurn()
}

// inTurn returns the path of the next packet. Each path earns its weight with every packet, and pays for its own with the
// total.
func (f *fork) inTurn() int {
	best := 0
	for i := range f.credit {
		if f.credit[i] += f.split.weight(i); f.credit[i] > f.credit[best] {
			best = i
		}
	}
	f.credit[best] -= f.total
	return best
}

// ofFlow returns the path of the packet's flow.
func (f *fork) ofFlow(p *Packet) int {
	hi, _ := bits.Mul64(routeHash(f.seed, p.Data), uint64(f.total))
	share := int(hi)
	for i := range f.paths {
		if share -= f.split.weight(i); share < 0 {
			return i
		}
	}
	panic("netem: a share larger than all weights")
}

// Next implements Stage.
func (f *fork) Next() (at Time, ok bool) {
	if f.ready.n > 0 {
		return f.now, true
	}
	i, at := earliest(f.paths)
	return at, i >= 0
}

// Recv implements Stage.
func (f *fork) Recv(now Time) *Packet {
	f.advance(now)
	return f.ready.pop()
}

// advance goes through what happens until now, each at its time, however late the owner came.
func (f *fork) advance(now Time) {
	for i, at := earliest(f.paths); i >= 0 && at <= now; i, at = earliest(f.paths) {
		for i, s := range f.paths {
			if t, ok := s.Next(); ok && t <= at {
				for p := s.Recv(at); p != nil; p = s.Recv(at) {
					f.arrived[i].push(p)
				}
			}
		}
		f.merge()
	}
	f.now = max(f.now, now)
}

// merge makes ready what has arrived at one instant: in the order of sending, as far as each path has kept it.
func (f *fork) merge() {
	for {
		first := -1
		for i := range f.arrived {
			if p := f.arrived[i].first(); p != nil && (first < 0 || p.before(f.arrived[first].first())) {
				first = i
			}
		}
		if first < 0 {
			return
		}
		f.ready.push(f.arrived[first].pop())
	}
}

// before says whether p was sent before q on the link made of several that both are on. A copy is behind its original, and
// fragments are in order.
func (p *Packet) before(q *Packet) bool {
	return p.turn < q.turn || p.turn == q.turn && (p.Copy < q.Copy || p.Copy == q.Copy && p.Offset < q.Offset)
}
