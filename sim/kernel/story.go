//go:build linux

package kernel

import (
	"cmp"
	"io"
	"slices"
	"sync"
	"sync/atomic"

	"lossylab/netem"
	"lossylab/sim"
)

// story puts what the link tells, what programs tell and what is sampled of TCP into one order, that of time, and tells it
// from one goroutine.
type story struct {
	observer netem.Observer

	mu    sync.Mutex
	asked []saying // by programs, and not told yet
	over  bool

	pending []netem.Event
	at      netem.Time   // of what was told last
	end     atomic.Int64 // nothing is told that happened later
}

// heldBack is how long a story waits for those who notice late what has happened: samples of TCP tell of a recovery up to
// sampleEvery after it began.
const heldBack = 4 * netem.Time(sampleEvery)

// saying is something that is to be told in its turn.
type saying struct {
	at netem.Time
	f  func(at netem.Time)
}

// tell has f called when all that happened on the link before an instant has been told, with that instant, or with a later
// one if the telling has passed it already. Any goroutine may call it.
func (s *story) tell(at netem.Time, f func(at netem.Time)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.over {
		s.asked = append(s.asked, saying{at, f})
	}
}

// read tells a stream to its end, which it returns.
func (s *story) read(p *player) (end netem.Time, err error) {
	for {
		e, err := p.next()
		switch {
		case err == io.EOF:
			s.until(e.At)
			s.close()
			return min(e.At, s.last()), nil
		case err != nil:
			s.until(sim.Forever)
			s.close()
			return s.at, err
		case e.Packet == nil:
			s.until(e.At - heldBack)
		default:
			s.pending = append(s.pending, e)
		}
	}
}

func (s *story) last() netem.Time { return netem.Time(s.end.Load()) }

// close lets nothing more be told.
func (s *story) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.over, s.asked = true, nil
}

// until tells all that happened up to an instant.
func (s *story) until(at netem.Time) {
	slices.SortStableFunc(s.pending, func(a, b netem.Event) int { return cmp.Compare(a.At, b.At) })
	n := 0
	for ; n < len(s.pending) && s.pending[n].At <= at; n++ {
	}
	sayings := s.due(at)
	for _, e := range s.pending[:n] {
		for len(sayings) > 0 && sayings[0].at < e.At {
			s.say(sayings[0])
			sayings = sayings[1:]
		}
		if s.at = max(s.at, e.At); e.At <= s.last() {
			s.observer.Observe(e)
		}
	}
	for _, one := range sayings {
		s.say(one)
	}
	rest := copy(s.pending, s.pending[n:])
	clear(s.pending[rest:])
	s.pending = s.pending[:rest]
}

func (s *story) say(one saying) {
	if s.at = max(s.at, one.at); s.at <= s.last() {
		one.f(s.at)
	}
}

// due takes out what programs asked to have told up to an instant, in order of time.
func (s *story) due(at netem.Time) []saying {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.asked) == 0 {
		return nil
	}
	slices.SortStableFunc(s.asked, func(a, b saying) int { return cmp.Compare(a.at, b.at) })
	n, _ := slices.BinarySearchFunc(s.asked, at+1, func(a saying, at netem.Time) int { return cmp.Compare(a.at, at) })
	sayings := slices.Clone(s.asked[:n])
	rest := copy(s.asked, s.asked[n:])
	clear(s.asked[rest:])
	s.asked = s.asked[:rest]
	return sayings
}
