package capturefile

import (
	"bytes"
	"slices"
	"testing"
)

// Every link layer in front of the same packet.
func TestLinkTypes(t *testing.T) {
	p, p6 := ipv4(50), ipv6(17, make([]byte, 12)...)
	sll := func(kind, proto uint16, ip []byte) []byte {
		return slices.Concat(big.AppendUint16(nil, kind), make([]byte, 12), big.AppendUint16(nil, proto), ip)
	}
	sll2 := func(kind byte, proto uint16, ip []byte) []byte {
		return slices.Concat(big.AppendUint16(nil, proto), make([]byte, 8), []byte{kind}, make([]byte, 9), ip)
	}
	tag := func(tci, kind uint16) []byte { return big.AppendUint16(big.AppendUint16(nil, tci), kind) }
	for _, c := range []struct {
		name      string
		link      LinkType
		frame     []byte
		ip        []byte
		direction Direction
	}{
		{"Ethernet", Ethernet, ether(typeIPv4, p), p, Unknown},
		{"Ethernet, IPv6", Ethernet, ether(typeIPv6, p6), p6, Unknown},
		{"Ethernet, padded", Ethernet, ether(typeIPv4, slices.Concat(p, make([]byte, 10))), p, Unknown},
		{"ARP", Ethernet, ether(0x0806, p), nil, Unknown},
		{"VLAN", Ethernet, ether(typeVLAN, append(tag(0x6005, typeIPv4), p...)), p, Unknown},
		{"QinQ", Ethernet, ether(typeQinQ, slices.Concat(tag(7, typeVLAN), tag(8, typeIPv6), p6)), p6, Unknown},
		{"old QinQ", Ethernet, ether(typeOldQ, slices.Concat(tag(7, typeVLAN), tag(8, typeIPv4), p)), p, Unknown},
		{"VLAN, cut", Ethernet, ether(typeVLAN, []byte{0, 1, 8}), nil, Unknown},
		{"Ethernet, cut", Ethernet, make([]byte, 13), nil, Unknown},
		{"raw", Raw, p, p, Unknown},
		{"raw, IPv6", Raw, p6, p6, Unknown},
		{"raw, neither", Raw, []byte{0x10, 2, 3}, nil, Unknown},
		{"raw, empty", Raw, nil, nil, Unknown},
		{"raw, 12", rawOther, p, p, Unknown},
		{"IPv4", RawIPv4, p, p, Unknown},
		{"IPv6", RawIPv6, p6, p6, Unknown},
		{"cooked, in", LinuxSLL, sll(0, typeIPv4, p), p, Inbound},
		{"cooked, out", LinuxSLL, sll(4, typeIPv6, p6), p6, Outbound},
		{"cooked, broadcast", LinuxSLL, sll(1, typeIPv4, p), p, Unknown},
		{"cooked, VLAN", LinuxSLL, sll(4, typeVLAN, append(tag(3, typeIPv4), p...)), p, Outbound},
		{"cooked, cut", LinuxSLL, make([]byte, 15), nil, Unknown},
		{"cooked 2, in", LinuxSLL2, sll2(0, typeIPv6, p6), p6, Inbound},
		{"cooked 2, out", LinuxSLL2, sll2(4, typeIPv4, p), p, Outbound},
		{"cooked 2, cut", LinuxSLL2, make([]byte, 19), nil, Unknown},
		{"null, little-endian", Null, slices.Concat([]byte{2, 0, 0, 0}, p), p, Unknown},
		{"null, big-endian", Null, slices.Concat([]byte{0, 0, 0, 2}, p), p, Unknown},
		{"null, macOS IPv6", Null, slices.Concat([]byte{30, 0, 0, 0}, p6), p6, Unknown},
		{"null, FreeBSD IPv6", Null, slices.Concat([]byte{0, 0, 0, 28}, p6), p6, Unknown},
		{"null, other", Null, slices.Concat([]byte{7, 0, 0, 0}, p), nil, Unknown},
		{"null, cut", Null, []byte{2, 0, 0}, nil, Unknown},
		{"loop", Loop, slices.Concat([]byte{0, 0, 0, 24}, p6), p6, Unknown},
		{"802.11", 105, p, nil, Unknown},
	} {
		f := classicFile(little, magicNano, c.link)
		f.record(0, 0, len(c.frame), c.frame)
		rs, r := mustRead(t, f.b)
		if !bytes.Equal(rs[0].IP, c.ip) || rs[0].Direction != c.direction || rs[0].Cut() {
			t.Errorf("%s: IP % x, direction %d", c.name, rs[0].IP, rs[0].Direction)
		}
		if got := r.Interfaces()[0].LinkType.Known(); got != (c.link != 105) {
			t.Errorf("%s: known %v", c.name, got)
		}
	}
}

func TestLinkTypeNames(t *testing.T) {
	for link, want := range map[LinkType]string{Ethernet: "Ethernet", LinuxSLL2: "Linux cooked", Null: "BSD loopback", Raw: "raw IP", 105: "link type 105"} {
		if got := link.String(); got != want {
			t.Errorf("%d is %q, want %q", uint16(link), got, want)
		}
	}
}
