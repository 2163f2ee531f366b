package report

import (
	"cmp"
	"slices"

	"lossylab/netem"
)

// tcpTracker follows the client's TCP connections by their packets: which data segment is sent again, whether it need
// have been, when each message's last byte arrives at the server's host, and what is acknowledged.
type tcpTracker struct {
	conns       map[uint16]*tcpConn // by the client's port
	first       *tcpConn            // whose segments the figures show
	lastPort    uint16              // a packet mostly belongs to the same connection as the one before
	last        *tcpConn
	segments    int64
	retransmits int64
	synAgain    int64
	spurious    int64

	shown []Segment
	acks  []Ack
}

// tcpConn is one connection, seen from its client.
type tcpConn struct {
	isn      uint32        // number of the first data byte
	next     int64         // offset behind the furthest byte sent
	acked    int64         // first byte not acknowledged, as far as the client knows
	segments []dataSegment // in order of offset: what is acknowledged leaves at the front
	index    int           // ordinal of the next new segment
	arrived  intervals
}

// dataSegment is what happened to the data that begins at one offset.
type dataSegment struct {
	offset int64
	index  int // ordinal among the data segments of its connection, from 0
	len    int
	first  transmission
	again  []transmission // the others, in order
}

// transmission returns the i-th sending.
func (d *dataSegment) transmission(i int) *transmission {
	if i == 0 {
		return &d.first
	}
	return &d.again[i-1]
}

// transmission is one sending of a segment.
type transmission struct {
	id      uint64
	done    bool // its fate is known
	arrived bool // intact
	shown   int  // place in tcpTracker.shown, or -1
}

// seen is what the tracker says about a packet.
type seen struct {
	conn       *tcpConn
	offset     int64
	len        int
	index      int // ordinal of the data segment, or, of an acknowledgment, of the segment that is expected next
	retransmit bool
}

// up looks at an event of a TCP packet that goes from the client to the server.
func (t *tcpTracker) up(e netem.Event, h *netem.Header, frame int) (s seen) {
	c := t.conn(h.Src.Port())
	syn := h.Flags&netem.SYN != 0 && e.Kind == netem.Sent
	if syn && c != nil && c.isn == h.Seq+1 {
		t.synAgain++
	}
	if syn && (c == nil || c.isn != h.Seq+1) {
		c = &tcpConn{isn: h.Seq + 1}
		if t.conns == nil {
			t.conns = map[uint16]*tcpConn{}
		}
		t.conns[h.Src.Port()], t.last = c, nil
		if t.first == nil {
			t.first = c
		}
	}
	if c == nil || h.Flags&netem.SYN != 0 || len(h.Payload) == 0 {
		return seen{conn: c}
	}
	s = seen{conn: c, offset: c.offset(h.Seq, c.next), len: len(h.Payload)}
	switch e.Kind {
	case netem.Sent:
		t.send(e, c, &s, frame)
	case netem.Dropped:
		t.settle(c, s.offset, e.Packet.ID, false)
	case netem.Delivered:
		if e.Packet.Copy == 0 {
			t.settle(c, s.offset, e.Packet.ID, !e.Packet.Corrupt)
		}
	}
	if d := c.find(s.offset); d != nil {
		s.index = d.index
		s.retransmit = d.first.id != e.Packet.ID
	}
	return s
}

func (t *tcpTracker) conn(port uint16) *tcpConn {
	if t.last == nil || port != t.lastPort {
		t.lastPort, t.last = port, t.conns[port]
	}
	return t.last
}

// offset turns a sequence number into an offset of the stream, the one nearest to a known one.
func (c *tcpConn) offset(seq uint32, near int64) int64 {
	return near + int64(int32(seq-c.isn-uint32(near)))
}

// find returns the segment that begins at offset, nil if it is not known or known no more.
func (c *tcpConn) find(offset int64) *dataSegment {
	if i, ok := c.search(offset); ok {
		return &c.segments[i]
	}
	return nil
}

func (c *tcpConn) search(offset int64) (int, bool) {
	if n := len(c.segments); n == 0 || offset > c.segments[n-1].offset {
		return n, false // a new one, the common case
	}
	return slices.BinarySearchFunc(c.segments, offset, func(d dataSegment, o int64) int { return cmp.Compare(d.offset, o) })
}

func (t *tcpTracker) send(e netem.Event, c *tcpConn, s *seen, frame int) {
	t.segments++
	again := s.offset < c.next
	if again {
		t.retransmits++
	}
	tr := transmission{id: e.Packet.ID, shown: -1}
	if c == t.first && len(t.shown) < shown {
		tr.shown = len(t.shown)
		t.shown = append(t.shown, Segment{At: e.At, Offset: s.offset, Len: s.len, Retransmit: again, Frame: frame})
	}
	i, known := c.search(s.offset)
	if known {
		c.segments[i].again = append(c.segments[i].again, tr)
	} else {
		c.segments = slices.Insert(c.segments, i, dataSegment{offset: s.offset, index: c.index, len: s.len, first: tr})
	}
	if s.offset >= c.next {
		c.index++
	}
	c.next = max(c.next, s.offset+int64(s.len))
}

// settle notes the fate of one transmission.
func (t *tcpTracker) settle(c *tcpConn, offset int64, id uint64, arrived bool) {
	d := c.find(offset)
	if d == nil {
		return
	}
	for i := range 1 + len(d.again) {
		if tr := d.transmission(i); tr.id == id {
			tr.done, tr.arrived = true, arrived
			if !arrived && tr.shown >= 0 {
				t.shown[tr.shown].Lost = true
			}
		}
	}
}

// down looks at an event of a TCP packet that goes from the server to the client.
func (t *tcpTracker) down(e netem.Event, h *netem.Header) (s seen) {
	c := t.conn(h.Dst.Port())
	if c == nil || h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return seen{conn: c}
	}
	s = seen{conn: c, offset: c.offset(h.Ack, c.acked)}
	s.index = c.ordinal(s.offset)
	if e.Kind == netem.Delivered && !e.Packet.Corrupt {
		if c == t.first && len(t.acks) < shown {
			t.acks = append(t.acks, Ack{At: e.At, Offset: min(s.offset, c.next)}) // a FIN takes a number too
		}
		c.acked = max(c.acked, s.offset)
		t.forget(c)
	}
	return s
}

// ordinal returns the number of the segment that begins at offset; behind the last one sent, the next one's.
func (c *tcpConn) ordinal(offset int64) int {
	if d := c.find(offset); d != nil {
		return d.index
	}
	return c.index
}

// forget lets go of segments that are acknowledged and of which no transmission is under way any more, and counts those
// that were sent again although an earlier transmission arrived.
func (t *tcpTracker) forget(c *tcpConn) {
	n := 0
	for ; n < len(c.segments); n++ {
		d := &c.segments[n]
		if d.offset+int64(d.len) > c.acked || !d.settled() {
			break
		}
		t.spurious += d.needless()
	}
	c.segments = c.segments[n:]
}

func (d *dataSegment) settled() bool {
	for i := range 1 + len(d.again) {
		if !d.transmission(i).done {
			return false
		}
	}
	return true
}

// needless counts the transmissions after the first one that arrived.
func (d *dataSegment) needless() int64 {
	for i := range 1 + len(d.again) {
		if d.transmission(i).arrived {
			return int64(len(d.again) - i)
		}
	}
	return 0
}

// finish counts what was not acknowledged by the end.
func (t *tcpTracker) finish() {
	for _, c := range t.conns { // a sum: in any order
		for i := range c.segments {
			t.spurious += c.segments[i].needless()
		}
		c.segments = nil
	}
}
