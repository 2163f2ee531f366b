package report

import (
	"math/bits"
	"net/netip"
	"slices"
	"sort"

	"lossylab/netem"
	"lossylab/report/pcapng"
)

// Vantage is the end of the link at which a capture is taken.
type Vantage int

// The two ends.
const (
	Client Vantage = iota
	Server
)

// The links' names as events tell them: up leads from the client to the server.
const (
	up   = "up"
	down = "down"
)

// String returns the end's name: "client" or "server".
func (v Vantage) String() string {
	if v == Client {
		return "client"
	}
	return "server"
}

// Sees reports whether e is a packet that passes this end, and so is a frame of its capture: one that it sends, one that is
// delivered to it, or one with which its own link answers it.
func (v Vantage) Sees(e netem.Event) bool {
	to, from := up, down
	if v == Server {
		to, from = down, up
	}
	return (e.Kind == netem.Sent || e.Kind == netem.Answered) && e.Link == to || e.Kind == netem.Delivered && e.Link == from
}

// Options returns the part of a capture file's options that the vantage point decides: the two ends, with their names,
// addresses and made-up MACs.
func (v Vantage) Options(client, server []netip.Addr) pcapng.Options {
	c := pcapng.Host{Name: Client.String(), MAC: [6]byte{2, 0, 0, 0, 0, 1}, Addrs: client}
	s := pcapng.Host{Name: Server.String(), MAC: [6]byte{2, 0, 0, 0, 0, 2}, Addrs: server}
	if v == Client {
		return pcapng.Options{Local: c, Remote: s}
	}
	return pcapng.Options{Local: s, Remote: c}
}

// Frames numbers the frames of both ends' captures, each from 1 in the order of events. Whoever shows all events to one
// knows the numbers that Wireshark will show. The zero value is ready to use.
type Frames struct{ last [2]int }

// Count takes the next event and returns its number in the capture of the end that sees it, or 0 when neither does.
// No event is seen by both.
func (f *Frames) Count(e netem.Event) (at Vantage, number int) {
	for at = Client; at <= Server; at++ {
		if at.Sees(e) {
			f.last[at]++
			return at, f.last[at]
		}
	}
	return Client, 0
}

// line is the packets in flight in one direction.
type line struct {
	flights        map[uint64]*flight // by packet ID
	oldest, newest *flight            // in order of sending
	free           *flight            // to be used again, linked by newer
}

func newLine() line { return line{flights: map[uint64]*flight{}} }

// flight is a packet and its copies on their way over one link.
type flight struct {
	older, newer *flight
	id           uint64
	version      int
	data         []byte // as it was sent, or as it goes on marked
	frame        int    // its number here: as sent, or as it first arrived; 0 for neither

	copies    int // still on their way, the packet itself or its fragments included
	arrived   int
	intact    int // arrived without damage
	lost      int
	overtaken int // by so many packets sent later

	lostBy, lateBy, copiedBy string
	markedBy                 string // with Congestion Experienced
	damages                  []damage

	parts *fragments // nil for a packet that is whole
	cutBy string

	// TCP at the sending end.
	sent    netem.Time
	ports   [2]uint16 // TCP: its sender's and the other end's
	how     int       // one more than the Trigger, if it is a retransmission and that is known
	stream  *stream
	span    span
	again   int       // the frame whose bytes it repeats, or 0
	before  fate      // of that frame
	pending bool      // before is not known yet
	agains  []*flight // those that repeat this one's bytes and wait for its fate
	mends   []int     // the frames whose bytes it repeats
	dupAcks int       // that had come since the last acknowledgment that was new

	proto int // the transport's, at the sending end

	// UDP at the sending end.
	dialogue *dialogue
	said     opener
	message  int // its number, from 1: programs number them from 0
}

// version returns the IP version of a packet as it was sent.
func version(ip []byte) int {
	if len(ip) == 0 {
		return 0
	}
	return int(ip[0] >> 4)
}

// add puts a packet last.
func (l *line) add(p *netem.Packet) *flight {
	f := l.free
	if f == nil {
		f = &flight{}
	} else {
		l.free = f.newer
	}
	*f = flight{id: p.ID, version: version(p.Data), data: p.Data, copies: 1, older: l.newest,
		damages: f.damages[:0], agains: f.agains[:0], mends: f.mends[:0]}
	if l.newest == nil {
		l.oldest = f
	} else {
		l.newest.newer = f
	}
	l.newest = f
	l.flights[f.id] = f
	return f
}

// remove takes f out, and keeps its memory for another.
func (l *line) remove(f *flight) {
	if f.older == nil {
		l.oldest = f.newer
	} else {
		f.older.newer = f.newer
	}
	if f.newer == nil {
		l.newest = f.older
	} else {
		f.newer.older = f.older
	}
	delete(l.flights, f.id)
	f.frame, f.data, f.stream, f.parts, f.dialogue = 0, nil, nil, nil, nil
	f.newer, l.free = l.free, f
}

// overtake tells all that were sent before f and have not arrived that f has: the cost is how many they are.
func (l *line) overtake(f *flight) {
	for o := l.oldest; o != f; o = o.newer {
		o.overtaken++
	}
}

// damage is the bits of one copy that were turned over.
type damage struct {
	copy, offset int
	by           string
	bits         [3]int // the first few, counted from the first bit of the IP header
	n            int
}

func newDamage(sent, got []byte) (d damage) {
	for i := range min(len(sent), len(got)) {
		for x := sent[i] ^ got[i]; x != 0; {
			bit := bits.LeadingZeros8(x)
			x &^= 0x80 >> bit
			if d.n < len(d.bits) {
				d.bits[d.n] = 8*i + bit
			}
			d.n++
		}
	}
	return d
}

