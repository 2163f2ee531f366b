package match

import (
	"errors"
	"math"
	"net/netip"
)

// matching is one way of a comparison, as it is made: what was sent at one point and arrived at the other waits in queues
// until the matcher wants it. So it is told of both in the same order whether one way is looked at or two, and however far the
// readings of the captures are apart.
type matching struct {
	*Comparison
	matcher       *matcher
	filter        Filter
	to            map[netip.Addr]bool // nil: anywhere
	lastTo        netip.Addr          // the last that was found in it
	depth         int
	from, at      *reading // of the sender's capture, and of the receiver's
	sent, arrived queue
	done          bool
}

// newMatching begins one way. The error is ErrNothingSent or ErrNothingCommon.
func newMatching(t Task) (*matching, error) {
	c := &Comparison{Sent: t.Sent, Received: t.Received}
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
	w := &matching{Comparison: c, matcher: newMatcher(t.Config, shift), filter: t.Filter, depth: c.Bytes}
	if w.depth == 0 {
		w.depth = math.MaxInt
	}
	if c.To != nil {
		w.to = map[netip.Addr]bool{}
		for _, addr := range c.To {
			w.to[addr] = true
		}
	}
	return w, nil
}

// takes reports whether a packet counts.
func (w *matching) takes(v *view) bool {
	if !w.filter.takes(v) {
		return false
	}
	if w.to == nil || v.Dst == w.lastTo {
		return true
	}
	if w.to[v.Dst] {
		w.lastTo = v.Dst
		return true
	}
	return false
}

// step makes the next thing known to the matcher. It returns the capture that must be read further before that can be, if
// there is one.
func (w *matching) step() (needs *reading) {
	switch {
	case w.arrived.n == 0 && !w.at.ended:
		return w.at
	case w.sent.n == 0 && !w.from.ended:
		return w.from
	case w.sent.n > 0 && (w.arrived.n == 0 || w.matcher.wants(w.sent.at(0).Time, w.arrived.at(0).Time)):
		w.matcher.send(w.sent.pop())
	case w.arrived.n > 0:
		w.matcher.arrive(w.arrived.pop())
	default:
		w.done = true
	}
	return nil
}

// finish returns what was found, or ErrNothingCommon.
func (w *matching) finish() (*Comparison, error) {
	w.Result = w.matcher.finish()
	if !w.matcher.matched {
		return nil, ErrNothingCommon
	}
	return w.Comparison, nil
}

// errFarApart says that the two ways cannot be matched in one reading: more would wait than there is room for.
var errFarApart = errors.New("the ways are too far apart")

// maxWaiting is how many sightings may wait, of one way at one point: 20 MB.
const maxWaiting = 1 << 18

// match reads the captures of ways side by side, no further ahead than is needed: the way of which more has
// arrived goes first. Of two ways, no more than room sightings wait in any queue.
func match(ways []*matching, room int) error {
	for {
		var w *matching
		for _, o := range ways {
			if !o.done && (w == nil || o.arrived.n > w.arrived.n) {
				w = o
			}
		}
		if w == nil {
			return nil
		}
		needs := w.step()
		if needs == nil {
			continue
		}
		if err := needs.next(); err != nil {
			return err
		}
		for _, o := range ways {
			if len(ways) > 1 && max(o.sent.n, o.arrived.n) > room {
				return errFarApart
			}
		}
	}
}
