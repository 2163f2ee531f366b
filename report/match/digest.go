package match

import (
	"encoding/binary"
	"math/bits"
)

// digest is 64 bits that stand for any number: two packets with the same digest are taken for copies of each other. With the
// million packets that a window holds at most, two others share one by chance once in ten million windows.
type digest uint64

// begin is the digest of nothing; it and the other factor are digits of pi, which have no structure of their own.
const (
	begin  digest = 0x243f6a8885a308d3
	factor uint64 = 0x13198a2e03707345
)

// word adds eight bytes: all 128 bits of a product are folded into 64.
func (d digest) word(x uint64) digest {
	hi, lo := bits.Mul64(uint64(d)^x, factor)
	return digest(hi^lo) + begin
}

// bytes adds any number of bytes, and how many there are.
func (d digest) bytes(b []byte) digest {
	n := len(b)
	for len(b) >= 16 {
		hi, lo := bits.Mul64(uint64(d)^binary.LittleEndian.Uint64(b), factor^binary.LittleEndian.Uint64(b[8:]))
		d = digest(hi^lo) + begin
		b = b[16:]
	}
	if len(b) > 0 {
		var last [16]byte
		copy(last[:], b)
		d = d.word(binary.LittleEndian.Uint64(last[:])).word(binary.LittleEndian.Uint64(last[8:]))
	}
	return d.word(uint64(n))
}
