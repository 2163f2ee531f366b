package netem

import "slices"

// Recaller is a Model that takes packets back: the link tells it when it has. A packet that has arrived, or was lost before,
// cannot be had back, and then nothing is told.
type Recaller interface{ Recalled(id uint64) }

// recall is a wish to take back the packet with this ID.
type recall struct {
	id   uint64
	seat *seat // whose wish it is
}

// recall loses a packet that is under way, with its copies.
func (l *Link) recall(now Time, r recall) {
	f, ok := l.line.take(r.id)
	if !ok {
		f, ok = l.holds.take(r.id)
	}
	if !ok {
		return
	}
	l.lose(now, r.seat.words, f.p)
	if f.fate != nil {
		for _, c := range f.fate.copies {
			l.lose(now, r.seat.words, c)
		}
	}
	if m, ok := r.seat.Model.(Recaller); ok {
		m.Recalled(r.id)
	}
}

// take removes a packet of the line by its ID. It goes through all of them and puts them in order anew.
func (l *line) take(id uint64) (flight, bool) {
	for i, f := range l.queue[l.head:] {
		if f.p.ID == id {
			l.queue = slices.Delete(l.queue, l.head+i, l.head+i+1)
			return f, true
		}
	}
	for i, f := range l.others {
		if f.p.ID == id {
			rest := slices.Delete(l.others, i, i+1)
			l.others = rest[:0]
			for _, g := range rest { // push writes no further than it has been read
				l.others.push(g)
			}
			return f, true
		}
	}
	return flight{}, false
}

// take removes a held packet by its ID.
func (hs *holds) take(id uint64) (flight, bool) {
	for i := range *hs {
		if (*hs)[i].p.ID == id {
			return hs.remove(i), true
		}
	}
	return flight{}, false
}
