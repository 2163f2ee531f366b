package pcapng

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/gopacket/layers"
	"github.com/google/gopacket/pcapgo"
)

// blocks cuts a little-endian pcapng file into its blocks and checks what holds for all of them: section 3.1 of the draft.
func blocks(t *testing.T, file []byte) (bs [][]byte) {
	t.Helper()
	for len(file) > 0 {
		n := binary.LittleEndian.Uint32(file[4:])
		if n%4 != 0 || int(n) > len(file) {
			t.Fatalf("block %d has length %d of %d", len(bs), n, len(file))
		}
		if again := binary.LittleEndian.Uint32(file[n-4:]); again != n {
			t.Fatalf("block %d has length %d at its start and %d at its end", len(bs), n, again)
		}
		bs = append(bs, file[:n])
		file = file[n:]
	}
	return bs
}

// kinds returns the block types in order.
func kinds(bs [][]byte) (ks []uint32) {
	for _, b := range bs {
		ks = append(ks, binary.LittleEndian.Uint32(b))
	}
	return ks
}

func TestBlocksInOrder(t *testing.T) {
	var file bytes.Buffer
	writeAll(t, NewNg(&file, options), sample(t))
	got := kinds(blocks(t, file.Bytes()))
	want := []uint32{0x0A0D0D0A, 1, 4, 6, 6, 6, 6, 5}
	if len(got) != len(want) {
		t.Fatalf("blocks %x, want %x", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			t.Fatalf("blocks %x, want %x", got, want)
		}
	}
}

// Every field of an Enhanced Packet Block, in the order of section 4.3 of the draft.
func TestPacketBlock(t *testing.T) {
	var file bytes.Buffer
	p := Packet{At: time.Unix(1, 2), Inbound: true, Version: 4, IP: []byte{0x45, 2, 3}, Comment: []byte("hällo")}
	writeAll(t, NewNg(&file, options), []Packet{p})
	got := blocks(t, file.Bytes())[3]
	want := []byte{
		6, 0, 0, 0, // block type
		76, 0, 0, 0, // block total length
		0, 0, 0, 0, // interface ID
		0, 0, 0, 0, 2, 202, 154, 59, // timestamp: 1,000,000,002 = 0x3b9aca02 ns
		17, 0, 0, 0, // captured packet length
		17, 0, 0, 0, // original packet length
		2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00, // to the client, from the server, IPv4
		0x45, 2, 3,
		0, 0, 0, // to a 32-bit boundary
		1, 0, 6, 0, 'h', 0xc3, 0xa4, 'l', 'l', 'o', 0, 0, // opt_comment
		2, 0, 4, 0, 1, 0, 0, 0, // epb_flags: inbound
		0, 0, 0, 0, // opt_endofopt
		76, 0, 0, 0, // block total length
	}
	if !bytes.Equal(got, want) {
		t.Errorf("block\n%v, want\n%v", got, want)
	}
}

func TestPacketBlockWithoutComment(t *testing.T) {
	var file bytes.Buffer
	p := Packet{At: time.Unix(1<<32, 0).Add(-1), Version: 6, IP: []byte{0x60, 0}}
	writeAll(t, NewNg(&file, options), []Packet{p})
	got := blocks(t, file.Bytes())[3]
	want := []byte{
		6, 0, 0, 0, 60, 0, 0, 0, 0, 0, 0, 0,
		0xff, 0xc9, 0x9a, 0x3b, 0xff, 0xff, 0xff, 0xff, // 2³²·10⁹ - 1: the upper half is 10⁹ - 1
		16, 0, 0, 0, 16, 0, 0, 0,
		2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x86, 0xdd, 0x60, 0,
		2, 0, 4, 0, 2, 0, 0, 0, 0, 0, 0, 0, 60, 0, 0, 0,
	}
	if !bytes.Equal(got, want) {
		t.Errorf("block\n%v, want\n%v", got, want)
	}
}

// Every field of the Name Resolution Block, section 4.5 of the draft.
func TestNames(t *testing.T) {
	got := appendNames(nil, Host{Name: "ab", Addrs: client.Addrs}, Host{Name: "nowhere"}, Host{Addrs: server.Addrs})
	want := []byte{
		4, 0, 0, 0, 52, 0, 0, 0, // block type and total length
		1, 0, 7, 0, 10, 0, 0, 1, 'a', 'b', 0, 0, // nrb_record_ipv4
		2, 0, 19, 0, 0xfd, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 'a', 'b', 0, 0, // nrb_record_ipv6
		0, 0, 0, 0, // nrb_record_end
		52, 0, 0, 0,
	}
	if !bytes.Equal(got, want) {
		t.Errorf("block\n%v, want\n%v", got, want)
	}
	if b := appendNames(nil, Host{Name: "nowhere"}); len(b) != 0 {
		t.Errorf("a block of %d bytes names nobody", len(b))
	}
}

func TestReadBack(t *testing.T) {
	var file bytes.Buffer
	ps := sample(t)
	writeAll(t, NewNg(&file, options), ps)
	r, err := pcapgo.NewNgReader(&file, pcapgo.DefaultNgReaderOptions)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := r.SectionInfo(), (pcapgo.NgSectionInfo{Hardware: options.Hardware, OS: options.OS,
		Application: options.Application, Comment: options.Comment}); got != want {
		t.Errorf("section %+v, want %+v", got, want)
	}
	for i, p := range ps {
		data, ci, err := r.ReadPacketData()
		if err != nil {
			t.Fatal(err)
		}
		if !ci.Timestamp.Equal(p.At) || !bytes.Equal(data[14:], p.IP) || ci.Length != len(data) {
			t.Errorf("packet %d: %v %v, want %+v", i, ci, data, p)
		}
	}
	if _, _, err := r.ReadPacketData(); err != io.EOF {
		t.Errorf("after the last packet: %v", err)
	}
	in, _ := r.Interface(0)
	if in.Name != "client" || in.LinkType != layers.LinkTypeEthernet || in.SnapLength != DefaultSnaplen || in.OS != "" {
		t.Errorf("interface %+v", in)
	}
	if s := in.Statistics; s.PacketsReceived != 4 || s.PacketsDropped != 0 || !s.StartTime.Equal(ps[0].At) || !s.EndTime.Equal(ps[3].At) {
		t.Errorf("statistics %+v", s)
	}
}

