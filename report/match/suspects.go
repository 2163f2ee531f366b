package match

import (
	"sort"
	"time"
)

const (
	// apart is how far from the usual delay the sending of a packet is looked for that arrived damaged, nanoseconds.
	apart = int64(2 * time.Second)

	maxSuspects = 1 << 14
)

// suspect keeps an arrival that is no known packet but has a wrong checksum: it may be one of those that are missing. That
// is settled when nothing else can arrive of them any more, so it takes no packet away from an intact arrival.
func (m *Matcher) suspect(s Sighting) {
	if len(m.suspects) >= maxSuspects {
		m.settle(m.suspects[0].Time)
	}
	m.suspects = append(m.suspects, s)
}

// settle finds the packets of the suspects that arrived until a time.
func (m *Matcher) settle(until int64) {
	n := 0
	for n < len(m.suspects) && m.suspects[n].Time <= until {
		m.convict(&m.suspects[n])
		n++
	}
	m.suspects = append(m.suspects[:0], m.suspects[n:]...)
}

// convict matches a damaged arrival with the packet that it is most like, mostly a missing one; but it may be a damaged copy of
// one that has arrived.
func (m *Matcher) convict(s *Sighting) {
	f, rivals := m.mostLike(s)
	switch {
	case f == nil && !s.strange:
		m.result.Unknown++
	case f == nil:
	case !f.Lost:
		f.Copies++
		m.result.Duplicates++
	default:
		m.result.Corrupted++
		if f.Ambiguous = rivals; rivals {
			m.result.Ambiguous++
		}
		m.end(f, s.Point, true)
	}
}

// mostLike returns the flight that has most in common with an arrival, of several the one that would have been on its way for
// the usual time, and whether there were several. A flight that has arrived must be nearer by what delays differ anyway.
func (m *Matcher) mostLike(s *Sighting) (best *flight, rivals bool) {
	at, latest := s.Time-m.last, s.Time-m.least+early
	from := sort.Search(m.flights.n, func(i int) bool { return m.flights.at(m.flights.first+i).Sent.Time >= at-apart })
	alike, off := leastAlike-1, int64(0)
	for n := m.flights.first + from; n < m.flights.first+m.flights.n; n++ {
		f := m.flights.at(n)
		if f.Sent.Time > min(at+apart, latest) {
			break
		}
		if f.length != s.length {
			continue
		}
		k, d := s.sketch.alike(&f.sketch), distance(f, at)
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

// leastAlike is how many of the 16 parts of a packet must be whole for it to be recognized by them.
const leastAlike = 12
