package report

import (
	"cmp"
	"slices"

	"lossylab/netem"
)

// tcpTracker follows the client's TCP connections by their packets: which data is sent again, whether it need have been,
// and what is acknowledged. Memory holds what has been sent since the oldest segment whose fate is not known, and where
// the segments begin that are not acknowledged.
type tcpTracker struct {
	conns    []*tcpConn          // in the order in which they were opened; the figures show the first
	byPort   map[uint16]*tcpConn // by the client's port, each the newest
	lastPort uint16              // a packet mostly belongs to the same connection as the one before
	last     *tcpConn
	sending  []transmission // in order of sending, which is that of the packets' IDs
	segments int64
	synAgain int64
	spurious int64

	shown []Segment
	acks  []Ack
}

// tcpConn is one connection, seen from its client.
type tcpConn struct {
	number  int       // from 0 in the order of opening
	isn     uint32    // number of the first data byte
	next    int64     // offset behind the furthest byte sent
	acked   int64     // first byte not acknowledged, as far as the client knows
	index   int       // ordinal of the next new segment
	starts  []start   // of new segments, in order: what is acknowledged leaves at the front
	carried intervals // by transmissions that arrived and that were sent before any of tcpTracker.sending
}

// start is where a segment begins that was sent for the first time.
type start struct {
	offset int64
	index  int // its ordinal among the connection's, from 0
}

// transmission is one sending of a data segment.
type transmission struct {
	id       uint64
	conn     *tcpConn
	from, to int64
	copies   int  // under way, the packet itself included
	arrived  bool // intact, the packet or a copy; not if it is damaged where no checksum looks, as in IPv6's flow label
	shown    int  // place in tcpTracker.shown, or -1
	parts    *fragments
}

// seen is what the tracker says about a packet.
type seen struct {
	conn       *tcpConn
	offset     int64
	len        int
	index      int // sent: ordinal of the data segment, or, of an acknowledgment, of the segment that is expected next
	retransmit bool
}

// observe looks at an event of a packet whose header is h, nil if it cannot be read. Frame is the frame that the event
// makes in a capture, or 0.
func (t *tcpTracker) observe(e netem.Event, h *netem.Header, frame int) seen {
	if e.Link == up && e.Kind != netem.Sent {
		if s := t.settle(e); e.Packet.Fragment {
			return s
		}
	}
	if e.Packet.Corrupt || h == nil || h.Proto != netem.ProtoTCP || e.Kind != netem.Sent && e.Kind != netem.Delivered {
		return seen{} // the header of a damaged packet may be another's
	}
	if e.Link == up {
		return t.up(e, h, frame)
	}
	return t.down(e, h)
}

// up looks at a packet that goes from the client to the server.
func (t *tcpTracker) up(e netem.Event, h *netem.Header, frame int) seen {
	c := t.conn(h.Src.Port())
	if h.Flags&netem.SYN != 0 {
		switch {
		case e.Kind != netem.Sent:
		case c != nil && c.isn == h.Seq+1:
			t.synAgain++
		default:
			c = t.open(h)
		}
		return seen{conn: c}
	}
	if c == nil || len(h.Payload) == 0 {
		return seen{conn: c}
	}
	s := seen{conn: c, offset: c.offset(h.Seq, c.next), len: len(h.Payload)}
	if e.Kind == netem.Sent {
		t.send(e, &s, frame)
	}
	return s
}

func (t *tcpTracker) conn(port uint16) *tcpConn {
	if t.last == nil || port != t.lastPort {
		t.lastPort, t.last = port, t.byPort[port]
	}
	return t.last
}

func (t *tcpTracker) open(h *netem.Header) *tcpConn {
	if t.byPort == nil {
		t.byPort = map[uint16]*tcpConn{}
	}
	c := &tcpConn{number: len(t.conns), isn: h.Seq + 1}
	t.conns = append(t.conns, c)
	t.byPort[h.Src.Port()], t.last = c, nil
	return c
}

// offset turns a sequence number into an offset of the stream, the one nearest to a known one: RFC 9293 section 3.4,
// "all arithmetic dealing with sequence numbers must be performed modulo 2**32".
func (c *tcpConn) offset(seq uint32, near int64) int64 {
	return near + int64(int32(seq-c.isn-uint32(near)))
}

