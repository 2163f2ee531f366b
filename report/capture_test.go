package report

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/gopacket"
	"github.com/google/gopacket/layers"

	"lossylab/netem"
	"lossylab/report/pcapng"
)

var (
	clientAddrs  = []netip.Addr{netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("fd00::1")}
	serverAddrs  = []netip.Addr{netip.MustParseAddr("10.0.0.2"), netip.MustParseAddr("fd00::2")}
	captureEpoch = time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC)
)

// story tells an observer what happens to packets, a millisecond after the other. Its packets have valid checksums.
type story struct {
	netem.Observer
	t    testing.TB
	six  bool // IPv6
	df   bool // IPv4 with Don't Fragment
	now  netem.Time
	id   uint64
	link map[uint64]string
	port uint16 // of the client

	waiting int // packets in the queue, of 100 bytes each
}

func (s *story) tell(k netem.Kind, p *netem.Packet, by string) *netem.Packet {
	s.Observe(netem.Event{At: s.now, Link: s.link[p.ID], Kind: k, By: by, Packet: p, Waiting: s.waiting, WaitingBytes: 100 * s.waiting})
	s.now += 1e6
	return p
}

// send has the transport and payload sent over link, up from the client to the server.
func (s *story) send(link string, transport gopacket.SerializableLayer, payload int) *netem.Packet {
	s.t.Helper()
	ends := [2][]netip.Addr{clientAddrs, serverAddrs}
	if link == down {
		slices.Reverse(ends[:])
	}
	proto := layers.IPProtocolUDP
	tcp, isTCP := transport.(*layers.TCP)
	if isTCP {
		proto = layers.IPProtocolTCP
	}
	v4 := &layers.IPv4{Version: 4, TTL: 64, Protocol: proto, SrcIP: ends[0][0].AsSlice(), DstIP: ends[1][0].AsSlice()}
	v6 := &layers.IPv6{Version: 6, HopLimit: 64, NextHeader: proto, SrcIP: ends[0][1].AsSlice(), DstIP: ends[1][1].AsSlice()}
	if s.df {
		v4.Flags = layers.IPv4DontFragment
	}
	var ip gopacket.SerializableLayer = v4
	var network gopacket.NetworkLayer = v4
	if s.six {
		ip, network = v6, v6
	}
	if isTCP {
		_ = tcp.SetNetworkLayerForChecksum(network)
	} else {
		_ = transport.(*layers.UDP).SetNetworkLayerForChecksum(network)
	}
	content := make([]byte, payload)
	if !isTCP { // each message is another
		binary.BigEndian.PutUint32(content, uint32(s.id))
	}
	b := gopacket.NewSerializeBuffer()
	err := gopacket.SerializeLayers(b, gopacket.SerializeOptions{FixLengths: true, ComputeChecksums: true}, ip, transport,
		gopacket.Payload(content))
	if err != nil {
		s.t.Fatal(err)
	}
	s.id++
	s.link[s.id] = link
	return s.tell(netem.Sent, &netem.Packet{ID: s.id, Sent: s.now, Data: b.Bytes()}, "")
}

func (s *story) udp(link string) *netem.Packet {
	return s.send(link, &layers.UDP{SrcPort: layers.UDPPort(s.port), DstPort: 9000}, 100)
}

// tcp has a segment of n bytes sent. The flags are letters: "SFRA".
func (s *story) tcp(link string, seq, ack uint32, flags string, n int) *netem.Packet {
	src, dst := s.port, uint16(80)
	if link == down {
		src, dst = dst, src
	}
	has := func(flag string) bool { return strings.Contains(flags, flag) }
	return s.send(link, &layers.TCP{SrcPort: layers.TCPPort(src), DstPort: layers.TCPPort(dst), Seq: seq, Ack: ack, Window: 65535,
		SYN: has("S"), FIN: has("F"), RST: has("R"), ACK: has("A")}, n)
}

func (s *story) arrive(ps ...*netem.Packet) {
	for _, p := range ps {
		s.tell(netem.Delivered, p, "")
	}
}

func (s *story) drop(p *netem.Packet, by string) { s.tell(netem.Dropped, p, by) }
func (s *story) late(p *netem.Packet, by string) { s.tell(netem.Delayed, p, by) }

