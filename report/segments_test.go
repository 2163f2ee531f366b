package report

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"lossylab/netem"
)

// follower shows a tcpTracker the events of a story.
type follower struct {
	tcpTracker
	frames Frames
	seen   seen // of the last event
}

func (f *follower) Observe(e netem.Event) {
	_, frame := f.frames.Count(e)
	h, ok := e.Packet.Header()
	if !ok {
		h = nil
	}
	f.seen = f.observe(e, h, frame)
}

// follow returns a story and the tracker that is told it.
func follow(t testing.TB) (*story, *follower) {
	f := &follower{}
	return newStory(t, f), f
}

// open has a connection opened whose first data byte has the given number.
func (s *story) open(first uint32) {
	s.arrive(s.tcp(up, first-1, 0, "S", 0), s.tcp(down, 4999, first, "SA", 0), s.tcp(up, first, 5000, "A", 0))
}

// text lists the segments as "offset+length", with an "r" for a retransmission and an "x" for one that was lost.
func (f *follower) text() string {
	var b strings.Builder
	for _, s := range f.shown {
		fmt.Fprintf(&b, " %d+%d", s.Offset, s.Len)
		if s.Retransmit {
			b.WriteByte('r')
		}
		if s.Lost {
			b.WriteByte('x')
		}
	}
	return strings.TrimSpace(b.String())
}

func TestRetransmissions(t *testing.T) {
	for _, test := range []struct {
		name     string
		tell     func(s *story, data func(offset uint32, n int) *netem.Packet)
		segments string
		needless int64
	}{
		{"new data", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 100), data(100, 50), data(150, 100))
		}, "0+100 100+50 150+100", 0},
		{"lost and sent again", func(s *story, data func(uint32, int) *netem.Packet) {
			s.drop(data(0, 100), "loss 3%")
			s.arrive(data(100, 100), data(0, 100))
		}, "0+100x 100+100 0+100r", 0},
		{"sent again although it arrived", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 100), data(0, 100))
		}, "0+100 0+100r", 1},
		{"sent again while it is under way", func(s *story, data func(uint32, int) *netem.Packet) {
			late := data(0, 100)
			s.arrive(data(0, 100), late)
		}, "0+100 0+100r", 1},
		{"sent again needlessly and then lost", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 100))
			s.drop(data(0, 100), "loss 3%")
		}, "0+100 0+100rx", 1},
		{"lost twice", func(s *story, data func(uint32, int) *netem.Packet) {
			s.drop(data(0, 100), "loss 3%")
			s.drop(data(0, 100), "loss 3%")
			s.arrive(data(0, 100))
		}, "0+100x 0+100rx 0+100r", 0},
		{"lost, and then sent twice", func(s *story, data func(uint32, int) *netem.Packet) {
			s.drop(data(0, 100), "loss 3%")
			s.arrive(data(0, 100), data(0, 100))
		}, "0+100x 0+100r 0+100r", 1},
		{"the link's copy is no retransmission", func(s *story, data func(uint32, int) *netem.Packet) {
			p := data(0, 100)
			s.arrive(p, s.duplicate(p, 1, "duplicate 1%"))
		}, "0+100", 0},
		{"the link's copy makes up for a lost packet", func(s *story, data func(uint32, int) *netem.Packet) {
			p := data(0, 100)
			c := s.duplicate(p, 1, "duplicate 1%")
			s.drop(p, "loss 3%")
			s.arrive(c, data(0, 100))
		}, "0+100 0+100r", 1},
		{"and for a corrupted one", func(s *story, data func(uint32, int) *netem.Packet) {
			p := data(0, 100)
			bad := s.corrupt(p, "corrupt 1%", 500)
			s.arrive(bad, s.duplicate(p, 1, "duplicate 1%"), data(0, 100))
		}, "0+100 0+100r", 1},
		{"corrupted and sent again", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(s.corrupt(data(0, 100), "corrupt 1%", 500), data(0, 100))
		}, "0+100x 0+100r", 0},
		{"corrupted in its port, its number, its version and its protocol", func(s *story, data func(uint32, int) *netem.Packet) {
			for i, bit := range []int{170, 200, 1, 73} {
				offset := uint32(100 * i)
				s.arrive(s.corrupt(data(offset, 100), "corrupt 1%", bit), data(offset, 100), s.tcp(down, 5000, 1000+offset+100, "A", 0))
			}
		}, "0+100x 0+100r 100+100x 100+100r 200+100x 200+100r 300+100x 300+100r", 0},
		{"one lost, sent again in two pieces", func(s *story, data func(uint32, int) *netem.Packet) {
			s.drop(data(0, 100), "loss 3%")
			s.arrive(data(0, 50), data(50, 50))
		}, "0+100x 0+50r 50+50r", 0},
		{"one arrived, sent again in two pieces", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 100), data(0, 50), data(50, 50))
		}, "0+100 0+50r 50+50r", 2},
		{"two, of which one is lost, sent again as one", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 50))
			s.drop(data(50, 50), "loss 3%")
			s.arrive(data(0, 100))
		}, "0+50 50+50x 0+100r", 0},
		{"two that arrived, sent again as one", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 50), data(50, 50), data(0, 100))
		}, "0+50 50+50 0+100r", 1},
		{"sent again with new data behind it", func(s *story, data func(uint32, int) *netem.Packet) {
			s.arrive(data(0, 100), data(50, 100), data(150, 10))
		}, "0+100 50+100r 150+10", 0},
		{"still under way at the end", func(s *story, data func(uint32, int) *netem.Packet) {
			data(0, 100)
			data(0, 100)
		}, "0+100 0+100r", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, first := range []uint32{1000, ^uint32(0) - 120} { // and where numbers start again at 0
				for _, six := range []bool{false, true} {
					s, f := follow(t)
					s.six = six
					s.open(first)
					test.tell(s, func(offset uint32, n int) *netem.Packet { return s.tcp(up, first+offset, 5000, "A", n) })
					f.finish()
					if got := f.text(); got != test.segments {
						t.Errorf("from %d, IPv6 %v: segments %s, want %s", first, six, got, test.segments)
					}
					if f.spurious != test.needless || f.segments != int64(len(f.shown)) {
						t.Errorf("from %d, IPv6 %v: %d needless of %d, want %d", first, six, f.spurious, f.segments, test.needless)
					}
				}
			}
		})
	}
}

