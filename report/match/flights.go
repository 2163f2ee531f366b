package match

// flight is a packet that was sent, and may have arrived.
type flight struct {
	Fate
	trace
	content      int32 // its place in contents
	older, newer int   // the numbers of the neighbours of the same content that have not arrived; 0 for none
}

// flights is a queue of those that may still be asked for, in order of sending: a ring, in which number n is at n modulo its
// length, a power of two.
type flights struct {
	ring  []flight
	first int // the number of the oldest
	n     int
}

// at returns the flight with this number, or nil if it is not in the queue.
func (q *flights) at(number int) *flight {
	if number < q.first || number >= q.first+q.n {
		return nil
	}
	return &q.ring[number&(len(q.ring)-1)]
}

// push appends a flight and gives it its number.
func (q *flights) push(s *sighting) *flight {
	if q.n == len(q.ring) {
		q.grow()
	}
	q.n++
	number := q.first + q.n - 1
	f := q.at(number)
	*f = flight{Fate: Fate{Number: number, Sent: s.Point, Lost: true}, trace: s.trace}
	return f
}

// oldest returns the flight that was sent first; there is one.
func (q *flights) oldest() *flight { return q.at(q.first) }

// pop removes the oldest.
func (q *flights) pop() {
	q.first++
	q.n--
}

func (q *flights) grow() {
	old := *q
	q.ring = make([]flight, max(1024, 2*len(old.ring)))
	for i := old.first; i < old.first+old.n; i++ {
		q.ring[i&(len(q.ring)-1)] = *old.at(i)
	}
}
