package netem_test

import (
	"bytes"
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"lossylab/netem"
)

func TestMTUFragments(t *testing.T) {
	body := make([]byte, 60)
	for i := range body {
		body[i] = byte(i)
	}
	c := cross(t, "mtu 68", append(hexed(t, may), body...))
	// 48 bytes fit into 68: 20 of header and 6 units of 8. Summed by hand.
	want := [][]byte{
		append(hexed(t, "4500 0044 1234 2000 4011 3473 0a000001 0a000002"), body[:48]...),
		append(hexed(t, "4500 0020 1234 0006 4011 5491 0a000001 0a000002"), body[48:]...),
	}
	if !slices.EqualFunc(c.got, want, bytes.Equal) {
		t.Errorf("%x\nwant %x", c.got, want)
	}
	const kinds = "fragmented 7/1/0 by mtu 68, fragment 7/1/0 by mtu 68, fragment 7/1/48 by mtu 68"
	if c.kinds() != kinds || c.answer != nil {
		t.Errorf("%s, answer %x; want %s", c.kinds(), c.answer, kinds)
	}
}

// RFC 791 section 3.4, examples 2 and 3: 452 bytes of data cross a net of MTU 280 as 256 and 196 bytes at offset 32.
func TestMTUFragmentsAsRFC791Does(t *testing.T) {
	b := summed(append(hexed(t, "4500 01d8 006f 0000 7b06 0000 0a000001 0a000002"), make([]byte, 452)...))
	c := cross(t, "mtu 280", b)
	want := []string{"45000114006f20007b06", "450000d8006f00207b06"}
	for i, w := range want {
		if len(c.got) != 2 || !bytes.HasPrefix(c.got[i], hexed(t, w)) || sum(c.got[i][:20]) != 0xffff {
			t.Errorf("%x, want %s", c.got, w)
		}
	}
}

// A header of 40 bytes: the security option (88) and the source route (83) are copied, the recorded route (07) and the
// timestamp (44) are not. Later headers are shorter, so that more data fits.
func TestMTUCopiesOptions(t *testing.T) {
	options := hexed(t, "07070400000000 01 880422aa 83030c 44040500 01 00")
	options = append(options, 0, 0, 0, 0)[:20]
	b := summed(ip4(netem.ProtoUDP, options, make([]byte, 100)))
	c := cross(t, "mtu 76", b)
	if len(c.got) != 3 {
		t.Fatalf("%d fragments: %x", len(c.got), c.got)
	}
	for i, want := range []struct{ header, size int }{{40, 72}, {28, 76}, {28, 48}} {
		f := c.got[i]
		if int(f[0]&15)*4 != want.header || len(f) != want.size || sum(f[:want.header]) != 0xffff {
			t.Errorf("fragment %d has %d bytes, %d of them header: %x", i, len(f), f[0]&15*4, f)
		}
	}
	if got, want := c.got[1][20:28], hexed(t, "880422aa 83030c 00"); !bytes.Equal(got, want) {
		t.Errorf("options %x, want %x", got, want)
	}
	if !bytes.Equal(c.got[0][20:40], options) {
		t.Errorf("the first fragment's options are %x", c.got[0][20:40])
	}
}

// Fragments of a fragment: offsets count on, and only the last one's last has no More Fragments.
func TestMTUFragmentsFragments(t *testing.T) {
	b := append(hexed(t, may), make([]byte, 60)...)
	for _, c := range []struct {
		field string // of the packet: flags and offset
		want  []string
	}{
		{"2006", []string{"2006", "200c"}},
		{"0006", []string{"2006", "000c"}},
		{"8000", []string{"a000", "8006"}}, // the reserved bit is left alone
	} {
		copy(b[6:], hexed(t, c.field))
		var fields []string
		for _, f := range cross(t, "mtu 68", summed(b)).got {
			fields = append(fields, hex.EncodeToString(f[6:8]))
		}
		if !slices.Equal(fields, c.want) {
			t.Errorf("%s becomes %v, want %v", c.field, fields, c.want)
		}
	}
}

// With the word fragment, DF counts for nothing. An ID of 0 means that the sender does not number such packets.
func TestMTUFragmentIgnoresDF(t *testing.T) {
	fields := func(l *netem.Link, header string) (all []string) {
		l.Send(0, &netem.Packet{Data: summed(append(hexed(t, header), make([]byte, 60)...))})
		for p := l.Recv(0); p != nil; p = l.Recv(0) {
			if sum(p.Data[:20]) != 0xffff {
				t.Errorf("the header of %x sums up to %x", p.Data, sum(p.Data[:20]))
			}
			all = append(all, hex.EncodeToString(p.Data[4:8]))
		}
		return all
	}
	l := newLink(t, "mtu 68 fragment", 1, nil)
	noID := strings.Replace(df, "1234", "0000", 1)
	for _, c := range []struct {
		header string
		want   []string
	}{
		{df, []string{"12342000", "12340006"}},
		{noID, []string{"00012000", "00010006"}},
		{noID, []string{"00022000", "00020006"}},
		{strings.Replace(may, "1234", "0000", 1), []string{"00002000", "00000006"}}, // the sender's own choice
		{noID, []string{"00032000", "00030006"}},
	} {
		if got := fields(l, c.header); !slices.Equal(got, c.want) {
			t.Errorf("%s becomes %v, want %v", c.header, got, c.want)
		}
	}
}

// A packet that arrives late in a queue with others is fragmented at the entry: its fragments wait for the transmitter
// one by one, and each may be lost by itself.
func TestMTUFragmentsQueue(t *testing.T) {
	var events tape
	l := newLink(t, "mtu 68 rate 68kbit limit 1", 1, &events) // 8 ms for 68 bytes
	l.Send(0, &netem.Packet{ID: 1, Data: append(hexed(t, strings.Replace(may, "0050 1234 0000 4011 5467", "0074 1234 0000 4011 5443", 1)), make([]byte, 96)...)})
	fetch(l, 1<<62)
	// 48 bytes of data go at once, 48 wait: 96 in all. One more fragment would find the queue full.
	got := events.of(netem.Delivered)
	if len(got) != 2 || got[0].At != 8*ms || got[1].At != 16*ms || len(events.of(netem.Dropped)) != 0 {
		t.Errorf("%v", events)
	}
	events = nil
	l.Send(20*ms, &netem.Packet{ID: 2, Data: summed(ip4(netem.ProtoUDP, nil, make([]byte, 200)))})
	fetch(l, 1<<62)
	if lost := events.of(netem.Dropped); len(lost) != 3 || lost[0].By != "queue limit 1" || lost[0].Packet.Offset != 96 {
		t.Errorf("%v", lost)
	}
}
