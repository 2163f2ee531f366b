package capturefile

import (
	"encoding/binary"
	"io"
)

// ng reads pcapng files, draft-ietf-opsawg-pcapng: sections, each of which has its byte order and its interfaces, made of
// blocks that carry their length at both ends. Blocks of other types than these are skipped.
type ng struct {
	order     endian
	all       []Interface
	clocks    []clock // of all
	sections  int
	first     int  // the section's interfaces are all[first:]
	atSection bool // the type of a Section Header Block has been taken already
}

// The block types of section 4, and of section 10 for the Packet Block.
const (
	blockSection   = 0x0a0d0d0a // the same in both byte orders
	blockInterface = 1
	blockOld       = 2
	blockSimple    = 3
	blockPacket    = 6
)

const (
	byteOrderMagic = 0x1a2b3c4d
	blockFrame     = 12 // of a block without its body: its type and, twice, its length

	maxBlock      = MaxFrame + 1<<20 // of the blocks that are read; others are skipped whatever their length
	maxInterfaces = 1 << 16
	maxName       = 256
)

func (g *ng) interfaces() []Interface { return g.all }

// read goes to the next block with a packet and reads it.
func (g *ng) read(in *source, r *Record) error {
	for {
		in.begin = in.offset
		kind, length, err := g.blockHead(in)
		if err != nil {
			return err
		}
		switch kind {
		case blockSection:
			err = g.readSection(in, length)
		case blockInterface:
			var b []byte
			if b, err = g.body(in, length); err == nil {
				err = g.readInterface(b)
			}
		case blockPacket, blockOld, blockSimple:
			b, err := g.body(in, length)
			if err != nil {
				return within(err)
			}
			return within(g.readPacket(kind, b, r))
		default:
			err = g.skipBody(in, length)
		}
		if err != nil {
			return within(err)
		}
	}
}

// within makes an end of the file that comes after the beginning of a block one that comes too early.
func within(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}

// blockHead reads a block's type and length, for a Section Header Block with the byte order that comes after them.
func (g *ng) blockHead(in *source) (kind, length uint32, err error) {
	if g.atSection { // the file's first
		g.atSection, in.begin = false, 0
		b, err := in.take(8)
		if err != nil {
			return 0, 0, within(err)
		}
		return blockSection, g.lengthOf(b, b[4:]), nil
	}
	b, err := in.take(8)
	if err != nil {
		return 0, 0, err
	}
	if binary.BigEndian.Uint32(b) != blockSection {
		return g.order.Uint32(b), g.order.Uint32(b[4:]), nil
	}
	size := [4]byte(b[4:])
	if b, err = in.take(4); err != nil {
		return 0, 0, within(err)
	}
	return blockSection, g.lengthOf(size[:], b), nil
}

// lengthOf reads a section's length once the byte-order magic behind it has told how. A wrong magic gives no length.
func (g *ng) lengthOf(length, magic []byte) uint32 {
	switch {
	case binary.LittleEndian.Uint32(magic) == byteOrderMagic:
		g.order = false
	case binary.BigEndian.Uint32(magic) == byteOrderMagic:
		g.order = true
	default:
		return 0
	}
	return g.order.Uint32(length)
}

// readSection reads a Section Header Block, section 4.1 of the draft: interfaces are numbered anew after it.
func (g *ng) readSection(in *source, length uint32) error {
	const head, fixed = 12, 28 // of which the type, the length and the byte order have been read
	if length < fixed {
		return malformedf("a section whose header is neither big-endian nor little-endian, or is %d bytes long", length)
	}
	if length > maxBlock {
		return malformedf("a Section Header Block of %d bytes", length)
	}
	b, err := in.take(padded(length) - head)
	if err != nil {
		return err
	}
	if err := g.checkEnd(b, length); err != nil {
		return err
	}
	if major, minor := g.order.Uint16(b), g.order.Uint16(b[2:]); major != 1 {
		return malformedf("a section of pcapng version %d.%d: only version 1 is known", major, minor)
	}
	g.sections, g.first = g.sections+1, len(g.all)
	return nil
}

// body returns a block's body, and checks what holds for every block.
func (g *ng) body(in *source, length uint32) ([]byte, error) {
	if length < blockFrame || length > maxBlock {
		return nil, malformedf("a block of %d bytes", length)
	}
	b, err := in.take(padded(length) - 8)
	if err != nil {
		return nil, err
	}
	if err := g.checkEnd(b, length); err != nil {
		return nil, err
	}
	return b[:len(b)-4], nil
}

// skipBody goes to the end of a block that is not read.
func (g *ng) skipBody(in *source, length uint32) error {
	if length < blockFrame {
		return malformedf("a block of %d bytes", length)
	}
	if err := in.skip(int64(padded(length)) - blockFrame); err != nil {
		return err
	}
	b, err := in.take(4)
	if err != nil {
		return err
	}
	return g.checkEnd(b, length)
}

// checkEnd compares the length at a block's end, which b ends with, to the one at its beginning.
func (g *ng) checkEnd(b []byte, length uint32) error {
	if again := g.order.Uint32(b[len(b)-4:]); again != length {
		return malformedf("a block that is %d bytes long by its beginning and %d by its end", length, again)
	}
	return nil
}

// padded rounds up to 32 bits: the length of a block "MUST be a multiple of 4", but some programs do not count the padding.
func padded(length uint32) int { return int((uint64(length) + 3) &^ 3) }
