package netem

import (
	"math/bits"
	"net/netip"
)

// flowKey names one direction of one conversation: the five-tuple.
type flowKey struct {
	src, dst netip.AddrPort
	proto    int
}

// flow is what is remembered of one flow: how many packets of each kind it has sent, and what tells kinds apart.
type flow struct {
	key     flowKey
	ordinal int // among all flows, from 1
	number  int // among those of its protocol
	counts  [len(subjects)]int
	tcp     stream
}

// maxFlows is how many flows are remembered. The one that was first seen longest ago is forgotten for a new one, and is a
// new one itself if it goes on.
const maxFlows = 1 << 16

// flows tells what the packets of a link are, and counts them by flow. The faults of a link share one, and it looks at
// each packet once. It allocates for a new flow, and nothing for a packet.
type flows struct {
	byKey map[flowKey]*flow
	order []*flow // a ring, once it is full
	next  int     // place in order of the flow to be forgotten next
	last  *flow   // a packet mostly belongs to the same flow as the one before
	total int     // flows seen
	seen  [256]int
	led   bool      // a fault shows it the packets
	asked []Numbers // of the data segments whose retransmissions are to be told apart

	// Of the packet seen last; flow is nil if it has none.
	flow *flow
	is   subjectSet
	news // TCP
}

// see looks at a packet. Copies that another link has made and what it has damaged are of no flow: nobody sent them.
func (fs *flows) see(p *Packet) {
	fs.flow, fs.is = nil, 0
	h, ok := p.Header()
	if !ok || p.Corrupt || p.Copy > 0 {
		return
	}
	f := fs.find(flowKey{h.Src, h.Dst, h.Proto})
	fs.flow, fs.is = f, AnyPacket.set()
	switch h.Proto {
	case ProtoUDP:
		fs.is |= Datagram.set()
	case ProtoTCP:
		if f.tcp.renewed(h) {
			fs.renew(f)
		}
		fs.is |= fs.look(f, h, p.ID)
	}
	for left := fs.is; left != 0; left &= left - 1 {
		f.counts[bits.TrailingZeros16(uint16(left))]++
	}
}

// find returns the flow of a key, a new one if need be.
func (fs *flows) find(k flowKey) *flow {
	if fs.last != nil && fs.last.key == k {
		return fs.last
	}
	f := fs.byKey[k]
	if f == nil {
		f = fs.room()
		f.key = k
		fs.byKey[k] = f
		fs.renew(f)
	}
	fs.last = f
	return f
}

// room returns memory for one more flow.
func (fs *flows) room() *flow {
	if fs.byKey == nil {
		fs.byKey = map[flowKey]*flow{}
	}
	if len(fs.order) < maxFlows {
		f := &flow{}
		fs.order = append(fs.order, f)
		return f
	}
	f := fs.order[fs.next]
	fs.next = (fs.next + 1) % maxFlows
	delete(fs.byKey, f.key)
	return f
}

// renew makes f a flow that has sent nothing, and numbers it.
func (fs *flows) renew(f *flow) {
	proto := f.key.proto & 0xff
	fs.total++
	fs.seen[proto]++
	*f = flow{key: f.key, ordinal: fs.total, number: fs.seen[proto], tcp: stream{kept: f.tcp.kept[:0]}}
}

// numberOf returns f's number as a fault about s counts: among all flows, or those of the protocol.
func (f *flow) numberOf(s Subject) int {
	if s.proto() == 0 {
		return f.ordinal
	}
	return f.number
}

// flowsOf returns how many flows there were that could have sent an s.
func (fs *flows) flowsOf(s Subject) int {
	if s.proto() == 0 {
		return fs.total
	}
	return fs.seen[s.proto()]
}
