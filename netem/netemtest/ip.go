package netemtest

import "encoding/binary"

// dress gives most packets the header of an IP packet of their length, so that what reads headers is tested too: in turns
// IPv4 that may be fragmented and IPv4 that may not (the first of them ICMP, which is never answered), IPv6, and noise
// left as it is.
func dress(i int, b []byte) {
	switch i % 4 {
	case 0, 1:
		dress4(b)
		if i%4 == 1 {
			b[6] = 0x40 // Don't Fragment
		}
		if i == 1 {
			b[9] = 1
		}
		binary.BigEndian.PutUint16(b[10:], ^sum(b[:20]))
	case 2:
		if len(b) >= 40 {
			dress6(b)
		}
	}
}

func dress4(b []byte) {
	b[0], b[6], b[7], b[8], b[9], b[10], b[11] = 0x45, 0, 0, 64, 17, 0, 0
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
}

func dress6(b []byte) {
	b[0], b[6], b[7] = 0x60, 17, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	clear(b[8:40])
	b[8], b[23], b[24], b[39] = 0xfd, 1, 0xfd, 2
}

// sum adds up the 16-bit words of b as RFC 1071 has it.
func sum(b []byte) uint16 {
	var s uint32
	for ; len(b) > 1; b = b[2:] {
		s += uint32(binary.BigEndian.Uint16(b))
	}
	s = s&0xffff + s>>16
	return uint16(s&0xffff + s>>16)
}
