package match

import (
	"fmt"
	"lossylab/netem"
	"slices"
	"strings"
	"testing"
	"time"
)

// told is a matcher that is told of packets in milliseconds, each of which has a letter for its content.
type told struct {
	*matcher
	fates []string
	frame int
}

// newTold returns one between two points 20 ms apart.
func newTold(c Config) *told {
	m := &told{}
	c.Observe = func(f Fate) {
		fate := fmt.Sprintf("%d lost", f.Number)
		if !f.Lost {
			fate = fmt.Sprintf("%d at %v", f.Number, time.Duration(f.Arrival.Time))
		}
		if f.Copies > 0 {
			fate += fmt.Sprintf(", %d more", f.Copies)
		}
		if f.Ambiguous {
			fate += "?"
		}
		if f.Corrupted {
			fate += " corrupted"
		}
		m.fates = append(m.fates, fate)
	}
	m.matcher = newMatcher(c, 20e6)
	return m
}

// sighting makes a packet of a letter at a time, in milliseconds.
func (m *told) sighting(ms float64, letter rune) sighting {
	m.frame++
	s := sighting{Point: Point{int64(ms * 1e6), m.frame}}
	s.key = begin.word(uint64(letter))
	return s
}

// tell takes "A10 B10.5 > A30 > B200": sent at 10 and 10.5 ms, arrived at 30 and 200 ms.
func (m *told) tell(words string) {
	arrives := false
	for _, w := range strings.Fields(words) {
		if w == ">" {
			arrives = true
			continue
		}
		var letter rune
		var ms float64
		if _, err := fmt.Sscanf(w, "%c%g", &letter, &ms); err != nil {
			panic(err)
		}
		s := m.sighting(ms, letter)
		if arrives {
			m.arrive(&s)
		} else {
			m.send(&s)
		}
		arrives = false
	}
}

// The same content more than once: time tells which it is, and where it may be another, the match is ambiguous.
func TestTwins(t *testing.T) {
	for _, c := range []struct{ name, told, want string }{
		{"each is another", "A10 B11 C12 > A30 > C32", "1 at 30ms; 2 lost; 3 at 32ms"},
		{"reordered", "A10 B11 C12 > C32 > A33 > B34", "1 at 33ms; 2 at 34ms; 3 at 32ms; 2 reordered"},
		{"a duplicate", "A10 > A30 > A30.1 > A35", "1 at 30ms, 2 more; 2 duplicates"},
		{"sent again, the first lost", "X0 A0 A210 > X20 > A230", "1 at 20ms; 2 lost; 3 at 230ms?; 1 ambiguous"},
		{"sent again, the second lost", "X0 A0 > X20 > A20 A210 B220 > B240", "1 at 20ms; 2 at 20ms; 3 lost; 4 at 240ms"},
		{"sent again, both arrived", "A0 > A20 A210 > A230", "1 at 20ms; 2 at 230ms"},
		{"sent again, the second known already, the first duplicated", "A0 A210 > A20 > A20.1 > A230", "1 at 20ms, 1 more; 2 at 230ms; 1 duplicates"},
		{"sent again, the first lost, the second duplicated", "X0 A0 A210 > X20 > A230 > A230.2", "1 at 20ms; 2 lost; 3 at 230ms, 1 more?; 1 duplicates; 1 ambiguous"},
		{"three in a row, the middle lost", "A0 A1 A2 > A20 > A22", "1 at 20ms?; 2 lost; 3 at 22ms?; 2 ambiguous"},
		{"three in a row, all arrived", "A0 A1 A2 > A20 > A21 > A22", "1 at 20ms?; 2 at 21ms?; 3 at 22ms?; 3 ambiguous"},
		{"slower and slower", "A0 B5 > A30 > B45 A30 B35 > A80 > B85", "1 at 30ms; 2 at 45ms; 3 at 80ms; 4 at 85ms"},
		{"faster than ever", "A100 > A105 B200 > B205", "1 at 105ms; 2 at 205ms"},
		{"not sent", "A0 > B20 > A20", "1 at 20ms; 1 unknown"},
		{"forgotten", "A0 > A70000 B70000 > B70020", "1 lost; 2 at 1m10.02s; 1 unknown"},
	} {
		m := newTold(Config{})
		m.tell(c.told)
		r := m.finish()
		got := m.fates
		for _, count := range []struct {
			n    int
			what string
		}{{r.Reordered, "reordered"}, {r.Duplicates, "duplicates"}, {r.Ambiguous, "ambiguous"}, {r.Unknown, "unknown"}, {r.Corrupted, "corrupted"}} {
			if count.n > 0 {
				got = append(got, fmt.Sprintf("%d %s", count.n, count.what))
			}
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %s\n got %s\nwant %s", c.name, c.told, s, c.want)
		}
	}
}

