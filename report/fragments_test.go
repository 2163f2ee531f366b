package report

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// squeeze sends p through a link of its own with an MTU, and returns the events of the kind wanted, as if they had
// happened now.
func (s *story) squeeze(p *netem.Packet, words string, want netem.Kind) (all []netem.Event) {
	s.t.Helper()
	spec, err := netem.Parse(words)
	if err != nil {
		s.t.Fatal(err)
	}
	l, err := netem.NewLink(s.link[p.ID], spec, 1, observer(func(e netem.Event) {
		if e.Kind == want {
			e.Packet.Sent = p.Sent
			all = append(all, e)
		}
	}))
	if err != nil {
		s.t.Fatal(err)
	}
	q := *p
	l.Send(0, &q)
	return all
}

// fragment has a packet fragmented and returns the fragments, or the packet itself if it fits.
func (s *story) fragment(p *netem.Packet, mtu int) (parts []*netem.Packet) {
	s.t.Helper()
	by := fmt.Sprintf("mtu %d", mtu)
	for _, e := range s.squeeze(p, by, netem.Fragment) {
		parts = append(parts, e.Packet)
	}
	if parts == nil {
		return []*netem.Packet{p}
	}
	s.tell(netem.Fragmented, p, by)
	for _, f := range parts {
		s.tell(netem.Fragment, f, by)
	}
	return parts
}

// refuse has a packet answered and dropped.
func (s *story) refuse(p *netem.Packet, mtu int) {
	s.t.Helper()
	by := fmt.Sprintf("mtu %d", mtu)
	for _, e := range s.squeeze(p, by, netem.Answered) {
		s.tell(netem.Answered, e.Packet, by)
	}
	s.drop(p, by)
}

// narrow has one of each kind of comment about packets that are too big. A datagram of 128 bytes becomes fragments of 68,
// 68 and 32.
var narrow = []struct {
	name string
	tell func(s *story)
}{
	{"fragmented", func(s *story) {
		s.arrive(s.udp(up))
		s.arrive(s.fragment(s.udp(up), 68)...)
		s.arrive(s.fragment(s.udp(down), 100)...)
	}},
	{"in another order", func(s *story) {
		f, p := s.fragment(s.udp(up), 68), s.udp(up)
		s.late(f[0], "reorder 5% by 3")
		s.arrive(f[2], f[1], p, f[0])
	}},
	{"a fragment is lost", func(s *story) {
		f := s.fragment(s.udp(up), 68)
		s.drop(f[1], "loss 3%")
		s.arrive(f[0], f[2])
	}},
	{"all are lost", func(s *story) {
		for _, f := range s.fragment(s.udp(up), 68) {
			s.drop(f, "loss 3%")
		}
	}},
	{"a fragment is duplicated", func(s *story) {
		f := s.fragment(s.udp(up), 68)
		s.arrive(f[0], s.duplicate(f[0], 1, "duplicate 0.5%"), f[1], f[2])
	}},
	{"a fragment is corrupted", func(s *story) {
		f := s.fragment(s.udp(up), 68)
		s.arrive(s.corrupt(f[0], "corrupt 0.1%", 300), s.corrupt(f[1], "corrupt 0.1%", 12), f[2])
	}},
	{"the corrupted fragment and its clean copy", func(s *story) {
		f := s.fragment(s.udp(up), 68)
		s.arrive(s.corrupt(f[0], "corrupt 0.1%", 300), s.duplicate(f[0], 1, "duplicate 0.5%"), f[1], f[2])
	}},
	{"fragments of fragments", func(s *story) {
		for _, f := range s.fragment(s.udp(up), 100) {
			s.arrive(s.fragment(f, 68)...)
		}
	}},
	{"still on the way", func(s *story) {
		f := s.fragment(s.udp(up), 68)
		s.arrive(f[2], s.udp(down))
	}},
	{"refused", func(s *story) {
		s.df = true
		s.arrive(s.udp(up))
		s.refuse(s.udp(up), 68)
		s.refuse(s.udp(down), 68)
	}},
	{"refused over IPv6", func(s *story) {
		s.six = true
		s.refuse(s.udp(up), 68)
		s.refuse(s.udp(down), 68)
	}},
	{"into a black hole", func(s *story) { s.drop(s.udp(up), "mtu 68 blackhole") }},
	{"refused, and sent again in two parts", func(s *story) {
		s.df = true
		s.refuse(s.tcp(up, 1000, 1, "A", 100), 100)
		s.arrive(s.tcp(up, 1000, 1, "A", 60), s.tcp(up, 1060, 1, "A", 40))
	}},
	{"sent again since a fragment was lost", func(s *story) {
		f := s.fragment(s.tcp(up, 1000, 1, "A", 100), 100)
		s.arrive(f[0])
		s.drop(f[1], "loss 3%")
		s.arrive(s.fragment(s.tcp(up, 1000, 1, "A", 100), 100)...)
	}},
	{"sent again since a fragment was corrupted", func(s *story) {
		f := s.fragment(s.tcp(up, 1000, 1, "A", 100), 100)
		s.arrive(f[0], s.corrupt(f[1], "corrupt 0.1%", 300))
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
	}},
	{"sent again needlessly", func(s *story) {
		s.arrive(s.fragment(s.tcp(up, 1000, 1, "A", 100), 100)...)
		s.arrive(s.tcp(up, 1000, 1, "A", 100))
	}},
}

