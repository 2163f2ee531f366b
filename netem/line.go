package netem

import "time"

// flight is one packet under way in the delay line.
type flight struct {
	at   Time   // when it is due
	seq  uint64 // place in the order of sending: equal times arrive in this order
	p    *Packet
	fate *fate // nil for the common packet, which arrives once and in its place
}

// fate is the part of a verdict that is carried out on arrival.
type fate struct {
	copies []*Packet
	behind int
	hold   time.Duration
}

// before is a total order, since no two flights share a seq: what pops first never depends on the heap's shape.
func (f *flight) before(g *flight) bool {
	return f.at < g.at || f.at == g.at && f.seq < g.seq
}

// line is what is under way, by (at, seq). As long as all comes in this order, as on most links, it stands in a queue. What is
// due before the last of that goes into a heap, and so does all behind it until the heap is empty.
type line struct {
	queue  []flight // from head on
	head   int
	others heap
}

func (l *line) len() int { return len(l.queue) - l.head + len(l.others) }

// first returns the flight that is due first, nil if there is none. It is good until the next push or pop.
func (l *line) first() *flight {
	switch {
	case l.leads():
		return &l.queue[l.head]
	case len(l.others) > 0:
		return &l.others[0]
	}
	return nil
}

// leads reports whether the first flight stands in the queue.
func (l *line) leads() bool {
	return l.head < len(l.queue) && (len(l.others) == 0 || l.queue[l.head].before(&l.others[0]))
}

// push adds f.
func (l *line) push(f flight) {
	n := len(l.queue)
	switch {
	case len(l.others) > 0, n > l.head && f.before(&l.queue[n-1]):
		l.others.push(f)
		return
	case n == l.head:
		l.queue, l.head = l.queue[:0], 0
	case n == cap(l.queue) && l.head > n/2: // make room where flights have left
		l.queue, l.head = l.queue[:copy(l.queue, l.queue[l.head:])], 0
		clear(l.queue[len(l.queue):n])
	}
	l.queue = append(l.queue, f)
}

// pop removes and returns the first flight; the line must not be empty.
func (l *line) pop() flight {
	if !l.leads() {
		return l.others.pop()
	}
	f := l.queue[l.head]
	l.queue[l.head] = flight{} // let go of the packet
	l.head++
	return f
}

// heap has four children a node and items by value: a third of the time that container/heap takes, whose items are boxed
// and whose tree is twice as deep.
type heap []flight

// push adds f, moving down what is due later instead of swapping.
func (l *heap) push(f flight) {
	h := append(*l, f)
	i := len(h) - 1
	for i > 0 {
		parent := (i - 1) / 4
		if !f.before(&h[parent]) {
			break
		}
		h[i] = h[parent]
		i = parent
	}
	h[i] = f
	*l = h
}

// pop removes and returns the first flight; it must not be empty.
func (l *heap) pop() flight {
	h := *l
	first, last := h[0], h[len(h)-1]
	h[len(h)-1] = flight{} // let go of the packet
	h = h[:len(h)-1]
	*l = h
	if len(h) > 0 {
		h.sink(last)
	}
	return first
}

// sink finds the place of f, which takes the empty place at the root.
func (l heap) sink(f flight) {
	i := 0
	for {
		least := 4*i + 1
		if least >= len(l) {
			break
		}
		for c := least + 1; c < min(4*i+5, len(l)); c++ {
			if l[c].before(&l[least]) {
				least = c
			}
		}
		if f.before(&l[least]) {
			break
		}
		l[i] = l[least]
		i = least
	}
	l[i] = f
}
