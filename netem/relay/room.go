package relay

import (
	"sync"

	"lossylab/netem"
)

// room is memory that datagrams are read into, right where their headers will stand before them. It comes in larger pieces,
// since the collector's price is by the piece; a piece is free again when all its packets are.
type room struct {
	data    []byte
	packets []netem.Packet
}

const (
	maxPayload = 65535 // of a datagram, and a bit more
	pieceSize  = 512 << 10
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

// packet makes a packet of the first n bytes of the space, behind so many bytes of headers that are to be filled in.
func (r *room) packet(headers, n int) *netem.Packet {
	if len(r.packets) == 0 {
		r.packets = make([]netem.Packet, 32)
	}
	p := &r.packets[0]
	r.packets = r.packets[1:]
	p.Data = r.data[headers6-headers : headers6+n : headers6+n]
	r.data = r.data[headers6+n:]
	return p
}
