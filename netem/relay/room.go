package relay

import (
	"net/netip"
	"sync"

	"lossylab/netem"
)

// room is memory that datagrams are read into, right where their headers will stand before them. It comes in larger pieces,
// since the collector's price is by the piece; a piece is free again when all its packets are.
type room struct {
	data    []byte
	packets []netem.Packet
	batch   []received // in the order of reading
}

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
	if len(r.data) < headers6+maxPayload {
		r.data = make([]byte, pieceSize)
	}
	return r.data[headers6 : headers6+maxPayload]
}

// keep adds to the batch what has been read into the first n bytes of the space.
func (r *room) keep(n int, from netip.AddrPort) {
	n += headers6
	r.batch = append(r.batch, received{r.data[:n:n], from})
	r.data = r.data[n:]
}

// taken lets go of the batch.
func (r *room) taken() {
	clear(r.batch)
	r.batch = r.batch[:0]
}

// packet makes a packet of a datagram, with so many bytes of headers that are to be filled in.
func (r *room) packet(headers int, d received) *netem.Packet {
	if len(r.packets) == 0 {
		r.packets = make([]netem.Packet, 32)
	}
	p := &r.packets[0]
	r.packets = r.packets[1:]
	p.Data = d.data[headers6-headers:]
	return p
}
