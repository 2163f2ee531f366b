package netem

import "encoding/binary"

// routeHash returns a hash of what makes packets a flow for a router with several next hops: addresses, protocol, and the
// ports of TCP and UDP. Unlike flowHash, which fq_codel asks, it keeps the fragments of a packet together: only the first of
// them has ports, so none goes by them, as in routers. What is no IP packet is one flow.
func routeHash(seed uint64, b []byte) uint64 {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4: // RFC 791 section 3.1
		seed = stir(seed, binary.BigEndian.Uint64(b[12:20]))
		if binary.BigEndian.Uint16(b[6:])&(moreFragments|offsetUnits) != 0 {
			return stir(stir(seed, uint64(b[9])), 0)
		}
		return stir(stir(seed, uint64(b[9])|ports(b[9], b[min(int(b[0]&15)*4, len(b)):])), 0)
	case len(b) >= 40 && b[0]>>4 == 6: // RFC 8200 section 3; a fragment is of another protocol, 44
		for i := 8; i < 40; i += 8 {
			seed = stir(seed, binary.BigEndian.Uint64(b[i:]))
		}
		return stir(stir(seed, uint64(b[6])|ports(b[6], b[40:])), 0)
	}
	return stir(seed, 0)
}

// ports returns both ports of a transport's header, in the upper half, and 0 where there are none.
func ports(proto byte, transport []byte) uint64 {
	if !ported(int(proto)) || len(transport) < 4 {
		return 0
	}
	return uint64(binary.BigEndian.Uint32(transport)) << 32
}
