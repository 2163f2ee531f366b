package pcapng

import (
	"bufio"
	"encoding/binary"
	"io"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// Classic writes a pcap file with nanosecond timestamps, for programs that do not read pcapng. It has no place for
// comments, directions or names: of its Options only Snaplen and the hosts' MACs count.
type Classic struct {
	bw      *bufio.Writer
	link    ethernet
	scratch []byte
	err     error
}

// NewClassic returns a writer of a pcap file to w. Errors of w are told by the writer's methods.
func NewClassic(w io.Writer, o Options) *Classic {
	c := &Classic{bw: bufio.NewWriterSize(w, bufferSize), link: newEthernet(o), scratch: make([]byte, 0, 16+etherLen)}
	c.err = pcapgo.NewWriterNanos(c.bw).WriteFileHeader(uint32(c.link.snaplen), layers.LinkTypeEthernet)
	return c
}

// WritePacket implements Writer.
func (c *Classic) WritePacket(p Packet) error {
	if c.err == nil {
		c.err = checkTime(p.At)
	}
	if c.err != nil {
		return c.err
	}
	header, ip, length := c.link.frame(&p)
	le := binary.LittleEndian
	b := c.scratch[:0]
	b = le.AppendUint32(b, uint32(p.At.Unix()))
	b = le.AppendUint32(b, uint32(p.At.Nanosecond()))
	b = le.AppendUint32(b, uint32(len(header)+len(ip)))
	b = le.AppendUint32(b, uint32(length))
	c.bw.Write(append(b, header...)) // errors of bw stick to it; the last Write tells
	_, c.err = c.bw.Write(ip)
	return c.err
}

// Close implements Writer.
func (c *Classic) Close() error {
	if c.err == nil {
		c.err = c.bw.Flush()
	}
	return c.err
}