// The golden file has each of them as the two captures tell it.
func TestNarrowCommentsGolden(t *testing.T) {
	var b strings.Builder
	for _, story := range narrow {
		var ls [2]listing
		cs := []*Capture{NewCapture(&ls[0], Client, time.Unix(0, 0)), NewCapture(&ls[1], Server, time.Unix(0, 0))}
		story.tell(newStory(t, netem.Observers{cs[0], cs[1]}))
		for _, c := range cs {
			if err := c.Close(); err != nil {
				t.Fatal(err)
			}
		}
		fmt.Fprintf(&b, "=== %s\n--- client\n%s--- server\n%s\n", story.name, &ls[Client], &ls[Server])
	}
	golden(t, "capture-mtu.txt", b.String())
}

// A segment has arrived when all its fragments have, and each segment once.
func TestFragmentedSegments(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	data := func(offset uint32) []*netem.Packet { return s.fragment(s.tcp(up, 1000+offset, 5000, "A", 100), 100) }
	whole := func(p *netem.Packet) string {
		s.arrive(p)
		return fmt.Sprintf("%d+%d", f.seen.offset, f.seen.len)
	}
	a := data(0)
	if len(a) != 2 || whole(a[1]) != "0+0" || whole(a[0]) != "0+100" {
		t.Errorf("%d fragments; the first segment is whole at another time", len(a))
	}
	b := data(100)
	s.arrive(b[0], s.duplicate(b[0], 1, "duplicate 1%"))
	s.drop(b[1], "loss 3%")
	c := data(100)
	s.corrupt(c[1], "corrupt 1%", 300)
	s.arrive(c[0], &netem.Packet{ID: c[1].ID, Corrupt: true, Fragment: true, Offset: c[1].Offset, Data: c[1].Data})
	d := data(100)
	if whole(d[0]) != "0+0" || whole(d[1]) != "100+100" {
		t.Error("the last segment is whole at another time")
	}
	s.arrive(data(100)...)
	f.finish()
	if got, want := f.text(), "0+100 100+100x 100+100rx 100+100r 100+100r"; got != want || f.spurious != 1 {
		t.Errorf("%s, %d needless; want %s", got, f.spurious, want)
	}
}

// RFC 4737 counts packets, of which each fragment is one, in the order in which they were sent.
func TestFragmentsInTheLinksCounters(t *testing.T) {
	c := newLinkCounter("mtu 68")
	s := newStory(t, observer(c.observe))
	f := s.fragment(s.udp(up), 68)
	s.arrive(f...)
	f = s.fragment(s.udp(up), 68)
	s.arrive(f[0], f[2], f[1], s.duplicate(f[0], 1, "duplicate 1%"))
	s.six = true
	s.refuse(s.udp(up), 68)
	got := *c.finish()
	got.DroppedBy, got.Sojourn = nil, nil
	want := LinkResult{Spec: "mtu 68", Offered: 3, Delivered: 7, Dropped: 1, Duplicated: 1, Reordered: 1, Fragmented: 2,
		Fragments: 6, Answered: 1, Bytes: 128 + 128 + 148}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%+v\nwant %+v", got, want)
	}
}

