package match

import "time"

// Config bounds what a matcher holds. A zero stands for the default.
type Config struct {
	Window time.Duration // how much longer than the least delay an arrival may take
	Limit  int           // how many packets are held, whatever the window

	// Observe is told of every packet that was sent, in order, once nothing more is expected of it. It may be nil.
	Observe func(Fate)

	// Copied is told of each further arrival of a packet: which packet, by its number and its place in the sender's capture,
	// and where. It may be nil.
	Copied func(number int, sent, arrival Point)
}

// The defaults. A network that has not delivered a packet within a minute will not; a quarter of a million packets take less
// than 64 MB, and at 1 Gbit/s of long packets three seconds.
const (
	DefaultWindow = time.Minute
	DefaultLimit  = 1 << 18
)

// How far the clocks and the delays of two vantage points are trusted, nanoseconds.
const (
	early = int64(10 * time.Millisecond)  // an arrival may come so much before the least delay known
	soon  = int64(100 * time.Millisecond) // all that was sent until then must be known at an arrival
	ahead = int64(10 * time.Second)       // and all until then is, while there is room
	drift = 5000                          // clocks may run apart by one part in so many
)

// matcher matches the arrivals at one vantage point with what another point sent. Tell it of both, each in the order of its
// capture, and of a packet's sending before its arrival: wants says how far to read. Then ask finish.
//
// Packets of the same content are told apart by time: an arrival is of the one that would have taken as long as the packet
// before it took. Where another could be meant, the match is ambiguous.
type matcher struct {
	config   Config
	flights  flights
	contents contents
	suspects []suspect
	result   Result

	matched bool  // any packet that arrived was recognized by its content
	least   int64 // the least difference of the clocks of late; it grows slowly, as clocks may run apart
	last    int64 // that of the last match
	spread  int64 // how much they differ from one to the next, on average
	at      int64 // when the last match arrived
	front   int   // the greatest number that has arrived
}

// newMatcher returns a matcher. The shift is an estimate of the least difference of the two clocks between sending and
// arrival, nanoseconds.
func newMatcher(c Config, shift int64) *matcher {
	if c.Window <= 0 {
		c.Window = DefaultWindow
	}
	if c.Limit <= 0 {
		c.Limit = DefaultLimit
	}
	return &matcher{config: c, flights: flights{first: 1}, least: shift, last: shift}
}

// wants reports whether send is to be told of a packet sent at a time before arrive is told of an arrival.
func (m *matcher) wants(sent, arrival int64) bool {
	now := arrival - m.least
	return sent <= now+soon || sent <= now+ahead && m.flights.n < m.config.Limit/2
}

// send tells of a packet that was sent.
func (m *matcher) send(s *sighting) {
	if m.flights.n >= m.config.Limit {
		m.close()
	}
	m.result.Sent++
	f := m.flights.push(s)
	f.content = m.contents.place(f.key)
	m.contents.at(f.content).add(&m.flights, f)
}

// arrive tells of a packet that arrived.
func (m *matcher) arrive(s *sighting) {
	for forgotten := s.Time - m.least - int64(m.config.Window); m.flights.n > 0 && m.flights.oldest().Sent.Time < forgotten; {
		m.close()
	}
	at := m.contents.find(s.key)
	switch {
	case s.strange || at == 0 && s.damaged:
		m.accuse(s)
	case at == 0:
		m.result.Unknown++
	default:
		m.choose(&m.contents.at(at).twins, s)
	}
}

// choose matches an arrival with one of its twins.
func (m *matcher) choose(t *twins, s *sighting) {
	at, latest := s.Time-m.last, s.Time-m.least+early
	f, twin := t.nearest(&m.flights, at, latest), m.flights.at(t.arrived)
	usual := max(early, 4*m.spread)
	switch {
	case twin != nil && (f == nil || distance(f, at) > usual && distance(twin, at) < distance(f, at)):
		m.copy(twin, s.Point)
		return
	case f == nil: // sooner than ever before, but nothing else is like it
		f = m.flights.at(t.near)
	default:
		f.Ambiguous = f.rival(&m.flights, latest) || twin != nil && s.Time-twin.Arrival.Time <= usual
	}
	m.end(f, s.Point, s.corrupts(f))
	m.learn(f)
}

// copy notes that a flight has arrived once more.
func (m *matcher) copy(f *flight, arrival Point) {
	f.Copies++
	m.result.Duplicates++
	if m.config.Copied != nil {
		m.config.Copied(f.Number, f.Sent, arrival)
	}
}

// end notes that a flight has arrived.
func (m *matcher) end(f *flight, arrival Point, corrupted bool) {
	f.Lost, f.Arrival, f.Corrupted = false, arrival, corrupted
	t := m.contents.at(f.content)
	t.remove(&m.flights, f)
	t.arrived = f.Number
}

// corrupts reports whether the arrival of f shows damage in what the digests leave out. A wrong checksum that was wrong
// already when it was sent does not: there is no network card that has to compute it between two virtual machines.
func (s *sighting) corrupts(f *flight) bool { return s.broken || s.damaged && s.sum != f.sum }

// learn takes a match into account.
func (m *matcher) learn(f *flight) {
	now, took := f.Arrival.Time, f.Arrival.Time-f.Sent.Time
	if m.matched {
		m.least = min(m.least+max(0, now-m.at)/drift, took)
		m.spread += (max(took-m.last, m.last-took) - m.spread) / 16
		m.result.MinDelay = min(m.result.MinDelay, took)
	} else {
		m.least = min(m.least, took)
		m.result.MinDelay = took
	}
	m.matched, m.at, m.last = true, now, took
	if f.Corrupted {
		m.result.Corrupted++
	}
	if f.Ambiguous {
		m.result.Ambiguous++
		return
	}
	if f.Number < m.front {
		m.result.Reordered++
	}
	m.front = max(m.front, f.Number)
}

// close ends the oldest flight: whatever arrives of it now is not recognized any more.
func (m *matcher) close() {
	f := m.flights.oldest()
	if f.Lost {
		m.settle(f.Sent.Time)
	}
	// Of those that have arrived, the content may be forgotten already, and its place another's.
	if t := m.contents.at(f.content); t.live && t.key == f.key {
		if f.Lost {
			t.remove(&m.flights, f)
		}
		if t.arrived == f.Number {
			t.arrived = 0
		}
		if t.newest == 0 && t.arrived == 0 {
			m.contents.remove(f.content)
		}
	}
	if f.Lost {
		m.result.lose(f.Number)
	}
	if m.config.Observe != nil {
		m.config.Observe(f.Fate)
	}
	m.flights.pop()
}

// finish ends all flights and returns the result.
func (m *matcher) finish() *Result {
	for m.flights.n > 0 {
		m.close()
	}
	m.settle(settleAll)
	return &m.result
}
