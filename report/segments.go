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
	joins    bool                // connections that were open already count from their first segment seen
	lastPort uint16              // a packet mostly belongs to the same connection as the one before
	last     *tcpConn
	caller   caller         // whose SYN came the other way
	sending  []transmission // in order of sending, which is that of the packets' IDs
	room     []transmission // in which sending lies
	segments int64
	synAgain int64
	answers  int64 // that the server sent again, SYN and FIN included
	spurious int64
	causes   [causeCount]int64
	triggers [triggerCount]int64
	lostAcks lostAcks
	measures tcpMeasures
	pending  []*repeat // of which it is not known yet what became of what they repeat

	shown []Segment
	acks  []Ack
	again []Retransmission
}

// tcpConn is one connection, seen from its client.
type tcpConn struct {
	number  int       // from 0 in the order of opening
	isn     uint32    // number of the first data byte
	next    int64     // offset behind the furthest byte sent
	acked   int64     // first byte not acknowledged, as far as the client knows
	index   int       // ordinal of the next new segment
	starts  []start   // of new segments, in order: what is acknowledged leaves at the front
	come    intervals // bytes that have arrived, intact
	room    []start   // in which starts lies
	carried intervals // by transmissions that arrived and that were sent before any of tcpTracker.sending

	back    uint32 // behind the furthest sequence number that the server has sent
	opened  bool   // by the server: back is known
	fin     bool   // has been sent
	scales  bool   // the client's SYN has the window scale option
	shift   uint8  // of the windows that the server tells
	phase   phase  // of the sender, as far as it has been told
	again   int    // packets that were sent again
	repeats int    // duplicate acknowledgments since acked last grew
	newest  uint64 // ID of the latest-sent packet with data that has arrived at the server
	filled  fill   // what arrived last of what others had waited for
}

// start is where a segment begins that was sent for the first time, or where a retransmission began or ended within one.
type start struct {
	offset int64
	index  int     // the segment's ordinal among the connection's, from 0; -1 for the SYN
	last   carrier // of what begins here
}

// transmission is one sending of a segment that takes sequence numbers: of data, SYN or FIN.
type transmission struct {
	id        uint64
	conn      *tcpConn
	at        netem.Time
	from, to  int64 // its data
	low, high int64 // its sequence numbers: SYN has the one before the first byte, FIN the one behind the last
	data      bool
	copies    int    // under way, the packet itself included
	ending    ending // arrived: intact, the packet or a copy; not if it is damaged where no checksum looks, as in IPv6's flow label
	shown     int    // place in tcpTracker.shown, or -1
	frame     int    // in the client's capture, or 0
	phase     phase  // of the sender when it sent this
	repeat    *repeat
	parts     *fragments
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
	switch {
	case e.Link == up && e.Kind != netem.Sent:
		if s := t.settle(e); e.Packet.Fragment {
			return s
		}
	case e.Kind == netem.Dropped || e.Kind == netem.Delivered && e.Packet.Corrupt:
		t.loseAck(e, h)
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
	if e.Kind == netem.Sent && h.Flags&netem.SYN != 0 && (c == nil || c.isn != h.Seq+1) {
		c = t.open(h)
		c.scaling(h, true)
		t.caller.scale(c, h)
	}
	if c == nil && t.joins && e.Kind == netem.Sent {
		c = t.join(h)
	}
	if c == nil || h.Flags&netem.RST != 0 {
		return seen{conn: c}
	}
	s := seen{conn: c, len: len(h.Payload)}
	if s.len > 0 {
		s.offset = c.offset(h.Seq, c.next)
	}
	if s.offset < 0 { // of what was sent before anybody looked
		return seen{conn: c}
	}
	if e.Kind == netem.Sent && (s.len > 0 || h.Flags&(netem.SYN|netem.FIN) != 0) {
		t.send(e, h, &s, frame)
	}
	return s
}

// loseAck notes an acknowledgment that the client does not get.
func (t *tcpTracker) loseAck(e netem.Event, h *netem.Header) {
	if h == nil || h.Proto != netem.ProtoTCP || h.Flags&netem.ACK == 0 {
		return
	}
	if c := t.byPort[h.Dst.Port()]; c != nil {
		t.lostAcks.add(c, e.Packet, h)
	}
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
func (t *tcpTracker) send(e netem.Event, h *netem.Header, s *seen, frame int) {
	c := s.conn
	tr := transmission{id: e.Packet.ID, conn: c, at: e.At, phase: c.phase, copies: 1, shown: -1, frame: frame, data: s.len > 0}
	tr.low = c.offset(h.Seq, c.next)
	tr.from = tr.low
	if h.Flags&netem.SYN != 0 {
		tr.from++ // no data rides on the SYNs of the hosts here, but if it did
	}
	tr.to = tr.from + int64(s.len)
	if tr.high = tr.to; h.Flags&netem.FIN != 0 {
		tr.high++
	}
	now := carrier{id: tr.id, at: tr.at, frame: frame}
	before, again := c.carry(&tr, now)
	t.measures.sent(&tr, again)
	if again {
		t.repeated(&tr, before, frame)
		t.synAgain += int64(one(tr.low < 0))
		s.retransmit = true
	}
	if tr.data {
		t.segments++
		s.index, s.retransmit = c.ordinal(s.offset), s.offset < c.next
		c.extend(&tr, now)
		if c.number == 0 && len(t.shown) < shown {
			tr.shown = len(t.shown)
			t.shown = append(t.shown, Segment{At: e.At, Arrived: -1, Offset: s.offset, Len: s.len, Retransmit: s.retransmit, Frame: frame})
		}
	}
	slide(&t.sending, &t.room, tr)
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
	case netem.Corrupted:
		tr.ending.by = e.By
		return s
	case netem.Delivered:
		tr.copies--
		if tr.parts == nil && !e.Packet.Corrupt {
			t.arrive(tr, e.At)
		} else if tr.parts != nil && tr.parts.arrive(e.Packet) {
			t.arrive(tr, e.At)
			s = seen{conn: tr.conn, offset: tr.from, len: int(tr.to - tr.from)}
		}
	case netem.Dropped:
		tr.copies--
		tr.ending.by = e.By
	}
	if tr.copies == 0 && !tr.ending.known {
		t.ended(tr)
	}
	if tr.shown >= 0 && tr.copies == 0 {
		t.shown[tr.shown].Lost = !tr.ending.arrived
		if tr.ending.arrived {
			t.shown[tr.shown].Arrived = tr.ending.at
		}
	}
	if i == 0 {
		t.judge(false)
	}
	return s
}

// arrive notes that tr, or a copy of it, has come intact.
func (t *tcpTracker) arrive(tr *transmission, at netem.Time) {
	if tr.ending.arrived {
		return
	}
	c := tr.conn
	tr.ending.arrived, tr.ending.at, tr.ending.overtaken = true, at, c.newest > tr.id
	c.newest = max(c.newest, tr.id)
	front := c.come.base
	c.come.add(tr.from, tr.to, func(int64, int64) {})
	if c.come.base > max(front, tr.to) { // data behind it have waited for it
		c.filled = fill{at, -1, tr.frame}
		if tr.repeat != nil {
			c.filled.place = tr.repeat.place
		}
	}
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
		if tr.repeat != nil {
			t.explain(tr)
		}
		t.measures.judge(tr)
		switch c := tr.conn; {
		case !tr.data:
		case c.carried.has(tr.from, tr.to):
			t.spurious++
		case tr.ending.arrived:
			c.carried.add(tr.from, tr.to, func(int64, int64) {})
		}
	}
	t.sending = t.sending[n:]
}

