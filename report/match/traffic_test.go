package match

import (
	"bytes"
	"encoding/binary"
	"io"
	"net/netip"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/report/capturefile"
	"lossylab/report/pcapng"
)

var (
	hostA, hostB   = netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
	hostA6, hostB6 = netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
)

// kind makes packet number n of a conversation.
type kind func(n int) []byte

// ipv4 puts a header in front of a transport, and computes both checksums.
func ipv4(id, proto int, transport []byte) []byte {
	b := make([]byte, 20, 20+len(transport))
	b[0], b[6], b[8], b[9] = 0x45, 0x40, 64, byte(proto)
	binary.BigEndian.PutUint16(b[2:], uint16(20+len(transport)))
	binary.BigEndian.PutUint16(b[4:], uint16(id))
	copy(b[12:], hostA.AsSlice())
	copy(b[16:], hostB.AsSlice())
	sealHeader(b)
	return sealTransport(append(b, transport...), 20, proto)
}

func ipv6(proto int, transport []byte) []byte {
	b := make([]byte, 40, 40+len(transport))
	b[0], b[6], b[7] = 0x60, byte(proto), 64
	binary.BigEndian.PutUint16(b[4:], uint16(len(transport)))
	copy(b[8:], hostA6.AsSlice())
	copy(b[24:], hostB6.AsSlice())
	return sealTransport(append(b, transport...), 40, proto)
}

func sealHeader(b []byte) {
	b[10], b[11] = 0, 0
	binary.BigEndian.PutUint16(b[10:], ^fold(add(0, b[:20])))
}

func sealTransport(b []byte, n, proto int) []byte {
	at := n + 6
	if proto == TCP {
		at = n + 16
	}
	b[at], b[at+1] = 0, 0
	addresses := b[12:20]
	if n == 40 {
		addresses = b[8:40]
	}
	binary.BigEndian.PutUint16(b[at:], ^fold(add(add(uint64(proto)+uint64(len(b)-n), addresses), b[n:])))
	return b
}

func fold(sum uint64) uint16 {
	for sum > 0xffff {
		sum = sum&0xffff + sum>>16
	}
	return uint16(sum)
}

// udp returns a datagram with a payload of n bytes that all depend on number.
func udp(number, n int) []byte {
	b := make([]byte, 8+n)
	binary.BigEndian.PutUint16(b, 40000)
	binary.BigEndian.PutUint16(b[2:], 9000)
	binary.BigEndian.PutUint16(b[4:], uint16(len(b)))
	for i := range n {
		b[8+i] = byte(number >> (8 * (i % 4)))
	}
	return b
}

// tcp returns a segment.
func tcp(seq, ack, flags, n int, options ...byte) []byte {
	b := make([]byte, 20, 20+len(options)+n)
	binary.BigEndian.PutUint16(b, 40000)
	binary.BigEndian.PutUint16(b[2:], 80)
	binary.BigEndian.PutUint32(b[4:], uint32(seq))
	binary.BigEndian.PutUint32(b[8:], uint32(ack))
	b[12], b[13], b[14] = byte(20+len(options))<<2, byte(flags), 1
	b = append(b, options...)
	for i := range n {
		b = append(b, byte(seq+i)^byte(seq>>8))
	}
	return b
}

// The kinds of packets. With identification, numbered content or sequence numbers, none is like another.
var kinds = map[string]kind{
	"udp":         func(n int) []byte { return ipv4(0, UDP, udp(n, 400)) },
	"udp with id": func(n int) []byte { return ipv4(n, UDP, udp(0, 400)) },
	"udp6":        func(n int) []byte { return ipv6(UDP, udp(n, 400)) },
	"tcp":         func(n int) []byte { return ipv4(0, TCP, tcp(n*500, 1, 0x10, 500)) },
	"tcp6":        func(n int) []byte { return ipv6(TCP, tcp(n*500, 1, 0x10, 500, 1, 1, 8, 10, 0, 0, 0, 1, 0, 0, 0, 2)) },
	"acks":        func(n int) []byte { return ipv4(0, TCP, tcp(1, n*500, 0x10, 0)) },
}

// link is two captures of the ends of a link, and the truth about what happened between them.
type link struct {
	sent, received bytes.Buffer
	a, b           pcapng.Writer
	version        int           // of IP
	skew           time.Duration // of b's clock
	numbers        map[uint64]int
	lost           map[int]bool
	duplicates     int
	corrupted      int
}

