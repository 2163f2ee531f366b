package netem_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"testing"

	"lossylab/netem"
)

// ip4 returns an IPv4 packet with a body and options, written here by RFC 791's figure.
func ip4(proto byte, options, body []byte) []byte {
	b := make([]byte, 20, 64)
	b[0] = 0x40 | byte(5+len(options)/4)
	b[8], b[9] = 64, proto
	copy(b[12:], []byte{10, 0, 0, 1})
	copy(b[16:], []byte{10, 0, 0, 2})
	b = append(append(b, options...), body...)
	binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
	return b
}

func ip6(proto byte, body []byte) []byte {
	b := make([]byte, 40)
	b[0], b[6], b[7] = 0x60, proto, 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(body)))
	b[8], b[9], b[23] = 0xfd, 0, 1
	b[24], b[25], b[39] = 0xfd, 0, 2
	return append(b, body...)
}

func udp(payload string) []byte {
	b := []byte{0x13, 0x88, 0x00, 0x07, 0, 0, 0, 0} // ports 5000 and 7
	binary.BigEndian.PutUint16(b[4:], uint16(8+len(payload)))
	return append(b, payload...)
}

func tcp(flags byte, options []byte, payload string) []byte {
	b := make([]byte, 20)
	copy(b, []byte{0x13, 0x88, 0x00, 0x07})
	binary.BigEndian.PutUint32(b[4:], 1000)
	binary.BigEndian.PutUint32(b[8:], 2000)
	b[12], b[13] = byte(5+len(options)/4)<<4, flags
	binary.BigEndian.PutUint16(b[14:], 3000)
	return append(append(b, options...), payload...)
}

func TestParseHeader(t *testing.T) {
	mss := []byte{2, 4, 5, 0xb4}
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"udp", ip4(netem.ProtoUDP, nil, udp("hello")), "4/17 10.0.0.1:5000>10.0.0.2:7 hello"},
		{"udp behind IP options", ip4(netem.ProtoUDP, make([]byte, 8), udp("hello")), "4/17 10.0.0.1:5000>10.0.0.2:7 hello"},
		{"udp over IPv6", ip6(netem.ProtoUDP, udp("hello")), "6/17 [fd00::1]:5000>[fd00::2]:7 hello"},
		{"udp with a trailer", append(ip4(netem.ProtoUDP, nil, udp("hello")), 0, 0), "4/17 10.0.0.1:5000>10.0.0.2:7 hello"},
		{"tcp", ip4(netem.ProtoTCP, nil, tcp(netem.PSH|netem.ACK, nil, "hi")),
			"4/6 10.0.0.1:5000>10.0.0.2:7 hi seq 1000 ack 2000 flags 18 window 3000 options "},
		{"tcp with options", ip6(netem.ProtoTCP, tcp(netem.SYN, mss, "")),
			"6/6 [fd00::1]:5000>[fd00::2]:7  seq 1000 ack 2000 flags 02 window 3000 options 020405b4"},
		{"icmp", ip4(netem.ProtoICMP, nil, []byte("echo")), "4/1 10.0.0.1:0>10.0.0.2:0 echo"},
		{"icmpv6", ip6(netem.ProtoICMPv6, nil), "6/58 [fd00::1]:0>[fd00::2]:0 "},
	} {
		h, ok := netem.ParseHeader(c.b)
		got := fmt.Sprintf("%d/%d %v>%v %s", h.Version, h.Proto, h.Src, h.Dst, h.Payload)
		if h.Proto == netem.ProtoTCP {
			got += fmt.Sprintf(" seq %d ack %d flags %02x window %d options %x", h.Seq, h.Ack, h.Flags, h.Window, h.Options)
		}
		if !ok || got != c.want {
			t.Errorf("%s: %v %s\nwant %s", c.name, ok, got, c.want)
		}
	}
}

// Cut anywhere before its payload, a packet has no header; so have other things that are not whole.
func TestParseHeaderRefuses(t *testing.T) {
	for _, b := range [][]byte{ip4(netem.ProtoUDP, nil, udp("")), ip4(netem.ProtoTCP, nil, tcp(0, make([]byte, 8), "")),
		ip6(netem.ProtoUDP, udp("")), ip6(netem.ProtoTCP, tcp(0, make([]byte, 8), ""))} {
		for n := range b {
			if _, ok := netem.ParseHeader(b[:n]); ok {
				t.Errorf("%x, the first %d bytes of %x: a header", b[:n], n, b)
			}
		}
	}
	change := func(at int, v byte) []byte {
		b := ip4(netem.ProtoTCP, nil, tcp(0, nil, "hello"))
		b[at] = v
		return b
	}
	for name, b := range map[string][]byte{
		"version 5":               change(0, 0x55),
		"IP header of 16 bytes":   change(0, 0x44),
		"IP header past the end":  change(0, 0x4f),
		"total length too short":  change(3, 19),
		"total length too long":   change(3, 46),
		"a later fragment":        change(7, 1),
		"TCP header of 16 bytes":  change(32, 0x40),
		"TCP header past the end": change(32, 0xf0),
		"total length cuts TCP":   change(3, 39),
		"total length of 0":       change(3, 0),
	} {
		if _, ok := netem.ParseHeader(b); ok {
			t.Errorf("%s: a header", name)
		}
	}
}

// FuzzParseHeader: any bytes give a header that lies within them, or none; nothing is written.
func FuzzParseHeader(f *testing.F) {
	f.Add(ip4(netem.ProtoUDP, nil, udp("hello")))
	f.Add(ip4(netem.ProtoTCP, make([]byte, 4), tcp(netem.FIN|netem.RST, []byte{1, 1, 1, 0}, "hello")))
	f.Add(ip6(netem.ProtoTCP, tcp(netem.SYN, nil, "")))
	f.Add(ip6(netem.ProtoICMPv6, []byte{128, 0}))
	f.Fuzz(func(t *testing.T, b []byte) {
		before := bytes.Clone(b)
		h, ok := netem.ParseHeader(b)
		if !bytes.Equal(b, before) {
			t.Fatal("bytes were changed")
		}
		if !ok {
			return
		}
		if h.Version != 4 && h.Version != 6 || !bytes.Contains(b, h.Payload) || !bytes.Contains(b, h.Options) ||
			len(h.Payload)+len(h.Options)+20 > len(b) {
			t.Fatalf("%+v of %d bytes", h, len(b))
		}
		if (h.Version == 4) != (h.Src.Addr().Is4() && h.Dst.Addr().Is4()) || h.Src == (netip.AddrPort{}) {
			t.Fatalf("addresses %v and %v of version %d", h.Src, h.Dst, h.Version)
		}
	})
}
