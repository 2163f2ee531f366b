package capturefile

import "io"

// classic reads pcap files, draft-ietf-opsawg-pcap: a header, and records that are a time, two lengths and bytes.
type classic struct {
	order endian
	tick  int64 // of the second half of a time, nanoseconds
	link  [1]Interface
}

// The file headers' first word as it reads in big-endian order.
const (
	magicMicro        = 0xa1b2c3d4
	magicNano         = 0xa1b23c4d
	magicMicroSwapped = 0xd4c3b2a1
	magicNanoSwapped  = 0x4d3cb2a1
)

// classicOf returns a reader of files that begin with magic, or nil.
func classicOf(magic uint32) *classic {
	switch magic {
	case magicMicro:
		return &classic{order: true, tick: 1000}
	case magicNano:
		return &classic{order: true, tick: 1}
	case magicMicroSwapped:
		return &classic{order: false, tick: 1000}
	case magicNanoSwapped:
		return &classic{order: false, tick: 1}
	}
	return nil
}

// readHeader reads the file header behind its magic number, section 4 of the draft.
func (c *classic) readHeader(in *source) error {
	b, err := in.take(20)
	if err != nil {
		return err
	}
	if major, minor := c.order.Uint16(b), c.order.Uint16(b[2:]); major != 2 || minor < 3 {
		return malformedf("a pcap file of version %d.%d: 2.4 is what programs write since 1998; convert it with editcap", major, minor)
	}
	c.link[0].Snaplen = snaplen(c.order.Uint32(b[12:]))
	c.link[0].LinkType = LinkType(c.order.Uint32(b[16:])) // the upper half of the word is for the frame check sequence
	return nil
}

// read reads a record, section 5 of the draft.
func (c *classic) read(in *source, r *Record) error {
	in.begin = in.offset
	b, err := in.take(16)
	if err != nil {
		return err
	}
	r.Timed = true
	r.Time = int64(c.order.Uint32(b))*1e9 + int64(c.order.Uint32(b[4:]))*c.tick
	captured := c.order.Uint32(b[8:])
	r.Length = int(c.order.Uint32(b[12:]))
	if captured > MaxFrame {
		return malformedf("a frame of which %d bytes were captured: no frame is that long, so this is no record", captured)
	}
	if r.Data, err = in.take(int(captured)); err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	r.Length = max(r.Length, len(r.Data))
	return err
}

func (c *classic) interfaces() []Interface { return c.link[:] }

// snaplen makes an int of a file's number on every machine.
func snaplen(n uint32) int { return int(min(n, 1<<30)) }
