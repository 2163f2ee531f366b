package relay

import (
	"encoding/binary"

	"lossylab/netem"
)

// reassembly puts packets together again that a link has fragmented: what a host's IP does for its programs.
type reassembly struct {
	byID  map[fragmentKey]*pieces
	order []fragmentKey // in order of their first fragment
}

// fragmentKey says of which packet a fragment is: the packet itself, or one of its copies.
type fragmentKey struct {
	id   uint64
	copy int
	way  way
}

// pieces are the fragments of one packet.
type pieces struct {
	header []byte // of the first fragment
	data   []byte
	have   map[int]int // from, to: bytes of the data
	total  int         // length of the data; 0 while the last fragment is missing
}

// maxPieces is how many packets may be incomplete: the one begun longest ago is given up for a new one.
const maxPieces = 256

// add takes a fragment, and returns the whole packet if this was what was missing. A damaged fragment is none.
func (r *reassembly) add(w way, p *netem.Packet) []byte {
	b := p.Data
	if p.Corrupt || len(b) < 20 || b[0]>>4 != 4 {
		return nil
	}
	n := int(b[0]&15) * 4
	from, to := p.Offset, p.Offset+len(b)-n
	if n < 20 || to < from || to > maxPayload {
		return nil
	}
	key := fragmentKey{p.ID, p.Copy, w}
	whole := r.find(key)
	if from == 0 {
		whole.header = b[:n]
	}
	if binary.BigEndian.Uint16(b[6:])&0x2000 == 0 { // RFC 791 section 3.1: More Fragments
		whole.total = to
	}
	if to > len(whole.data) {
		whole.data = append(whole.data, make([]byte, to-len(whole.data))...)
	}
	copy(whole.data[from:to], b[n:])
	whole.have[from] = max(to, whole.have[from])
	if !whole.complete() {
		return nil
	}
	delete(r.byID, key)
	return whole.packet()
}

// find returns the pieces of a packet, new ones if need be.
func (r *reassembly) find(key fragmentKey) *pieces {
	if p := r.byID[key]; p != nil {
		return p
	}
	if r.byID == nil {
		r.byID = map[fragmentKey]*pieces{}
	}
	if len(r.order) == maxPieces {
		delete(r.byID, r.order[0])
		r.order = append(r.order[:0], r.order[1:]...)
	}
	p := &pieces{have: map[int]int{}}
	r.byID[key] = p
	r.order = append(r.order, key)
	return p
}

// complete says whether the pieces leave no gap.
func (p *pieces) complete() bool {
	at := 0
	for p.header != nil && p.total > 0 && at < p.total {
		next := p.have[at]
		if next <= at {
			return false
		}
		at = next
	}
	return at > 0
}

// packet returns the packet as it was before.
func (p *pieces) packet() []byte {
	b := append(append([]byte(nil), p.header...), p.data[:p.total]...)
	header := b[:len(p.header)]
	binary.BigEndian.PutUint16(header[2:], uint16(len(b)))
	binary.BigEndian.PutUint16(header[6:], 0)
	binary.BigEndian.PutUint16(header[10:], 0)
	binary.BigEndian.PutUint16(header[10:], ^fold(sum(0, header)))
	return b
}
