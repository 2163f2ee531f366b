package netem

import (
	"cmp"
	"slices"
)

// stream is one direction of a TCP connection, followed by what it sends. Bytes are counted in offsets from the first one
// that was seen, so that sequence numbers may wrap round.
type stream struct {
	begun  bool   // a segment was seen, and so base is known
	opened bool   // a SYN was seen: base is the number behind it
	base   uint32 // sequence number of offset 0
	next   int64  // offset behind the furthest byte sent
	newest int64  // offset at which the newest data segment began

	lastID uint64 // packet that was the newest data segment, 0 before there is one
	ended  bool   // a FIN was seen

	acked    bool   // something was acknowledged
	ack      uint32 // the furthest acknowledgment
	windowed bool   // window is known: that of a SYN is not, as it is not scaled (RFC 7323 section 2.2)
	window   uint16
	kept     []keptSegment // that faults ask for, in order
}

// keptSegment is a data segment whose retransmissions are counted.
type keptSegment struct {
	number int
	start  int64 // offset of its first byte that was new
	again  int   // packets since that carried this byte
}

// resent says that a packet is retransmission number again of data segment number.
type resent struct{ number, again int }

// news is what one packet tells beside its kinds.
type news struct {
	resent []resent // by what it carries, in order
	tail   uint64   // of a flow's first FIN: the packet that was its last data, 0 if it is this one
}

// renewed says whether a segment opens a new connection between the same ports: RFC 9293 section 3.4.1, "a given
// connection is identified by a pair of sockets", which "can be used many times".
func (s *stream) renewed(h *Header) bool {
	return h.Flags&SYN != 0 && s.begun && (!s.opened || h.Seq+1 != s.base)
}

// offset turns a sequence number into an offset, the one nearest to what was sent last: RFC 9293 section 3.4, "all
// arithmetic dealing with sequence numbers must be performed modulo 2**32".
func (s *stream) offset(seq uint32) int64 {
	return s.next + int64(int32(seq-s.base-uint32(s.next)))
}

// look returns what kinds of packet a segment of f is, and follows the stream by it.
func (fs *flows) look(f *flow, h *Header, id uint64) (is subjectSet) {
	s := &f.tcp
	fs.resent, fs.tail = fs.resent[:0], 0
	seq := h.Seq
	if h.Flags&SYN != 0 {
		seq++ // the SYN has a number of its own
	}
	if !s.begun {
		s.begun, s.opened, s.base = true, h.Flags&SYN != 0, seq
	}
	from := s.offset(seq)
	switch flags := h.Flags; {
	case flags&SYN != 0 && flags&ACK != 0:
		is |= SynAckSegment.set()
	case flags&SYN != 0:
		is |= SynSegment.set()
	}
	if h.Flags&RST != 0 {
		is |= RstSegment.set()
	}
	switch {
	case s.probes(h, from):
		is |= WindowProbe.set()
	case len(h.Payload) > 0 && h.Flags&RST == 0: // RFC 9293 section 3.5.3: a RST may carry data, but not of the stream
		is |= fs.data(f, from, from+int64(len(h.Payload)))
	case h.Flags&(ACK|SYN|FIN|RST) == ACK:
		is |= PureAck.set() | s.acknowledges(h)
	}
	if h.Flags&FIN != 0 {
		is |= FinSegment.set() | fs.end(s, is)
	}
	if is.has(DataSegment) {
		s.lastID = id
	}
	s.noteAck(h)
	return is
}

// data follows a segment with the bytes from from to to.
func (fs *flows) data(f *flow, from, to int64) (is subjectSet) {
	s := &f.tcp
	if from < s.next {
		is |= Retransmission.set()
		fs.resend(s, from, to)
	}
	if to > s.next {
		is |= DataSegment.set()
		s.newest = max(from, s.next)
		if number := f.counts[DataSegment] + 1; fs.keeps(number) {
			s.kept = append(s.kept, keptSegment{number: number, start: s.newest})
		}
		s.next = to
	}
	return is
}

// keeps says whether a fault asks for the retransmissions of a data segment.
func (fs *flows) keeps(number int) bool {
	for _, ns := range fs.asked {
		if ns.has(number) {
			return true
		}
	}
	return false
}

// resend counts for each segment whose first byte is sent again.
func (fs *flows) resend(s *stream, from, to int64) {
	i, _ := slices.BinarySearchFunc(s.kept, from, func(k keptSegment, o int64) int { return cmp.Compare(k.start, o) })
	for ; i < len(s.kept) && s.kept[i].start < to; i++ {
		s.kept[i].again++
		fs.resent = append(fs.resent, resent{s.kept[i].number, s.kept[i].again})
	}
}

// end follows a FIN, which is on a packet of the kinds so far.
func (fs *flows) end(s *stream, is subjectSet) subjectSet {
	first := !s.ended
	s.ended = true
	switch {
	case first && is.has(DataSegment):
		return LastData.set()
	case first && s.lastID != 0:
		fs.tail = s.lastID
		return LastData.set()
	}
	return 0
}

// probes says whether a segment asks for an acknowledgment by using a number again. RFC 9293 section 3.8.6.1 would send a
// new byte, which nothing tells from other data here.
func (s *stream) probes(h *Header, from int64) bool {
	switch {
	case h.Flags&(ACK|SYN|FIN|RST) != ACK:
		return false
	case len(h.Payload) == 0:
		return from < s.next
	}
	return len(h.Payload) == 1 && from == s.next-1 && from != s.newest
}

// acknowledges tells the duplicate acknowledgments and window updates among pure ones.
//
// RFC 5681 section 2 has a duplicate "when (a) the receiver of the ACK has outstanding data, (b) the incoming
// acknowledgment carries no data, (c) the SYN and FIN bits are both off, (d) the acknowledgment number is equal to the
// greatest acknowledgment received on the given connection … and (e) the advertised window in the incoming
// acknowledgment equals the advertised window in the last incoming acknowledgment". It goes on that with SACK, its blocks
// may decide instead. Of (a), one direction knows nothing.
func (s *stream) acknowledges(h *Header) subjectSet {
	switch {
	case !s.acked || h.Ack != s.ack:
		return 0
	case h.hasSACK() || !s.windowed || h.Window == s.window:
		return DupAck.set()
	case h.Window > s.window:
		return WindowUpdate.set()
	}
	return 0
}

// noteAck remembers what a segment acknowledges, unless a later one went before it.
func (s *stream) noteAck(h *Header) {
	if h.Flags&ACK == 0 || s.acked && int32(h.Ack-s.ack) < 0 {
		return
	}
	s.acked, s.ack = true, h.Ack
	s.windowed, s.window = h.Flags&SYN == 0, h.Window
}
