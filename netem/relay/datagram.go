package relay

import (
	"encoding/binary"
	"math/bits"
	"net/netip"

	"lossylab/netem"
)

// The lengths of the headers, bytes.
const (
	headers4 = 20 + 8
	headers6 = 40 + 8
)

// ends are the two ends of a flow, as the packets between them name them. Both are of one family: where a client of IPv4
// talks to a server of IPv6 or the other way round, the IPv4 address stands as ::ffff:192.0.2.1 (RFC 4291 section 2.5.5.2).
type ends struct{ client, server netip.AddrPort }

func newEnds(client, server netip.AddrPort) ends {
	client = netip.AddrPortFrom(client.Addr().Unmap().WithZone(""), client.Port())
	server = netip.AddrPortFrom(server.Addr().Unmap().WithZone(""), server.Port())
	if client.Addr().Is4() != server.Addr().Is4() {
		client = netip.AddrPortFrom(netip.AddrFrom16(client.Addr().As16()), client.Port())
		server = netip.AddrPortFrom(netip.AddrFrom16(server.Addr().As16()), server.Port())
	}
	return ends{client, server}
}

func (e ends) is4() bool { return e.client.Addr().Is4() }

// headers is the length of the headers of the flow's packets.
func (e ends) headers() int {
	if e.is4() {
		return headers4
	}
	return headers6
}

// way is a direction.
type way uint8

const (
	up way = iota // from client to server
	down
)

// seal writes the headers of a datagram into the first bytes of b, which hold none yet; behind them is what it carries.
// The bytes of the packet are then b.
func (e ends) seal(b []byte, w way, id uint16) {
	src, dst := e.client, e.server
	if w == down {
		src, dst = dst, src
	}
	if e.is4() { // RFC 791 section 3.1; routers may fragment it
		b[0], b[1] = 0x45, 0
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		binary.BigEndian.PutUint16(b[4:], id)
		binary.BigEndian.PutUint16(b[6:], 0)
		b[8], b[9], b[10], b[11] = 64, netem.ProtoUDP, 0, 0
		s, d := src.Addr().As4(), dst.Addr().As4()
		copy(b[12:], s[:])
		copy(b[16:], d[:])
		binary.BigEndian.PutUint16(b[10:], ^fold(sum(0, b[:20])))
	} else { // RFC 8200 section 3
		binary.BigEndian.PutUint32(b, 6<<28)
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
		b[6], b[7] = netem.ProtoUDP, 64
		s, d := src.Addr().As16(), dst.Addr().As16()
		copy(b[8:], s[:])
		copy(b[24:], d[:])
	}
	udp := b[e.headers()-8:]
	binary.BigEndian.PutUint16(udp, src.Port())
	binary.BigEndian.PutUint16(udp[2:], dst.Port())
	binary.BigEndian.PutUint16(udp[4:], uint16(len(udp)))
	udp[6], udp[7] = 0, 0
	check := ^e.checksum(b)
	if check == 0 { // RFC 768: "If the computed checksum is zero, it is transmitted as all ones"
		check = 0xffff
	}
	binary.BigEndian.PutUint16(udp[6:], check)
}

// checksum sums up a packet of the flow as RFC 768 has it: the pseudo header, the UDP header and the data.
func (e ends) checksum(b []byte) uint16 {
	addresses, udp := b[12:20], b[e.headers()-8:]
	if !e.is4() {
		addresses = b[8:40]
	}
	return fold(sum(uint64(netem.ProtoUDP)+uint64(len(udp)), addresses) + sum(0, udp))
}

// open returns what a whole packet of the flow carries, and false if a host would throw it away: its header, its length or
// a checksum is wrong, or it is for somebody else.
func (e ends) open(b []byte, w way) (data []byte, ok bool) {
	n := e.headers()
	if len(b) < n || len(b) > 40+65535 {
		return nil, false
	}
	length := int(binary.BigEndian.Uint16(b[2:]))
	if !e.is4() {
		length = 40 + int(binary.BigEndian.Uint16(b[4:]))
	}
	udp := b[n-8:]
	switch {
	case length != len(b) || int(binary.BigEndian.Uint16(udp[4:])) != len(udp):
		return nil, false
	case e.is4() && (b[0] != 0x45 || b[9] != netem.ProtoUDP || fold(sum(0, b[:20])) != 0xffff):
		return nil, false
	case !e.is4() && (b[0]>>4 != 6 || b[6] != netem.ProtoUDP):
		return nil, false
	case e.checksum(b) != 0xffff:
		return nil, false
	}
	to, port := e.server, binary.BigEndian.Uint16(udp[2:])
	if w == down {
		to = e.client
	}
	at := b[n-8-to.Addr().BitLen()/8 : n-8]
	addr, _ := netip.AddrFromSlice(at)
	return b[n:], netip.AddrPortFrom(addr, port) == to
}

// sum adds the 16-bit words of b to s, as many as fit at a time: RFC 1071 section 2 (C), "parallel summation".
func sum(s uint64, b []byte) uint64 {
	carry := uint64(0)
	for ; len(b) >= 32; b = b[32:] {
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), carry)
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b[8:]), carry)
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b[16:]), carry)
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b[24:]), carry)
	}
	for ; len(b) >= 8; b = b[8:] {
		s, carry = bits.Add64(s, binary.BigEndian.Uint64(b), carry)
	}
	var rest [8]byte
	copy(rest[:], b) // an odd last byte is padded with zero
	s, carry = bits.Add64(s, binary.BigEndian.Uint64(rest[:]), carry)
	return uint64(fold(s)) + carry
}

// fold makes 16 bits of a sum.
func fold(s uint64) uint16 {
	for s > 0xffff {
		s = s&0xffff + s>>16
	}
	return uint16(s)
}