func (s *story) corrupt(p *netem.Packet, by string, bits ...int) *netem.Packet {
	c := &netem.Packet{ID: p.ID, Copy: p.Copy, Corrupt: true, Sent: p.Sent, Data: bytes.Clone(p.Data), // its header is not read yet
		Fragment: p.Fragment, Offset: p.Offset}
	for _, bit := range bits {
		c.Data[bit/8] ^= 0x80 >> (bit % 8)
	}
	return s.tell(netem.Corrupted, c, by)
}

// mark marks the packet as it goes on.
func (s *story) mark(p *netem.Packet, by string) *netem.Packet {
	c := &netem.Packet{ID: p.ID, Copy: p.Copy, Sent: p.Sent, Data: bytes.Clone(p.Data)}
	if s.six {
		c.Data[1] |= 3 << 4
		return s.tell(netem.Marked, c, by)
	}
	c.Data[1] |= 3 // of 0, and so the checksum is 3 less
	binary.BigEndian.PutUint16(c.Data[10:], binary.BigEndian.Uint16(c.Data[10:])-3)
	return s.tell(netem.Marked, c, by)
}

func (s *story) duplicate(p *netem.Packet, number int, by string) *netem.Packet {
	c := *p
	c.Copy = number
	return s.tell(netem.Duplicated, &c, by)
}