// send notes a transmission of the segment s, and adds to s what it is.
func (t *tcpTracker) send(e netem.Event, s *seen, frame int) {
	c, end := s.conn, s.offset+int64(s.len)
	t.segments++
	s.index, s.retransmit = c.ordinal(s.offset), s.offset < c.next
	if end > c.next {
		c.starts = append(c.starts, start{max(s.offset, c.next), c.index})
		c.next = end
		c.index++
	}
	tr := transmission{id: e.Packet.ID, conn: c, from: s.offset, to: end, copies: 1, shown: -1}
	if c.number == 0 && len(t.shown) < shown {
		tr.shown = len(t.shown)
		t.shown = append(t.shown, Segment{At: e.At, Offset: s.offset, Len: s.len, Retransmit: s.retransmit, Frame: frame})
	}
	t.sending = append(t.sending, tr)
}

// settle notes what becomes of a packet, copy or fragment that the client sent. It goes by the ID: the header of a damaged
// packet cannot be relied on. It returns the segment if it is whole by a fragment that arrives.
func (t *tcpTracker) settle(e netem.Event) (s seen) {
	i := t.find(e.Packet.ID)
	if i < 0 {
		return s
	}
	tr := &t.sending[i]
	switch e.Kind {
	case netem.Duplicated, netem.Fragment:
		tr.copies++
		return s
	case netem.Fragmented:
		tr.copies--
		if tr.parts == nil {
			tr.parts = newFragments(e.Packet)
		}
		return s
	case netem.Delivered:
		if tr.parts == nil {
			tr.arrived = tr.arrived || !e.Packet.Corrupt
		} else if tr.parts.arrive(e.Packet) {
			tr.arrived = true
			s = seen{conn: tr.conn, offset: tr.from, len: int(tr.to - tr.from)}
		}
		tr.copies--
	case netem.Dropped:
		tr.copies--
	}
	if tr.shown >= 0 && tr.copies == 0 {
		t.shown[tr.shown].Lost = !tr.arrived
	}
	if i == 0 {
		t.judge(false)
	}
	return s
}

// find returns the place of a packet's transmission, or -1.
func (t *tcpTracker) find(id uint64) int {
	if len(t.sending) > 0 && t.sending[0].id == id {
		return 0 // in order, the common case
	}
	i, ok := slices.BinarySearchFunc(t.sending, id, func(tr transmission, id uint64) int { return cmp.Compare(tr.id, id) })
	if !ok {
		return -1
	}
	return i
}

// judge goes through the transmissions whose fate is known, and that of all before them: one was needless if those
// before it brought all its bytes, be it earlier or later than it came itself. At the end all are judged.
func (t *tcpTracker) judge(all bool) {
	n := 0
	for ; n < len(t.sending) && (all || t.sending[n].copies == 0); n++ {
		tr := &t.sending[n]
		switch c := tr.conn; {
		case c.carried.has(tr.from, tr.to):
			t.spurious++
		case tr.arrived:
			c.carried.add(tr.from, tr.to, func(int64, int64) {})
		}
	}
	t.sending = t.sending[n:]
}

// down looks at a packet that goes from the server to the client.
func (t *tcpTracker) down(e netem.Event, h *netem.Header) seen {
	c := t.conn(h.Dst.Port())
	if c == nil || h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return seen{conn: c}
	}
	s := seen{conn: c, offset: c.offset(h.Ack, c.acked)}
	if e.Kind == netem.Sent {
		s.index = c.ordinal(s.offset)
		return s
	}
	if c.number == 0 && len(t.acks) < shown {
		t.acks = append(t.acks, Ack{At: e.At, Offset: min(s.offset, c.next)}) // a FIN takes a number too
	}
	c.acknowledge(s.offset)
	return s
}

// ordinal returns the number of the segment that first carried the byte at offset; behind the last one sent, the next
// one's.
func (c *tcpConn) ordinal(offset int64) int {
	if offset >= c.next || len(c.starts) == 0 {
		return c.index
	}
	i, found := slices.BinarySearchFunc(c.starts, offset, func(s start, o int64) int { return cmp.Compare(s.offset, o) })
	if !found {
		i = max(0, i-1)
	}
	return c.starts[i].index
}

// acknowledge lets go of the segments that end before offset.
func (c *tcpConn) acknowledge(offset int64) {
	c.acked = max(c.acked, offset)
	n := 0
	for n+1 < len(c.starts) && c.starts[n+1].offset <= c.acked {
		n++
	}
	c.starts = c.starts[n:]
}

// finish judges what is still under way at the end as lost.
func (t *tcpTracker) finish() { t.judge(true) }
