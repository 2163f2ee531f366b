package trace

import (
	"encoding/binary"
	"net/netip"

	"lossylab/netem"
	"lossylab/report/capturefile"
)

// ends are a packet's protocol and its two ends, as it went.
type ends struct {
	proto    int
	src, dst netip.AddrPort
}

// reversed returns the ends of a packet that goes the other way.
func (e ends) reversed() ends { return ends{e.proto, e.dst, e.src} }

// endsOf reads the ends of a UDP or TCP packet, and where its transport header begins in r.IP. It is false for other
// packets, for those that are not readable and for later fragments.
func endsOf(r *capturefile.Record) (e ends, transport int, ok bool) {
	if r.Version == 0 {
		return e, 0, false
	}
	h, ok := capturefile.ReadHeader(r.IP)
	if !ok || h.Version != r.Version || h.Fragment > 0 || h.Proto != netem.ProtoTCP && h.Proto != netem.ProtoUDP ||
		len(r.IP) < h.Transport+4 {
		return e, 0, false
	}
	b := r.IP[h.Transport:]
	return ends{
		proto: h.Proto,
		src:   netip.AddrPortFrom(h.Src, binary.BigEndian.Uint16(b)),
		dst:   netip.AddrPortFrom(h.Dst, binary.BigEndian.Uint16(b[2:])),
	}, h.Transport, true
}

// tcpFlags returns the flags of a TCP segment, 0 if they were not captured.
func tcpFlags(r *capturefile.Record, transport int) byte {
	if len(r.IP) < transport+14 {
		return 0
	}
	return r.IP[transport+13]
}

// whole returns the bytes of a packet, with zeros in the place of those that were not captured, in b if there is room.
func whole(r *capturefile.Record, b []byte) []byte {
	n := max(len(r.IP), min(r.IPLength, maxPacket))
	if cap(b) < n {
		b = make([]byte, n)
	}
	b = b[:n]
	clear(b[copy(b, r.IP):])
	return b
}

// maxPacket is the length of the longest IP packet.
const maxPacket = 1<<16 + 40