// stories has one of each kind of comment.
var stories = []struct {
	name string
	tell func(s *story)
}{
	{"lost", func(s *story) {
		s.arrive(s.udp(up), s.udp(down))
		s.drop(s.udp(up), "loss 3%")
		s.drop(s.udp(up), "queue limit 100")
		s.drop(s.udp(down), "")
	}},
	{"lost or marked by a queue that keeps short", func(s *story) {
		s.drop(s.udp(up), "queue codel limit 1000")
		s.drop(s.udp(up), "queue codel target 5ms")
		m := s.mark(s.udp(up), "queue codel target 5ms ecn")
		s.arrive(m)
		m = s.mark(s.udp(up), "queue codel target 5ms ecn")
		s.arrive(s.corrupt(m, "corrupt 0.1%", 500)) // and not the bits of the mark too
	}},
	{"duplicated", func(s *story) {
		p := s.udp(up)
		s.arrive(p, s.duplicate(p, 1, "duplicate 0.5%"))
	}},
	{"the copy comes first", func(s *story) {
		p := s.udp(up)
		s.arrive(s.duplicate(p, 1, "duplicate 0.5%"), p)
	}},
	{"one of two is lost", func(s *story) {
		p := s.udp(up)
		c := s.duplicate(p, 1, "duplicate 0.5%")
		s.drop(p, "loss 3%")
		s.arrive(c)
	}},
	{"both are lost", func(s *story) {
		p := s.udp(up)
		c := s.duplicate(p, 1, "duplicate 0.5%")
		s.drop(p, "loss 3%")
		s.drop(c, "queue limit 100")
	}},
	{"overtaken by three on purpose", func(s *story) {
		a, b, c, d := s.udp(up), s.udp(up), s.udp(up), s.udp(up)
		s.late(a, "reorder 5% by 3")
		s.arrive(b, c, d, a)
	}},
	{"overtaken through jitter", func(s *story) {
		a, b, c := s.udp(up), s.udp(up), s.udp(up)
		s.arrive(c, a, b)
	}},
	{"late and not overtaken", func(s *story) {
		p := s.udp(up)
		s.late(p, "reorder 5% late 8ms")
		s.arrive(p)
	}},
	{"the other direction overtakes nobody", func(s *story) {
		p := s.udp(up)
		s.arrive(s.udp(down), p)
	}},
	{"corrupted", func(s *story) {
		s.arrive(s.corrupt(s.udp(up), "corrupt 0.1%", 500))
		s.arrive(s.corrupt(s.udp(up), "corrupt 0.1%", 500, 501))
		s.arrive(s.corrupt(s.udp(down), "corrupt 50%", 400, 410, 420, 430, 440))
	}},
	{"the corrupted packet and its clean copy", func(s *story) {
		p := s.udp(up)
		bad := s.corrupt(p, "corrupt 0.1%", 500)
		s.arrive(bad, s.duplicate(p, 1, "duplicate 0.5%"))
	}},
	{"corrupted in the Ethernet header, which is not captured", func(s *story) {
		a, b := s.udp(up), s.tcp(up, 1000, 1, "A", 100)
		s.tell(netem.Corrupted, a, "corrupt 0.1%, in the Ethernet header")
		s.tell(netem.Corrupted, b, "corrupt 0.1%, in the Ethernet header")
		s.arrive(a, s.duplicate(a, 1, "duplicate 0.5%"), b)
		s.arrive(s.tcp(up, 1000, 1, "A", 100)) // what it repeats arrived intact
	}},
	{"still on the way", func(s *story) {
		a, b := s.udp(up), s.udp(down)
		s.arrive(s.udp(up), a)
		c := s.udp(up)
		s.arrive(c, s.udp(down))
		s.duplicate(s.udp(up), 1, "duplicate 0.5%")
		_ = b
	}},
	{"sent before the capture began", func(s *story) {
		s.link[99] = down
		p := s.udp(up)
		p.ID = 99
		s.arrive(p)
		s.drop(p, "loss 3%")
	}},
	{"a connection with a loss in each phase", func(s *story) {
		s.drop(s.tcp(up, 1000, 0, "S", 0), "loss 3%")
		s.arrive(s.tcp(up, 1000, 0, "S", 0))
		s.drop(s.tcp(down, 5000, 1001, "SA", 0), "loss 3%")
		s.arrive(s.tcp(up, 1000, 0, "S", 0))
		s.arrive(s.tcp(down, 5000, 1001, "SA", 0), s.tcp(up, 1001, 5001, "A", 0))
		s.arrive(s.tcp(up, 1001, 5001, "A", 100))
		lost := s.tcp(up, 1101, 5001, "A", 100)
		s.drop(lost, "queue limit 100")
		s.arrive(s.tcp(up, 1201, 5001, "A", 100), s.tcp(down, 5001, 1101, "A", 0), s.tcp(down, 5001, 1101, "A", 0))
		s.drop(s.tcp(up, 1101, 5001, "A", 100), "loss 3%") // and again
		s.arrive(s.tcp(up, 1101, 5001, "A", 100), s.tcp(down, 5001, 1301, "A", 0))
		s.drop(s.tcp(up, 1301, 5001, "FA", 0), "loss 3%")
		s.arrive(s.tcp(up, 1301, 5001, "FA", 0), s.tcp(down, 5001, 1302, "FA", 0), s.tcp(up, 1302, 5002, "A", 0))
	}},
	{"retransmitted although it arrived", func(s *story) {
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
		s.drop(s.tcp(down, 1, 1100, "A", 0), "loss 3%")
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
	}},
	{"lost for no given cause", func(s *story) {
		s.drop(s.tcp(up, 1000, 1, "A", 100), "")
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
	}},
	{"retransmitted while on the way", func(s *story) {
		a := s.tcp(up, 1000, 1, "A", 100)
		s.late(a, "reorder 5% late 80ms")
		again := s.tcp(up, 1000, 1, "A", 100)
		s.arrive(again)
		third := s.tcp(up, 1000, 1, "A", 100) // its comment needs the fate of the second, which waits for the first's
		s.arrive(third, a)
	}},
	{"retransmitted after corruption", func(s *story) {
		s.arrive(s.corrupt(s.tcp(up, 1000, 1, "A", 100), "corrupt 0.1%", 500))
		s.arrive(s.corrupt(s.tcp(down, 1, 1100, "A", 50), "corrupt 0.1%", 500)) // a bad ACK acknowledges nothing
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
	}},
	{"retransmitted in other pieces", func(s *story) {
		first := ^uint32(0) - 127 // so that the sequence numbers start again at 0 within it
		s.drop(s.tcp(up, first, 1, "A", 300), "loss 3%")
		s.arrive(s.tcp(up, first, 1, "A", 100))
		s.arrive(s.tcp(up, first+100, 1, "A", 100), s.tcp(up, first+200, 1, "A", 200))
	}},
	{"the same ports again", func(s *story) {
		s.arrive(s.tcp(up, 1000, 0, "S", 0))
		s.arrive(s.tcp(up, 7000, 0, "S", 0)) // another connection: repeats nothing
		s.arrive(s.tcp(up, 7001, 1, "A", 10))
		s.arrive(s.tcp(up, 7011, 1, "R", 0))
		s.arrive(s.tcp(up, 7001, 1, "A", 10)) // after a reset there is nothing to repeat
		s.arrive(s.tcp(down, 1, 7011, "R", 0))
		s.arrive(s.tcp(up, 7001, 1, "A", 10))
	}},
}

