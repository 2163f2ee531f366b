package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/buffer"
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"

	"lossylab/netem"
)

// nic is a host's network card: a stack.LinkEndpoint of IP packets without a link layer.
type nic struct {
	host       *Host
	mtu        uint32
	path       uint32 // the path's MTU where it is known to be smaller, or 0
	dispatcher stack.NetworkDispatcher
	send       func(*netem.Packet)
	nextID     func() uint64
	room       room
	summed     bool   // the packet that is being received needs no checking
	offload    bool   // it cuts segments up for new connections
	whole      []byte // memory for a segment that is cut up
}

// room hands out memory for packets from larger pieces, since the collector's price is by the piece. A piece is free
// again when all its packets are.
type room struct {
	data    []byte
	packets []netem.Packet
}

// bytes returns n bytes with nothing behind them.
func (r *room) bytes(n int) []byte {
	if n > len(r.data) {
		r.data = make([]byte, max(n, 32<<10))
	}
	b := r.data[:n:n]
	r.data = r.data[n:]
	return b
}

func (r *room) packet() *netem.Packet {
	if len(r.packets) == 0 {
		r.packets = make([]netem.Packet, 32)
	}
	p := &r.packets[0]
	r.packets = r.packets[1:]
	return p
}

// WritePackets implements stack.LinkWriter. The packet's bytes are copied once, here: from now on they are frozen.
func (n *nic) WritePackets(list stack.PacketBufferList) (int, tcpip.Error) {
	packets := list.AsSlice()
	for _, p := range packets {
		if p.GSOOptions.Type != stack.GSONone {
			n.cutUp(p)
			continue
		}
		data := n.room.bytes(p.Size())[:0]
		views, skip := p.AsViewList()
		for v := views.Front(); v != nil; v = v.Next() {
			b := v.AsSlice()
			data = append(data, b[min(skip, len(b)):]...)
			skip = max(0, skip-len(b))
		}
		n.out(data)
	}
	return len(packets), nil
}

// out sends a packet.
func (n *nic) out(data []byte) {
	n.host.clock.sent()
	packet := n.room.packet()
	*packet = netem.Packet{ID: n.nextID(), Data: data}
	n.send(packet)
}

// receive hands an arrived packet to the stack, which checks its checksums: a corrupted packet must pass or fail by them.
// What the link has not touched need not be summed up again, and so the card claims for this packet to have done it. It
// must not for fragments: the claim for the last one would be taken for the whole datagram, whose others may be corrupt.
func (n *nic) receive(p *netem.Packet) {
	n.learn(p)
	n.summed = !p.Corrupt && !fragment(p.Data)
	defer func() { n.summed = false }()
	buf := stack.NewPacketBuffer(stack.PacketBufferOptions{Payload: buffer.MakeWithData(p.Data)})
	switch p.Data[0] >> 4 {
	case 4:
		n.dispatcher.DeliverNetworkPacket(header.IPv4ProtocolNumber, buf)
	case 6:
		n.dispatcher.DeliverNetworkPacket(header.IPv6ProtocolNumber, buf)
	}
	buf.DecRef()
}

// fragment reports whether an IP packet is, or may be, a part of a larger one.
func fragment(b []byte) bool {
	switch {
	case b[0]>>4 == 4 && len(b) >= 20:
		return binary.BigEndian.Uint16(b[6:])&0x3fff != 0 // RFC 791: More Fragments, Fragment Offset
	case b[0]>>4 == 6 && len(b) >= 40:
		return b[6] != netem.ProtoTCP && b[6] != netem.ProtoUDP // RFC 8200: an extension header, such as Fragment
	}
	return true
}

// Capabilities implements stack.LinkEndpoint. The stack asks anew for each packet.
func (n *nic) Capabilities() stack.LinkEndpointCapabilities {
	if n.summed {
		return stack.CapabilityRXChecksumOffload
	}
	return 0
}

// The rest of stack.LinkEndpoint: a card without addresses, headers or resources.

func (n *nic) SetMTU(mtu uint32)                       { n.mtu = mtu }
func (n *nic) MaxHeaderLength() uint16                 { return 0 }
func (n *nic) LinkAddress() tcpip.LinkAddress          { return "" }
func (n *nic) SetLinkAddress(tcpip.LinkAddress)        {}
func (n *nic) Attach(d stack.NetworkDispatcher)        { n.dispatcher = d }
func (n *nic) IsAttached() bool                        { return n.dispatcher != nil }
func (n *nic) Wait()                                   {}
func (n *nic) ARPHardwareType() header.ARPHardwareType { return header.ARPHardwareNone }
func (n *nic) AddHeader(*stack.PacketBuffer)           {}
func (n *nic) ParseHeader(*stack.PacketBuffer) bool    { return true }
func (n *nic) Close()                                  {}
func (n *nic) SetOnCloseAction(func())                 {}
