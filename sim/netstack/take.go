package netstack

import (
	"bytes"
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"lossylab/netem"
)

// Take gives the host a packet from the network, with which it deals in Settle. Segments that arrive at one instant and
// continue each other are joined, as network cards and Linux do (generic receive offload), and acknowledged together: a
// bulk transfer then costs a quarter. It is for links on which nothing is lost and nothing out of order: elsewhere the
// corrections want to see each packet.
func (h *Host) Take(p *netem.Packet) {
	if len(p.Data) == 0 {
		return
	}
	if !h.joined.join(p) {
		h.pass()
		h.joined.begin(p)
	}
	if id, ok := connOf(p.Data); ok && (len(h.taken) == 0 || h.taken[len(h.taken)-1] != id) {
		h.taken = append(h.taken, id)
	}
}

// Settle deals with all that Take has taken.
func (h *Host) Settle() {
	h.pass()
	if len(h.taken) == 0 {
		return
	}
	h.settle()
	for _, id := range h.taken {
		h.senders.after(id)
	}
	h.taken = h.taken[:0]
}

// pass hands the stack what has been joined.
func (h *Host) pass() {
	j := &h.joined
	switch len(j.packets) {
	case 0:
		return
	case 1:
		h.nic.receive(j.packets[0])
	default:
		h.nic.summed = true
		j.head[2], j.head[3] = byte(j.length>>8), byte(j.length)
		ip := header.IPv4(j.head)
		ip.SetChecksum(0)
		ip.SetChecksum(^ip.CalculateChecksum())
		whole := buffer.MakeWithData(j.head)
		for _, p := range j.packets {
			whole.Append(buffer.NewViewWithData(p.Data[len(j.head):]))
		}
		buf := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: whole})
		h.nic.dispatcher.DeliverNetworkPacket(header.IPv4ProtocolNumber, buf)
		buf.DecRef()
		h.nic.summed = false
	}
	clear(j.packets)
	j.packets, j.head = j.packets[:0], j.head[:0]
}

// joined are segments that continue each other.
type joined struct {
	packets []*netem.Packet
	head    []byte // of all of them: IP and TCP headers; empty if nothing can be joined to the first
	length  int    // of the whole, bytes
	next    uint32 // sequence number that continues it
}

// begin takes the first packet.
func (j *joined) begin(p *netem.Packet) {
	j.packets = append(j.packets, p)
	j.head = j.head[:0]
	if n := joinable(p); n > 0 {
		j.head = append(j.head, p.Data[:n]...)
		j.length = len(p.Data)
		j.next = binary.BigEndian.Uint32(p.Data[24:]) + uint32(len(p.Data)-n)
	}
}

// join takes p if it continues what is there, and differs in nothing else.
func (j *joined) join(p *netem.Packet) bool {
	n := len(j.head)
	if n == 0 || joinable(p) != n || j.length+len(p.Data)-n > 65535 {
		return false
	}
	b := p.Data
	if binary.BigEndian.Uint32(b[24:]) != j.next || b[1] != j.head[1] || !bytes.Equal(b[6:10], j.head[6:10]) ||
		!bytes.Equal(b[12:24], j.head[12:24]) || !bytes.Equal(b[28:33], j.head[28:33]) || !bytes.Equal(b[34:36], j.head[34:36]) ||
		!bytes.Equal(b[40:n], j.head[40:]) {
		return false // of another connection, or another acknowledgment, window or timestamp
	}
	j.packets = append(j.packets, p)
	j.head[33] |= b[33]
	j.length += len(b) - n
	j.next += uint32(len(b) - n)
	return true
}

// joinable returns the length of the headers of a TCP segment over IPv4 that has data, and no flag but ACK and PSH. It is 0 for
// all else.
func joinable(p *netem.Packet) int {
	b := p.Data
	if p.Corrupt || p.Fragment || len(b) < 40 || b[0] != 0x45 || b[9] != netem.ProtoTCP || fragment(b) {
		return 0
	}
	n := 20 + int(b[32]>>4)*4
	if n < 40 || len(b) <= n || b[33]&^8 != 16 { // RFC 9293 section 3.1: ACK is 16, PSH 8
		return 0
	}
	return n
}