// newStory returns one that is told to o.
func newStory(t testing.TB, o netem.Observer) *story {
	return &story{Observer: o, t: t, link: map[uint64]string{}, port: 40000}
}

// tellAll tells all stories, over IPv4 and over IPv6, as one. No two stories share a connection.
func tellAll(t testing.TB, o netem.Observer) {
	s := newStory(t, o)
	for i, story := range stories {
		for _, s.six = range []bool{false, true} {
			s.port = uint16(40000 + i)
			story.tell(s)
		}
	}
}

// listing is a pcapng.Writer that lists frames as tshark would be asked to.
type listing struct {
	bytes.Buffer
	n int
}

func (l *listing) WritePacket(p pcapng.Packet) error {
	l.n++
	dir := "out"
	if p.Inbound {
		dir = "in"
	}
	fmt.Fprintf(l, "%d|%d.%09d|%s|%s\n", l.n, p.At.Unix(), p.At.Nanosecond(), dir, p.Comment)
	return nil
}

func (l *listing) Close() error { return nil }

// The golden file has each story as the two captures tell it: read it as the specification of the comments.
func TestCommentsGolden(t *testing.T) {
	var b strings.Builder
	for _, story := range stories {
		var seen [2]string
		for _, six := range []bool{false, true} {
			var ls [2]listing
			cs := []*Capture{NewCapture(&ls[0], Client, time.Unix(0, 0)), NewCapture(&ls[1], Server, time.Unix(0, 0))}
			s := newStory(t, netem.Observers{cs[0], cs[1]})
			s.six = six
			story.tell(s)
			for at, c := range cs {
				if err := c.Close(); err != nil {
					t.Fatal(err)
				}
				// IPv6 headers are longer by 20 bytes: the bits that the stories turn over lie behind both.
				if six && ls[at].String() != seen[at] {
					t.Errorf("%s: over IPv6 %v's capture has\n%s\nand over IPv4\n%s", story.name, Vantage(at), &ls[at], seen[at])
				}
				seen[at] = ls[at].String()
			}
		}
		fmt.Fprintf(&b, "=== %s\n--- client\n%s--- server\n%s\n", story.name, seen[Client], seen[Server])
	}
	golden(t, "capture.txt", b.String())
}

// captures returns the bytes of both ends' files of all stories.
func captures(t testing.TB) (files [2][]byte) {
	var bs [2]bytes.Buffer
	var cs netem.Observers
	for at := Client; at <= Server; at++ {
		o := at.Options(clientAddrs, serverAddrs)
		o.Comment, o.Application = "all stories", "lossylab"
		cs = append(cs, NewCapture(pcapng.NewNg(&bs[at], o), at, captureEpoch))
	}
	tellAll(t, cs)
	for at := range bs {
		if err := cs[at].(*Capture).Close(); err != nil {
			t.Fatal(err)
		}
		files[at] = bs[at].Bytes()
	}
	return files
}

func TestSameEventsSameBytes(t *testing.T) {
	a, b := captures(t), captures(t)
	if !bytes.Equal(a[0], b[0]) || !bytes.Equal(a[1], b[1]) {
		t.Error("two captures of the same events differ")
	}
}

