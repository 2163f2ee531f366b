package netem

import "time"

// DefaultHold is how long a packet waits at most to be overtaken: without it the last packets of a flow, which nobody
// overtakes, would never arrive.
const DefaultHold = 100 * time.Millisecond

// held is a packet that has been due and now waits until later ones have been delivered.
type held struct {
	flight
	until  Time // when it stops waiting
	behind int  // later packets still to be delivered before it
}

// holds are the held packets in the order in which they were due. They are few (those chosen within one hold time), so
// they are searched and not indexed.
type holds []held

// add holds a packet that is due: its waiting begins now, and what overtook it earlier does not count.
func (hs *holds) add(f flight) {
	hold := f.fate.hold
	if hold == 0 {
		hold = DefaultHold
	}
	*hs = append(*hs, held{flight: f, until: f.at.Add(hold), behind: f.fate.behind})
}

// next returns the index of the packet that stops waiting first, -1 if none waits. Equal times are taken in order of
// sending.
func (hs holds) next() int {
	first := -1
	for i := range hs {
		if first < 0 || hs[i].until < hs[first].until ||
			hs[i].until == hs[first].until && hs[i].seq < hs[first].seq {
			first = i
		}
	}
	return first
}

// overtake tells the held packets that packet seq has been delivered.
func (hs holds) overtake(seq uint64) {
	for i := range hs {
		if hs[i].seq < seq {
			hs[i].behind--
		}
	}
}

// overtaken returns the index of the packet that was sent first of those that have waited enough, -1 if none has.
func (hs holds) overtaken() int {
	first := -1
	for i := range hs {
		if hs[i].behind <= 0 && (first < 0 || hs[i].seq < hs[first].seq) {
			first = i
		}
	}
	return first
}

// remove takes out packet i and keeps the others in order.
func (hs *holds) remove(i int) flight {
	h := *hs
	f := h[i].flight
	copy(h[i:], h[i+1:])
	h[len(h)-1] = held{}
	*hs = h[:len(h)-1]
	return f
}
