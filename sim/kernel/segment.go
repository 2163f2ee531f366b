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

// segments cuts what the kernel gave into the packets that a network card would send, as the kernel itself does it without
// offload; but checksums of the transport are left for when they are needed. Each is in memory of its own, from alloc.
func segments(h vnetHeader, ip []byte, alloc func(int) []byte, emit func([]byte, netem.Partial)) error {
	if h.gso == unix.VIRTIO_NET_HDR_GSO_NONE {
		var left netem.Partial
		if h.flags&unix.VIRTIO_NET_HDR_F_NEEDS_CSUM != 0 {
			if int(h.start)+int(h.offset)+2 > len(ip) {
				return errSegments
			}
			left = netem.Partial{Start: h.start, Field: h.offset}
		}
		p := alloc(len(ip))
		copy(p, ip)
		emit(p, left)
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
		s.proto, s.field, s.header = protoTCP, 16, l4+max(20, int(ip[l4+12]>>4)*4)
	case unix.VIRTIO_NET_HDR_GSO_UDP_L4:
		s.proto, s.field, s.header = protoUDP, 6, l4+8
	default:
		return errSegments
	}
	if s.header > len(ip) {
		return errSegments
	}
	s.split()
	return nil
}

// splitter cuts one packet.
type splitter struct {
	ip         []byte
	l4, header int // where the headers of the transport and its payload begin
	size       int // of each payload but the last
	proto      uint8
	field      int // where in the transport's header its checksum stands
	id         uint16
	header4    uint32 // sum over IPv4's header without its length and number
	pseudo     uint32 // sum over the pseudo header without the length
	alloc      func(int) []byte
	emit       func([]byte, netem.Partial)
}

func (s *splitter) split() {
	headers, payload := s.ip[:s.header], s.ip[s.header:]
	s.pseudo = uint32(netem.Fold(pseudo(headers, s.proto, 0)))
	if headers[0]>>4 == 4 {
		s.id = binary.BigEndian.Uint16(headers[4:])
		clear(headers[2:6])
		clear(headers[10:12])
		s.header4 = uint32(netem.Fold(netem.Sum(0, headers[:int(headers[0]&15)*4])))
	}
	for i, from := 0, 0; from < len(payload) || from == 0; i, from = i+1, from+s.size {
		to := min(from+s.size, len(payload))
		p := s.alloc(s.header + to - from)
		copy(p, headers)
		copy(p[s.header:], payload[from:to])
		s.number(p, i, from, to == len(payload))
		s.emit(p, netem.Partial{Start: uint16(s.l4), Field: uint16(s.field)})
	}
}

// number gives a segment its own lengths, numbers and flags, the checksum of IPv4's header, and the sum over its pseudo header.
func (s *splitter) number(p []byte, i, from int, last bool) {
	order := binary.BigEndian
	if p[0]>>4 == 4 {
		length, id := uint16(len(p)), s.id+uint16(i)
		order.PutUint16(p[2:], length)
		order.PutUint16(p[4:], id)
		order.PutUint16(p[10:], ^carry(s.header4+uint32(length)+uint32(id)))
	} else {
		order.PutUint16(p[4:], uint16(len(p)-40))
	}
	l4 := p[s.l4:]
	order.PutUint16(l4[s.field:], carry(s.pseudo+uint32(len(l4))))
	if s.proto == protoUDP {
		order.PutUint16(l4[4:], uint16(len(l4)))
		return
	}
	order.PutUint32(l4[4:], order.Uint32(l4[4:])+uint32(from))
	if !last {
		l4[13] &^= 0x09 // FIN and PSH belong to the last
	}
	if i > 0 {
		l4[13] &^= 0x80 // RFC 3168 section 6.1.2: CWR is set once, in the first
	}
}

// carry makes 16 bits of a sum of a few of 16 bits.
func carry(sum uint32) uint16 {
	sum = sum>>16 + sum&0xffff
	return uint16(sum>>16 + sum)
}
