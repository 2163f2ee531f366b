//go:build linux

package kernel

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// slowSum is RFC 1071 section 4.1's sum, word by word.
func slowSum(b []byte) uint16 {
	sum := uint32(0)
	for ; len(b) > 1; b = b[2:] {
		sum += uint32(b[0])<<8 | uint32(b[1])
	}
	if len(b) > 0 {
		sum += uint32(b[0]) << 8
	}
	for sum>>16 != 0 {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// super returns a TCP packet with n bytes of payload as a host gives it to a device that cuts it up, with the device's header.
func super(ipv6 bool, n, size int, flags uint8) (vnetHeader, []byte) {
	l4, gso := 20, uint8(unix.VIRTIO_NET_HDR_GSO_TCPV4)
	if ipv6 {
		l4, gso = 40, unix.VIRTIO_NET_HDR_GSO_TCPV6
	}
	b := append(make([]byte, l4+32), pattern(n)...)
	if ipv6 {
		b[0], b[6], b[7] = 0x60, protoTCP, 64
		copy(b[8:], bytes.Repeat([]byte{0xfd, 1}, 16))
	} else {
		b[0], b[8], b[9] = 0x45, 64, protoTCP
		b[6] = 0x40
		binary.BigEndian.PutUint16(b[4:], 0xfffe)
		copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	}
	tcp := b[l4:]
	binary.BigEndian.PutUint32(tcp, 0x30390050)
	binary.BigEndian.PutUint32(tcp[4:], 0xfffffff0) // runs over
	tcp[12], tcp[13] = 0x80, flags
	return vnetHeader{flags: unix.VIRTIO_NET_HDR_F_NEEDS_CSUM, gso: gso, size: uint16(size), start: uint16(l4), offset: 16}, b
}

// Each segment is a packet that a host takes: with right lengths, numbers and checksums; and together they carry what was sent.
func TestSegmentsAreWholePackets(t *testing.T) {
	for _, ipv6 := range []bool{false, true} {
		h, b := super(ipv6, 10_000, 1448, 0x99) // CWR, ACK, PSH, FIN
		l4 := int(h.start)
		var payload []byte
		count := 0
		err := segments(h, b, func(n int) []byte { return make([]byte, n) }, func(p []byte, left netem.Partial) {
			(&netem.Packet{Data: p, Partial: left}).Complete()
			last := len(payload)+len(p)-l4-32 == 10_000
			if !ipv6 && (slowSum(p[:20]) != 0xffff || int(binary.BigEndian.Uint16(p[2:])) != len(p) || binary.BigEndian.Uint16(p[4:]) != uint16(0xfffe+count)) {
				t.Errorf("segment %d: header % x", count, p[:20])
			}
			if ipv6 && int(binary.BigEndian.Uint16(p[4:])) != len(p)-40 {
				t.Errorf("segment %d: header % x", count, p[:40])
			}
			if seq := binary.BigEndian.Uint32(p[l4+4:]); seq != 0xfffffff0+uint32(len(payload)) {
				t.Errorf("segment %d: number %x", count, seq)
			}
			want := uint8(0x10)
			if count == 0 {
				want |= 0x80
			}
			if last {
				want |= 0x09
			}
			if p[l4+13] != want {
				t.Errorf("segment %d: flags %02x, want %02x", count, p[l4+13], want)
			}
			if sum := netem.Fold(netem.Sum(pseudo(p, protoTCP, len(p)-l4), p[l4:])); sum != 0xffff {
				t.Errorf("segment %d: the checksum is wrong: %04x", count, sum)
			}
			payload = append(payload, p[l4+32:]...)
			count++
		})
		if err != nil || count != 7 || !bytes.Equal(payload, pattern(10_000)) {
			t.Errorf("%v, %d segments, %d bytes", err, count, len(payload))
		}
	}
}

// What was cut up and is merged again is what it was, and what does not belong together stays apart.
func TestMergedSegmentsAreWhatTheyWere(t *testing.T) {
	for i := range 4 {
		ipv6, tag := i%2 == 1, i/2 // 0: nobody knows that they were one packet
		h, b := super(ipv6, 10_000, 1448, 0x18)
		m, apart := merger{}, 0
		segments(h, b, func(n int) []byte { return make([]byte, n) }, func(p []byte, _ netem.Partial) {
			if !m.take(&netem.Packet{Data: p, Tag: tag}) {
				apart++
			}
		})
		got := m.head()[vnetLen:]
		for _, p := range m.packets {
			got = append(got[:len(got):len(got)], p.Data[m.at:]...)
		}
		if apart > 0 || !bytes.Equal(got[m.l4+32:], b[m.l4+32:]) || got[m.l4+13] != 0x18 || m.size != 1448 {
			t.Errorf("IPv6 %v, tag %d: %d stayed apart; flags %02x, size %d", ipv6, tag, apart, got[m.l4+13], m.size)
		}
		// The field holds the sum over the pseudo header: the kernel adds the rest.
		if sum := netem.Fold(pseudo(got, protoTCP, len(got)-m.l4)); binary.BigEndian.Uint16(got[m.l4+16:]) != sum {
			t.Errorf("IPv6 %v, tag %d: checksum field %02x, want %04x", ipv6, tag, got[m.l4+16:m.l4+18], sum)
		}
	}
}

func TestWhatIsNotMerged(t *testing.T) {
	var parts [][]byte
	h, b := super(false, 6000, 1448, 0x10)
	segments(h, b, func(n int) []byte { return make([]byte, n) }, func(p []byte, _ netem.Partial) { parts = append(parts, p) })
	for name, change := range map[string]func(p *netem.Packet){
		"a gap":          func(p *netem.Packet) { p.Data = parts[2] },
		"a lost one":     func(p *netem.Packet) { p.Data, p.Tag = parts[2], 1 },
		"a mark on one":  func(p *netem.Packet) { p.Data[1], p.Tag = p.Data[1]|3, 1 },
		"damage to one":  func(p *netem.Packet) { p.Corrupt, p.Tag = true, 1 },
		"another port":   func(p *netem.Packet) { p.Data[21]++ },
		"another ack":    func(p *netem.Packet) { p.Data[31]++ },
		"a FIN":          func(p *netem.Packet) { p.Data[33] |= 1 },
		"damage":         func(p *netem.Packet) { p.Corrupt = true },
		"a fragment":     func(p *netem.Packet) { p.Fragment = true },
		"another option": func(p *netem.Packet) { p.Data[45]++ },
		"another TTL":    func(p *netem.Packet) { p.Data[8]-- },
		"a mark":         func(p *netem.Packet) { p.Data[1] |= 3 },
		"UDP":            func(p *netem.Packet) { p.Data[9] = protoUDP },
	} {
		m := merger{}
		p := &netem.Packet{Data: bytes.Clone(parts[1])}
		change(p)
		if !m.take(&netem.Packet{Data: parts[0], Tag: 1}) || m.take(p) {
			t.Errorf("%s was merged", name)
		}
	}
}

// Whatever the kernel may give, or seem to, nothing panics and nothing is larger than it was.
func FuzzSegments(f *testing.F) {
	for _, ipv6 := range []bool{false, true} {
		h, b := super(ipv6, 3000, 1000, 0x18)
		v := make([]byte, vnetLen)
		h.put(v)
		f.Add(append(v, b...))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) < vnetLen+20 || len(b) > 1<<16 {
			return
		}
		segments(parseVnet(b), b[vnetLen:], func(n int) []byte { return make([]byte, n) }, func(p []byte, _ netem.Partial) {
			if len(p) > len(b) {
				t.Error(fmt.Sprint(len(p), " bytes of ", len(b)))
			}
			m := merger{}
			m.take(&netem.Packet{Data: p})
			m.take(&netem.Packet{Data: p})
			if len(m.packets) > 1 {
				m.head()
			}
		})
	})
}
