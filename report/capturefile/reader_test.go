package capturefile

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// Both byte orders, both resolutions.
func TestClassic(t *testing.T) {
	for _, c := range []struct {
		order binary.AppendByteOrder
		magic uint32
		want  int64
	}{
		{little, magicMicro, 4_000_000_000_123_456_000},
		{big, magicMicro, 4_000_000_000_123_456_000},
		{little, magicNano, 4_000_000_000_000_123_456},
		{big, magicNano, 4_000_000_000_000_123_456},
	} {
		f := classicFile(c.order, c.magic, Ethernet)
		p := ipv4(40)
		f.record(4_000_000_000, 123_456, 1514, ether(typeIPv4, p))
		f.record(4_000_000_000, 123_457, 10, make([]byte, 10))
		rs, r := mustRead(t, f.b)
		if len(rs) != 2 || r.Format() != "pcap" {
			t.Fatalf("%d records of %s", len(rs), r.Format())
		}
		a, b := rs[0], rs[1]
		if a.Frame != 1 || a.Offset != 24 || a.Time != c.want || !a.Timed || a.Length != 1514 || !bytes.Equal(a.IP, p) || a.IPLength != 40 || a.Cut() {
			t.Errorf("%v %x: %+v", c.order, c.magic, a)
		}
		if b.Frame != 2 || b.Offset != 24+16+54 || b.Version != 0 || len(b.IP) != 0 || b.Cut() {
			t.Errorf("%v %x: %+v", c.order, c.magic, b)
		}
		if in := r.Interfaces(); len(in) != 1 || in[0] != (Interface{LinkType: Ethernet, Snaplen: 65535}) {
			t.Errorf("interfaces %+v", in)
		}
	}
}