// The ladder shows each fragment's crossing and not that of the packet, which ends at the link's entry.
func TestFragmentsOnTheLadder(t *testing.T) {
	g := newStage(t, "udp", true)
	for i := range 20 {
		p := g.udp(up)
		if i != 10 {
			g.arrive(p)
			continue
		}
		f := g.fragment(p, 68)
		g.arrive(f[1], f[0])
		g.drop(f[2], "loss 3%")
	}
	flow, _ := g.c.Finish(g.now, false)
	i := slices.IndexFunc(flow.Transits, func(t Transit) bool { return t.Cause != "" })
	var lines []string
	for _, t := range flow.Transits[i-1 : i+4] {
		lines = append(lines, fmt.Sprintf("%s: arrived %t, lost %t, %s, frames %d and %d", t.Label, t.Arrived > 0, t.Lost, t.Cause, t.SentFrame, t.RecvFrame))
	}
	want := []string{
		"datagram 10: arrived true, lost false, , frames 10 and 10",
		"datagram 11, part 1: arrived true, lost false, mtu 68, frames 11 and 12",
		"datagram 11, part 2: arrived true, lost false, mtu 68, frames 11 and 11",
		"datagram 11, part 3: arrived false, lost true, loss 3%, frames 11 and 0",
		"datagram 12: arrived true, lost false, , frames 12 and 13",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
}

func TestEventLogOfFragmentsAndAnswers(t *testing.T) {
	var b strings.Builder
	l := NewEventLog(&b)
	l.Begin("udp")
	s := newStory(t, l)
	s.arrive(s.fragment(s.udp(up), 100)[1])
	s.df = true
	s.refuse(s.udp(up), 100)
	if err := l.Flush(); err != nil {
		t.Fatal(err)
	}
	const want = `udp,0.000000000,up,sent,1,0,128,,client,1,udp,10.0.0.1:40000,10.0.0.2:9000,,,,100,0,0,
udp,0.001000000,up,fragmented,1,0,128,mtu 100,,,udp,10.0.0.1:40000,10.0.0.2:9000,,,,100,0,0,
udp,0.002000000,up,fragment,1,0,100,mtu 100,,,udp,10.0.0.1:40000,10.0.0.2:9000,,,,72,0,0,0
udp,0.003000000,up,fragment,1,0,48,mtu 100,,,,,,,,,,0,0,80
udp,0.004000000,up,delivered,1,0,48,,server,1,,,,,,,,0,0,80
udp,0.005000000,up,sent,2,0,128,,client,2,udp,10.0.0.1:40000,10.0.0.2:9000,,,,100,0,0,
udp,0.006000000,up,answered,2,0,156,mtu 100,client,3,icmp,10.0.0.254,10.0.0.1,,,,136,0,0,
udp,0.007000000,up,dropped,2,0,128,mtu 100,,,udp,10.0.0.1:40000,10.0.0.2:9000,,,,100,0,0,
`
	if got := strings.TrimPrefix(b.String(), eventColumns); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
}

// The summary has rows for what an MTU did if it did anything.
func TestSummaryOfFragmentsAndAnswers(t *testing.T) {
	links := map[string]*LinkResult{up: {Offered: 10, Fragmented: 2, Fragments: 5}, down: {Offered: 7}}
	r := Results{App: "stream", Flows: []FlowResult{{Proto: "udp", Link: links}}}
	summary := func() string {
		var b strings.Builder
		if err := r.WriteSummary(&b); err != nil {
			t.Fatal(err)
		}
		return strings.Join(strings.Fields(b.String()), " ")
	}
	if s := summary(); !strings.Contains(s, "fragmented 2 / 0 fragments made 5 / 0 duplicated") || strings.Contains(s, "ICMP") {
		t.Error(s)
	}
	links[up], links[down].Answered = &LinkResult{}, 3
	if s := summary(); !strings.Contains(s, "answered by ICMP 0 / 3") || strings.Contains(s, "fragment") {
		t.Error(s)
	}
}
