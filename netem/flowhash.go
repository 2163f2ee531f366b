package netem

import (
	"encoding/binary"
	"math/bits"
)

// flowHash returns a hash of what makes packets a flow: addresses, protocol, and the ports of TCP and UDP. Fragments have no
// ports but in the first, so all of them go by the rest, as in routers. What is no IP packet is one flow.
func flowHash(seed uint64, b []byte) uint64 {
	h := mix(seed)
	add := func(b []byte) {
		for ; len(b) >= 4; b = b[4:] {
			h = mix(h ^ uint64(binary.BigEndian.Uint32(b)))
		}
	}
	var proto byte
	var transport []byte
	whole := true
	switch {
	case len(b) >= 20 && b[0]>>4 == 4: // RFC 791 section 3.1
		const moreOrOffset = 0x3fff
		proto, whole = b[9], binary.BigEndian.Uint16(b[6:])&moreOrOffset == 0
		add(b[12:20])
		transport = b[min(int(b[0]&15)*4, len(b)):]
	case len(b) >= 40 && b[0]>>4 == 6: // RFC 8200 section 3; a fragment is another protocol, 44
		proto = b[6]
		add(b[8:40])
		transport = b[40:]
	default:
		return h
	}
	h = mix(h ^ uint64(proto))
	if whole && (proto == ProtoTCP || proto == ProtoUDP) && len(transport) >= 4 {
		add(transport[:4])
	}
	return h
}

// mix is a bijection of 64 bits in which each bit depends on all: the output function of SplitMix64 (G. L. Steele, D. Lea and
// C. H. Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, figure 16).
func mix(z uint64) uint64 {
	z += 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// scaled maps 64 random bits evenly to the integers from 0 to below n.
func scaled(u, n uint64) uint64 {
	hi, _ := bits.Mul64(u, n)
	return hi
}
