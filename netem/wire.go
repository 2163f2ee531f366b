package netem

import (
	"encoding/binary"
	"net/netip"
)

// The IP protocol numbers that matter here, from the IANA registry.
const (
	ProtoICMP   = 1
	ProtoTCP    = 6
	ProtoUDP    = 17
	ProtoICMPv6 = 58
)

// The TCP flags of RFC 9293 section 3.1.
const (
	FIN = 1 << iota
	SYN
	RST
	PSH
	ACK
)

// Header is what a reader of captures would look for first in a packet.
type Header struct {
	Version  int // 4 or 6
	Proto    int // the transport's protocol number
	Src, Dst netip.AddrPort
	Payload  []byte // the transport's payload: shares memory with the packet

	// TCP only.
	Seq, Ack uint32
	Flags    uint8
	Window   uint16 // as on the wire, not scaled
	Options  []byte
}

// ParseHeader reads the IP and transport headers of an IP packet. It is false when the packet is cut short, is a later
// fragment, or is not IPv4 or IPv6 at all. Ports are 0 where the transport is neither TCP nor UDP.
func ParseHeader(b []byte) (h Header, ok bool) {
	var src, dst netip.Addr
	if len(b) < 20 {
		return h, false
	}
	switch b[0] >> 4 {
	case 4: // RFC 791 section 3.1
		n, total := int(b[0]&15)*4, int(binary.BigEndian.Uint16(b[2:]))
		if n < 20 || total < n || total > len(b) || binary.BigEndian.Uint16(b[6:])&0x1fff != 0 {
			return h, false
		}
		h.Version, h.Proto = 4, int(b[9])
		src, dst = netip.AddrFrom4([4]byte(b[12:16])), netip.AddrFrom4([4]byte(b[16:20]))
		b = b[n:total]
	case 6: // RFC 8200 section 3; extension headers are not walked: the hosts here send none
		if len(b) < 40 || int(binary.BigEndian.Uint16(b[4:])) > len(b)-40 {
			return h, false
		}
		h.Version, h.Proto = 6, int(b[6])
		src, dst = netip.AddrFrom16([16]byte(b[8:24])), netip.AddrFrom16([16]byte(b[24:40]))
		b = b[40 : 40+int(binary.BigEndian.Uint16(b[4:]))]
	default:
		return h, false
	}
	return h.transport(b, src, dst)
}

func (h Header) transport(b []byte, src, dst netip.Addr) (Header, bool) {
	h.Src, h.Dst = netip.AddrPortFrom(src, 0), netip.AddrPortFrom(dst, 0)
	switch h.Proto {
	case ProtoTCP: // RFC 9293 section 3.1
		if len(b) < 20 || int(b[12]>>4)*4 < 20 || int(b[12]>>4)*4 > len(b) {
			return h, false
		}
		n := int(b[12]>>4) * 4
		h.Seq, h.Ack = binary.BigEndian.Uint32(b[4:]), binary.BigEndian.Uint32(b[8:])
		h.Flags, h.Window = b[13], binary.BigEndian.Uint16(b[14:])
		h.Options, h.Payload = b[20:n], b[n:]
	case ProtoUDP: // RFC 768
		if len(b) < 8 {
			return h, false
		}
		h.Payload = b[8:]
	default:
		h.Payload = b
		return h, true
	}
	h.Src = netip.AddrPortFrom(src, binary.BigEndian.Uint16(b))
	h.Dst = netip.AddrPortFrom(dst, binary.BigEndian.Uint16(b[2:]))
	return h, true
}
