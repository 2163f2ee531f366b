//go:build linux

package kernel

import "lossylab/netem"

// parcel is a packet with its memory, to be used again when the packet has arrived. All of a link's memory that is in use
// then fits into the processor's caches, however many packets pass.
type parcel struct {
	netem.Packet
	room []byte
}

const (
	parcelsMost = 4096    // that wait to be used again
	trackedMost = 1 << 13 // packets on their way whose parcels are known: a power of two
	parcelSize  = 2 << 10 // of what is kept: larger packets get their memory elsewhere
)

// parcels makes packets and takes back those that nobody can have kept. Others are left to the garbage collector: lost
// ones, and all whose bytes are shared with copies.
type parcels struct {
	free    []*parcel
	tracked [trackedMost]*parcel // by ID
}

// room returns a parcel with memory for n bytes.
func (ps *parcels) room(n int) *parcel {
	if n > parcelSize {
		return &parcel{room: make([]byte, n)}
	}
	if k := len(ps.free); k > 0 {
		p := ps.free[k-1]
		ps.free = ps.free[:k-1]
		return p
	}
	many := make([]parcel, 32)
	memory := make([]byte, len(many)*parcelSize)
	for i := range many {
		many[i].room = memory[i*parcelSize : (i+1)*parcelSize]
		ps.free = append(ps.free, &many[i])
	}
	return ps.room(n)
}

// send makes a packet of a parcel.
func (ps *parcels) send(p *parcel, id uint64, data []byte, left netem.Partial) *netem.Packet {
	p.Packet = netem.Packet{} // and then what it has: a literal with all of it would be made elsewhere and copied
	p.ID, p.Data, p.Partial = id, data, left
	ps.tracked[id%trackedMost] = p
	return &p.Packet
}

// done takes a packet back that has arrived, and of which no more is needed.
func (ps *parcels) done(pkt *netem.Packet) {
	at := &ps.tracked[pkt.ID%trackedMost]
	if p := *at; p != nil && &p.Packet == pkt {
		*at = nil
		if !p.Shared && len(p.room) == parcelSize && len(ps.free) < parcelsMost {
			ps.free = append(ps.free, p)
		}
	}
}