// sent is what the test remembers of a transmission.
type sent struct {
	id       uint64
	from, to uint32
	arrived  bool
}

// A retransmission is needless if each byte of it was in a transmission before it that arrived: counted byte by byte over
// what a link may do at its worst.
func TestNeedlessAgainstBytes(t *testing.T) {
	for seed := range uint64(20) {
		f := &follower{}
		var all []sent
		fragments := map[uint64]map[int]bool{} // that have not arrived, by their packet and where they begin
		s := newStory(t, netem.Observers{f, observer(func(e netem.Event) {
			h, ok := e.Packet.Header()
			switch {
			case e.Link == up && e.Kind == netem.Sent && ok && len(h.Payload) > 0:
				all = append(all, sent{id: e.Packet.ID, from: h.Seq, to: h.Seq + uint32(len(h.Payload))})
			case e.Kind == netem.Fragment && e.Packet.Offset == 0:
				fragments[e.Packet.ID] = map[int]bool{0: true}
			case e.Kind == netem.Fragment:
				fragments[e.Packet.ID][e.Packet.Offset] = true
			case e.Kind == netem.Delivered && !e.Packet.Corrupt:
				missing := fragments[e.Packet.ID]
				delete(missing, e.Packet.Offset)
				for i := range all {
					all[i].arrived = all[i].arrived || all[i].id == e.Packet.ID && len(missing) == 0
				}
			}
		})})
		s.six = seed%2 == 1
		s.arrive(s.tcp(up, ^uint32(0), 0, "S", 0))
		chaos(s, 1000, rand.New(rand.NewPCG(seed, 0)))
		f.finish()
		want := int64(0)
		for i, x := range all {
			needless := true
			for b := x.from; b < x.to; b++ {
				brought := false
				for _, before := range all[:i] {
					brought = brought || before.arrived && before.from <= b && b < before.to
				}
				needless = needless && brought
			}
			want += int64(one(needless))
		}
		if f.spurious != want || want == 0 || f.segments != int64(len(all)) {
			t.Errorf("seed %d: %d of %d needless, want %d of %d", seed, f.spurious, f.segments, want, len(all))
		}
	}
}

