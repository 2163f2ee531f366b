package netem

import (
	"bytes"
	"encoding/binary"
)

// answerTooBig returns the ICMP error that a router sends to the sender of p, which is larger than the mtu of the link
// that it should go on. It has the ID and Copy of p. It is nil where no error may be sent.
//
// Routers must limit the rate of such errors (RFC 1812 section 4.3.2.8, RFC 4443 section 2.4). Here each packet is answered,
// as in Linux, which leaves path MTU discovery out of its limits.
func answerTooBig(now Time, p *Packet, mtu int) *Packet {
	p.Complete() // it is quoted
	var b []byte
	switch {
	case mayAnswer4(p.Data):
		b = tooBig4(p.Data, mtu)
	case mayAnswer6(p.Data):
		b = tooBig6(p.Data, mtu)
	default:
		return nil
	}
	return &Packet{ID: p.ID, Copy: p.Copy, Sent: now, Tag: p.Tag, Data: b}
}

// mayAnswer4 says whether an IPv4 packet may be answered by an ICMP error. RFC 1812 section 4.3.2.7: "An ICMP error
// message MUST NOT be sent as the result of receiving" an ICMP error, a packet that fails the validation of the IP header,
// one that goes to a broadcast or multicast address, "any fragment of a datagram other then the first fragment", nor one
// whose source does not stand for a single host. One without Don't Fragment is here only because something is wrong with it.
func mayAnswer4(b []byte) bool {
	header, ok := whole4(b)
	if !ok || binary.BigEndian.Uint16(header[6:])&(dontFragment|offsetUnits) != dontFragment || header[16] >= 224 ||
		header[12] == 0 || header[12] == 127 || header[12] >= 224 {
		return false
	}
	return header[9] != ProtoICMP || !error4(b[len(header):])
}

// error4 says whether an ICMP message is an error, or cut too short to tell: Destination Unreachable, Source Quench,
// Redirect, Time Exceeded and Parameter Problem are (RFC 1122 section 3.2.2).
func error4(icmp []byte) bool {
	return len(icmp) == 0 || bytes.IndexByte([]byte{3, 4, 5, 11, 12}, icmp[0]) >= 0
}

// tooBig4 returns Destination Unreachable, "fragmentation needed and DF set", RFC 792 with the next hop's MTU of RFC 1191
// section 4. It quotes as much as RFC 1812 section 4.3.2.3 asks for: "as much of the original datagram as possible without the
// length of the ICMP datagram exceeding 576 bytes". Type of service is Internetwork Control, as section 4.3.2.5 has it,
// and the message is not to be fragmented, so that its ID may be 0 (RFC 6864 section 4.1).
func tooBig4(b []byte, mtu int) []byte {
	quote := b[:min(len(b), 576-28)]
	m := make([]byte, 28, 28+len(quote))
	m[0], m[1], m[6], m[8], m[9] = 0x45, 0xc0, dontFragment>>8, 64, ProtoICMP
	binary.BigEndian.PutUint16(m[2:], uint16(28+len(quote)))
	putRouter(m[12:16], b[12:16], b[16:20], 24/8)
	copy(m[16:20], b[12:16])
	sumHeader(m[:20])
	m[20], m[21] = 3, 4
	binary.BigEndian.PutUint16(m[26:], uint16(mtu))
	m = append(m, quote...)
	binary.BigEndian.PutUint16(m[22:], ^uint16(sum16(0, m[20:])))
	return m
}

// mayAnswer6 says the same of an IPv6 packet, RFC 4443 section 2.4 (e). A multicast destination is no hindrance: "the Packet
// Too Big Message (see Section 3.2) to allow Path MTU discovery to work for IPv6 multicast". Later fragments, which RFC
// 4443 would let be answered, are not: the first one has been.
func mayAnswer6(b []byte) bool {
	if len(b) < 40 || b[0]>>4 != 6 || int(binary.BigEndian.Uint16(b[4:])) != len(b)-40 ||
		b[8] == 0xff || bytes.Equal(b[8:24], make([]byte, 16)) {
		return false
	}
	proto, rest, ok := transport6(b)
	if !ok {
		return false
	}
	const redirect = 137
	return proto != ProtoICMPv6 || len(rest) > 0 && rest[0] >= 128 && rest[0] != redirect
}

// transport6 walks the extension headers of an IPv6 packet. It is false for a later fragment and where a header is cut
// short.
func transport6(b []byte) (proto int, rest []byte, ok bool) {
	proto, rest = int(b[6]), b[40:]
	for {
		n := 8
		switch proto {
		case 0, 43, 60: // Hop-by-Hop, Routing and Destination Options, RFC 8200 section 4
			if len(rest) > 1 {
				n = 8 * (1 + int(rest[1]))
			}
		case protoFragment6:
			if len(rest) >= 8 && binary.BigEndian.Uint16(rest[2:])&^7 != 0 {
				return 0, nil, false
			}
		case 51: // Authentication, RFC 4302 section 2.2
			if len(rest) > 1 {
				n = 4 * (2 + int(rest[1]))
			}
		default:
			return proto, rest, true
		}
		if len(rest) < n {
			return 0, nil, false
		}
		proto, rest = int(rest[0]), rest[n:]
	}
}

// protoFragment6 is IPv6's Fragment header, RFC 8200 section 4.5.
const protoFragment6 = 44

// tooBig6 returns Packet Too Big, RFC 4443 section 3.2, with "As much of invoking packet as possible without the ICMPv6
// packet exceeding the minimum IPv6 MTU".
func tooBig6(b []byte, mtu int) []byte {
	quote := b[:min(len(b), MinMTU6-48)]
	m := make([]byte, 48, 48+len(quote))
	m[0], m[6], m[7] = 0x60, ProtoICMPv6, 64
	binary.BigEndian.PutUint16(m[4:], uint16(8+len(quote)))
	putRouter(m[8:24], b[8:24], b[24:40], 64/8)
	copy(m[24:40], b[8:24])
	m[40] = 2
	binary.BigEndian.PutUint32(m[44:], uint32(mtu))
	m = append(m, quote...)
	// The pseudo-header of RFC 8200 section 8.1: both addresses, the length, the protocol.
	sum := sum16(uint32(len(m)-40)+ProtoICMPv6, m[8:40])
	binary.BigEndian.PutUint16(m[42:], ^uint16(sum16(sum, m[40:])))
	return m
}

// putRouter writes the address from which the link speaks: it lies in the sender's network, whose prefix has so many
// bytes, and ends in .254 or ::fe (10.0.0.254, fd00::fe), or in the next lower number that is no address of the packet's.
// RFC 1812 section 4.3.2.4 wants one of "the physical interface over which the ICMP message is transmitted".
func putRouter(to, sender, receiver []byte, prefix int) {
	copy(to, sender[:prefix])
	last := len(to) - 1
	for to[last] = 254; bytes.Equal(to, sender) || bytes.Equal(to, receiver); to[last]-- {
	}
}
