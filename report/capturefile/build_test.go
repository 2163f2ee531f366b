package capturefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"testing"
)

var (
	big    = binary.AppendByteOrder(binary.BigEndian)
	little = binary.AppendByteOrder(binary.LittleEndian)
)

// file is a capture in the making.
type file struct {
	binary.AppendByteOrder
	b []byte
}

// classicFile begins a pcap file.
func classicFile(order binary.AppendByteOrder, magic uint32, link LinkType) *file {
	f := &file{AppendByteOrder: order}
	f.b = order.AppendUint32(f.b, magic)
	f.b = order.AppendUint32(f.b, order16(order, 2, 4))
	f.b = append(f.b, make([]byte, 8)...)
	f.b = order.AppendUint32(f.b, 65535)
	f.b = order.AppendUint32(f.b, uint32(link))
	return f
}

// order16 makes two 16-bit numbers one of 32 bits that is written as they would be.
func order16(order binary.AppendByteOrder, first, second uint32) uint32 {
	if order == little {
		return second<<16 | first
	}
	return first<<16 | second
}

// record appends a pcap record.
func (f *file) record(sec, part uint32, length int, data []byte) {
	for _, n := range []uint32{sec, part, uint32(len(data)), uint32(length)} {
		f.b = f.AppendUint32(f.b, n)
	}
	f.b = append(f.b, data...)
}

// block appends a pcapng block.
func (f *file) block(kind uint32, body ...[]byte) {
	b := slices.Concat(body...)
	b = append(b, make([]byte, -len(b)&3)...)
	n := uint32(len(b) + 12)
	f.b = f.AppendUint32(f.b, kind)
	f.b = f.AppendUint32(f.b, n)
	f.b = append(f.b, b...)
	f.b = f.AppendUint32(f.b, n)
}

func (f *file) u32(ns ...uint32) (b []byte) {
	for _, n := range ns {
		b = f.AppendUint32(b, n)
	}
	return b
}

func (f *file) u16(ns ...uint16) (b []byte) {
	for _, n := range ns {
		b = f.AppendUint16(b, n)
	}
	return b
}

// option returns an option of a block, padded.
func (f *file) option(code uint16, value []byte) []byte {
	return slices.Concat(f.u16(code, uint16(len(value))), value, make([]byte, -len(value)&3))
}

// section begins a pcapng section in a byte order.
func (f *file) section(order binary.AppendByteOrder) {
	f.AppendByteOrder = order
	f.block(blockSection, f.u32(byteOrderMagic), f.u16(1, 0), f.u32(0xffffffff, 0xffffffff), f.option(1, []byte("a section")))
}

func (f *file) describe(link LinkType, limit uint32, options ...[]byte) {
	f.block(blockInterface, f.u16(uint16(link), 0), f.u32(limit), slices.Concat(options...))
}

// packet appends an Enhanced Packet Block.
func (f *file) packet(in uint32, ticks uint64, length int, data []byte, options ...[]byte) {
	f.block(blockPacket, f.u32(in, uint32(ticks>>32), uint32(ticks), uint32(len(data)), uint32(length)), data,
		make([]byte, -len(data)&3), slices.Concat(options...))
}

// ngFile begins a pcapng file with one Ethernet interface.
func ngFile(order binary.AppendByteOrder) *file {
	f := &file{}
	f.section(order)
	f.describe(Ethernet, 0)
	return f
}

// ipv4 returns a packet of n bytes with a right header checksum and payload that counts.
func ipv4(n int) []byte {
	b := make([]byte, n)
	b[0], b[8], b[9] = 0x45, 64, 17
	binary.BigEndian.PutUint16(b[2:], uint16(n))
	copy(b[12:], []byte{10, 0, 0, 1, 10, 0, 0, 2})
	for i := 20; i < n; i++ {
		b[i] = byte(i)
	}
	seal(b)
	return b
}

// seal computes the header checksum.
func seal(b []byte) {
	b[10], b[11] = 0, 0
	sum := uint32(0)
	for i := 0; i < int(b[0]&15)*4; i += 2 {
		sum += uint32(binary.BigEndian.Uint16(b[i:]))
	}
	binary.BigEndian.PutUint16(b[10:], ^uint16(sum&0xffff+sum>>16))
}

// ipv6 returns a packet whose first extension header, or transport, is next.
func ipv6(next byte, payload ...byte) []byte {
	b := make([]byte, 40, 40+len(payload))
	b[0], b[6], b[7], b[23], b[39] = 0x60, next, 64, 1, 2
	binary.BigEndian.PutUint16(b[4:], uint16(len(payload)))
	return append(b, payload...)
}

// ether puts an Ethernet header in front.
func ether(kind uint16, payload []byte) []byte {
	return slices.Concat(make([]byte, 12), big.AppendUint16(nil, kind), payload)
}

// all reads a file to its end, with copies of what a Reader lends.
func all(r io.Reader) (rs []Record, f *Reader, err error) {
	f, err = NewReader(r)
	if err != nil {
		return nil, nil, err
	}
	for {
		r, err := f.Next()
		if err == io.EOF {
			return rs, f, nil
		}
		if err != nil {
			return rs, f, err
		}
		c := *r
		c.Data, c.IP, c.Comments = slices.Clone(r.Data), slices.Clone(r.IP), nil
		for _, comment := range r.Comments {
			c.Comments = append(c.Comments, slices.Clone(comment))
		}
		rs = append(rs, c)
	}
}

// mustRead reads a file without faults.
func mustRead(t *testing.T, b []byte) ([]Record, *Reader) {
	t.Helper()
	rs, f, err := all(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if f.Note() != "" {
		t.Fatal(f.Note())
	}
	return rs, f
}

// faulty is a reader that fails after some bytes.
type faulty struct{ b []byte }

var errDisk = errors.New("input/output error")

func (f *faulty) Read(b []byte) (int, error) {
	if len(f.b) == 0 {
		return 0, errDisk
	}
	n := copy(b, f.b)
	f.b = f.b[n:]
	return n, nil
}