// down looks at a packet that goes from the server to the client.
func (t *tcpTracker) down(e netem.Event, h *netem.Header) seen {
	c := t.conn(h.Dst.Port())
	if h.Flags&(netem.SYN|netem.ACK) == netem.SYN {
		t.caller.call(h)
	}
	if c == nil || h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return seen{conn: c}
	}
	s := seen{conn: c, offset: c.offset(h.Ack, c.acked)}
	if e.Kind == netem.Sent {
		s.retransmit = c.answer(h)
		t.answers += int64(one(s.retransmit))
		s.index = c.ordinal(s.offset)
		t.measures.answered(c, h)
		return s
	}
	repeats := c.repeats
	if h.Flags&netem.SYN != 0 {
		c.scaling(h, false)
	}
	c.repeat(s.offset, len(h.Payload) == 0 && h.Flags&(netem.SYN|netem.FIN) == 0)
	t.measures.heard(c, s.offset, h, e.At, c.repeats > repeats)
	if c.number == 0 && len(t.acks) < shown {
		t.acks = append(t.acks, c.ack(e.At, h, s.offset))
	}
	c.acknowledge(s.offset)
	return s
}

// answer notes which sequence numbers the server sends, and reports whether it has sent the first of them before.
func (c *tcpConn) answer(h *netem.Header) (again bool) {
	end := h.Seq + uint32(len(h.Payload)+one(h.Flags&netem.SYN != 0)+one(h.Flags&netem.FIN != 0))
	if end == h.Seq {
		return false
	}
	again = c.opened && after(c.back, h.Seq)
	if !c.opened || after(end, c.back) {
		c.opened, c.back = true, end
	}
	return again
}

// repeat counts a duplicate acknowledgment. RFC 5681 section 2: "(a) the receiver of the ACK has outstanding data, (b) the
// incoming acknowledgment carries no data, (c) the SYN and FIN bits are both off, (d) the acknowledgment number is equal to
// the greatest acknowledgment received"; (e), the same window, is left out, as with SACK the blocks tell.
func (c *tcpConn) repeat(offset int64, bare bool) {
	switch {
	case offset > c.acked:
		c.repeats = 0
	case bare && offset == c.acked && c.next > c.acked:
		c.repeats++
	}
}

// finish judges what is still under way at the end as lost.
func (t *tcpTracker) finish() { t.judge(true) }
