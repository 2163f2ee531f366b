package metric

import (
	"sort"

	"lossylab/netem"
)

// aheadWindow is how many of the latest packets in order are remembered to find the one that a late packet is behind.
const aheadWindow = 4096

// leader is a packet that arrived in order: RFC 4737 section 3.3, its number was at least the next expected one.
type leader struct {
	seq   int64
	place int64 // among the arrivals, from 0
	at    netem.Time
	late  bool // a reordered packet came after it that should have come before it
}

// ahead remembers the latest packets that arrived in order. The first arrival with a greater number than a reordered
// packet's is always one of them, since it was greater than all before it; and their numbers increase, so it is found by
// halving.
type ahead struct {
	next   int64    // NextExp of RFC 4737: a packet with a smaller number is reordered
	places int64    // arrivals
	count  int64    // in order
	ring   []leader // the latest, at count modulo the window
	gone   int64    // number of the latest one that is forgotten, if any is
}

// add takes the next arrival. Of a packet in order it returns the remembered one whose place it took, if any. Of a
// reordered one it returns the first arrival with a greater number as first, and whether that is certain: if not, it is
// the oldest one remembered.
func (a *ahead) add(seq int64, at netem.Time) (forgotten leader, first *leader, certain bool) {
	place := a.places
	a.places++
	if seq < a.next {
		first, certain = a.find(seq)
		return leader{}, first, certain
	}
	a.next = seq + 1
	l := leader{seq: seq, place: place, at: at}
	if len(a.ring) < aheadWindow {
		a.ring = append(a.ring, l)
	} else {
		slot := &a.ring[a.count%aheadWindow]
		forgotten, *slot = *slot, l
		a.gone = forgotten.seq
	}
	a.count++
	return forgotten, nil, true
}

// find returns the first of the remembered packets with a number beyond seq. There is one, unless nothing has arrived in
// order: with a negative number before all else.
func (a *ahead) find(seq int64) (first *leader, certain bool) {
	n := len(a.ring)
	i := sort.Search(n, func(i int) bool { return a.oldest(i).seq > seq })
	if i == n {
		return nil, false
	}
	return a.oldest(i), i > 0 || a.count == int64(n) || a.gone < seq
}

// oldest returns the remembered packet number i, from the oldest.
func (a *ahead) oldest(i int) *leader {
	return &a.ring[(a.count-int64(len(a.ring))+int64(i))%aheadWindow]
}
