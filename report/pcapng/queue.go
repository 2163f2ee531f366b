package pcapng

// Queue holds packets back from a Writer until all is said about them, and about those before them: packets stand in a
// file in order of time, but what becomes of one turns out while later ones pass.
type Queue struct {
	w     Writer
	slots []slot // a ring: frame n is at n modulo its length, a power of two
	first int    // the number of the oldest frame that waits
	n     int    // how many wait
}

type slot struct {
	p       Packet
	kept    bool // p.IP is ip
	settled bool
	ip      []byte // memory for what has to wait
	comment []byte
}

// NewQueue returns an empty queue in front of w.
func NewQueue(w Writer) *Queue { return &Queue{w: w, first: 1} }

// Push appends a packet and returns its frame number: 1 for the first, as readers count. p.IP must not change before
// Keep or Settle; p.Comment is not used.
func (q *Queue) Push(p Packet) (frame int) {
	if q.n == len(q.slots) {
		q.grow()
	}
	frame = q.first + q.n
	q.n++
	s := q.slot(frame)
	s.p, s.kept, s.settled = p, false, false
	return frame
}

// Keep makes a frame that is not settled yet independent of its packet's memory.
func (q *Queue) Keep(frame int) {
	s := q.slot(frame)
	if s.kept {
		return
	}
	s.ip, s.kept = append(s.ip[:0], s.p.IP...), true
	s.p.IP = s.ip
}

// Settle says all there is to say about a frame: its comment. The frame is written once those before it are settled too;
// if it has to wait, the queue keeps copies. An error of the Writer sticks to it, for Close to return.
func (q *Queue) Settle(frame int, comment []byte) {
	s := q.slot(frame)
	s.p.Comment, s.settled = comment, true
	for q.n > 0 && q.slot(q.first).settled {
		_ = q.w.WritePacket(q.slot(q.first).p)
		q.slot(q.first).p = Packet{} // its memory is not ours any more
		q.first++
		q.n--
	}
	if frame >= q.first {
		q.Keep(frame)
		s.comment = append(s.comment[:0], comment...)
		s.p.Comment = s.comment
	}
}

// Hold keeps a frame of which comment is all that can be said for now, until Release.
func (q *Queue) Hold(frame int, comment []byte) {
	q.Keep(frame)
	s := q.slot(frame)
	s.comment = append(s.comment[:0], comment...)
}

// Release settles a frame that is held, with the rest of its comment.
func (q *Queue) Release(frame int, rest []byte) {
	s := q.slot(frame)
	s.comment = append(s.comment, rest...)
	q.Settle(frame, s.comment)
}

// Close closes the Writer. Every frame must be settled.
func (q *Queue) Close() error {
	if q.n > 0 {
		panic("pcapng: a queue is closed while frames wait in it")
	}
	return q.w.Close()
}

func (q *Queue) slot(frame int) *slot { return &q.slots[frame&(len(q.slots)-1)] }

func (q *Queue) grow() {
	old := *q
	q.slots = make([]slot, max(64, 2*len(old.slots)))
	for i := old.first; i < old.first+old.n; i++ {
		*q.slot(i) = *old.slot(i)
	}
}
