package relay

import (
	"net/netip"
	"sync"

	"lossylab/netem"
)

// room is memory that datagrams are read into, right where their headers will stand before them. It comes in larger pieces,
// since the collector's price is by the piece; a piece is free again when all its packets are. What a batch took is used
// again at once if nobody holds it any more: it is still in the processor's caches.
type room struct {
	data    []byte
	packets []netem.Packet
	taken   extent     // of both
	before  extent     // taken before the batch
	batch   []received // in the order of reading
}

// extent is how many bytes and how many packets.
type extent struct{ bytes, packets int }

// received is a datagram that was read.
type received struct {
	data []byte // behind headers6 bytes for headers
	from netip.AddrPort
}

const (
	maxPayload = 65535 // of a datagram, and a bit more
	pieceSize  = 512 << 10
	maxBatch   = 64 // datagrams that are read before the lock is asked for
)

// rooms are lent to whoever reads, and only while there is something to read: thousands wait.
var rooms = sync.Pool{New: func() any { return &room{} }}

// space returns memory for a datagram.
func (r *room) space() []byte {
	if len(r.data)-r.taken.bytes < headers6+maxPayload {
		r.data = make([]byte, pieceSize)
		r.taken.bytes, r.before.bytes = 0, 0
	}
	return r.data[r.taken.bytes+headers6:][:maxPayload]
}

// keep adds to the batch what has been read into the first n bytes of the space.
func (r *room) keep(n int, from netip.AddrPort) {
	end := r.taken.bytes + headers6 + n
	r.batch = append(r.batch, received{r.data[r.taken.bytes:end:end], from})
	r.taken.bytes = end
}

// packet makes a packet of a datagram, with so many bytes of headers that are to be filled in.
func (r *room) packet(headers int, d received) *netem.Packet {
	if len(r.packets) == r.taken.packets {
		r.packets = make([]netem.Packet, maxBatch)
		r.taken.packets, r.before.packets = 0, 0
	}
	p := &r.packets[r.taken.packets]
	r.taken.packets++
	p.Data = d.data[headers6-headers:]
	return p
}

// done lets go of the batch. If it is gone, nobody holds any of its packets.
func (r *room) done(gone bool) {
	if gone {
		clear(r.packets[r.before.packets:r.taken.packets])
		r.taken = r.before
	}
	r.before = r.taken
	clear(r.batch)
	r.batch = r.batch[:0]
}
