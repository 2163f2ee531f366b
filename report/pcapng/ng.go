package pcapng

import (
	"bufio"
	"encoding/binary"
	"io"
	"time"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Ng writes a pcapng file, draft-ietf-opsawg-pcapng, with nanosecond timestamps.
type Ng struct {
	bw          *bufio.Writer
	blocks      *pcapgo.NgWriter // writes into bw: all blocks but those of packets and names
	link        ethernet
	scratch     []byte
	count       uint64
	first, last time.Time
	err         error
	closed      bool
}

// NewNg returns a writer of a pcapng file to w. Errors of w are told by the writer's methods.
func NewNg(w io.Writer, o Options) *Ng {
	g := &Ng{bw: bufio.NewWriterSize(w, bufferSize), link: newEthernet(o), scratch: make([]byte, 0, 64)}
	// A bufio.Writer made of a larger one is that larger one, so pcapgo's blocks and ours fall into place.
	g.blocks, g.err = pcapgo.NewNgWriterInterface(g.bw, pcapgo.NgInterface{
		Name:       cut(o.Local.Name),
		LinkType:   layers.LinkTypeEthernet,
		SnapLength: uint32(g.link.snaplen),
	}, pcapgo.NgWriterOptions{SectionInfo: pcapgo.NgSectionInfo{
		Hardware:    cut(o.Hardware),
		OS:          cut(o.OS),
		Application: cut(o.Application),
		Comment:     cut(o.Comment),
	}})
	if g.err == nil {
		_, g.err = g.bw.Write(appendNames(nil, o.Local, o.Remote))
	}
	return g
}

// WritePacket implements Writer.
func (g *Ng) WritePacket(p Packet) error {
	if g.err == nil {
		g.err = checkTime(p.At)
	}
	if g.err != nil {
		return g.err
	}
	if g.count == 0 {
		g.first = p.At
	}
	g.last = p.At
	g.count++
	g.err = g.writeBlock(&p)
	return g.err
}

const (
	blockPacket = 6
	packetLen   = 32 // of the block without packet data and options

	optEnd     = 0
	optComment = 1
	optFlags   = 2
	optLen     = 4 // of an option's code and length

	flagInbound  = 1
	flagOutbound = 2
)

// writeBlock writes an Enhanced Packet Block, section 4.3 of the draft.
func (g *Ng) writeBlock(p *Packet) error {
	header, ip, length := g.link.frame(p)
	comment, kept := cut(p.Comment), len(header)+len(ip)
	total := packetLen + kept + pad(kept) + (optLen + 4) + optLen
	if len(comment) > 0 {
		total += optLen + len(comment) + pad(len(comment))
	}

	le, at := binary.LittleEndian, uint64(p.At.UnixNano())
	b := g.scratch[:0]
	b = le.AppendUint32(b, blockPacket)
	b = le.AppendUint32(b, uint32(total))
	b = le.AppendUint32(b, 0)              // interface: the only one
	b = le.AppendUint32(b, uint32(at>>32)) // "The upper 32 bits and the lower 32 bits of a 64-bit timestamp."
	b = le.AppendUint32(b, uint32(at))
	b = le.AppendUint32(b, uint32(kept)) // does "not include the padding octets"
	b = le.AppendUint32(b, uint32(length))
	g.bw.Write(append(b, header...)) // errors of bw stick to it; the last Write tells
	g.bw.Write(ip)

	b = append(g.scratch[:0], zeros[:pad(kept)]...) // "padded to a 32-bit boundary"
	if len(comment) > 0 {
		b = le.AppendUint16(b, optComment)
		b = le.AppendUint16(b, uint16(len(comment))) // "The string is not zero-terminated."
		g.bw.Write(b)
		g.bw.Write(comment)
		b = append(g.scratch[:0], zeros[:pad(len(comment))]...)
	}
	b = le.AppendUint16(b, optFlags)
	b = le.AppendUint16(b, 4)
	b = le.AppendUint32(b, flags(p))
	b = le.AppendUint16(b, optEnd)
	b = le.AppendUint16(b, 0)
	b = le.AppendUint32(b, uint32(total)) // again, so that files can be read backwards
	_, err := g.bw.Write(b)
	return err
}

// flags returns the packet's epb_flags: bits 0 and 1 are its direction, section 4.3.1 of the draft.
func flags(p *Packet) uint32 {
	if p.Inbound {
		return flagInbound
	}
	return flagOutbound
}

var zeros [3]byte

// pad returns how many bytes lead from n to the next 32-bit boundary.
func pad(n int) int { return -n & 3 }

// Close implements Writer: it adds how many packets there were and that the capture missed none.
func (g *Ng) Close() error {
	if g.closed || g.err != nil {
		return g.err
	}
	g.closed = true
	g.err = g.blocks.WriteInterfaceStats(0, pcapgo.NgInterfaceStatistics{
		LastUpdate:      g.last,
		StartTime:       g.first,
		EndTime:         g.last,
		PacketsReceived: g.count,
		PacketsDropped:  0,
	})
	if g.err == nil {
		g.err = g.bw.Flush()
	}
	return g.err
}