// tshark reads from the files what the captures were told, and finds fault with corrupted packets only.
func TestTshark(t *testing.T) {
	path, err := exec.LookPath("tshark")
	if err != nil {
		t.Skip("tshark is not installed: its opinion of the captures is not asked for")
	}
	files := captures(t)
	for at := Client; at <= Server; at++ {
		want := listing{}
		c := NewCapture(&want, at, captureEpoch)
		tellAll(t, c)
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		file := filepath.Join(t.TempDir(), "capture.pcapng")
		if err := os.WriteFile(file, files[at], 0o644); err != nil {
			t.Fatal(err)
		}
		out, err := exec.Command(path, "-n", "-r", file, "-o", "ip.check_checksum:TRUE", "-o", "tcp.check_checksum:TRUE",
			"-o", "udp.check_checksum:TRUE", "-T", "fields", "-E", "separator=|", "-e", "frame.number", "-e", "frame.time_epoch",
			"-e", "frame.packet_flags_direction", "-e", "frame.comment", "-e", "_ws.malformed",
			"-e", "ip.checksum.status", "-e", "tcp.checksum.status", "-e", "udp.checksum.status").Output()
		if err != nil {
			t.Fatal(err)
		}
		var got strings.Builder
		for _, line := range strings.Split(strings.TrimSuffix(string(out), "\n"), "\n") {
			f := strings.Split(line, "|")
			f[2] = map[string]string{"0x00000001": "in", "0x00000002": "out"}[f[2]]
			fmt.Fprintln(&got, strings.Join(f[:4], "|"))
			bad, damaged := strings.Contains(strings.Join(f[5:], ""), "0"), strings.Contains(f[3], "corrupted on the way")
			if bad != damaged || f[4] != "" {
				t.Errorf("%v frame %s %q: bad checksum %t, malformed %q", at, f[0], f[3], bad, f[4])
			}
		}
		if got.String() != want.String() {
			t.Errorf("%v: tshark reads\n%s\nwant\n%s", at, &got, &want)
		}
	}
}

// tc turns over any bit of a frame: one in its Ethernet header, which is 14 of 142 bytes here, damages no packet. 2,000
// packets, 5 standard errors of 13.
func TestTCCorruptsFrames(t *testing.T) {
	spec, err := netem.Parse(`tc "corrupt 100%"`)
	if err != nil {
		t.Fatal(err)
	}
	var damaged, header int
	c := NewCapture(writerFunc(func(p pcapng.Packet) {
		switch text := string(p.Comment); {
		case strings.HasPrefix(text, "corrupted on the way: corrupt 100%, bit "):
			damaged++
		case text == "corrupted: corrupt 100%, in the Ethernet header":
			header++
		default:
			t.Errorf("%q", text)
		}
	}), Server, captureEpoch)
	links := newLinkCounter("")
	var corrupt int
	stage, err := netem.NewStage(up, spec, 1, netem.Observers{c, observer(links.observe), observer(func(e netem.Event) {
		corrupt += one(e.Kind == netem.Delivered && e.Packet.Corrupt)
	})})
	if err != nil {
		t.Fatal(err)
	}
	sent := newStory(t, netem.Observers(nil)).udp(up).Data
	for i := range uint64(2000) {
		now := netem.Time(i) * 1e6
		stage.Send(now, &netem.Packet{ID: i, Data: sent})
		stage.Recv(now)
	}
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if r := links.finish(); damaged != corrupt || damaged+header != 2000 || r.Corrupted != 2000 || header < 197-65 || header > 197+65 {
		t.Errorf("%d damaged and %d in the Ethernet header; %d packets say that they are damaged, %d were counted", damaged, header,
			corrupt, r.Corrupted)
	}
}

// The EtherType is the sender's, even when the damaged packet gives another IP version.
func TestDamagedVersion(t *testing.T) {
	var versions []int
	s := newStory(t, NewCapture(writerFunc(func(p pcapng.Packet) { versions = append(versions, p.Version) }), Server, captureEpoch))
	s.arrive(s.corrupt(s.udp(up), "corrupt 0.1%", 2)) // 4 becomes 6
	s.six = true
	s.arrive(s.corrupt(s.udp(up), "corrupt 0.1%", 2))
	if !slices.Equal(versions, []int{4, 6}) {
		t.Errorf("versions %v, want 4 and 6", versions)
	}
}

type writerFunc func(pcapng.Packet)

func (f writerFunc) WritePacket(p pcapng.Packet) error { f(p); return nil }
func (f writerFunc) Close() error                      { return nil }

func TestVantage(t *testing.T) {
	for _, test := range []struct {
		kind           netem.Kind
		link           string
		client, server bool
	}{
		{netem.Sent, up, true, false},
		{netem.Sent, down, false, true},
		{netem.Delivered, up, false, true},
		{netem.Delivered, down, true, false},
		{netem.Answered, up, true, false}, // by its own link
		{netem.Answered, down, false, true},
		{netem.Fragmented, up, false, false},
		{netem.Fragment, up, false, false},
		{netem.Sent, "sideways", false, false},
		{netem.Dropped, up, false, false},
		{netem.Dequeued, up, false, false},
		{netem.Corrupted, up, false, false},
		{netem.Duplicated, down, false, false},
		{netem.Delayed, down, false, false},
	} {
		e := netem.Event{Kind: test.kind, Link: test.link}
		if c, s := Client.Sees(e), Server.Sees(e); c != test.client || s != test.server {
			t.Errorf("%v on %s: seen by the client %t, by the server %t", test.kind, test.link, c, s)
		}
	}
}

