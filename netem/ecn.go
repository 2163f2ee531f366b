package netem

import (
	"bytes"
	"encoding/binary"
)

// marked returns p with the mark Congestion Experienced, in bytes of its own, or p itself if it has the mark already. It
// is false where the mark would say nothing to the receiver, because the sender has not said that it heeds marks. RFC 3168
// section 5: "CE codepoint '11'"; "ECT(0)" is '10', "ECT(1)" is '01'.
func marked(p *Packet) (m *Packet, ok bool) {
	at, low := 1, 0 // the byte that holds the two bits, and the lower one's place in it
	switch {
	case len(p.Data) >= 20 && p.Data[0]>>4 == 4:
	case len(p.Data) >= 40 && p.Data[0]>>4 == 6:
		low = 4
	default:
		return nil, false
	}
	switch p.Data[at] >> low & 3 {
	case 0:
		return nil, false
	case 3:
		return p, true
	}
	c := *p
	c.parsed = unread
	c.Data = bytes.Clone(p.Data)
	c.Data[at] |= 3 << low
	if low == 0 {
		fixChecksum(c.Data, binary.BigEndian.Uint16(p.Data))
	}
	return &c, true
}

// fixChecksum makes an IPv4 header's checksum fit its first two bytes, which were before. RFC 1624 section 3, equation
// 3: "HC' = ~(~HC + ~m + m')". A checksum that was wrong stays wrong.
func fixChecksum(header []byte, before uint16) {
	sum := uint32(^binary.BigEndian.Uint16(header[10:])) + uint32(^before) + uint32(binary.BigEndian.Uint16(header))
	sum = sum&0xffff + sum>>16
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(header[10:], ^uint16(sum))
}
