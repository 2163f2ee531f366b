package netem

import (
	"math"
	"math/rand/v2"
	"time"
)

// CoDel is Controlled Delay (RFC 8289): when packets have waited longer than Target for as long as Interval, it drops the
// first, and then further ones ever sooner until they no longer do.
type CoDel struct {
	Target      time.Duration // zero means 5ms
	Interval    time.Duration // zero means 100ms
	CEThreshold time.Duration // who waited longer is marked, if it may be, whatever ECN says; zero means no threshold
	ECN         bool          // mark packets that may be marked instead of dropping them
}

// New implements Discipline.
func (c CoDel) New(limit Limit, _ Rate, _ *rand.Rand, out Outlet) Queue {
	limit = limit.or(DefaultLimit)
	return &codelQueue{fifo: fifo{limit: limit}, codel: c.make("queue codel", out), full: "queue codel " + limit.String()}
}

// Validate implements Discipline.
func (c CoDel) Validate(Limit) error {
	for _, d := range [...]time.Duration{c.Target, c.Interval, c.CEThreshold} {
		if err := checkDuration("queue", d); err != nil {
			return err
		}
	}
	return nil
}

// String implements Discipline.
func (c CoDel) String() string {
	s := "queue codel" + c.times()
	if c.ECN {
		s += " ecn"
	}
	return s
}

// times returns the words of the times that differ from the defaults.
func (c CoDel) times() (s string) {
	if c.Target != 0 {
		s += " target " + FormatDuration(c.Target)
	}
	if c.Interval != 0 {
		s += " interval " + FormatDuration(c.Interval)
	}
	if c.CEThreshold != 0 {
		s += " ce_threshold " + FormatDuration(c.CEThreshold)
	}
	return s
}

// make returns the algorithm; name is the queue's in causes.
func (c CoDel) make(name string, out Outlet) codel {
	// The constants of RFC 8289 section 5.3.
	d := codel{target: 5 * time.Millisecond, interval: 100 * time.Millisecond, threshold: c.CEThreshold}
	if c.Target != 0 {
		d.target = c.Target
	}
	if c.Interval != 0 {
		d.interval = c.Interval
	}
	d.censor = newCensor(c.ECN, out, name+" target "+FormatDuration(d.target))
	d.late = name + " ce_threshold " + FormatDuration(c.CEThreshold)
	return d
}

type codelQueue struct {
	fifo
	codel
	state codelState
	full  string // the cause when there is no room
}

// Enqueue implements Queue.
func (q *codelQueue) Enqueue(_ Time, p *Packet) {
	q.see(p)
	if q.fifo.full(p) {
		q.censor.out.Drop(p, q.full)
		return
	}
	q.push(p)
}

// Dequeue implements Queue.
func (q *codelQueue) Dequeue(now Time) *Packet { return q.dequeue(now, &q.state, q) }

// codel is the algorithm of RFC 8289 section 5, apart from the state of each queue that it is applied to.
type codel struct {
	target, interval, threshold time.Duration
	largest                     int // size of the largest packet seen, MAXPACKET
	censor                      censor
	late                        string // the cause of a mark beyond the threshold
}

// codelState is what section 5.2 keeps for each queue.
type codelState struct {
	firstAbove Time // when the sojourn time will have been above target for an interval; 0 while it is below
	dropNext   Time
	count      int // drops since the dropping state was entered
	lastCount  int // count when it was entered
	dropping   bool
}

// source is what CoDel takes packets from.
type source interface {
	pop() *Packet // the first packet, nil if there is none
	Bytes() int   // what waits for the same transmitter
}

// see notes the size of a packet that is offered.
func (c *codel) see(p *Packet) { c.largest = max(c.largest, p.Size()) }

// dequeue is section 5.5.
func (c *codel) dequeue(now Time, s *codelState, from source) *Packet {
	p, drop := c.take(now, s, from)
	switch {
	case s.dropping:
		s.dropping = drop // "sojourn time below TARGET - leave drop state"
		p = c.dropping(now, s, from, p)
	case drop:
		p = c.enter(now, s, from, p)
	}
	if p != nil && c.threshold > 0 && now.Sub(p.Sent) > c.threshold {
		if m, ok := marked(p); ok && m != p { // one mark is enough
			c.censor.out.Mark(m, c.late)
			return m
		}
	}
	return p
}

// dropping drops p if it is time for the next drop, and what comes after it as long as the time for another has come: "A
// large backlog might result in drop rates so high that the next drop should happen now". A mark counts as a drop, but
// the packet is the one to be sent.
func (c *codel) dropping(now Time, s *codelState, from source, p *Packet) *Packet {
	for s.dropping && now >= s.dropNext {
		s.count++
		if m := c.censor.lose(p); m != nil {
			s.dropNext = c.law(s.dropNext, s.count)
			return m
		}
		if p, s.dropping = c.take(now, s, from); s.dropping {
			s.dropNext = c.law(s.dropNext, s.count)
		}
	}
	return p
}

// enter drops p and begins to drop. "If min went above TARGET close to when it last went below, assume that the drop rate
// that controlled the queue on the last cycle is a good starting point to control it now."
func (c *codel) enter(now Time, s *codelState, from source, p *Packet) *Packet {
	if p = c.censor.lose(p); p == nil {
		p, _ = c.take(now, s, from)
	}
	s.dropping = true
	delta := s.count - s.lastCount
	s.count = 1
	if delta > 1 && now.Sub(s.dropNext) < 16*c.interval {
		s.count = delta
	}
	s.dropNext = c.law(now, s.count)
	s.lastCount = s.count
	return p
}

// law is section 5.6: "return t + INTERVAL / sqrt(count)". Both operations are exact to the last bit on every machine.
func (c *codel) law(t Time, count int) Time {
	return t.Add(time.Duration(float64(c.interval) / math.Sqrt(float64(count))))
}

// take is dodequeue of section 5.6: the first packet, and whether it may be dropped.
func (c *codel) take(now Time, s *codelState, from source) (p *Packet, drop bool) {
	p = from.pop()
	switch {
	case p == nil || now.Sub(p.Sent) < c.target || from.Bytes() <= c.largest:
		s.firstAbove = 0 // "went below - stay below for at least INTERVAL"
	case s.firstAbove == 0:
		s.firstAbove = now.Add(c.interval) // "if still above at first_above_time, will say it's ok to drop"
	default:
		drop = now >= s.firstAbove
	}
	return p, drop
}
