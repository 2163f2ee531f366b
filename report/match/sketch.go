package match

import "encoding/binary"

// sketch is a packet in 16 numbers, each of which depends on another part of it: the first eight on eight bytes of its
// headers each, the others on an eighth of the rest. Damage in one place leaves all but one as they were.
type sketch [16]uint16

// sketched is how many bytes of the headers a sketch tells apart. In IPv6 they begin in the middle of the addresses.
const sketched = 64

// draw makes the sketch of a packet, and the digest of what it carries, as far as depth bytes go. It takes nothing from
// the headers but the version and the protocol, for they may be damaged: parts are where they mostly are.
func (v *view) draw(s *sketch, depth int) (carried digest) {
	ip := v.ip[:min(len(v.ip), depth)]
	base := 0
	if v.Version == 6 {
		base = 32
	}
	var head [sketched]byte
	copy(head[:], ip[min(base, len(ip)):])
	v.mask(head[:])
	for i := range 8 {
		s[i] = uint16(begin.word(binary.LittleEndian.Uint64(head[8*i:])) >> 48)
	}
	rest := ip[min(base+sketched, len(ip)):]
	carried = begin
	if n := len(ip) - len(rest); v.payload < n {
		carried = carried.bytes(ip[v.payload:n])
	}
	part := (len(rest) + 7) / 8
	for i := range 8 {
		d := begin.bytes(rest[min(i*part, len(rest)):min((i+1)*part, len(rest))])
		s[8+i] = uint16(d >> 48)
		carried = carried.word(uint64(d))
	}
	return carried
}

// mask clears what may change on the way, as front leaves it out.
func (v *view) mask(head []byte) {
	transport := 8 // behind the part of an IPv6 header that is in a sketch
	if v.Version == 4 {
		transport = 20
		head[1], head[8], head[10], head[11] = 0, 0, 0, 0
	}
	switch v.Proto {
	case TCP:
		clear(head[transport+16 : transport+18])
		if v.syn {
			maskSize(head[transport+20:])
		}
	case UDP:
		clear(head[transport+6 : transport+8])
	}
}

// alike counts what the sketches of two different packets have in common: some part differs, even if its number does not.
func (s *sketch) alike(t *sketch) int {
	n := 0
	for i := range s {
		if s[i] == t[i] {
			n++
		}
	}
	return min(n, len(s)-1)
}
