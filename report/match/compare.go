package match

import (
	"errors"
	"math"
	"net/netip"
)

// Comparison is a Result and what it was made of.
type Comparison struct {
	*Result
	Sent, Received *Survey
	To             []netip.Addr // where the packets led that count; nil for anywhere
	Bytes          int          // of each packet that were compared; 0 for all
}

// ErrNothingSent says that the sending side's capture has no packet that the filter takes.
var ErrNothingSent = errors.New("no packet to look for")

// ErrNothingCommon says that no packet of the one capture is in the other.
var ErrNothingCommon = errors.New("no packet of the one is in the other")

// Compare finds out what became of the packets of sent, by looking for them in received. Of those that f takes, only those
// count that lead to an address to which any in received do: a host talks to others too. Each capture is read twice: once to
// learn how the clocks differ and how much of each packet was kept, and once to match. The errors of the captures name the
// file; the others are ErrNothingSent and ErrNothingCommon.
func Compare(sent, received Capture, f Filter, config Config) (*Comparison, error) {
	s, err := SurveyOf(sent, &f)
	if err != nil {
		return nil, err
	}
	r, err := SurveyOf(received, &f)
	if err != nil {
		return nil, err
	}
	return CompareSurveyed(sent, received, f, config, s, r)
}

// CompareSurveyed is Compare for captures that have been surveyed with this filter.
func CompareSurveyed(sent, received Capture, f Filter, config Config, s, r *Survey) (*Comparison, error) {
	c := &Comparison{Sent: s, Received: r}
	switch {
	case c.Sent.Packets == 0:
		return nil, ErrNothingSent
	case c.Received.Packets == 0:
		return nil, ErrNothingCommon
	}
	c.To = c.Received.To
	for _, cut := range []int{c.Sent.Cut, c.Received.Cut} {
		if cut > 0 && (c.Bytes == 0 || cut < c.Bytes) {
			c.Bytes = cut
		}
	}
	shift, ok := c.Sent.samples.shift(&c.Received.samples)
	if !ok { // no packet is unlike all others: let the first be the first
		shift = c.Received.first - c.Sent.first
	}
	m := newMatcher(config, shift)
	if err := c.match(m, sent, received, &f); err != nil {
		return nil, err
	}
	c.Result = m.finish()
	if !m.matched {
		return nil, ErrNothingCommon
	}
	return c, nil
}

// match reads both captures side by side.
func (c *Comparison) match(m *matcher, sent, received Capture, f *Filter) error {
	depth := c.Bytes
	if depth == 0 {
		depth = math.MaxInt
	}
	var to map[netip.Addr]bool
	if c.To != nil {
		to = map[netip.Addr]bool{}
		for _, addr := range c.To {
			to[addr] = true
		}
	}
	a := sightings{Capture: &sent, filter: f, to: to, depth: depth}
	b := sightings{Capture: &received, filter: f, to: to, depth: depth, strict: true}
	var err error
	if a.rs, err = sent.open(); err != nil {
		return err
	}
	if b.rs, err = received.open(); err != nil {
		return err
	}
	next, more, err := a.next()
	for err == nil {
		var arrival sighting
		var any bool
		if arrival, any, err = b.next(); err != nil || !any {
			break
		}
		for err == nil && more && m.wants(next.Time, arrival.Time) {
			m.send(next)
			next, more, err = a.next()
		}
		m.arrive(arrival)
	}
	for err == nil && more {
		m.send(next)
		next, more, err = a.next()
	}
	return err
}
