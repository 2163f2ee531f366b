package trace

import (
	"cmp"
	"slices"

	"lossylab/netem"
	"lossylab/report/capturefile"
)

// flying are the packets that one point has sent and of which something will arrive, in order of their frames.
type flying struct {
	all    []flight
	first  int // of all that is in use
	live   int // of which something is still to come
	unused []*netem.Packet
}

// flight is a packet that is on its way.
type flight struct {
	frame  int // at the sender; each is greater than the one before
	left   int // arrivals to come
	packet *netem.Packet
}

// headers is more than the headers of any packet that is looked into: 60 bytes of IPv4's and as many of TCP's.
const headers = 128

// packet makes the packet of a frame. Its Data has the packet's length, and its headers as far as they were captured; all
// else in it is zero, for nobody looks at it, and to copy it would cost more than all else that is done with a packet.
func (f *flying) packet(r *capturefile.Record) *netem.Packet {
	n := max(len(r.IP), min(r.IPLength, maxPacket))
	var p *netem.Packet
	if last := len(f.unused) - 1; last >= 0 {
		p, f.unused = f.unused[last], f.unused[:last]
	} else {
		p = &netem.Packet{}
	}
	data := p.Data[:cap(p.Data)]
	if len(data) < n {
		data = make([]byte, n)
	}
	head := data[:min(n, headers)]
	clear(head[copy(head, r.IP):])
	*p = netem.Packet{Data: data[:n]}
	return p
}

// release takes back a packet of which nothing more will be told.
func (f *flying) release(p *netem.Packet) { f.unused = append(f.unused, p) }

// add notes that a packet was sent, and how often it will arrive.
func (f *flying) add(frame, arrivals int, p *netem.Packet) {
	f.all = append(f.all, flight{frame, arrivals, p})
	f.live++
}

// find returns the packet that was sent in a frame, if any of its arrivals is still to come.
func (f *flying) find(frame int) *flight {
	q := f.all[f.first:]
	if len(q) > 0 && q[0].frame == frame {
		return &q[0]
	}
	i, ok := slices.BinarySearchFunc(q, frame, func(a flight, frame int) int { return cmp.Compare(a.frame, frame) })
	if !ok || q[i].left == 0 {
		return nil
	}
	return &q[i]
}

// end forgets a packet whose last arrival has been told.
func (f *flying) end(e *flight) {
	f.release(e.packet)
	e.packet = nil
	f.live--
	for f.first < len(f.all) && f.all[f.first].left == 0 {
		f.first++
	}
	switch n := len(f.all) - f.first; {
	case n > 2*f.live+headers: // some that never arrive hold up the others
		f.all, f.first = slices.DeleteFunc(f.all, func(e flight) bool { return e.left == 0 }), 0
	case f.first > n+headers:
		f.all, f.first = f.all[:copy(f.all, f.all[f.first:])], 0
	}
}
