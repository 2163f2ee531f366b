package capturefile

import (
	"encoding/binary"
	"math/bits"
)

// endian is the byte order of a file or section: true for big-endian. It is a type of its own, and not a binary.ByteOrder,
// because numbers are read a dozen times a frame, and a call through an interface cannot be expanded where it stands.
type endian bool

func (big endian) Uint16(b []byte) uint16 {
	n := binary.LittleEndian.Uint16(b)
	if big {
		n = bits.ReverseBytes16(n)
	}
	return n
}

func (big endian) Uint32(b []byte) uint32 {
	n := binary.LittleEndian.Uint32(b)
	if big {
		n = bits.ReverseBytes32(n)
	}
	return n
}

func (big endian) Uint64(b []byte) uint64 {
	n := binary.LittleEndian.Uint64(b)
	if big {
		n = bits.ReverseBytes64(n)
	}
	return n
}