// fate is what became of a frame that was sent: {"never arrived", "loss 3%"}. It is empty while nobody knows.
type fate struct{ what, by string }

// span is a range of TCP sequence numbers, from up to but not including to, and the frame that carried it last.
type span struct {
	from, to uint32
	frame    int
	flight   *flight // of that frame, while flight.frame is still frame
	fate     fate    // left empty for a frame that arrived intact and on time
}

// stream is one direction of a TCP connection: what was sent and is not acknowledged yet.
type stream struct {
	spans []span // spans[acked:] are in order and do not overlap
	acked int
	fin   bool // the stream's end was sent

	una     uint32 // the furthest acknowledgment that has come
	dupAcks int    // that have come since
	unheard unheard
}

// streams are the connections of one sender, by their two ends.
type streams map[[2]netip.AddrPort]*stream

// send notes that f carries the segment h, and returns the span that last carried its first sequence numbers. That is
// empty for new data, and for a segment without any sequence numbers, such as a bare acknowledgment.
func (ss streams) send(h *netem.Header, f *flight) (before span) {
	now := span{from: h.Seq, to: h.Seq + uint32(len(h.Payload)), frame: f.frame, flight: f}
	if h.Flags&netem.SYN != 0 {
		now.to++
	}
	if h.Flags&netem.FIN != 0 {
		now.to++
	}
	key := [2]netip.AddrPort{h.Src, h.Dst}
	if h.Flags&netem.RST != 0 {
		delete(ss, key)
	}
	if now.from == now.to || h.Flags&netem.RST != 0 {
		return span{}
	}
	s := ss[key]
	if s == nil || h.Flags&netem.SYN != 0 && s.acked < len(s.spans) && s.spans[s.acked].from != now.from {
		// The connection is new, or another one had its ports before and went without a word.
		s = &stream{una: now.from + 1}
		ss[key] = s
	}
	s.fin = s.fin || h.Flags&netem.FIN != 0
	f.stream, f.span, f.dupAcks = s, now, s.dupAcks
	return s.put(now)
}

// acknowledge forgets what the segment h, which has arrived from the other end, says is there: heard gets the frames that
// carried it last. It reports whether h is a duplicate acknowledgment.
func (ss streams) acknowledge(h *netem.Header, heard []int) (frames []int, repeats bool) {
	key := [2]netip.AddrPort{h.Dst, h.Src}
	s := ss[key]
	switch {
	case h.Flags&netem.RST != 0:
		delete(ss, key)
		return heard, false
	case s == nil || h.Flags&netem.ACK == 0:
		return heard, false
	}
	repeats = s.repeat(h)
	for s.acked < len(s.spans) && !after(s.spans[s.acked].to, h.Ack) {
		heard = append(heard, s.spans[s.acked].frame)
		s.acked++
	}
	if s.acked == len(s.spans) && s.fin {
		delete(ss, key)
	}
	if 2*s.acked >= len(s.spans) { // so that each span is moved once at most, on average
		s.spans = s.spans[:copy(s.spans, s.spans[s.acked:])]
		s.acked = 0
	}
	return heard, repeats
}

// repeat counts a duplicate acknowledgment, as tcpConn's does.
func (s *stream) repeat(h *netem.Header) bool {
	bare := len(h.Payload) == 0 && h.Flags&(netem.SYN|netem.FIN) == 0
	switch {
	case after(h.Ack, s.una):
		s.una, s.dupAcks = h.Ack, 0
	case bare && h.Ack == s.una && s.acked < len(s.spans):
		s.dupAcks++
		return true
	}
	return false
}

// after reports whether a follows b in sequence space, RFC 9293 section 3.4: "all arithmetic dealing with sequence
// numbers must be performed modulo 2**32".
func after(a, b uint32) bool { return int32(a-b) > 0 }

// find returns the index of the first span that ends after seq.
func (s *stream) find(seq uint32) int {
	n := sort.Search(len(s.spans)-s.acked, func(i int) bool { return after(s.spans[s.acked+i].to, seq) })
	return s.acked + n
}

// put makes now the last carrier of its range and returns the one before it, if any.
func (s *stream) put(now span) (before span) {
	i := len(s.spans)
	if i > s.acked && after(s.spans[i-1].to, now.from) {
		i = s.find(now.from)
	}
	j := i
	for j < len(s.spans) && after(now.to, s.spans[j].from) {
		j++
	}
	if i == j {
		s.spans = slices.Insert(s.spans, i, now)
		return span{}
	}
	if now.flight != nil {
		for _, old := range s.spans[i:j] {
			now.flight.mends = append(now.flight.mends, old.frame)
		}
	}
	before = s.spans[i]
	parts := [3]span{before, now, s.spans[j-1]} // what sticks out on either side is still carried by older frames
	parts[0].to, parts[2].from = now.from, now.to
	first, last := 1, 2
	if after(now.from, before.from) {
		first = 0
	}
	if after(parts[2].to, now.to) {
		last = 3
	}
	s.spans = slices.Replace(s.spans, i, j, parts[first:last]...)
	return before
}

// settle notes the fate of the frame that carried sent, for what no later frame has carried since.
func (s *stream) settle(sent span, what fate) {
	for i := s.find(sent.from); i < len(s.spans) && after(sent.to, s.spans[i].from); i++ {
		if s.spans[i].frame == sent.frame {
			s.spans[i].fate = what
		}
	}
}
