package netem_test

import (
	"bytes"
	"strings"
	"testing"

	"lossylab/netem"
)

// ICMPv4, byte for byte: RFC 792, the next hop's MTU where RFC 1191 section 4 has it, the whole packet quoted. The
// checksums are summed by hand: a valid header and zeros add nothing, so 0304 + 0044 is all there is.
func TestMTUAnswers4(t *testing.T) {
	b := append(hexed(t, df), make([]byte, 60)...)
	c := cross(t, "mtu 68", b)
	want := append(hexed(t, "45c0 006c 0000 4000 4001 24d3 0a0000fe 0a000001  0304 fcb7 0000 0044"), b...)
	if !bytes.Equal(c.answer, want) {
		t.Errorf("%x\nwant %x", c.answer, want)
	}
	if kinds := "answered 7/1/0 by mtu 68, dropped 7/1/0 by mtu 68"; c.kinds() != kinds || c.got != nil {
		t.Errorf("%s, arrived %x; want %s", c.kinds(), c.got, kinds)
	}
}

// ICMPv6 Packet Too Big, RFC 4443 section 3.2, for 1300 bytes at an MTU of 1280: as much as fits into 1280 is quoted.
func TestMTUAnswers6(t *testing.T) {
	b := ip6(netem.ProtoUDP, make([]byte, 1260))
	c := cross(t, "mtu 1280", b)
	want := append(hexed(t, `60000000 04d8 3a40 fd0000000000000000000000000000fe fd000000000000000000000000000001
		0200 88bb 00000500`), b[:1232]...)
	if !bytes.Equal(c.answer, want) {
		t.Errorf("%x\nwant %x", c.answer, want)
	}
	if kinds := "answered 7/1/0 by mtu 1280, dropped 7/1/0 by mtu 1280"; c.kinds() != kinds || c.got != nil {
		t.Errorf("%s, arrived %x; want %s", c.kinds(), c.got, kinds)
	}
}

// RFC 1812 section 4.3.2.3: the message has at most 576 bytes.
func TestMTUQuotesAsMuchAsMayBe(t *testing.T) {
	b := summed(ip4(netem.ProtoTCP, nil, make([]byte, 1480)))
	b[6] = 0x40
	if c := cross(t, "mtu 1400", summed(b)); len(c.answer) != 576 || !bytes.Equal(c.answer[28:], b[:548]) {
		t.Errorf("%d bytes: %x", len(c.answer), c.answer)
	}
}

// What may not be answered is dropped without a word.
func TestMTUDropsSilently(t *testing.T) {
	change4 := func(at int, v ...byte) []byte {
		b := append(hexed(t, df), make([]byte, 60)...)
		copy(b[at:], v)
		return summed(b)
	}
	change6 := func(at int, v ...byte) []byte {
		b := ip6(netem.ProtoUDP, make([]byte, 1260))
		copy(b[at:], v)
		return b
	}
	later := append([]byte{17, 0, 0, 8}, make([]byte, 1256)...) // a Fragment header with offset 1
	for name, b := range map[string][]byte{
		"noise":                       bytes.Repeat([]byte{0xa5}, 1300),
		"a wrong checksum":            append(hexed(t, strings.Replace(df, "1467", "1466", 1)), make([]byte, 60)...),
		"a wrong length":              change4(3, 0x51),
		"an ICMP error":               change4(9, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 3, 4),
		"a redirect":                  change4(9, 1, 0, 0, 10, 0, 0, 1, 10, 0, 0, 2, 5, 0),
		"a later fragment":            change4(6, 0x40, 1),
		"to a multicast group":        change4(16, 224, 0, 0, 1),
		"to everybody":                change4(16, 255, 255, 255, 255),
		"from nobody":                 change4(12, 0, 0, 0, 0),
		"from a group":                change4(12, 224, 0, 0, 1),
		"from a loopback":             change4(12, 127, 0, 0, 1),
		"a malformed option":          summed(append(hexed(t, "4600 0050 1234 0000 4011 0000 0a000001 0a000002 44ff0000"), make([]byte, 56)...)),
		"a fragment past the end":     change4(6, 0x1f, 0xff),
		"IPv6: a wrong length":        change6(5, 0),
		"IPv6: an ICMP error":         change6(6, 58, 64),
		"IPv6: a redirect":            append(change6(6, 58, 64)[:40], append([]byte{137}, make([]byte, 1259)...)...),
		"IPv6: a later fragment":      append(change6(6, 44)[:40], later...),
		"IPv6: an error behind a hop": append(change6(6, 0)[:40], append([]byte{58, 0, 0, 0, 0, 0, 0, 0, 1}, make([]byte, 1251)...)...),
		"IPv6: endless options":       append(change6(6, 0)[:40], bytes.Repeat([]byte{0, 0xff}, 630)...),
		"IPv6: from nobody":           change6(8, make([]byte, 16)...),
		"IPv6: from a group":          change6(8, 0xff, 2),
	} {
		if c := cross(t, "mtu 68", b); c.answer != nil || c.got != nil || c.kinds() != "dropped 7/1/0 by mtu 68" {
			t.Errorf("%s: %s, arrived %x", name, c.kinds(), c.got)
		}
	}
}

// What is no error is answered: an echo request, in IPv6 also behind extension headers, and a first fragment.
func TestMTUAnswersRequests(t *testing.T) {
	echo4 := append(hexed(t, df), make([]byte, 60)...)
	echo4[9], echo4[20] = 1, 8
	echo6 := ip6(netem.ProtoICMPv6, append([]byte{128}, make([]byte, 1259)...))
	hop := ip6(0, append([]byte{60, 0, 0, 0, 0, 0, 0, 0, 44, 0, 0, 0, 0, 0, 0, 0, 58, 0, 0, 1, 0, 0, 0, 9, 128}, make([]byte, 1235)...))
	group := ip6(netem.ProtoUDP, make([]byte, 1260))
	group[24] = 0xff
	for name, b := range map[string][]byte{"echo": summed(echo4), "IPv6 echo": echo6, "behind headers": hop, "to a group": group} {
		if c := cross(t, "mtu 68", b); c.answer == nil {
			t.Errorf("%s: %s", name, c.kinds())
		}
	}
}

// The router is neither of the two hosts, whatever their addresses are.
func TestMTURouterIsNobodyElse(t *testing.T) {
	b := append(hexed(t, df), make([]byte, 60)...)
	for _, c := range []struct{ sender, receiver, router byte }{{1, 2, 254}, {254, 1, 253}, {1, 254, 253}, {253, 254, 252}, {254, 253, 252}} {
		b[15], b[19] = c.sender, c.receiver
		if a := cross(t, "mtu 68", summed(b)).answer; a == nil || a[15] != c.router {
			t.Errorf("from %d to %d: answered by %x", c.sender, c.receiver, a)
		}
	}
}