// The offset of a byte goes on where its number starts again at 0, here three times, whichever way packets overtake.
func TestOffsetsGoBeyondTheNumbers(t *testing.T) {
	s, f := follow(t)
	const first, step = ^uint32(0) - 5000, 1 << 28
	s.open(first)
	for i := range int64(50) {
		offset := i * step
		p := s.tcp(up, first+uint32(offset), 5000, "A", 1000)
		if f.seen.offset != offset {
			t.Fatalf("segment %d is at %d, want %d", i, f.seen.offset, offset)
		}
		s.tcp(down, 5000, first+uint32(offset)+1000, "A", 0)
		if f.seen.offset != offset+1000 {
			t.Fatalf("acknowledgment %d is at %d", i, f.seen.offset)
		}
		s.arrive(s.tcp(down, 5000, first+uint32(offset)+1000, "A", 0), p)
		if f.seen.offset != offset || f.seen.len != 1000 {
			t.Fatalf("segment %d arrived at %d", i, f.seen.offset)
		}
	}
	if f.acks[len(f.acks)-1].Offset != 49*step+1000 {
		t.Errorf("the last acknowledgment is %+v", f.acks[len(f.acks)-1])
	}
}

func TestOrdinalsNameSegments(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	index := func(p *netem.Packet) int {
		t.Helper()
		if f.seen.conn == nil {
			t.Fatal("the packet belongs to no connection")
		}
		return f.seen.index
	}
	for i, test := range []struct {
		name string
		p    func() *netem.Packet
		want int
	}{
		{"the first", func() *netem.Packet { return s.tcp(up, 1000, 5000, "A", 100) }, 0},
		{"the next", func() *netem.Packet { return s.tcp(up, 1100, 5000, "A", 100) }, 1},
		{"an acknowledgment names what is expected", func() *netem.Packet { return s.tcp(down, 5000, 1100, "A", 0) }, 1},
		{"of all, the next that will come", func() *netem.Packet { return s.tcp(down, 5000, 1200, "A", 0) }, 2},
		{"of half a segment, that segment", func() *netem.Packet { return s.tcp(down, 5000, 1150, "A", 0) }, 1},
		{"of half the first, the first", func() *netem.Packet { return s.tcp(down, 5000, 1050, "A", 0) }, 0},
		{"the first again", func() *netem.Packet { return s.tcp(up, 1000, 5000, "A", 100) }, 0},
		{"the middle of the next again", func() *netem.Packet { return s.tcp(up, 1150, 5000, "A", 50) }, 1},
		{"old and new data", func() *netem.Packet { return s.tcp(up, 1150, 5000, "A", 150) }, 1},
		{"the old data in it keeps its number", func() *netem.Packet { return s.tcp(up, 1160, 5000, "A", 10) }, 1},
		{"the new data in it has its own", func() *netem.Packet { return s.tcp(up, 1200, 5000, "A", 100) }, 2},
		{"and then the next", func() *netem.Packet { return s.tcp(up, 1300, 5000, "A", 100) }, 3},
		{"an acknowledgment of FIN", func() *netem.Packet { return s.tcp(down, 5000, 1401, "A", 0) }, 4},
	} {
		if got := index(test.p()); got != test.want {
			t.Errorf("%d, %s: %d, want %d", i, test.name, got, test.want)
		}
	}
}

