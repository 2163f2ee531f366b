package netem_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"testing"

	"lossylab/netem"
)

// reassembled puts fragments together by their headers, as RFC 791 section 3.2 would have a host do it.
func reassembled(t testing.TB, fragments [][]byte) []byte {
	t.Helper()
	var data []byte
	for i, f := range fragments {
		n := int(f[0]&15) * 4
		field := binary.BigEndian.Uint16(f[6:])
		first := binary.BigEndian.Uint16(fragments[0][6:])
		switch {
		case sum(f[:n]) != 0xffff || int(binary.BigEndian.Uint16(f[2:])) != len(f):
			t.Fatalf("fragment %d: the header of %x is wrong", i, f)
		case int(field&0x1fff-first&0x1fff)*8 != len(data):
			t.Fatalf("fragment %d begins at %d, want %d", i, int(field&0x1fff-first&0x1fff)*8, len(data))
		case i < len(fragments)-1 && (field&0x2000 == 0 || (len(f)-n)%8 != 0):
			t.Fatalf("fragment %d of %d is %x", i, len(fragments), f)
		case !bytes.Equal(f[4:6], fragments[0][4:6]) || f[1] != fragments[0][1] || !bytes.Equal(f[8:10], fragments[0][8:10]) ||
			!bytes.Equal(f[12:20], fragments[0][12:20]):
			t.Fatalf("fragment %d is another packet's: %x", i, f)
		}
		data = append(data, f[n:]...)
	}
	return data
}

// FuzzMTU: whatever the packet and the MTU, there is no panic; what comes out fits; fragments give the packet again; an
// answer is a valid message that quotes it.
func FuzzMTU(f *testing.F) {
	f.Add(append(hexed(f, df), make([]byte, 60)...), uint16(68), false)
	f.Add(append(hexed(f, may), make([]byte, 60)...), uint16(68), false)
	f.Add(ip4(netem.ProtoUDP, []byte{0x88, 4, 0, 0, 1, 7, 3, 4}, make([]byte, 300)), uint16(100), true)
	f.Add(ip4(netem.ProtoICMP, nil, append([]byte{3, 4}, make([]byte, 300)...)), uint16(100), true)
	f.Add(ip6(0, append([]byte{58, 0, 0, 0, 0, 0, 0, 0}, make([]byte, 1300)...)), uint16(1280), true)
	f.Add(ip6(44, append([]byte{17, 0, 0, 1, 0, 0, 0, 0}, make([]byte, 1300)...)), uint16(1280), true)
	f.Fuzz(func(t *testing.T, b []byte, mtu uint16, mend bool) {
		mtu = max(mtu, 68)
		if mend && len(b) >= 20 { // so that more than one in a million is a valid packet
			mended(b)
		}
		for _, words := range []string{"mtu %d", "mtu %d fragment", "mtu %d blackhole"} {
			c := cross(t, fmt.Sprintf(words, mtu), b)
			switch {
			case len(b) <= int(mtu):
				if len(c.got) != 1 || !bytes.Equal(c.got[0], b) || c.answer != nil {
					t.Fatalf("it fits: %s", c.kinds())
				}
			case len(c.got) > 0:
				checkFragments(t, c.got, b, int(mtu))
			case c.answer != nil:
				checkAnswer(t, c.answer, b, uint32(mtu))
			}
		}
	})
}

// mended makes the lengths and the checksum of a packet right.
func mended(b []byte) {
	switch {
	case b[0]>>4 == 4 && int(b[0]&15)*4 >= 20 && int(b[0]&15)*4 <= len(b) && len(b) < 1<<16:
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		summed(b)
	case b[0]>>4 == 6 && len(b) >= 40 && len(b) < 1<<16:
		binary.BigEndian.PutUint16(b[4:], uint16(len(b)-40))
	}
}

func checkFragments(t *testing.T, fragments [][]byte, b []byte, mtu int) {
	t.Helper()
	n := int(b[0]&15) * 4
	if data := reassembled(t, fragments); !bytes.Equal(data, b[n:]) || !bytes.Equal(fragments[0][20:n], b[20:n]) {
		t.Fatalf("%x\nbecomes %x", b, fragments)
	}
	last := fragments[len(fragments)-1]
	if (last[6]^b[6])&0x20 != 0 || (b[6]^fragments[0][6])&^0x60 != 0 || fragments[0][7] != b[7] {
		t.Fatalf("flags and offset %x become %x and %x", b[6:8], fragments[0][6:8], last[6:8])
	}
	for _, f := range fragments {
		if len(f) > mtu || f[6]&0x40 != 0 {
			t.Fatalf("%d bytes, flags %x", len(f), f[6])
		}
	}
}

func checkAnswer(t *testing.T, a, b []byte, mtu uint32) {
	t.Helper()
	pseudo, icmp, most := []byte(nil), a[20:], 576
	if a[0]>>4 == 6 {
		icmp, most = a[40:], 1280
		pseudo = append(binary.BigEndian.AppendUint16(bytes.Clone(a[8:40]), uint16(len(icmp))), 0, netem.ProtoICMPv6)
	} else if sum(a[:20]) != 0xffff {
		t.Fatalf("the IPv4 header sums up to %x", sum(a[:20]))
	}
	if sum(pseudo, icmp) != 0xffff || len(a) > most || !bytes.HasPrefix(b, icmp[8:]) || len(a) < most && len(icmp) < 8+len(b) {
		t.Fatalf("%d bytes for %d, sum %x: %x", len(a), len(b), sum(pseudo, icmp), a)
	}
	if got := binary.BigEndian.Uint32(icmp[4:]); got != mtu {
		t.Fatalf("next-hop MTU %d, want %d", got, mtu)
	}
}
