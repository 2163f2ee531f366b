package sim_test

import (
	"cmp"
	"slices"
	"testing"

	"lossylab/netem"
	"lossylab/sim"
)

// shelf is a stage that gives each packet out at the time written in its ID; a test may take packets away.
type shelf struct{ packets []*netem.Packet }

func (s *shelf) Send(_ netem.Time, p *netem.Packet) {
	s.packets = append(s.packets, p)
	slices.SortStableFunc(s.packets, func(a, b *netem.Packet) int { return cmp.Compare(a.ID, b.ID) })
}

func (s *shelf) Next() (netem.Time, bool) {
	if len(s.packets) == 0 {
		return 0, false
	}
	return netem.Time(s.packets[0].ID), true
}

func (s *shelf) Recv(now netem.Time) *netem.Packet {
	if at, ok := s.Next(); !ok || at > now {
		return nil
	}
	p := s.packets[0]
	s.packets = s.packets[1:]
	return p
}

// carried has a pipe carry packets that are all sent at 0, and returns when they arrived and the calls it took.
func carried(t *testing.T, due []uint64) (arrived []netem.Time, calls uint64) {
	t.Helper()
	l := sim.NewLoop()
	p := sim.NewPipe(l, &shelf{}, func(p *netem.Packet) {
		if l.Now() != netem.Time(p.ID) {
			t.Errorf("packet for %d arrived at %d", p.ID, l.Now())
		}
		arrived = append(arrived, l.Now())
	})
	for _, id := range due {
		p.Send(&netem.Packet{ID: id})
	}
	run(t, l, sim.Forever)
	return arrived, l.Calls()
}

func TestAPipeWakesOncePerArrival(t *testing.T) {
	const n = 1000
	up, down, same := make([]uint64, n), make([]uint64, n), make([]uint64, n)
	for i := range up {
		up[i], down[i], same[i] = uint64(i+1), uint64(n-i), 7
	}
	for _, c := range []struct {
		name  string
		due   []uint64
		calls uint64
	}{
		{"one behind the other", up, n},
		{"each before the last", down, n}, // the wake-up moves, and does not multiply
		{"all at once", same, 1},
		{"now", []uint64{0, 0, 0}, 1},
	} {
		t.Run(c.name, func(t *testing.T) {
			arrived, calls := carried(t, c.due)
			if len(arrived) != len(c.due) || calls != c.calls {
				t.Errorf("%d of %d arrived in %d calls, want %d", len(arrived), len(c.due), calls, c.calls)
			}
		})
	}
}

// What the wake-up was for is gone when it comes. It is then made good once, for what is left, and never of its own
// accord: were it to schedule itself, it would do so once per packet sent since, and the cost of n packets be n².
func TestAStaleWakeUpEndsThere(t *testing.T) {
	const n = 1000
	l, s, arrived := sim.NewLoop(), &shelf{}, 0
	p := sim.NewPipe(l, s, func(*netem.Packet) { arrived++ })
	for i := range netem.Time(n) {
		l.At(10*i, func() {
			s.packets = nil // whatever was to arrive
			p.Send(&netem.Packet{ID: uint64(l.Now()) + 15})
		})
	}
	run(t, l, sim.Forever)
	if arrived != 1 {
		t.Errorf("%d arrived, want the last one", arrived)
	}
	// n calls of this test's own, and at most one stale wake-up for each.
	if l.Calls() > 2*n {
		t.Errorf("%d calls for %d packets", l.Calls(), n)
	}
}

func TestWhatArrivesMaySendOn(t *testing.T) {
	l := sim.NewLoop()
	var at []netem.Time
	var p *sim.Pipe
	p = sim.NewPipe(l, &shelf{}, func(pkt *netem.Packet) {
		at = append(at, l.Now())
		if pkt.ID < 50 {
			p.Send(&netem.Packet{ID: pkt.ID + 10})
		}
	})
	p.Send(&netem.Packet{ID: 10})
	run(t, l, sim.Forever)
	if want := []netem.Time{10, 20, 30, 40, 50}; !slices.Equal(at, want) || l.Calls() != 5 {
		t.Errorf("arrived at %v in %d calls, want %v in 5", at, l.Calls(), want)
	}
}

// refuser is a stage that answers what it gets and carries nothing.
type refuser struct {
	shelf
	answers []*netem.Packet
}

func (r *refuser) Send(_ netem.Time, p *netem.Packet) {
	r.answers = append(r.answers, &netem.Packet{ID: p.ID}, &netem.Packet{ID: p.ID + 1})
}

func (r *refuser) Answer() *netem.Packet {
	if len(r.answers) == 0 {
		return nil
	}
	p := r.answers[0]
	r.answers = r.answers[1:]
	return p
}

// Answers come at the instant of the sending and once it is over, in order; nobody need want them.
func TestAnswersComeAfterTheSending(t *testing.T) {
	l := sim.NewLoop()
	p := sim.NewPipe(l, &refuser{}, func(*netem.Packet) { t.Error("arrived") })
	sending := false
	var got []uint64
	p.Back(func(a *netem.Packet) {
		if got = append(got, a.ID); sending || l.Now() != 5 {
			t.Errorf("the answer %d came at %v, while sending: %v", a.ID, l.Now(), sending)
		}
	})
	l.At(5, func() {
		sending = true
		p.Send(&netem.Packet{ID: 10})
		p.Send(&netem.Packet{ID: 20})
		sending = false
	})
	run(t, l, sim.Forever)
	if want := []uint64{10, 11, 20, 21}; !slices.Equal(got, want) {
		t.Errorf("answers %v, want %v", got, want)
	}
	p = sim.NewPipe(l, &refuser{}, func(*netem.Packet) {})
	p.Send(&netem.Packet{ID: 10})
	run(t, l, sim.Forever)
}