// sighting is what a frame must be: the event that made it, and what stood in its packet then.
type sighting struct {
	e    netem.Event
	data []byte
}

// oracle notes the frames of both ends as Frames numbers them, and destroys each packet's memory after its last event.
type oracle struct {
	next    netem.Observer
	frames  Frames
	seen    [2][]sighting
	copies  map[uint64]int
	buffers map[uint64][][]byte
}

func (o *oracle) Observe(e netem.Event) {
	if at, n := o.frames.Count(e); n > 0 {
		o.seen[at] = append(o.seen[at], sighting{e, bytes.Clone(e.Packet.Data)})
		if n != len(o.seen[at]) {
			panic("Frames does not count by one")
		}
	}
	o.next.Observe(e)
	id := e.Packet.ID
	switch e.Kind {
	case netem.Sent, netem.Duplicated, netem.Fragment:
		o.copies[id]++
	case netem.Delivered, netem.Dropped, netem.Fragmented:
		o.copies[id]--
	}
	o.buffers[id] = append(o.buffers[id], e.Packet.Data)
	if o.copies[id] == 0 && e.Kind != netem.Fragmented {
		for _, b := range o.buffers[id] {
			clear(b)
		}
		delete(o.buffers, id)
	}
}

// chaos tells what a link may do at its worst: n packets both ways, a thousandth of a second apart, each with the fate
// that chance gives it. The packets of a direction are one TCP stream that often repeats itself.
func chaos(s *story, n int, rng *rand.Rand) {
	type due struct {
		at netem.Time
		f  func()
	}
	var later []due
	wait := func(f func()) {
		later = append(later, due{s.now + netem.Time(rng.IntN(50e6)), f})
		slices.SortStableFunc(later, func(a, b due) int { return int(a.at - b.at) })
	}
	for i := range n {
		for len(later) > 0 && later[0].at <= s.now {
			f := later[0].f
			later = later[1:]
			f()
		}
		link := []string{up, down}[rng.IntN(2)]
		p := s.tcp(link, uint32(i-rng.IntN(min(i+1, 20)))*50, uint32(max(0, i-20))*50, "A", 50*rng.IntN(4))
		ps := []*netem.Packet{p}
		if rng.IntN(5) == 0 {
			ps = s.fragment(p, 68)
		}
		if rng.IntN(5) == 0 {
			ps = append(ps, s.duplicate(ps[0], 1, "duplicate 20%"))
		}
		for _, p := range ps {
			if rng.IntN(5) == 0 {
				p = s.corrupt(p, "corrupt 20%", rng.IntN(8*len(p.Data)))
			}
			if rng.IntN(5) == 0 {
				s.late(p, "reorder 20%")
			}
			if rng.IntN(5) == 0 {
				wait(func() { s.drop(p, "loss 20%") })
			} else {
				wait(func() { s.arrive(p) })
			}
		}
	}
}

// Whatever the link does, the file has each frame once, in order, with the bytes that it had when it passed, and nothing
// is kept of packets that are gone.
func TestChaos(t *testing.T) {
	for seed := range uint64(20) {
		var got [2][]sighting
		var cs [2]*Capture
		for at := Client; at <= Server; at++ {
			cs[at] = NewCapture(writerFunc(func(p pcapng.Packet) {
				e := netem.Event{At: netem.Time(p.At.Sub(captureEpoch))}
				got[at] = append(got[at], sighting{e, bytes.Clone(p.IP)})
			}), at, captureEpoch)
		}
		o := &oracle{next: netem.Observers{cs[0], cs[1]}, copies: map[uint64]int{}, buffers: map[uint64][][]byte{}}
		s := newStory(t, o)
		s.six = seed%2 == 1
		chaos(s, 1000, rand.New(rand.NewPCG(seed, 0)))
		for at, c := range cs {
			if len(o.seen[at])-len(got[at]) > 300 {
				t.Errorf("seed %d: %d frames wait in the %v's capture", seed, len(o.seen[at])-len(got[at]), Vantage(at))
			}
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
			if len(got[at]) != len(o.seen[at]) {
				t.Fatalf("seed %d: %d frames in the %v's capture, want %d", seed, len(got[at]), Vantage(at), len(o.seen[at]))
			}
			for i, want := range o.seen[at] {
				if f := got[at][i]; f.e.At != want.e.At || !bytes.Equal(f.data, want.data) {
					t.Fatalf("seed %d: frame %d of the %v's capture is not what passed", seed, i+1, Vantage(at))
				}
			}
			for _, s := range c.sent {
				checkSpans(t, s)
			}
		}
	}
}

