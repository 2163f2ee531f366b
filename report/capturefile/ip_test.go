package capturefile

import (
	"net/netip"
	"slices"
	"testing"
)

// A packet's length is its own, unless its header is not to be believed.
func TestExtent(t *testing.T) {
	padded := func(b []byte) []byte { return append(slices.Clone(b), make([]byte, 16)...) }
	damaged := padded(ipv4(30))
	damaged[3] ^= 4
	offload := padded(ipv4(30))
	offload[10], offload[11] = 0, 0
	huge := ipv4(30)
	huge[2], huge[3] = 0, 0
	seal(huge)
	long := ipv4(30)
	long[2] = 1
	seal(long)
	jumbo := ipv6(17, make([]byte, 20)...)
	jumbo[4], jumbo[5] = 0, 0
	for _, c := range []struct {
		name    string
		b       []byte
		version int
		on      int
		ip, len int
	}{
		{"whole", ipv4(30), 4, 30, 30, 30},
		{"padded", padded(ipv4(30)), 4, 46, 30, 30},
		{"padded, IPv6", padded(ipv6(17, 1, 2, 3)), 6, 59, 43, 43},
		{"cut", ipv4(30)[:25], 4, 30, 25, 30},
		{"cut, and was padded", ipv4(30)[:25], 4, 46, 25, 30},
		{"cut within the header", ipv4(30)[:12], 4, 30, 12, 30},
		{"damaged", damaged, 4, 46, 46, 46},
		{"header checksum left to the card", offload, 4, 46, 30, 30},
		{"segment to be cut by the card", huge, 4, 30, 30, 30},
		{"longer than its frame", long, 4, 30, 30, 30},
		{"jumbo", jumbo, 6, 60, 60, 60},
		{"IPv4 in name only", ipv6(17, 1), 4, 41, 41, 41},
		{"empty", nil, 4, 0, 0, 0},
	} {
		if ip, n := extent(c.b, c.version, c.on); len(ip) != c.ip || n != c.len {
			t.Errorf("%s: %d of %d bytes, want %d of %d", c.name, len(ip), n, c.ip, c.len)
		}
	}
}

func TestHeaderIntact(t *testing.T) {
	for n := 20; n < 24; n++ {
		b := ipv4(n)
		if !HeaderIntact(b) {
			t.Errorf("%d bytes are not intact", n)
		}
		for bit := range 8 * 20 {
			b[bit/8] ^= 0x80 >> (bit % 8)
			if zero := b[10]|b[11] == 0; HeaderIntact(b) && !zero && b[0]>>4 == 4 && b[0]&15 <= 5 {
				t.Errorf("bit %d turned over is not seen", bit)
			}
			b[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
}

func TestReadHeader(t *testing.T) {
	four := ipv4(60)
	four[4], four[5], four[6], four[7] = 0x12, 0x34, 0x20, 3
	options := ipv4(60)
	options[0] = 0x46
	src, dst := netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	src6, dst6 := netip.MustParseAddr("::1"), netip.MustParseAddr("::2")
	six := ipv6(17, make([]byte, 8)...)
	for _, c := range []struct {
		name string
		b    []byte
		want Header
	}{
		{"IPv4 fragment", four, Header{4, src, dst, 17, 0x1234, 24, true, 20}},
		{"IPv4 options", options, Header{4, src, dst, 17, 0, 0, false, 24}},
		{"IPv6", six, Header{6, src6, dst6, 17, 0, 0, false, 40}},
		{"hop by hop, routing, destination", ipv6(0,
			43, 0, 0, 0, 0, 0, 0, 0,
			60, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
			6, 0, 0, 0, 0, 0, 0, 0, 9), Header{6, src6, dst6, 6, 0, 0, false, 72}},
		{"authentication", ipv6(51, append([]byte{17, 4}, make([]byte, 30)...)...), Header{6, src6, dst6, 17, 0, 0, false, 64}},
		{"first fragment", ipv6(44, 17, 0, 0, 1, 0, 0, 0, 9, 1, 2), Header{6, src6, dst6, 17, 9, 0, true, 48}},
		{"later fragment", ipv6(44, 60, 0, 0, 0x10, 0, 0, 1, 0, 1, 2), Header{6, src6, dst6, 60, 256, 16, false, 48}},
		{"encrypted", ipv6(50, 1, 2, 3), Header{6, src6, dst6, 50, 0, 0, false, 40}},
	} {
		if got, ok := ReadHeader(c.b); !ok || got != c.want {
			t.Errorf("%s: %+v %v, want %+v", c.name, got, ok, c.want)
		}
	}
	short := ipv4(20)
	short[0] = 0x44
	for name, b := range map[string][]byte{
		"empty": nil, "cut": four[:19], "options cut": options[:22], "length": short, "version": append([]byte{0x50}, four[1:]...),
		"IPv6 cut": six[:39], "extension cut": ipv6(0, 43, 0, 0), "extension too long": ipv6(60, 17, 1, 0, 0, 0, 0, 0, 0),
	} {
		if h, ok := ReadHeader(b); ok {
			t.Errorf("%s: %+v", name, h)
		}
	}
}
