package match

// twins are the flights of the same content: one, mostly, but acknowledgments repeat themselves, and so do retransmissions
// whose headers have neither identification nor timestamps.
type twins struct {
	newest  int // of those that have not arrived; 0 for none
	near    int // one of them, near the last that has arrived
	arrived int // the last that has; 0 if none has, or if it is forgotten
}

// add takes in a flight that has just been sent.
func (t *twins) add(q *flights, f *flight) {
	if f.older = t.newest; f.older != 0 {
		q.at(f.older).newer = f.Number
	} else {
		t.near = f.Number
	}
	t.newest = f.Number
}

// remove takes out a flight that has arrived or is given up.
func (t *twins) remove(q *flights, f *flight) {
	if f.older != 0 {
		q.at(f.older).newer = f.newer
	}
	if f.newer != 0 {
		q.at(f.newer).older = f.older
	} else {
		t.newest = f.older
	}
	if !f.Lost || t.near == f.Number {
		if t.near = f.newer; t.near == 0 {
			t.near = f.older
		}
	}
	f.older, f.newer = 0, 0
}

// nearest returns the flight that was sent nearest to the time at, the older of two; nil if none was sent until latest. They
// stand in order of time, so each step from near leads there.
func (t *twins) nearest(q *flights, at, latest int64) *flight {
	f := q.at(t.near)
	if f == nil {
		return nil
	}
	for o := q.at(f.older); o != nil && (f.Sent.Time > latest || distance(o, at) <= distance(f, at)); o = q.at(f.older) {
		f = o
	}
	for n := q.at(f.newer); n != nil && n.Sent.Time <= latest && distance(n, at) < distance(f, at); n = q.at(f.newer) {
		f = n
	}
	if f.Sent.Time > latest {
		return nil
	}
	return f
}

// rival reports whether another flight that was sent until latest could be meant instead of f.
func (f *flight) rival(q *flights, latest int64) bool {
	newer := q.at(f.newer)
	return f.older != 0 || newer != nil && newer.Sent.Time <= latest
}

// distance is the time between a flight's sending and at.
func distance(f *flight, at int64) int64 { return max(f.Sent.Time-at, at-f.Sent.Time) }