// checkSpans checks the invariant of a stream: its spans are in order and do not overlap.
func checkSpans(t *testing.T, s *stream) {
	t.Helper()
	for i := s.acked; i < len(s.spans); i++ {
		if !after(s.spans[i].to, s.spans[i].from) || i > s.acked && after(s.spans[i-1].to, s.spans[i].from) {
			t.Fatalf("span %d of %+v", i, s.spans)
		}
	}
}

// After any sequence of segments each byte's carrier is the last frame that had it.
func TestStreamKnowsTheLastCarrier(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		s, base := &stream{}, rng.Uint32()
		var carrier [100]int
		for frame := 1; frame <= 60; frame++ {
			from := rng.IntN(90)
			to := from + 1 + rng.IntN(10)
			before := s.put(span{from: base + uint32(from), to: base + uint32(to), frame: frame})
			checkSpans(t, s)
			i := from
			for i < to-1 && carrier[i] == 0 {
				i++
			}
			if before.frame != carrier[i] {
				t.Fatalf("bytes %d to %d were last carried by frame %d, not by %d", from, to, carrier[i], before.frame)
			}
			for i := from; i < to; i++ {
				carrier[i] = frame
			}
		}
		for _, sp := range s.spans {
			for seq := sp.from; seq != sp.to; seq++ {
				if carrier[seq-base] != sp.frame {
					t.Fatalf("byte %d is carried by frame %d, not by %d", seq-base, carrier[seq-base], sp.frame)
				}
				carrier[seq-base] = 0
			}
		}
		if carrier != [100]int{} {
			t.Fatalf("not remembered: %v", carrier)
		}
	}
}

// Nothing is kept of what is over: no packets, no acknowledged bytes, no closed connections.
func TestNothingIsKept(t *testing.T) {
	c := NewCapture(&listing{}, Client, captureEpoch)
	s := newStory(t, c)
	for i := range uint32(1000) {
		s.arrive(s.tcp(up, 100*i, 1, "A", 100), s.tcp(down, 1, 100*i+100, "A", 0))
		if n := len(c.sent[[2]netip.AddrPort{netip.AddrPortFrom(clientAddrs[0], 40000), netip.AddrPortFrom(serverAddrs[0], 80)}].spans); n > 1 {
			t.Fatalf("%d spans after all is acknowledged", n)
		}
	}
	s.arrive(s.tcp(up, 100000, 1, "FA", 0), s.tcp(down, 1, 100001, "FA", 0), s.tcp(up, 100001, 2, "A", 0))
	for _, l := range c.lines {
		if len(l.flights) > 0 || l.oldest != nil || l.newest != nil {
			t.Errorf("%d packets in flight", len(l.flights))
		}
	}
	if len(c.sent) > 0 {
		t.Errorf("%d connections", len(c.sent))
	}
}

// A run that is cut short leaves a complete file, of which the last packets say that they were on their way.
func TestInterrupted(t *testing.T) {
	var b bytes.Buffer
	c := NewCapture(pcapng.NewNg(&b, Client.Options(clientAddrs, serverAddrs)), Client, captureEpoch)
	chaos(newStory(t, c), 100, rand.New(rand.NewPCG(1, 1)))
	if err := c.Close(); err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(b.Bytes(), []byte("still on its way when the capture ended")); n == 0 {
		t.Error("no packet is said to be on its way")
	}
	if err := c.Close(); err != nil {
		t.Errorf("second Close: %v", err)
	}
}

