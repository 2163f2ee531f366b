package match

import (
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/report/capturefile"
)

// recordOf returns a packet as it is captured whole.
func recordOf(b []byte) *capturefile.Record {
	return &capturefile.Record{Version: int(b[0] >> 4), Payload: b, IP: b, IPLength: len(b), Length: len(b), Data: b, Timed: true}
}

func keyOf(t testing.TB, b []byte, depth int) digest {
	t.Helper()
	v, ok := look(recordOf(b))
	if !ok {
		t.Fatalf("not readable: % x", b)
	}
	s := sightOf(&v, depth)
	return s.key
}

// What routers and network cards change makes no other packet of it; everything else does.
func TestKey(t *testing.T) {
	syn := tcp(1, 0, 2, 0, 2, 4, 5, 0xb4, 4, 2, 8, 10, 0, 0, 0, 1, 0, 0, 0, 0, 1, 3, 3, 7)
	for name, c := range map[string]struct {
		packet []byte
		may    []int // bytes that may change
	}{
		"udp":  {ipv4(7, UDP, udp(1, 300)), []int{1, 8, 10, 11, 26, 27}},
		"tcp":  {ipv4(7, TCP, tcp(1, 2, 0x10, 100, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2)), []int{1, 8, 10, 11, 36, 37}},
		"syn":  {ipv4(7, TCP, syn), []int{1, 8, 10, 11, 36, 37, 42, 43}},
		"udp6": {ipv6(UDP, udp(1, 300)), []int{1, 2, 3, 7, 46, 47}},
		"syn6": {ipv6(TCP, syn), []int{1, 2, 3, 7, 56, 57, 62, 63}},
		"icmp": {ipv4(7, 1, append([]byte{8, 0, 1, 2, 3, 4, 5, 6}, make([]byte, 90)...)), []int{1, 8, 10, 11}},
	} {
		want := keyOf(t, c.packet, math.MaxInt)
		seen := map[digest]int{want: -1}
		for bit := range 8 * len(c.packet) {
			b := slices.Clone(c.packet)
			b[bit/8] ^= 0x80 >> (bit % 8)
			v, ok := look(recordOf(b))
			// Without version, length or IPv6's next header it is no such packet any more, and not fragmenting may be forgotten.
			if skip := map[int][]int{4: {0, 2, 3, 6}, 6: {0, 4, 5, 6}}[int(c.packet[0]>>4)]; !ok || slices.Contains(skip, bit/8) {
				continue
			}
			s := sightOf(&v, math.MaxInt)
			at, again := seen[s.key]
			switch may := slices.Contains(c.may, bit/8); {
			case may && s.key != want:
				t.Errorf("%s: bit %d of byte %d makes another packet of it", name, bit%8, bit/8)
			case !may && again:
				t.Errorf("%s: bit %d of byte %d makes the same of it as bit %d", name, bit%8, bit/8, at)
			}
			if s.key != want {
				seen[s.key] = bit
			}
		}
	}
}

// Only what both captures keep counts.
func TestKeyOfCutPackets(t *testing.T) {
	b := ipv4(7, TCP, tcp(1, 2, 0x10, 1000, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2))
	for _, depth := range []int{24, 37, 44, 60, 64, 65, 100, 500} {
		cut := recordOf(b)
		cut.IP = b[:depth+7]
		v, ok := look(cut)
		if !ok {
			t.Fatal(depth)
		}
		s := sightOf(&v, depth)
		if s.key != keyOf(t, b, depth) {
			t.Errorf("at %d bytes: another key", depth)
		}
		if other := slices.Concat(b[:depth-1], []byte{b[depth-1] ^ 1}, b[depth:]); depth != 37 && s.key == keyOf(t, other, depth) {
			t.Errorf("at %d bytes: the last does not count", depth)
		}
	}
}

// Damage in one place leaves all parts of a sketch but one.
func TestSketch(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for name, k := range kinds {
		for i := range 300 {
			b := k(i)
			v, _ := look(recordOf(b))
			a := sightOf(&v, math.MaxInt)
			bit := rng.IntN(8 * len(b))
			b = slices.Clone(b)
			b[bit/8] ^= 0x80 >> (bit % 8)
			r := recordOf(b)
			r.Version = v.Version
			w, ok := look(r)
			if !ok {
				w = guess(r, &Filter{Proto: v.Proto})
			}
			c := sightOf(&w, math.MaxInt)
			if n := a.sketch.alike(&c.sketch); n < 14 { // 14: a protocol that is damaged hides where the checksum stands
				t.Errorf("%s: with bit %d of byte %d turned over, %d parts are alike", name, bit%8, bit/8, n)
			}
		}
	}
}

// A wrong bit is seen, wherever a checksum covers it.
func TestDamaged(t *testing.T) {
	for name, k := range kinds {
		b := k(12345)
		v, _ := look(recordOf(b))
		if v.damaged() || v.broken() {
			t.Errorf("%s is damaged", name)
		}
		for bit := v.Transport * 8; bit < len(b)*8; bit++ {
			b[bit/8] ^= 0x80 >> (bit % 8)
			if w, ok := look(recordOf(b)); !ok || !w.damaged() {
				t.Errorf("%s: bit %d of byte %d is not seen", name, bit%8, bit/8)
			}
			b[bit/8] ^= 0x80 >> (bit % 8)
		}
	}
	none := ipv4(1, UDP, udp(1, 9))
	none[26], none[27] = 0, 0
	long := ipv4(1, UDP, udp(1, 9))
	binary.BigEndian.PutUint16(long[24:], 18)
	for name, c := range map[string]struct {
		b    []byte
		want bool
	}{
		"UDP without checksum": {none, false}, "UDP longer than its packet": {long, true}, "UDP, short": {ipv4(1, 99, []byte{1, 2, 3, 4, 5, 6, 7, 8}), false},
	} {
		v, ok := look(recordOf(c.b))
		if got := v.damaged(); got != c.want || !ok {
			t.Errorf("%s: damaged %v", name, got)
		}
	}
}

// Digests of similar things differ, in their high bits and in their low ones.
func TestDigest(t *testing.T) {
	high, low := map[uint32]bool{}, map[uint32]bool{}
	n := 0
	add := func(d digest) {
		n++
		high[uint32(d>>32)], low[uint32(d)] = true, true
	}
	b := make([]byte, 64)
	for i := range b {
		add(begin.bytes(b[:i]))
		for bit := range 8 {
			b[i] ^= 1 << bit
			add(begin.bytes(b))
			b[i] ^= 1 << bit
		}
	}
	for i := range 60_000 {
		add(begin.word(uint64(i)))
	}
	// Of 60,576 numbers of 32 bits, 0.43 pairs are expected to be the same; more than 5 happen once in 100,000 times.
	if len(high) < n-5 || len(low) < n-5 {
		t.Errorf("%d digests have %d high and %d low halves", n, len(high), len(low))
	}
}

// sightOf returns the sighting of a packet.
func sightOf(v *view, depth int) (s sighting) {
	s.sight(Point{}, v, depth)
	return s
}
