// Package capturefile reads captures made anywhere: the pcap and pcapng files of tcpdump, Wireshark and their kin, and those
// of this laboratory.
//
//	bytes ─▶ source ─▶ pcap records or pcapng blocks ─▶ link layer ─▶ Record: frame, time, length, IP packet, comments
//
// A Reader goes through a file once, from its beginning, and holds one record at a time, so a file may be of any size. No
// length in a file is trusted: a record is read only as far as there are bytes, and none may be larger than MaxFrame. A
// capture whose program was killed ends within a record: that is no error, and Note says so. Every other fault is an *Error
// that names the frame and the byte, and what was read before it stands.
//
// Read are pcap in both byte orders, in microseconds and nanoseconds; pcapng with any number of sections and interfaces;
// and as link layers Ethernet with VLAN tags, raw IP, Linux cooked (both versions) and BSD loopback.
package capturefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
)

// Reader reads the records of one capture file.
type Reader struct {
	in     source
	format format
	kind   string
	frame  int
	record Record
	note   string
	steps  []Step
	edit   func(*Record)
	err    error // sticks
}

// format is one of the two kinds of files.
type format interface {
	// read fills in r's Time, Timed, Interface, Length, Data, Direction and Comments. io.EOF is the end of the file, and
	// io.ErrUnexpectedEOF an end where more was announced; a malformed error is any other fault.
	read(in *source, r *Record) error

	interfaces() []Interface
}

// malformed says what is wrong with a record; the Reader adds where.
type malformed string

func (m malformed) Error() string { return string(m) }

func malformedf(f string, args ...any) error { return malformed(fmt.Sprintf(f, args...)) }

// NewReader begins to read a capture. It reads ahead of what it returns. The error says in a line why this is no capture.
func NewReader(r io.Reader) (*Reader, error) {
	f := &Reader{in: newSource(r)}
	b, err := f.in.take(4)
	switch {
	case err == io.EOF:
		return nil, errors.New("the file is empty")
	case err == io.ErrUnexpectedEOF:
		return nil, errors.New("not a capture: it is shorter than a pcap or pcapng file's first word")
	case err != nil:
		return nil, err
	}
	magic := binary.BigEndian.Uint32(b)
	if magic == blockSection {
		f.kind, f.format = "pcapng", &ng{atSection: true}
		return f, nil
	}
	c := classicOf(magic)
	if c == nil {
		return nil, notACapture(magic)
	}
	f.kind, f.format = "pcap", c
	if err := c.readHeader(&f.in); err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil, errors.New("the file ends within its header")
	} else if err != nil {
		return nil, err
	}
	return f, nil
}

// notACapture names what else the file may be.
func notACapture(magic uint32) error {
	switch {
	case magic>>16 == 0x1f8b:
		return errors.New("not a capture but gzip: unpack it with gunzip first")
	case magic == 0x28b52ffd:
		return errors.New("not a capture but zstd: unpack it with unzstd first")
	case magic == 0x504b0304:
		return errors.New("not a capture but zip: unpack it first")
	case magic == 0xa1b2cd34 || magic == 0x34cdb2a1:
		return errors.New("a pcap file of a modified, old tcpdump: convert it with editcap -F pcapng")
	}
	return fmt.Errorf("not a capture: it begins with %08x, which neither pcap nor pcapng does", magic)
}

// Next returns the next record, and io.EOF after the last one. The record and its bytes are the Reader's and valid until the
// next call. Any other error is an *Error, or the input's own.
func (f *Reader) Next() (*Record, error) {
	if f.err != nil {
		return nil, f.err
	}
	r := &f.record
	*r = Record{Frame: f.frame + 1, Comments: r.Comments[:0]}
	if err := f.format.read(&f.in, r); err != nil {
		f.err = f.fault(err)
		return nil, f.err
	}
	f.frame++
	f.decode(r)
	for _, s := range f.steps {
		if r.Frame >= s.Frame {
			r.Time -= s.By
		}
	}
	if f.edit != nil {
		f.edit(r)
	}
	return r, nil
}

// Step is a clock that was set while it captured.
type Step struct {
	Frame int   // the first one behind it
	By    int64 // forward, nanoseconds
}

// Mend makes the Reader give times as if the clock had not been set. It is called before the first Next.
func (f *Reader) Mend(steps []Step) { f.steps = steps }

// Rewrite has edit change each record, and the bytes of it that were captured, before Next returns it. It is called before the
// first Next.
func (f *Reader) Rewrite(edit func(*Record)) { f.edit = edit }

// fault tells the end of the file from what is wrong with it.
func (f *Reader) fault(err error) error {
	var bad malformed
	switch {
	case err == io.ErrUnexpectedEOF:
		f.note = fmt.Sprintf("the file ends in the middle of a record, at byte %d, after %d whole frames: what wrote it was stopped", f.in.offset, f.frame)
		return io.EOF
	case errors.As(err, &bad):
		return &Error{Frame: f.frame + 1, Offset: f.in.begin, What: string(bad)}
	}
	return err
}

// decode fills in what lies within the frame.
func (f *Reader) decode(r *Record) {
	r.Offset = f.in.begin
	in := &f.format.interfaces()[r.Interface]
	payload, version, direction := in.LinkType.open(r.Data)
	if r.Direction == Unknown {
		r.Direction = direction
	}
	if version != 0 {
		r.Version, r.Payload = version, payload
		r.IP, r.IPLength = extent(payload, version, r.Length-(len(r.Data)-len(payload)))
	}
}

// Interfaces returns those described so far, in order of the file, its sections one after the other.
func (f *Reader) Interfaces() []Interface { return f.format.interfaces() }

// Format returns "pcap" or "pcapng".
func (f *Reader) Format() string { return f.kind }

// Note says, after the last record, that the file ends within another one, and is empty if it does not.
func (f *Reader) Note() string { return f.note }
