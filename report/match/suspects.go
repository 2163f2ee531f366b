package match

import (
	"math"
	"sort"
	"time"
)

// suspect is an arrival that is no known packet but has a wrong checksum: it may be one of those that are missing. That is
// settled when nothing else can arrive of them any more, so it takes no packet away from an intact arrival.
type suspect struct {
	sighting
	usual           int64 // when it was sent if it took as long as the packet before it
	earliest, until int64 // when it was sent at all
}

const (
	// apart is how much longer or shorter than usual a damaged packet was on its way at most, nanoseconds; or 16 times what
	// delays differ on average, if that is more.
	apart = int64(200 * time.Millisecond)

	maxSuspects = 1 << 14
)

// accuse makes a suspect of an arrival.
func (m *matcher) accuse(s *sighting) {
	if len(m.suspects) >= maxSuspects {
		m.settle(m.suspects[0].earliest)
	}
	usual, off := s.Time-m.last, max(apart, 16*m.spread)
	m.suspects = append(m.suspects, suspect{*s, usual, usual - off, min(usual+off, s.Time-m.least+early)})
}

// settle finds the packets of the suspects that may have been sent until a time.
func (m *matcher) settle(until int64) {
	n := 0
	for n < len(m.suspects) && m.suspects[n].earliest <= until {
		m.convict(&m.suspects[n])
		n++
	}
	m.suspects = append(m.suspects[:0], m.suspects[n:]...)
}

// settleAll is the time until which all suspects were sent.
const settleAll = math.MaxInt64

// convict matches a suspect with the packet that it is most like, mostly a missing one; but it may be a damaged copy of one that
// has arrived.
func (m *matcher) convict(s *suspect) {
	f, rivals := m.mostLike(s)
	switch {
	case f == nil && !s.strange:
		m.result.Unknown++
	case f == nil:
	case !f.Lost:
		m.copy(f, s.Point)
	default:
		m.result.Corrupted++
		if f.Ambiguous = rivals; rivals {
			m.result.Ambiguous++
		}
		m.end(f, s.Point, true)
	}
}

// leastAlike is how many of the 16 parts of a packet must be whole for it to be recognized by them.
const leastAlike = 12

// mostLike returns the flight that has most in common with a suspect, of several the one that would have been on its way for
// the usual time, and whether there were several. One that has arrived must be nearer to that by what delays differ anyway.
func (m *matcher) mostLike(s *suspect) (best *flight, rivals bool) {
	q := &m.flights
	first := sort.Search(q.n, func(i int) bool { return q.at(q.first+i).Sent.Time >= s.earliest })
	alike, off := leastAlike-1, int64(0)
	for n := q.first + first; n < q.first+q.n; n++ {
		f := q.at(n)
		if f.Sent.Time > s.until {
			break
		}
		if f.length != s.length {
			continue
		}
		k, d := s.sketch.alike(&f.sketch), distance(f, s.usual)
		if !f.Lost {
			d += max(4*m.spread, int64(time.Millisecond)/10)
		}
		if k < alike || k == alike && best == nil {
			continue
		}
		rivals = k == alike
		if k > alike || d < off {
			best, alike, off = f, k, d
		}
	}
	return best, rivals
}