func TestConnections(t *testing.T) {
	s, f := follow(t)
	s.port = 40001
	s.drop(s.tcp(up, 999, 0, "S", 0), "loss 3%")
	s.tcp(up, 999, 0, "S", 0)
	s.open(1000) // SYN a third time: still the same connection
	s.port = 40002
	s.open(1000) // another, with the same numbers
	for i := range uint32(3) {
		for s.port = 40001; s.port <= 40002; s.port++ {
			s.arrive(s.tcp(up, 1000+100*i, 5000, "A", 100))
			s.arrive(s.tcp(down, 5000, 1100+100*i, "A", 0))
		}
	}
	s.port = 40002
	s.arrive(s.tcp(up, 1000, 5000, "A", 100)) // needless
	s.port = 40001
	s.arrive(s.tcp(up, 1300, 5000, "FA", 0), s.tcp(down, 5000, 1301, "FA", 0), s.tcp(up, 1301, 5001, "A", 0))
	s.arrive(s.tcp(down, 5001, 99, "RA", 0), s.tcp(up, 1301, 0, "R", 0)) // a reset acknowledges nothing
	s.port = 40003
	s.arrive(s.tcp(up, 1000, 5000, "A", 100)) // its SYN has not been seen
	s.port = 40001
	s.drop(s.tcp(up, 7000, 5000, "A", 100), "loss 3%") // the port again, and before its SYN:
	s.open(7777)                                       // another connection, which is not shown
	s.arrive(s.tcp(up, 7777, 5000, "A", 100))
	f.finish()
	if len(f.conns) != 3 || f.synAgain != 2 {
		t.Errorf("%d connections, want 3; %d times SYN again, want 2", len(f.conns), f.synAgain)
	}
	if got, want := f.text(), "0+100 100+100 200+100 6000+100x"; got != want {
		t.Errorf("of the first connection %s, want %s", got, want)
	}
	if f.spurious != 1 || f.segments != 3+3+1+1+1 {
		t.Errorf("%d of %d needless", f.spurious, f.segments)
	}
	var acks []int64
	for _, a := range f.acks {
		acks = append(acks, a.Offset)
	}
	if fmt.Sprint(acks) != "[0 100 200 300 300]" { // the last is that of FIN, which is no data
		t.Errorf("acknowledgments %v", acks)
	}
}

func TestAcksAreThoseThatArriveIntactAtTheClient(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	s.arrive(s.tcp(up, 1000, 5000, "A", 100))
	s.drop(s.tcp(down, 5000, 1100, "A", 0), "loss 3%")
	s.arrive(s.corrupt(s.tcp(down, 5000, 1100, "A", 0), "corrupt 1%", 230))    // in its ACK number
	a, none := s.tcp(down, 5000, 1100, "A", 0), s.tcp(down, 5000, 1100, "", 0) // which has no ACK
	at := s.now
	s.arrive(a, none)
	want := []Ack{{At: ms(4), Window: 65535}, {At: at, Offset: 100, Window: 65535}} // that of SYN came at 4 ms
	if fmt.Sprint(f.acks) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", f.acks, want)
	}
}

func TestSegmentsHaveTheirFrames(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	s.drop(s.tcp(up, 1000, 5000, "A", 100), "loss 3%") // the client has seen SYN, SYN-ACK and ACK
	at := s.now
	s.arrive(s.tcp(up, 1000, 5000, "A", 100))
	if len(f.shown) != 2 || f.shown[0].Frame != 4 || f.shown[1].Frame != 5 || f.shown[1].At != at {
		t.Errorf("%+v", f.shown)
	}
}

// What is kept does not grow with the run, whatever is lost, corrupted or repeated on the way.
func TestTrackerMemoryIsBounded(t *testing.T) {
	s, f := follow(t)
	s.open(1000)
	var window []*netem.Packet
	for i := range uint32(30_000) {
		p := s.tcp(up, 1000+100*i, 5000, "A", 100)
		switch i % 10 {
		case 3:
			s.drop(p, "loss 10%")
			p = s.tcp(up, 1000+100*i, 5000, "A", 100)
		case 7:
			s.arrive(s.corrupt(p, "corrupt 10%", int(i)%1000))
			p = s.tcp(up, 1000+100*i, 5000, "A", 100)
		}
		window = append(window, p)
		if len(window) > 20 {
			s.arrive(window[0], s.tcp(down, 5000, 1000+100*(i-19), "A", 0))
			window = window[1:]
		}
		if c := f.conns[0]; len(f.sending) > 25 || len(c.starts) > 22 || len(c.carried.spans) > 22 {
			t.Fatalf("after %d segments: %d transmissions, %d beginnings, %d spans", i, len(f.sending), len(c.starts), len(c.carried.spans))
		}
	}
	f.finish()
	if len(f.sending) != 0 || f.segments != 36_000 || f.spurious != 0 || len(f.shown) != shown || len(f.acks) != shown {
		t.Errorf("%d transmissions are left of %d, %d needless, %d segments and %d acknowledgments shown", len(f.sending),
			f.segments, f.spurious, len(f.shown), len(f.acks))
	}
}
