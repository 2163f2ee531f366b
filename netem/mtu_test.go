package netem_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"

	"lossylab/netem"
)

// hexed reads bytes in hexadecimal, white space left out.
func hexed(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// sum adds up 16-bit words in ones' complement, RFC 1071: 0xffff over what holds a right checksum.
func sum(parts ...[]byte) uint16 {
	var s uint32
	for _, b := range parts {
		for i, v := range b {
			s += uint32(v) << (8 * (1 - i%2))
			s = s&0xffff + s>>16
		}
	}
	return uint16(s)
}

// summed gives an IPv4 header its checksum.
func summed(b []byte) []byte {
	n := int(b[0]&15) * 4
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^sum(b[:n]))
	return b
}

// crossing is what becomes of one packet on a link.
type crossing struct {
	tape
	got    [][]byte // what arrives
	answer []byte   // what the sender gets, nil for nothing
}

// cross sends one packet through a link in words.
func cross(t testing.TB, words string, data []byte) (c crossing) {
	t.Helper()
	l := newLink(t, words, 1, &c.tape)
	before := bytes.Clone(data)
	l.Send(0, &netem.Packet{ID: 7, Copy: 1, Data: data})
	if a := l.Answer(); a != nil {
		c.answer = a.Data
	}
	for p := l.Recv(0); p != nil; p = l.Recv(0) {
		c.got = append(c.got, p.Data)
	}
	if !bytes.Equal(data, before) {
		t.Fatal("the sender's bytes were changed")
	}
	if n := l.InFlight(); n != 0 || l.Answer() != nil {
		t.Fatalf("%d packets are left, or another answer", n)
	}
	return c
}

// kinds lists the events in words, but for those of every packet.
func (c crossing) kinds() string {
	var words []string
	for _, e := range c.tape {
		switch e.Kind {
		case netem.Fragmented, netem.Fragment, netem.Answered, netem.Dropped:
			words = append(words, fmt.Sprintf("%s %d/%d/%d by %s", e.Kind, e.Packet.ID, e.Packet.Copy, e.Packet.Offset, e.By))
		}
	}
	return strings.Join(words, ", ")
}

// An IPv4 packet of 80 bytes, its checksum summed by hand: 60 bytes of UDP that are all zero. DF is set in the second.
const (
	may = "4500 0050 1234 0000 4011 5467 0a000001 0a000002"
	df  = "4500 0050 1234 4000 4011 1467 0a000001 0a000002"
)

// Blackholes say nothing to anybody, whatever the packet would bear.
func TestMTUBlackhole(t *testing.T) {
	for name, b := range map[string][]byte{
		"DF":   append(hexed(t, df), make([]byte, 60)...),
		"may":  append(hexed(t, may), make([]byte, 60)...),
		"IPv6": ip6(netem.ProtoUDP, make([]byte, 60)),
	} {
		if c := cross(t, "mtu 68 blackhole", b); c.answer != nil || c.got != nil || c.kinds() != "dropped 7/1/0 by mtu 68 blackhole" {
			t.Errorf("%s: %s", name, c.kinds())
		}
		if c := cross(t, "mtu 100 blackhole", b); len(c.got) != 1 || c.kinds() != "" {
			t.Errorf("%s fits: %s", name, c.kinds())
		}
	}
}