var epoch = time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)

// Observe implements netem.Observer.
func (l *link) Observe(e netem.Event) {
	p := pcapng.Packet{At: epoch.Add(time.Duration(e.At)), Version: l.version, IP: e.Packet.Data}
	switch e.Kind {
	case netem.Sent:
		l.numbers[e.Packet.ID] = len(l.numbers) + 1
		l.a.WritePacket(p)
	case netem.Dropped:
		l.lost[l.numbers[e.Packet.ID]] = true
	case netem.Duplicated:
		l.duplicates++
	case netem.Corrupted:
		l.corrupted++
	case netem.Delivered:
		p.At, p.Inbound = p.At.Add(l.skew), true
		l.b.WritePacket(p)
	}
}

// newLink sends n packets of a kind, one every spacing, over a link in words.
func newLink(t testing.TB, words string, k kind, n int, spacing, skew time.Duration) *link {
	t.Helper()
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	l := &link{version: int(k(1)[0] >> 4), skew: skew, numbers: map[uint64]int{}, lost: map[int]bool{}}
	l.a, l.b = pcapng.NewNg(&l.sent, pcapng.Options{}), pcapng.NewClassic(&l.received, pcapng.Options{})
	stage, err := netem.NewLink("up", spec, 1, l)
	if err != nil {
		t.Fatal(err)
	}
	for i := 1; i <= n; i++ {
		now := netem.Time(i) * netem.Time(spacing)
		for at, ok := stage.Next(); ok && at <= now; at, ok = stage.Next() {
			for stage.Recv(at) != nil {
			}
		}
		stage.Send(now, &netem.Packet{ID: uint64(i), Data: k(i)})
	}
	for at, ok := stage.Next(); ok; at, ok = stage.Next() {
		for stage.Recv(at) != nil {
		}
	}
	if err := l.a.Close(); err != nil {
		t.Fatal(err)
	}
	if err := l.b.Close(); err != nil {
		t.Fatal(err)
	}
	return l
}

// ranges returns the truth as a Result has it.
func (l *link) ranges() netem.PacketSet {
	var r Result
	for n := 1; n <= len(l.numbers); n++ {
		if l.lost[n] {
			r.lose(n)
		}
	}
	return r.Lost
}

// compare compares the two captures.
func (l *link) compare(t testing.TB, f Filter, c Config) *Comparison {
	t.Helper()
	got, err := Compare(captureIn("sent", l.sent.Bytes()), captureIn("received", l.received.Bytes()), f, c)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(got.Lost, l.ranges()) {
		t.Errorf("lost %v, want %v", got.Lost, l.ranges())
	}
	return got
}

// rewrite copies a capture, with what change makes of each record; false leaves it out.
func rewrite(t testing.TB, b []byte, o pcapng.Options, change func(r *capturefile.Record, p *pcapng.Packet) bool) []byte {
	t.Helper()
	r, err := capturefile.NewReader(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	var to bytes.Buffer
	w := pcapng.NewClassic(&to, o)
	for {
		rec, err := r.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			t.Fatal(err)
		}
		p := pcapng.Packet{At: time.Unix(0, rec.Time), Version: rec.Version, IP: rec.IP}
		if change(rec, &p) {
			if err := w.WritePacket(p); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return to.Bytes()
}

// drifting returns what arrived by a clock that runs so many parts in a million too fast.
func (l *link) drifting(t testing.TB, ppm int64) Capture {
	return captureIn("received", rewrite(t, l.received.Bytes(), pcapng.Options{}, func(_ *capturefile.Record, p *pcapng.Packet) bool {
		p.At = p.At.Add(p.At.Sub(epoch) / 1_000_000 * time.Duration(ppm))
		return true
	}))
}

// cut returns a capture of which n bytes of each frame are kept.
func cut(t testing.TB, b []byte, n int) []byte {
	return rewrite(t, b, pcapng.Options{Snaplen: n}, func(*capturefile.Record, *pcapng.Packet) bool { return true })
}

// only returns the packets of a capture that keep lets through.
func only(t testing.TB, b []byte, keep func(*view) bool) []byte {
	return rewrite(t, b, pcapng.Options{}, func(r *capturefile.Record, _ *pcapng.Packet) bool {
		v, ok := look(r)
		return ok && keep(&v)
	})
}