type fullDisk struct{}

var errFull = errors.New("no space left on device")

func (fullDisk) Write([]byte) (int, error) { return 0, errFull }

func TestFullDiskIsToldByClose(t *testing.T) {
	c := NewCapture(pcapng.NewNg(fullDisk{}, Client.Options(clientAddrs, serverAddrs)), Client, captureEpoch)
	chaos(newStory(t, c), 100, rand.New(rand.NewPCG(1, 1)))
	if err := c.Close(); err != errFull {
		t.Errorf("Close: %v", err)
	}
}

func TestSentTwice(t *testing.T) {
	defer func() {
		if recover() == nil {
			t.Error("a packet is sent while it is in flight")
		}
	}()
	s := newStory(t, NewCapture(&listing{}, Client, captureEpoch))
	s.tell(netem.Sent, s.udp(up), "")
}

// steady returns a function that tells o of a packet up, 1500 bytes of a TCP stream, and the ACK of one sent 100 packets
// ago. With jitter, packets change places with their neighbours; each 30th is lost and repeated.
func steady(t testing.TB, o netem.Observer, jitter, loss bool) func() {
	s := newStory(t, netem.Observers(nil))
	data, ack := s.tcp(up, 0, 1, "A", 1448).Data, s.tcp(down, 1, 0, "A", 0).Data
	var ring [128]netem.Packet
	var now netem.Time
	tell := func(link string, k netem.Kind, p *netem.Packet, by string) {
		now += 1000
		o.Observe(netem.Event{At: now, Link: link, Kind: k, By: by, Packet: p})
	}
	buf := make([][]byte, len(ring))
	for i := range buf {
		buf[i] = bytes.Clone(data)
	}
	a := netem.Packet{Data: ack}
	n, seq := 0, uint32(0)
	deliver := func(i int) {
		if p := &ring[i&127]; i > 0 && p.ID == uint64(i) {
			tell(up, netem.Delivered, p, "")
		}
	}
	return func() {
		n++
		p := &ring[n%128]
		*p = netem.Packet{ID: uint64(n), Data: buf[n%128]}
		if loss && n%30 == 29 {
			put32(p.Data[24:], seq-1448*50)
		} else {
			put32(p.Data[24:], seq)
			seq += 1448
		}
		tell(up, netem.Sent, p, "")
		tell(up, netem.Dequeued, p, "")
		if loss && n%30 == 0 {
			tell(up, netem.Dropped, p, "loss 3%")
			p.ID = 0
		}
		if i := n - 100; jitter && i%2 == 0 {
			deliver(i)
			deliver(i - 1)
		} else if !jitter {
			deliver(i)
		}
		a = netem.Packet{ID: a.ID + 1, Data: ack} // its header is not read yet
		put32(ack[28:], seq-1448*100)
		tell(down, netem.Sent, &a, "")
		tell(down, netem.Delivered, &a, "")
	}
}

func put32(b []byte, v uint32) {
	b[0], b[1], b[2], b[3] = byte(v>>24), byte(v>>16), byte(v>>8), byte(v)
}

func TestNoAllocations(t *testing.T) {
	for at := Client; at <= Server; at++ {
		w := pcapng.NewNg(io.Discard, at.Options(clientAddrs, serverAddrs))
		next := steady(t, NewCapture(w, at, captureEpoch), true, true)
		for range 1000 {
			next()
		}
		if n := testing.AllocsPerRun(10000, next); n != 0 {
			t.Errorf("%v: %v allocations per data packet and ACK", at, n)
		}
	}
}

// One operation is two packets: a segment and an acknowledgment.
func BenchmarkCapture(b *testing.B) {
	for _, bench := range []struct {
		name         string
		at           Vantage
		jitter, loss bool
	}{
		{"client", Client, false, false},
		{"server", Server, false, false},
		{"client,jitter,loss", Client, true, true},
		{"server,jitter,loss", Server, true, true},
	} {
		b.Run(bench.name, func(b *testing.B) {
			w := pcapng.NewNg(io.Discard, bench.at.Options(clientAddrs, serverAddrs))
			next := steady(b, NewCapture(w, bench.at, captureEpoch), bench.jitter, bench.loss)
			b.ReportAllocs()
			for b.Loop() {
				next()
			}
		})
	}
}