// Sections of either byte order, interfaces numbered anew in each, and every block that has a packet.
func TestNg(t *testing.T) {
	f, p := &file{}, ipv4(41)
	f.section(little)
	f.describe(Ethernet, 0, f.option(optName, []byte("eth0")), f.option(optResolution, []byte{9}))
	f.describe(Raw, 100, f.option(optOffset, binary.LittleEndian.AppendUint64(nil, 5)), f.u16(optEnd, 0))
	f.packet(1, 1_000_001, 41, p, f.option(optComment, []byte("one")), f.option(7, []byte("?")), f.option(optComment, []byte("två")),
		f.option(optFlags, f.u32(1)), f.u16(optEnd, 0), f.option(optComment, []byte("behind the end")))
	f.block(0x0bad, []byte("of a type that nobody knows"))
	f.packet(0, 5_000_000_007, 2000, ether(typeIPv4, p), f.option(optFlags, f.u32(2)))
	f.block(blockSimple, f.u32(55), ether(typeIPv4, p))
	f.section(big)
	f.block(4, []byte("names"))
	f.describe(LinuxSLL2, 64, f.option(optName, []byte("any")))
	f.block(blockOld, f.u16(0, 77), f.u32(0, 3, 20, 61, 0, 0, 0, 0, 0), f.option(optComment, []byte("old")))
	f.block(blockSimple, f.u32(1000), make([]byte, 64))
	rs, r := mustRead(t, f.b)
	var got []string
	for _, r := range rs {
		got = append(got, fmt.Sprintf("%d: %d %v, interface %d, %d of %d bytes, IP %d of %d, direction %d, %q",
			r.Frame, r.Time, r.Timed, r.Interface, len(r.Data), r.Length, len(r.IP), r.IPLength, r.Direction, r.Comments))
	}
	want := []string{
		`1: 6000001000 true, interface 1, 41 of 41 bytes, IP 41 of 41, direction 1, ["one" "två"]`,
		`2: 5000000007 true, interface 0, 55 of 2000 bytes, IP 41 of 41, direction 2, []`,
		`3: 0 false, interface 0, 55 of 55 bytes, IP 41 of 41, direction 0, []`,
		`4: 3000 true, interface 2, 20 of 61 bytes, IP 0 of 0, direction 1, ["old"]`,
		`5: 0 false, interface 2, 64 of 1000 bytes, IP 0 of 0, direction 1, []`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if in := r.Interfaces(); !slices.Equal(in, []Interface{{0, 0, "eth0", Ethernet, 0}, {0, 1, "", Raw, 100}, {1, 0, "any", LinuxSLL2, 64}}) {
		t.Errorf("interfaces %+v", in)
	}
}

// However few bytes come at once, and whatever the size of a record beside the buffer's, the same is read.
func TestReadsInPieces(t *testing.T) {
	for _, f := range []*file{classicFile(little, magicNano, Ethernet), ngFile(big)} {
		for i, n := range []int{100, bufferSize - 1, bufferSize, bufferSize + 1, 3 * bufferSize, 60} {
			data := bytes.Repeat([]byte{byte(i + 1)}, n)
			if f.AppendByteOrder == little {
				f.record(1, uint32(i), n, data)
			} else {
				f.packet(0, uint64(i), n, data)
			}
		}
		want, _ := mustRead(t, f.b)
		got, _, err := all(iotest.OneByteReader(bytes.NewReader(f.b)))
		if err != nil || len(got) != len(want) || len(want) != 6 {
			t.Fatalf("%d records, want %d; %v", len(got), len(want), err)
		}
		for i := range want {
			if !bytes.Equal(got[i].Data, want[i].Data) || want[i].Data[0] != byte(i+1) || got[i].Offset != want[i].Offset {
				t.Errorf("frame %d differs", i+1)
			}
		}
	}
}

// A capture that ends anywhere is read up to there.
func TestCutAnywhere(t *testing.T) {
	a, b := classicFile(big, magicMicro, Raw), ngFile(little)
	begin := [2]int{len(a.b), len(b.b)}
	var ends [2][]int
	for i := range 3 {
		a.record(1, uint32(i), 30, ipv4(30))
		b.packet(0, uint64(i), 44, ether(typeIPv4, ipv4(30)), b.option(optComment, []byte("x")))
		ends[0], ends[1] = append(ends[0], len(a.b)), append(ends[1], len(b.b))
	}
	for k, f := range []*file{a, b} {
		for n := begin[k]; n <= len(f.b); n++ {
			rs, r, err := all(bytes.NewReader(f.b[:n]))
			if err != nil {
				t.Fatalf("%d bytes: %v", n, err)
			}
			whole, exact := slices.BinarySearch(ends[k], n)
			if exact {
				whole++
			}
			if len(rs) != whole || (r.Note() == "") != (exact || n == begin[k]) {
				t.Errorf("%d of %d bytes: %d records, want %d; note %q", n, len(f.b), len(rs), whole, r.Note())
			}
		}
		for n := range begin[k] {
			if rs, _, err := all(bytes.NewReader(f.b[:n])); len(rs) > 0 || k == 0 && err == nil {
				t.Errorf("%d bytes of the header: %d records, %v", n, len(rs), err)
			}
		}
	}
}

// What is wrong is named with its place, and what comes before it is read.
func TestFaults(t *testing.T) {
	good := ether(typeIPv4, ipv4(30))
	for _, c := range []struct {
		name string
		make func() []byte
		want string
	}{
		{"empty", func() []byte { return nil }, "the file is empty"},
		{"three bytes", func() []byte { return []byte("abc") }, "not a capture: it is shorter than a pcap or pcapng file's first word"},
		{"text", func() []byte { return []byte("hello, world") }, "not a capture: it begins with 68656c6c, which neither pcap nor pcapng does"},
		{"gzip", func() []byte { return []byte("\x1f\x8b\x08\x00\x00") }, "not a capture but gzip: unpack it with gunzip first"},
		{"header", func() []byte { return classicFile(big, magicMicro, Raw).b[:20] }, "the file ends within its header"},
		{"version", func() []byte {
			b := classicFile(little, magicMicro, Raw).b
			b[6] = 2
			return b
		}, "a pcap file of version 2.2: 2.4 is what programs write since 1998; convert it with editcap"},
		{"long record", func() []byte {
			f := classicFile(little, magicMicro, Ethernet)
			f.record(1, 2, len(good), good)
			f.b = append(f.b, f.u32(1, 3, MaxFrame+1, 60)...)
			return f.b
		}, "frame 2, at byte 84: a frame of which 16777217 bytes were captured: no frame is that long, so this is no record"},
		{"byte order", func() []byte {
			b := ngFile(big).b
			b[8] = 0
			return b
		}, "frame 1, at byte 0: a section whose header is neither big-endian nor little-endian, or is 0 bytes long"},
		{"pcapng version", func() []byte {
			b := ngFile(big).b
			b[13] = 2
			return b
		}, "frame 1, at byte 0: a section of pcapng version 2.0: only version 1 is known"},
		{"tiny block", func() []byte {
			f := ngFile(big)
			f.packet(0, 1, 44, good)
			f.b = append(f.b, f.u32(99, 8, 8)...)
			return f.b
		}, "frame 2, at byte 140: a block of 8 bytes"},
		{"huge block", func() []byte {
			f := ngFile(big)
			f.b = append(f.b, f.u32(6, maxBlock+4, 8)...)
			return f.b
		}, "frame 1, at byte 64: a block of 17825796 bytes"},
		{"two lengths", func() []byte {
			f := ngFile(little)
			f.packet(0, 1, 44, good)
			f.b[len(f.b)-4]++
			return f.b
		}, "frame 1, at byte 64: a block that is 76 bytes long by its beginning and 77 by its end"},
		{"no interface", func() []byte {
			f := ngFile(little)
			f.packet(1, 1, 44, good)
			return f.b
		}, "frame 1, at byte 64: a packet of interface 1, and the section describes 1"},
		{"no interface in this section", func() []byte {
			f := ngFile(little)
			f.section(little)
			f.block(blockSimple, f.u32(4), []byte("data"))
			return f.b
		}, "frame 1, at byte 108: a packet of interface 0, and the section describes 0"},
		{"captured length", func() []byte {
			f := ngFile(little)
			f.block(blockPacket, f.u32(0, 0, 0, 5, 5), []byte("data"))
			return f.b
		}, "frame 1, at byte 64: a packet of which 5 bytes were captured, in a block with room for 4"},
		{"simple packet", func() []byte {
			f := ngFile(little)
			f.block(blockSimple, f.u32(5), []byte("data"))
			return f.b
		}, "frame 1, at byte 64: a packet of 5 bytes, in a block with room for 4"},
		{"short packet block", func() []byte {
			f := ngFile(little)
			f.block(blockPacket, f.u32(0, 0, 0))
			return f.b
		}, "frame 1, at byte 64: a packet block with a body of 12 bytes"},
		{"short simple block", func() []byte {
			f := ngFile(little)
			f.block(blockSimple)
			return f.b
		}, "frame 1, at byte 64: a Simple Packet Block with a body of 0 bytes"},
		{"short interface", func() []byte {
			f := ngFile(little)
			f.block(blockInterface, f.u32(1))
			return f.b
		}, "frame 1, at byte 64: an Interface Description Block with a body of 4 bytes"},
		{"option", func() []byte {
			f := ngFile(little)
			f.packet(0, 1, 44, good, f.u16(optComment, 5), []byte("1234"))
			return f.b
		}, "frame 1, at byte 64: an option of 5 bytes where 4 are left"},
		{"time", func() []byte {
			f := &file{}
			f.section(little)
			f.describe(Ethernet, 0, f.option(optResolution, []byte{0}))
			f.packet(0, 9_223_372_036, 44, good)
			return f.b
		}, "frame 1, at byte 72: a time of 9223372036 ticks, outside 1678 to 2262"},
		{"zeros", func() []byte {
			f := ngFile(little)
			f.packet(0, 1, 44, good)
			return append(f.b, make([]byte, 4096)...)
		}, "frame 2, at byte 140: a block of 0 bytes"},
	} {
		t.Run(c.name, func(t *testing.T) {
			rs, r, err := all(bytes.NewReader(c.make()))
			if err == nil || err.Error() != c.want {
				t.Fatalf("got %v, want %s", err, c.want)
			}
			var at *Error
			if errors.As(err, &at) && len(rs) != at.Frame-1 {
				t.Errorf("%d records before frame %d", len(rs), at.Frame)
			}
			if r == nil {
				return
			}
			if _, again := r.Next(); again != err {
				t.Errorf("then %v", again)
			}
		})
	}
}

// An error of the disk is neither an end nor a fault of the file.
func TestDiskError(t *testing.T) {
	f := classicFile(little, magicMicro, Ethernet)
	f.record(1, 1, 4, []byte("data"))
	n := len(f.b)
	f.record(1, 1, 4, []byte("data"))
	for _, cut := range []int{n, n + 3, n + 18} {
		if rs, _, err := all(&faulty{f.b[:cut]}); err != errDisk || len(rs) != 1 {
			t.Errorf("after %d bytes: %d records, %v", cut, len(rs), err)
		}
	}
	if _, err := NewReader(&faulty{}); err != errDisk {
		t.Errorf("at the beginning: %v", err)
	}
	b := ngFile(little)
	b.b = append(b.b, b.u32(99, 1<<20)...)
	if _, _, err := all(&faulty{append(b.b, 1, 2, 3, 4)}); err != errDisk {
		t.Errorf("in a block that is skipped: %v", err)
	}
}

// A block's length may leave out the padding, as some programs have it.
func TestUnpaddedBlockLength(t *testing.T) {
	f := ngFile(little)
	f.b = slices.Concat(f.b, f.u32(6, 33, 0, 0, 7, 1, 1), []byte{9, 0, 0, 0}, f.u32(33))
	rs, _ := mustRead(t, f.b)
	if len(rs) != 1 || rs[0].Time != 7000 || !bytes.Equal(rs[0].Data, []byte{9}) {
		t.Errorf("%+v", rs)
	}
}

// Reading allocates nothing for a record.
func TestNoAllocations(t *testing.T) {
	f, g := ngFile(little), classicFile(big, magicNano, Ethernet)
	for i := range 2000 {
		f.packet(0, uint64(i), 1514, ether(typeIPv4, ipv4(1500)), f.option(optComment, []byte("lost")))
		g.record(1, uint32(i), 1514, ether(typeIPv4, ipv4(1500)))
	}
	for _, f := range []*file{f, g} {
		r, err := NewReader(bytes.NewReader(f.b))
		if err != nil {
			t.Fatal(err)
		}
		r.Next()
		if n := testing.AllocsPerRun(1000, func() { r.Next() }); n != 0 {
			t.Errorf("%s: %v allocations for a record", r.Format(), n)
		}
	}
}
