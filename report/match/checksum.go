package match

import (
	"encoding/binary"

	"lossylab/report/capturefile"
)

// broken reports whether the checksum of an IPv4 header is wrong; IPv6 has none.
func (v *view) broken() bool { return v.Version == 4 && !capturefile.HeaderIntact(v.ip) }

// damaged reports whether the transport's checksum is wrong. It cannot be told of a packet that was cut, of a fragment, of UDP
// that has none, and of other transports; but that IPv6 carries a transport which nobody uses, is damage to its header.
func (v *view) damaged() bool {
	at := v.checksum()
	if v.Version == 6 && v.Fragment == 0 && !used[v.Proto] {
		return true
	}
	if at < 0 || !v.whole() || v.More {
		return false
	}
	b := v.ip[v.Transport:]
	if v.Proto == UDP {
		// RFC 768: "An all zero transmitted checksum value means that the transmitter generated no checksum"
		if len(b) < 8 || b[6]|b[7] == 0 {
			return false
		}
		n := int(binary.BigEndian.Uint16(b[4:]))
		if n < 8 || n > len(b) {
			return true
		}
		b = b[:n]
	} else if len(b) < 20 {
		return true
	}
	sum := add(uint64(v.Proto)+uint64(len(b)), v.addresses()) // the pseudo header: RFC 9293 section 3.1, RFC 8200 section 8.1
	sum = add(sum, b)
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return sum != 0xffff
}

// used are the protocols of IANA's registry that are seen behind IPv6: IP in IP, TCP, UDP, DCCP, GRE, ESP, ICMPv6, none, OSPF,
// PIM, VRRP, SCTP and UDP-Lite.
var used = map[int]bool{4: true, TCP: true, UDP: true, 33: true, 41: true, 47: true, 50: true, 58: true, 59: true, 89: true,
	103: true, 112: true, 132: true, 136: true}

// sum returns the transport's checksum as it stands.
func (v *view) sum() uint16 {
	if at := v.checksum(); at >= 0 && v.Transport+at+2 <= len(v.ip) {
		return binary.BigEndian.Uint16(v.ip[v.Transport+at:])
	}
	return 0
}

// add adds up 32 bits at a time: folded to 16, that is the ones' complement sum, RFC 1071 section 2.
func add(sum uint64, b []byte) uint64 {
	for len(b) >= 8 {
		sum += uint64(binary.BigEndian.Uint32(b)) + uint64(binary.BigEndian.Uint32(b[4:]))
		b = b[8:]
	}
	for len(b) >= 2 {
		sum += uint64(binary.BigEndian.Uint16(b))
		b = b[2:]
	}
	if len(b) > 0 {
		sum += uint64(b[0]) << 8
	}
	return sum
}
