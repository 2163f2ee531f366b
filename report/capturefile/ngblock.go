package capturefile

import "math"

// readInterface reads the body of an Interface Description Block, section 4.2 of the draft.
func (g *ng) readInterface(b []byte) error {
	if len(b) < 8 {
		return malformedf("an Interface Description Block with a body of %d bytes", len(b))
	}
	if len(g.all) >= maxInterfaces {
		return malformedf("more than %d interfaces", maxInterfaces)
	}
	in := Interface{Section: g.sections - 1, Number: len(g.all) - g.first,
		LinkType: LinkType(g.order.Uint16(b)), Snaplen: snaplen(g.order.Uint32(b[4:]))}
	c := microseconds
	err := g.options(b[8:], func(code uint16, value []byte) {
		switch {
		case code == optName:
			in.Name = string(value[:min(len(value), maxName)])
		case code == optResolution && len(value) >= 1:
			c.resolution = resolution(value[0])
		case code == optOffset && len(value) >= 8:
			c.offset = int64(g.uint64(value))
		}
	})
	g.all, g.clocks = append(g.all, in), append(g.clocks, c)
	return err
}

// uint64 reads 64 bits that are one number in the section's byte order, unlike those of a time.
func (g *ng) uint64(b []byte) uint64 { return g.order.Uint64(b) }

// readPacket reads the body of a block with a packet.
func (g *ng) readPacket(kind uint32, b []byte, r *Record) error {
	switch kind {
	case blockSimple:
		return g.readSimple(b, r)
	case blockOld:
		if len(b) < 20 {
			break
		}
		return g.readTimed(uint32(g.order.Uint16(b)), b, r) // section 10.1: the number of lost packets stands behind it
	case blockPacket:
		if len(b) < 20 {
			break
		}
		return g.readTimed(g.order.Uint32(b), b, r)
	}
	return malformedf("a packet block with a body of %d bytes", len(b))
}

// readTimed reads an Enhanced Packet Block, section 4.3 of the draft, or a Packet Block, which differs in its first word.
func (g *ng) readTimed(number uint32, b []byte, r *Record) error {
	if err := g.setInterface(number, r); err != nil {
		return err
	}
	ticks := uint64(g.order.Uint32(b[4:]))<<32 | uint64(g.order.Uint32(b[8:]))
	var ok bool
	if r.Time, ok = g.clocks[r.Interface].nanoseconds(ticks); !ok {
		return malformedf("a time of %d ticks, outside 1678 to 2262", ticks)
	}
	r.Timed = true
	captured := g.order.Uint32(b[12:])
	r.Length = int(min(g.order.Uint32(b[16:]), math.MaxInt32))
	b = b[20:]
	if uint64(captured) > uint64(len(b)) {
		return malformedf("a packet of which %d bytes were captured, in a block with room for %d", captured, len(b))
	}
	r.Data = b[:captured]
	r.Length = max(r.Length, len(r.Data))
	return g.options(b[min(len(b), padded(captured)):], func(code uint16, value []byte) {
		switch {
		case code == optComment:
			r.Comments = append(r.Comments, value)
		case code == optFlags && len(value) >= 4:
			r.Direction = [4]Direction{1: Inbound, 2: Outbound}[g.order.Uint32(value)&3] // section 4.3.1
		}
	})
}

// readSimple reads a Simple Packet Block, section 4.4 of the draft, which "does not contain the Interface ID" and no time.
func (g *ng) readSimple(b []byte, r *Record) error {
	if len(b) < 4 {
		return malformedf("a Simple Packet Block with a body of %d bytes", len(b))
	}
	if err := g.setInterface(0, r); err != nil {
		return err
	}
	length := g.order.Uint32(b)
	b = b[4:]
	captured := uint64(length)
	if limit := g.all[r.Interface].Snaplen; limit > 0 {
		captured = min(captured, uint64(limit))
	}
	if captured > uint64(len(b)) {
		return malformedf("a packet of %d bytes, in a block with room for %d", captured, len(b))
	}
	r.Data, r.Length = b[:captured], int(min(length, math.MaxInt32))
	return nil
}

// setInterface makes the section's number one of the file.
func (g *ng) setInterface(number uint32, r *Record) error {
	if n := len(g.all) - g.first; uint64(number) >= uint64(n) {
		return malformedf("a packet of interface %d, and the section describes %d", number, n)
	}
	r.Interface = g.first + int(number)
	return nil
}

// The options that are read: sections 3.5, 4.2 and 4.3.
const (
	optEnd        = 0
	optComment    = 1
	optName       = 2
	optFlags      = 2
	optResolution = 9
	optOffset     = 14
)

// options goes through a block's options, section 3.5 of the draft. A list may lack its end.
func (g *ng) options(b []byte, each func(code uint16, value []byte)) error {
	for len(b) >= 4 {
		code, n := g.order.Uint16(b), int(g.order.Uint16(b[2:]))
		if b = b[4:]; code == optEnd {
			return nil
		}
		if n > len(b) {
			return malformedf("an option of %d bytes where %d are left", n, len(b))
		}
		each(code, b[:n])
		b = b[min(len(b), padded(uint32(n))):]
	}
	return nil
}
