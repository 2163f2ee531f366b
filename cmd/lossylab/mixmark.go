package main

import (
	"encoding/binary"
	"slices"

	"lossylab/netem"
	"lossylab/sim/netstack"
)

// mark notes on a packet which pair it belongs to, before it is sent.
func (x *experiment) mark(p *netem.Packet) {
	h, ok := p.Header()
	if ok && h.Proto == fragmentProto {
		h, ok = fragmentHeader(p.Data)
	}
	if !ok { // a later fragment: those of a datagram leave one behind the other
		p.Tag = x.tag
		return
	}
	if h.Proto == netem.ProtoICMP || h.Proto == netem.ProtoICMPv6 {
		if inner, ok := quotedHeader(h.Payload); ok {
			h = inner
		}
	}
	server, client := h.Dst, h.Src
	if _, address := netstack.Addresses(x.IPv6); server.Addr() != address {
		server, client = client, server
	}
	if n := int(server.Port()) - serverPort; n >= 0 && n < len(x.peers) {
		p.Tag = n
		if _, known := x.owner[client]; !known {
			x.owner[client] = x.peers[n]
		}
	}
	x.tag = p.Tag
}

// fragment6 is the length of IPv6's fragment header, and fragmentProto its number.
const fragment6, fragmentProto = 8, 44

// fragmentHeader is what netem.ParseHeader tells of IPv4's fragments, for IPv6's: the first of a datagram has the header of what
// it carries, and the others have none.
func fragmentHeader(b []byte) (*netem.Header, bool) {
	if len(b) < 40+fragment6 || binary.BigEndian.Uint16(b[42:])>>3 != 0 { // RFC 8200 section 4.5: "Fragment Offset"
		return nil, false
	}
	whole := slices.Concat(b[:40], b[40+fragment6:])
	whole[6] = b[40] // "Next Header"
	binary.BigEndian.PutUint16(whole[4:], uint16(len(whole)-40))
	h, ok := netem.ParseHeader(whole)
	return &h, ok
}

// quotedHeader returns the header of the packet that an ICMP error is about. The packet's end may be missing (RFC 792:
// "Internet Header + 64 bits of Original Data Datagram"), so it is made to say that it is no longer than it is.
func quotedHeader(icmp []byte) (*netem.Header, bool) {
	b := slices.Clone(icmp[min(8, len(icmp)):])
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	case len(b) >= 40 && b[0]>>4 == 6:
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	}
	h, ok := netem.ParseHeader(b)
	if ok && h.Proto == fragmentProto {
		return fragmentHeader(b)
	}
	return &h, ok
}
