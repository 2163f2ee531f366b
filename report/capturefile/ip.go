package capturefile

import (
	"encoding/binary"
	"net/netip"
)

// extent returns what there is of the IP packet at the beginning of b, and its length as it was. A packet may be shorter
// than its frame, for frames are padded to a length. On is the length of b as it was.
func extent(b []byte, version, on int) (ip []byte, length int) {
	length = on
	if n := ownLength(b, version); n > 0 && n < on {
		length = n
	}
	return b[:min(len(b), length)], length
}

// ownLength returns the length that an IP packet gives itself, and 0 if it gives none or is not to be believed: a damaged
// header, or a segment on its way to a network card that will cut it.
func ownLength(b []byte, version int) int {
	switch {
	case version == 4 && len(b) >= ipv4Len && b[0]>>4 == 4:
		if !HeaderIntact(b) {
			return 0
		}
		if n := int(binary.BigEndian.Uint16(b[2:])); n >= ipv4Len {
			return n
		}
	case version == 6 && len(b) >= ipv6Len && b[0]>>4 == 6:
		if n := int(binary.BigEndian.Uint16(b[4:])); n > 0 {
			return ipv6Len + n
		}
	}
	return 0
}

// HeaderIntact reports whether the checksum of an IPv4 header is right, RFC 791 section 3.1: the ones' complement sum of its
// words. One of zero has not been computed yet, and a header that is cut cannot be said to be wrong.
func HeaderIntact(ip []byte) bool {
	if len(ip) < ipv4Len || ip[10]|ip[11] == 0 {
		return true
	}
	n := int(ip[0]&15) * 4
	if n < ipv4Len {
		return false
	}
	if n > len(ip) {
		return true
	}
	sum := uint64(0)
	for b := ip[:n]; len(b) >= 4; b = b[4:] { // 32 bits at a time, RFC 1071 section 2
		sum += uint64(binary.BigEndian.Uint32(b))
	}
	sum = sum>>32 + sum&(1<<32-1)
	sum = sum>>16 + sum&0xffff
	sum = sum>>16 + sum&0xffff
	return sum>>16+sum&0xffff == 0xffff
}

const (
	ipv4Len = 20
	ipv6Len = 40
)

// Header is what an IP packet says of itself, extension headers included.
type Header struct {
	Version   int // 4 or 6
	Src, Dst  netip.Addr
	Proto     int    // of the transport; of a later fragment, that of the first
	ID        uint32 // IPv4's identification, or that of IPv6's Fragment header
	Fragment  int    // where in the whole this fragment belongs, bytes
	More      bool   // further fragments come behind it
	Transport int    // where the transport's header, or a later fragment's data, begins in the packet
}

// ReadHeader reads an IP packet's header, of which at least the fixed part and all extension headers must be there. It is
// false if they are not, or if this is no IP packet.
func ReadHeader(ip []byte) (h Header, ok bool) {
	if len(ip) < ipv4Len {
		return h, false
	}
	switch ip[0] >> 4 {
	case 4: // RFC 791 section 3.1
		h.Version, h.Proto, h.Transport = 4, int(ip[9]), int(ip[0]&15)*4
		h.Src, h.Dst = netip.AddrFrom4([4]byte(ip[12:])), netip.AddrFrom4([4]byte(ip[16:]))
		h.ID = uint32(binary.BigEndian.Uint16(ip[4:]))
		h.setFragment(binary.BigEndian.Uint16(ip[6:])&0x1fff, ip[6]&0x20 != 0)
		return h, h.Transport >= ipv4Len && h.Transport <= len(ip)
	case 6: // RFC 8200 section 3
		if len(ip) < ipv6Len {
			return h, false
		}
		h.Version, h.Transport = 6, ipv6Len
		h.Src, h.Dst = netip.AddrFrom16([16]byte(ip[8:])), netip.AddrFrom16([16]byte(ip[24:]))
		return h, h.walk(ip, ip[6])
	}
	return h, false
}

// setFragment takes an offset in units of 8 bytes.
func (h *Header) setFragment(units uint16, more bool) { h.Fragment, h.More = int(units)*8, more }

// The extension headers of IPv6, by the IANA registry.
const (
	extHopByHop    = 0
	extRouting     = 43
	extFragment    = 44
	extAuth        = 51
	extDestination = 60
	extMobility    = 135
)

// walk goes past the extension headers, RFC 8200 section 4. Each is at least 8 bytes long, so it ends.
func (h *Header) walk(ip []byte, next byte) bool {
	for {
		h.Proto = int(next)
		b := ip[h.Transport:]
		switch next {
		case extHopByHop, extRouting, extDestination, extMobility, extAuth, extFragment:
			if len(b) < 8 {
				return false
			}
		default:
			return true
		}
		n := 8 + int(b[1])*8 // "in 8-octet units, not including the first 8 octets"
		switch next {
		case extAuth: // RFC 4302 section 2.2: "in 32-bit words, minus 2"
			n = int(b[1])*4 + 8
		case extFragment: // RFC 8200 section 4.5
			n = 8
			offset := binary.BigEndian.Uint16(b[2:])
			h.setFragment(offset>>3, offset&1 != 0)
			h.ID = binary.BigEndian.Uint32(b[4:])
		}
		if n > len(b) {
			return false
		}
		h.Transport += n
		next = b[0]
		if h.Fragment > 0 { // what follows is data from the middle of the packet
			h.Proto = int(next)
			return true
		}
	}
}
