//go:build linux

package kernel

import (
	"encoding/binary"
	"math/bits"
)

// addUp adds b to a sum in one's complement, 64 bits at a time: RFC 1071 section 2 (C), "Deferred Carries". The sum is in the
// order of the processor: fold turns it round.
func addUp(sum uint64, b []byte) uint64 {
	var carry uint64
	for len(b) >= 32 {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[8:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[16:]), carry)
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b[24:]), carry)
		sum, carry = bits.Add64(sum, 0, carry)
		sum += carry
		b = b[32:]
	}
	for len(b) >= 8 {
		sum, carry = bits.Add64(sum, binary.LittleEndian.Uint64(b), 0)
		sum += carry
		b = b[8:]
	}
	var rest uint64
	for i, c := range b {
		rest |= uint64(c) << (8 * i)
	}
	sum, carry = bits.Add64(sum, rest, 0)
	return sum + carry
}

// fold makes 16 bits of a sum, in network order, not inverted.
func fold(sum uint64) uint16 {
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>32 + sum&0xffffffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return bits.ReverseBytes16(uint16(sum))
}

// pseudo returns the sum over the pseudo header of an IP packet whose payload of a protocol has n bytes: RFC 9293
// section 3.1, RFC 8200 section 8.1.
func pseudo(ip []byte, proto uint8, n int) uint64 {
	addresses := ip[8:40]
	if ip[0]>>4 == 4 {
		addresses = ip[12:20]
	}
	var tail [8]byte
	binary.BigEndian.PutUint32(tail[:], uint32(n))
	tail[7] = proto
	return addUp(addUp(0, addresses), tail[:])
}

// complete sets the checksum at a place of an IP packet's payload, which begins at start.
func complete(ip []byte, start, at int, proto uint8) {
	l4 := ip[start:]
	l4[at], l4[at+1] = 0, 0
	sum := ^fold(addUp(pseudo(ip, proto, len(l4)), l4))
	if sum == 0 && proto == protoUDP { // RFC 768: "If the computed checksum is zero, it is transmitted as all ones"
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(l4[at:], sum)
}

// headerSum sets the checksum of an IPv4 header.
func headerSum(ip []byte) {
	n := int(ip[0]&15) * 4
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^fold(addUp(0, ip[:n])))
}