// Packets that are all the same, one every millisecond: those that are missing are told by their times, without looking at
// each of the others.
func TestAllTheSame(t *testing.T) {
	m := newTold(Config{})
	var want netem.PacketSet
	var r Result
	for i := 1; i <= 100_000; i++ {
		m.tell(fmt.Sprintf("A%d", i))
		if i%20 == 7 {
			r.lose(i)
		}
	}
	want = r.Lost
	for i := 1; i <= 100_000; i++ {
		if i%20 != 7 {
			m.tell(fmt.Sprintf("> A%d", i+20))
		}
	}
	if got := m.finish(); !slices.Equal(got.Lost, want) || got.Ambiguous < 90_000 || got.Unknown+got.Duplicates > 0 {
		t.Errorf("%d lost in %d ranges, want %d; %d ambiguous", got.LostCount, len(got.Lost), len(want), got.Ambiguous)
	}
}

// A matcher holds no more than it may, and what it has to forget counts as lost.
func TestLimit(t *testing.T) {
	m := newTold(Config{Limit: 1000})
	for i := range 5000 {
		s := m.sighting(float64(i), rune(i))
		m.send(&s)
		if m.flights.n > 1000 || len(m.flights.pages)+len(m.flights.spare) > 2 || m.contents.n > 1000 {
			t.Fatalf("%d flights in %d pages, %d contents", m.flights.n, len(m.flights.pages)+len(m.flights.spare), m.contents.n)
		}
	}
	for i := range 5000 {
		s := m.sighting(float64(i+20), rune(i))
		m.arrive(&s)
	}
	if r := m.finish(); !slices.Equal(r.Lost, netem.PacketSet{{First: 1, Last: 4000}}) || r.Unknown != 4000 || r.Sent-r.LostCount != 1000 {
		t.Errorf("%+v", r)
	}
	for i := range maxSuspects + 10 {
		s := m.sighting(float64(i), 'x')
		s.strange = true
		m.arrive(&s)
	}
	if len(m.suspects) > maxSuspects {
		t.Errorf("%d suspects", len(m.suspects))
	}
}

// Reading goes so far ahead that clocks may jump a bit, but not beyond what there is room for.
func TestWants(t *testing.T) {
	m := newTold(Config{Limit: 10})
	at := func(ms float64) bool { return m.wants(int64(ms*1e6), 1020e6) } // so 1 s is the time at the sender
	if !at(1000) || !at(1099) || !at(10_900) || at(11_100) {
		t.Error("with room, ten seconds ahead are wanted")
	}
	for i := range 5 {
		s := m.sighting(float64(i), 'a')
		m.send(&s)
	}
	if !at(1000) || !at(1099) || at(1101) {
		t.Error("without much room, a tenth of a second is")
	}
}

// The steady state allocates nothing.
func TestNoAllocations(t *testing.T) {
	m := newMatcher(Config{Limit: 2048}, 20e6)
	i := 0
	step := func() {
		i++
		s := sighting{Point: Point{int64(i) * 1e6, i}}
		s.key = begin.word(uint64(i))
		m.send(&s)
		s.Time += 20e6
		m.arrive(&s)
	}
	for range 10_000 {
		step()
	}
	if n := testing.AllocsPerRun(10_000, step); n > 0 {
		t.Errorf("%v allocations for a packet", n)
	}
}