func TestSnaplen(t *testing.T) {
	p := sample(t)[0]
	for _, snaplen := range []int{1, 14, 20, 14 + len(p.IP)} {
		o := options
		o.Snaplen = snaplen
		var ng, classic bytes.Buffer
		writeAll(t, NewNg(&ng, o), []Packet{p})
		writeAll(t, NewClassic(&classic, o), []Packet{p})
		r, err := pcapgo.NewNgReader(&ng, pcapgo.DefaultNgReaderOptions)
		if err != nil {
			t.Fatal(err)
		}
		data, ci, err := r.ReadPacketData()
		if err != nil || len(data) != snaplen || ci.Length != 14+len(p.IP) {
			t.Errorf("snaplen %d: kept %d of %d, %v", snaplen, len(data), ci.Length, err)
		}
		c, err := pcapgo.NewReader(&classic)
		if err != nil {
			t.Fatal(err)
		}
		data, ci, err = c.ReadPacketData()
		if err != nil || len(data) != snaplen || ci.Length != 14+len(p.IP) {
			t.Errorf("classic, snaplen %d: kept %d of %d, %v", snaplen, len(data), ci.Length, err)
		}
	}
}

// An option's length is a 16-bit number; a rune that would go over it is left out whole.
func TestLongTextIsCutBetweenRunes(t *testing.T) {
	for _, tail := range []string{"", "x", "ü", "√", "😀"} {
		for pre := maxText - 4; pre <= maxText; pre++ {
			s := strings.Repeat("a", pre) + tail + "bbbbb"
			got := cut(s)
			if len(got) > maxText || len(got) < maxText-3 || !utf8.ValidString(got) || !strings.HasPrefix(s, got) {
				t.Fatalf("%d × a, then %q: cut to %d bytes, valid %t", pre, tail, len(got), utf8.ValidString(got))
			}
		}
	}
	o := options
	o.Comment = strings.Repeat("√", 30000)
	p := sample(t)[0]
	p.Comment = []byte(strings.Repeat("😀", 20000))
	var file bytes.Buffer
	writeAll(t, NewNg(&file, o), []Packet{p})
	b := blocks(t, file.Bytes())[3]
	if n := binary.LittleEndian.Uint16(b[28+14+len(p.IP)+pad(14+len(p.IP))+2:]); n != 65532 {
		t.Errorf("the comment is %d bytes long, want 16383 runes of 4", n)
	}
}

// Malformed text would cost at most the one rune that it could have been.
func TestCutOfInvalidText(t *testing.T) {
	s := bytes.Repeat([]byte{0x80}, maxText+10)
	if got := cut(s); len(got) < maxText-utf8.UTFMax {
		t.Errorf("cut to %d bytes", len(got))
	}
}

func TestTimesWithoutRoom(t *testing.T) {
	for _, at := range []time.Time{time.Unix(-1, 0), time.Unix(1<<32, 0), {}} {
		for _, w := range []Writer{NewNg(io.Discard, options), NewClassic(io.Discard, options)} {
			err := w.WritePacket(Packet{At: at, Version: 4, IP: []byte{0x45}})
			if err == nil || !strings.Contains(err.Error(), "outside 1970 to 2106") {
				t.Errorf("%T at %v: %v", w, at, err)
			}
			if got := w.Close(); got != err {
				t.Errorf("%T: Close returned %v after %v", w, got, err)
			}
		}
	}
}

var errFull = errors.New("no space left on device")

// disk is a Writer with room for so many bytes.
type disk int

func (d *disk) Write(b []byte) (int, error) {
	if len(b) > int(*d) {
		n := int(*d)
		*d = 0
		return n, errFull
	}
	*d -= disk(len(b))
	return len(b), nil
}

// A full disk shows once the buffer is written out, at Close at the latest, and for good.
func TestFullDisk(t *testing.T) {
	p := Packet{At: epoch, Version: 4, IP: make([]byte, 1500)}
	for _, room := range []disk{0, 100, bufferSize, bufferSize + 1000} {
		a, b := room, room
		for _, w := range []Writer{NewNg(&a, options), NewClassic(&b, options)} {
			var first error
			for range 2 * bufferSize / 1500 {
				if err := w.WritePacket(p); first == nil {
					first = err
				} else if err != first {
					t.Fatalf("%T: %v after %v", w, err, first)
				}
			}
			if err := w.Close(); err != errFull || first != nil && first != err {
				t.Errorf("%T with room for %d: %v, then Close: %v", w, room, first, err)
			}
			if err := w.Close(); err != errFull {
				t.Errorf("%T with room for %d: second Close: %v", w, room, err)
			}
		}
	}
}

func TestCloseTwice(t *testing.T) {
	var a, b bytes.Buffer
	for _, w := range []Writer{NewNg(&a, options), NewClassic(&b, options)} {
		writeAll(t, w, sample(t))
		n := a.Len() + b.Len()
		if err := w.Close(); err != nil || a.Len()+b.Len() != n {
			t.Errorf("%T: second Close: %v, %d bytes more", w, err, a.Len()+b.Len()-n)
		}
	}
}
