package netem

import (
	"bytes"
	"encoding/binary"
)

// The fields of an IPv4 header's seventh and eighth byte, RFC 791 section 3.1.
const (
	dontFragment  = 0x4000
	moreFragments = 0x2000
	offsetUnits   = 0x1fff // the fragment's offset, in units of 8 bytes
)

// whole4 returns the header of an IPv4 packet if all of it is there and its checksum is right: RFC 1812 section 5.2.2 has
// routers discard others silently.
func whole4(b []byte) (header []byte, ok bool) {
	if len(b) < 20 || b[0]>>4 != 4 {
		return nil, false
	}
	n := int(b[0]&15) * 4
	if n < 20 || len(b) < n || int(binary.BigEndian.Uint16(b[2:])) != len(b) || sum16(0, b[:n]) != 0xffff {
		return nil, false
	}
	return b[:n], true
}

// sum16 adds the 16-bit words of b to sum in ones' complement, as RFC 1071 section 1 does: "the 1's complement sum of these
// 16-bit values". An odd last byte is padded with zero.
func sum16(sum uint32, b []byte) uint32 {
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		sum += uint32(b[0]) << 8
	}
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return sum
}

// sumHeader gives an IPv4 header its checksum.
func sumHeader(header []byte) {
	binary.BigEndian.PutUint16(header[10:], 0)
	binary.BigEndian.PutUint16(header[10:], ^uint16(sum16(0, header)))
}

// fragments returns the fragments of an IPv4 packet that is larger than mtu, nil where it cannot or must not be
// fragmented. They have bytes of their own and everything else of p; a fragment is fragmented further like any packet.
//
// RFC 791 section 3.2 has the procedure: each fragment but the last carries NFB units of 8 bytes, as many as fit, with More
// Fragments; the last one has that flag as it was; offsets count on from the packet's own.
func fragments(p *Packet, mtu int) (parts []*Packet) {
	header, ok := whole4(p.Data)
	if !ok {
		return nil
	}
	data, field := p.Data[len(header):], binary.BigEndian.Uint16(header[6:])
	later, ok := laterHeader(header)
	room := (mtu - len(header)) &^ 7
	if !ok || field&dontFragment != 0 || room <= 0 || int(field&offsetUnits)*8+len(data) > maxMTU {
		return nil
	}
	p.Complete()
	for from := 0; from < len(data); {
		to := min(from+room, len(data))
		f := *p
		f.Fragment, f.Offset, f.parsed = true, p.Offset+from, unread
		f.Data = append(append(make([]byte, 0, len(header)+to-from), header...), data[from:to]...)
		flags := field + uint16(from/8)
		if to < len(data) {
			flags |= moreFragments
		}
		binary.BigEndian.PutUint16(f.Data[2:], uint16(len(f.Data)))
		binary.BigEndian.PutUint16(f.Data[6:], flags)
		sumHeader(f.Data[:len(header)])
		parts = append(parts, &f)
		header, from = later, to
		room = (mtu - len(header)) &^ 7
	}
	return parts
}

// laterHeader returns the header of all fragments but the first: of the options, it has those with the copied flag.
// RFC 791 section 3.1: "The copied flag indicates that this option is copied into all fragments on fragmentation." It is
// false if the options are not options.
func laterHeader(header []byte) (later []byte, ok bool) {
	later = bytes.Clone(header[:20])
	for o := header[20:]; len(o) > 0 && o[0] != 0; { // 0 ends the list
		n := 1
		if o[0] != 1 { // "No Operation", which like the end has no length
			if len(o) < 2 || o[1] < 2 || int(o[1]) > len(o) {
				return nil, false
			}
			n = int(o[1])
		}
		if o[0]&0x80 != 0 {
			later = append(later, o[:n]...)
		}
		o = o[n:]
	}
	for len(later)%4 != 0 {
		later = append(later, 0)
	}
	later[0] = 0x40 | byte(len(later)/4)
	return later, true
}

// mayFragment returns p without Don't Fragment, in bytes of its own. If p had it and the ID 0, which its sender then gives
// to all its packets, it takes the next ID of last: the fragments of two packets must not be taken for one's.
func mayFragment(p *Packet, last *uint16) *Packet {
	header, ok := whole4(p.Data)
	if !ok || binary.BigEndian.Uint16(header[6:])&dontFragment == 0 {
		return p
	}
	c := *p
	c.Data, c.parsed = bytes.Clone(p.Data), unread
	header = c.Data[:len(header)]
	header[6] &^= dontFragment >> 8
	if binary.BigEndian.Uint16(header[4:]) == 0 {
		if *last++; *last == 0 {
			*last = 1
		}
		binary.BigEndian.PutUint16(header[4:], *last)
	}
	sumHeader(header)
	return &c
}
