package relay

import (
	"bytes"
	"net/netip"
	"slices"
	"testing"

	"lossylab/netem"
)

var pairs = []ends{
	newEnds(netip.MustParseAddrPort("127.0.0.1:40000"), netip.MustParseAddrPort("192.0.2.7:53")),
	newEnds(netip.MustParseAddrPort("[::1]:40000"), netip.MustParseAddrPort("[2001:db8::7]:53")),
	newEnds(netip.MustParseAddrPort("[fe80::1%eth0]:40000"), netip.MustParseAddrPort("192.0.2.7:53")),
	newEnds(netip.MustParseAddrPort("[::ffff:127.0.0.1]:40000"), netip.MustParseAddrPort("[2001:db8::7]:53")),
}

// packet makes the packet of a datagram.
func packet(e ends, w way, data string) []byte {
	b := append(make([]byte, e.headers()), data...)
	e.seal(b, w, 77)
	return b
}

// words sums 16-bit words as RFC 1071 section 1 describes it, one by one.
func words(b []byte) uint16 {
	s := uint32(0)
	for i, c := range b {
		if i%2 == 0 {
			s += uint32(c) << 8
		} else {
			s += uint32(c)
		}
		s = s&0xffff + s>>16
	}
	return uint16(s)
}

func TestPacketsAreWhatHostsWouldSend(t *testing.T) {
	for _, e := range pairs {
		for _, data := range []string{"", "a", "odd", "four", string(make([]byte, 1400)), string(bytes.Repeat([]byte{0xff}, 65487))} {
			for _, w := range []way{up, down} {
				b := packet(e, w, data)
				h, ok := netem.ParseHeader(b)
				src, dst := e.client, e.server
				if w == down {
					src, dst = dst, src
				}
				if !ok || h.Proto != netem.ProtoUDP || h.Src != src || h.Dst != dst || string(h.Payload) != data {
					t.Fatalf("%v: read as %v → %v, %d bytes, ok %v", e, h.Src, h.Dst, len(h.Payload), ok)
				}
				n := e.headers()
				pseudo := append(slices.Concat(src.Addr().AsSlice(), dst.Addr().AsSlice()), 0, netem.ProtoUDP, byte((len(b)-n+8)>>8), byte(len(b)-n+8))
				if s := words(append(pseudo, b[n-8:]...)); s != 0xffff {
					t.Errorf("%v, %d bytes: the checksum leaves %#x", e, len(data), s)
				}
				if e.is4() && words(b[:20]) != 0xffff {
					t.Errorf("%v: the header's checksum leaves %#x", e, words(b[:20]))
				}
				if got, ok := e.open(b, w); !ok || string(got) != data {
					t.Errorf("%v: opened as %q, %v", e, got, ok)
				}
				if _, ok := e.open(b, 1-w); ok && e.client != e.server {
					t.Errorf("%v: taken at the wrong end", e)
				}
			}
		}
	}
}

// A corrupt packet is thrown away, as a host would: of one bit that is turned over, a checksum always tells, but in what no
// checksum of IPv6 covers, where nobody is harmed.
func TestOneWrongBitIsAlwaysFound(t *testing.T) {
	for _, e := range pairs[:2] {
		b := packet(e, up, "some data that matters")
		for bit := range len(b) * 8 {
			b[bit/8] ^= 0x80 >> (bit % 8)
			got, ok := e.open(b, up)
			harmless := !e.is4() && (bit >= 4 && bit < 32 || bit >= 56 && bit < 64) // class, label, hop limit
			if ok != harmless || ok && string(got) != "some data that matters" {
				t.Errorf("%v, bit %d: taken %v as %q", e, bit, ok, got)
			}
			b[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
}

func TestSumIsTheSumOfWords(t *testing.T) {
	b := make([]byte, 300)
	for i := range b {
		b[i] = byte(i * 151)
	}
	for n := range b {
		if got, want := fold(sum(0, b[:n])), words(b[:n]); got%0xffff != want%0xffff {
			t.Errorf("%d bytes: %#x, want %#x", n, got, want)
		}
	}
	if got := fold(sum(1<<64-1, bytes.Repeat([]byte{0xff}, 64))); got%0xffff != 0 {
		t.Errorf("carries are lost: %#x", got)
	}
}

// Whatever arrives is opened or not, and never more than it says.
func FuzzOpen(f *testing.F) {
	for _, e := range pairs {
		f.Add(packet(e, up, "data"), true)
	}
	f.Fuzz(func(t *testing.T, b []byte, v4 bool) {
		e := pairs[1]
		if v4 {
			e = pairs[0]
		}
		before := bytes.Clone(b)
		data, ok := e.open(b, up)
		if ok && len(data) != len(b)-e.headers() || !bytes.Equal(before, b) {
			t.Errorf("%d bytes of %d", len(data), len(b))
		}
		r := &reassembly{}
		for i := range 3 {
			r.add(up, &netem.Packet{ID: 1, Data: b, Fragment: true, Offset: i * len(b)})
		}
	})
}

// What a link has cut up is put together again, in whatever order it comes, and whole or not at all.
func TestFragmentsBecomeTheDatagramAgain(t *testing.T) {
	data := string(bytes.Repeat([]byte("0123456789"), 400))
	spec, err := netem.Parse("mtu 600")
	if err != nil {
		t.Fatal(err)
	}
	l, err := netem.NewStage("up", spec, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	l.Send(0, &netem.Packet{ID: 1, Data: packet(pairs[0], up, data)})
	var parts []*netem.Packet
	for p := l.Recv(0); p != nil; p = l.Recv(0) {
		parts = append(parts, p)
	}
	if len(parts) < 6 {
		t.Fatalf("%d fragments", len(parts))
	}
	slices.Reverse(parts)
	r := &reassembly{}
	for i, p := range append([]*netem.Packet{parts[2]}, parts...) { // one of them twice
		whole := r.add(up, p)
		if got, ok := pairs[0].open(whole, up); ok != (i == len(parts)) || ok && string(got) != data {
			t.Errorf("after %d fragments: %d bytes, %v", i+1, len(got), ok)
		}
	}
	for id := range uint64(3 * maxPieces) { // those that never become whole are given up
		p := *parts[0]
		p.ID = id
		r.add(up, &p)
	}
	if len(r.byID) > maxPieces || len(r.order) > maxPieces {
		t.Errorf("%d packets are kept, %d in order", len(r.byID), len(r.order))
	}
}

func BenchmarkSeal(b *testing.B) {
	p := packet(pairs[0], up, string(make([]byte, 1400)))
	for b.Loop() {
		pairs[0].seal(p, up, 1)
	}
}
