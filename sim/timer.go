package sim

import "lossylab/netem"

// Timer is a call that the Loop will make. A zero Timer with F set is ready for Loop.Reset; a Timer belongs to one Loop.
type Timer struct {
	F func() // called on the loop when the time has come

	at    netem.Time
	seq   uint64
	index int // place in the heap, from 1; 0 while not scheduled
}

// timers is a 4-ary heap ordered by (time, order of scheduling). Four children to a node make it half as deep as a binary
// one, and the children share a cache line.
type timers []*Timer

func (t *Timer) before(u *Timer) bool {
	return t.at < u.at || t.at == u.at && t.seq < u.seq
}

func (h *timers) push(t *Timer) {
	*h = append(*h, t)
	h.up(len(*h)-1, t)
}

// remove takes t, which must be scheduled, out of the heap.
func (h *timers) remove(t *Timer) {
	i, last := t.index-1, len(*h)-1
	moved := (*h)[last]
	(*h)[last] = nil
	*h = (*h)[:last]
	t.index = 0
	if i == last {
		return
	}
	if i > 0 && moved.before((*h)[(i-1)/4]) {
		h.up(i, moved)
	} else {
		h.down(i, moved)
	}
}

// up puts t at i or above.
func (h timers) up(i int, t *Timer) {
	for i > 0 {
		parent := (i - 1) / 4
		if !t.before(h[parent]) {
			break
		}
		h[i] = h[parent]
		h[i].index = i + 1
		i = parent
	}
	h[i], t.index = t, i+1
}

// down puts t at i or below.
func (h timers) down(i int, t *Timer) {
	for {
		least := 4*i + 1
		if least >= len(h) {
			break
		}
		for c := least + 1; c < min(4*i+5, len(h)); c++ {
			if h[c].before(h[least]) {
				least = c
			}
		}
		if !h[least].before(t) {
			break
		}
		h[i] = h[least]
		h[i].index = i + 1
		i = least
	}
	h[i], t.index = t, i+1
}
