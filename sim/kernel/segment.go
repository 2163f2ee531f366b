//go:build linux

package kernel

import (
	"encoding/binary"
	"errors"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

const (
	protoTCP = 6
	protoUDP = 17
)

// vnetLen is the length of the header before each packet of a TUN device: struct virtio_net_hdr.
const vnetLen = 10

// vnetHeader is what the kernel has left to the device: to complete a checksum, or to cut a packet into segments.
type vnetHeader struct {
	flags, gso                     uint8
	headerLen, size, start, offset uint16
}

func parseVnet(b []byte) vnetHeader {
	order := binary.NativeEndian
	return vnetHeader{b[0], b[1], order.Uint16(b[2:]), order.Uint16(b[4:]), order.Uint16(b[6:]), order.Uint16(b[8:])}
}

func (h vnetHeader) put(b []byte) {
	order := binary.NativeEndian
	b[0], b[1] = h.flags, h.gso
	order.PutUint16(b[2:], h.headerLen)
	order.PutUint16(b[4:], h.size)
	order.PutUint16(b[6:], h.start)
	order.PutUint16(b[8:], h.offset)
}

var errSegments = errors.New("kernel: the kernel gave a packet that cannot be cut into segments")

// segments cuts what the kernel gave into the packets that a network card would send, whole and with their checksums, as
// the kernel itself does it without offload. Each is in memory of its own, from alloc.
func segments(h vnetHeader, ip []byte, alloc func(int) []byte, emit func([]byte)) error {
	if h.gso == unix.VIRTIO_NET_HDR_GSO_NONE {
		p := alloc(len(ip))
		copy(p, ip)
		if h.flags&unix.VIRTIO_NET_HDR_F_NEEDS_CSUM != 0 {
			if err := completeOne(h, p); err != nil {
				return err
			}
		}
		emit(p)
		return nil
	}
	l4, size := int(h.start), int(h.size)
	least := 40 // of a header of IPv6
	if ip[0]>>4 == 4 {
		least = max(20, int(ip[0]&15)*4)
	}
	if l4 < least || l4 > 256 || len(ip) < l4+20 || size == 0 {
		return errSegments
	}
	s := splitter{ip: ip, l4: l4, size: size, alloc: alloc, emit: emit}
	switch h.gso &^ unix.VIRTIO_NET_HDR_GSO_ECN {
	case unix.VIRTIO_NET_HDR_GSO_TCPV4, unix.VIRTIO_NET_HDR_GSO_TCPV6:
		s.proto, s.header = protoTCP, l4+max(20, int(ip[l4+12]>>4)*4)
	case unix.VIRTIO_NET_HDR_GSO_UDP_L4:
		s.proto, s.header = protoUDP, l4+8
	default:
		return errSegments
	}
	if s.header > len(ip) {
		return errSegments
	}
	s.split()
	return nil
}

// completeOne completes the checksum of a packet that is none too large.
func completeOne(h vnetHeader, p []byte) error {
	start, at := int(h.start), int(h.start)+int(h.offset)
	if at+2 > len(p) {
		return errSegments
	}
	sum := ^netem.Fold(netem.Sum(0, p[start:])) // the field holds the sum over the pseudo header
	if sum == 0 && h.offset == 6 {              // UDP's
		sum = 0xffff
	}
	binary.BigEndian.PutUint16(p[at:], sum)
	return nil
}

// splitter cuts one packet.
type splitter struct {
	ip         []byte
	l4, header int // where the headers of the transport and its payload begin
	size       int // of each payload but the last
	proto      uint8
	alloc      func(int) []byte
	emit       func([]byte)
}

func (s *splitter) split() {
	payload := s.ip[s.header:]
	for i, from := 0, 0; from < len(payload) || from == 0; i, from = i+1, from+s.size {
		to := min(from+s.size, len(payload))
		p := s.alloc(s.header + to - from)
		copy(p, s.ip[:s.header])
		copy(p[s.header:], payload[from:to])
		s.number(p, i, from, to == len(payload))
		s.emit(p)
	}
}

// number gives a segment its own lengths, numbers, flags and checksums.
func (s *splitter) number(p []byte, i, from int, last bool) {
	order := binary.BigEndian
	if p[0]>>4 == 4 {
		order.PutUint16(p[2:], uint16(len(p)))
		order.PutUint16(p[4:], order.Uint16(p[4:])+uint16(i))
		headerSum(p)
	} else {
		order.PutUint16(p[4:], uint16(len(p)-40))
	}
	l4 := p[s.l4:]
	if s.proto == protoUDP {
		order.PutUint16(l4[4:], uint16(len(l4)))
		complete(p, s.l4, 6, protoUDP)
		return
	}
	order.PutUint32(l4[4:], order.Uint32(l4[4:])+uint32(from))
	if !last {
		l4[13] &^= 0x09 // FIN and PSH belong to the last
	}
	if i > 0 {
		l4[13] &^= 0x80 // RFC 3168 section 6.1.2: CWR is set once, in the first
	}
	complete(p, s.l4, 16, protoTCP)
}
