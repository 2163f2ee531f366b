package match

import (
	"encoding/binary"

	"lossylab/netem"
	"lossylab/report/capturefile"
)

// The transport protocols that are looked into.
const (
	TCP = 6
	UDP = 17
)

// view is what matching looks at in a packet.
type view struct {
	capturefile.Header
	ip               []byte // as far as it was captured
	length           int    // as it was
	srcPort, dstPort uint16 // 0 if there are none, as in a later fragment
	payload          int    // where the transport's payload begins in ip
	syn, opening     bool   // TCP's SYN, and one without ACK
}

// look reads the packet of a record. It is false if there is none or its header is not readable.
func look(r *capturefile.Record) (v view, ok bool) {
	if r.Version == 0 {
		return v, false
	}
	v.Header, ok = capturefile.ReadHeader(r.IP)
	if !ok || v.Version != r.Version {
		return v, false
	}
	v.ip, v.length, v.payload = r.IP, r.IPLength, v.Transport
	if v.Fragment > 0 || v.Proto != TCP && v.Proto != UDP {
		return v, true
	}
	b := v.ip[v.Transport:]
	if len(b) >= 4 {
		v.srcPort, v.dstPort = binary.BigEndian.Uint16(b), binary.BigEndian.Uint16(b[2:])
	}
	n := 8 // RFC 768
	if v.Proto == TCP {
		n = 20
		if len(b) >= n { // RFC 9293 section 3.1
			n = max(n, int(b[12]>>4)*4)
			v.syn, v.opening = b[13]&2 != 0, b[13]&0x12 == 2
		}
	}
	v.payload = min(len(v.ip), v.Transport+n)
	return v, true
}

// whole reports whether all of the packet was captured.
func (v *view) whole() bool { return len(v.ip) == v.length }

// addresses returns the bytes of both addresses.
func (v *view) addresses() []byte {
	if v.Version == 4 {
		return v.ip[12:20]
	}
	return v.ip[8:40]
}

// checksum returns where the transport's checksum stands in the transport's header, or -1.
func (v *view) checksum() int {
	switch {
	case v.Fragment > 0:
	case v.Proto == TCP:
		return 16
	case v.Proto == UDP:
		return 6
	}
	return -1
}

// front digests the headers without what may change on the way: time to live, traffic class and header checksum of IP,
// IPv6's flow label and options, the transport's checksum (which the sender's network card may compute, after the capture)
// and the segment size that a SYN announces, which routers make smaller. Nothing behind depth bytes counts.
func (v *view) front(depth int) digest {
	b := v.addresses()
	d := begin
	for ; len(b) > 0; b = b[8:] {
		d = d.word(binary.LittleEndian.Uint64(b))
	}
	more := uint64(0)
	if v.More {
		more = 1
	}
	d = d.word(uint64(v.ID)<<32 | uint64(v.Fragment)<<9 | more<<8 | uint64(v.Proto)).word(uint64(v.length))
	end := min(v.payload, depth)
	if v.Transport >= end {
		return d
	}
	var header [60]byte
	n := copy(header[:], v.ip[v.Transport:end])
	if at := v.checksum(); at >= 0 {
		header[at], header[at+1] = 0, 0
	}
	if v.syn {
		maskSize(header[min(n, 20):n])
	}
	return d.bytes(header[:n])
}

// maskSize clears the maximum segment size among TCP's options, which routers on the way lower.
func maskSize(options []byte) {
	size, _ := netem.TCPOption(options, netem.OptionMSS)
	clear(size)
}
