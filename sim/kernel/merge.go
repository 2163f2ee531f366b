//go:build linux

package kernel

import (
	"bytes"
	"encoding/binary"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// mergeMost is the most packets that are given to the host as one.
const mergeMost = 64

// merger gathers TCP segments that follow each other in one connection and leave at one time, to be given to the host
// together, as a network card with receive offload would. It takes no packet that the link has changed.
type merger struct {
	packets []*netem.Packet
	l4, at  int    // where the headers of the transport and its payload begin
	next    uint32 // sequence number that would follow
	size    int    // of each payload but the last
	total   int    // length of the whole
	closed  bool   // nothing more fits behind the last
	header  [vnetLen + 128]byte
}

// take adds p and reports whether it fits behind what is there.
func (m *merger) take(p *netem.Packet) bool {
	l4, at, ok := mergeable(p)
	if len(m.packets) == 0 {
		m.packets = append(m.packets, p)
		m.closed = !ok
		if ok {
			m.begin(p, l4, at)
		}
		return true
	}
	if m.closed || !ok || l4 != m.l4 || at != m.at || !m.follows(p) {
		return false
	}
	m.packets = append(m.packets, p)
	m.add(p)
	return true
}

func (m *merger) begin(p *netem.Packet, l4, at int) {
	m.l4, m.at, m.size, m.total = l4, at, len(p.Data)-at, at
	m.next = binary.BigEndian.Uint32(p.Data[l4+4:])
	m.add(p)
}

func (m *merger) add(p *netem.Packet) {
	n := len(p.Data) - m.at
	m.next += uint32(n)
	m.total += n
	m.closed = n < m.size || p.Data[m.l4+13]&0x08 != 0 || len(m.packets) == mergeMost
}

// follows reports whether p is the next segment of the same connection, with the same headers but for what counts on.
func (m *merger) follows(p *netem.Packet) bool {
	a, b := m.packets[0].Data, p.Data
	if n := len(b) - m.at; n > m.size || m.total+n > 65535 || binary.BigEndian.Uint32(b[m.l4+4:]) != m.next {
		return false
	}
	switch {
	case m.packets[0].Tag == p.Tag && p.Tag > 0: // cut from one packet; a link changes no more of it than its mark of congestion
		return a[0] == b[0] && a[1] == b[1]
	case a[0]>>4 == 4:
		if !bytes.Equal(a[:2], b[:2]) || !bytes.Equal(a[6:10], b[6:10]) || !bytes.Equal(a[12:m.l4+4], b[12:m.l4+4]) {
			return false
		}
	case !bytes.Equal(a[:4], b[:4]) || !bytes.Equal(a[6:m.l4+4], b[6:m.l4+4]):
		return false
	}
	return bytes.Equal(a[m.l4+8:m.l4+13], b[m.l4+8:m.l4+13]) && bytes.Equal(a[m.l4+14:m.l4+16], b[m.l4+14:m.l4+16]) &&
		bytes.Equal(a[m.l4+18:m.at], b[m.l4+18:m.at])
}

// mergeable reports whether p is a whole TCP segment with payload and no flags but ACK and PSH, and where its parts begin.
func mergeable(p *netem.Packet) (l4, at int, ok bool) {
	b := p.Data
	switch {
	case p.Corrupt || p.Fragment || len(b) < 60:
		return 0, 0, false
	case b[0] == 0x45 && b[9] == protoTCP && b[6]&0x3f == 0 && b[7] == 0:
		l4 = 20
	case b[0]>>4 == 6 && b[6] == protoTCP:
		l4 = 40
	default:
		return 0, 0, false
	}
	if len(b) < l4+20 || b[l4+13]&^0x18 != 0 {
		return 0, 0, false
	}
	at = l4 + int(b[l4+12]>>4)*4
	return l4, at, at >= l4+20 && at < len(b)
}

// head returns the headers of what was gathered: the device's, which tells the kernel how to take it apart, and those of
// IP and TCP.
func (m *merger) head() []byte {
	first, last := m.packets[0].Data, m.packets[len(m.packets)-1].Data
	b := m.header[:vnetLen+m.at]
	h := vnetHeader{flags: unix.VIRTIO_NET_HDR_F_NEEDS_CSUM, gso: unix.VIRTIO_NET_HDR_GSO_TCPV4, headerLen: uint16(m.at),
		size: uint16(m.size), start: uint16(m.l4), offset: 16}
	if first[0]>>4 == 6 {
		h.gso = unix.VIRTIO_NET_HDR_GSO_TCPV6
	}
	h.put(b)
	ip := b[vnetLen:]
	copy(ip, first[:m.at])
	if ip[0]>>4 == 4 {
		binary.BigEndian.PutUint16(ip[2:], uint16(m.total))
		headerSum(ip)
	} else {
		binary.BigEndian.PutUint16(ip[4:], uint16(m.total-40))
	}
	ip[m.l4+13] |= last[m.l4+13] & 0x08
	binary.BigEndian.PutUint16(ip[m.l4+16:], netem.Fold(pseudo(ip, protoTCP, m.total-m.l4)))
	return b
}

func (m *merger) clear() {
	clear(m.packets)
	m.packets = m.packets[:0]
}
