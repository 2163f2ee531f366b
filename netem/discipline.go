package netem

import (
	"fmt"
	"math/rand/v2"
)

// Discipline says in data which queue a link has. It never changes, so any number of links can be made of one. The zero
// value of each discipline here has the defaults of its namesake in tc.
type Discipline interface {
	// New returns an empty queue that holds what limit allows, draws from rng and tells out. Rate is the link's. The
	// discipline must be valid with the limit.
	New(limit Limit, rate Rate, rng *rand.Rand, out Outlet) Queue

	// Validate says what is written down wrong, for a queue with this limit, in one line with the remedy.
	Validate(limit Limit) error

	// String returns its words of a SPEC without the limit, "queue codel target 10ms": Parse reads them back. It is empty
	// for DropTail, which is what a link has when nothing is said.
	fmt.Stringer
}

// discipline returns the spec's Discipline, or what nil stands for.
func (s *Spec) discipline() Discipline {
	if s.Queue == nil {
		return DropTail{}
	}
	return s.Queue
}

// outlet makes events of what a link's queue tells. The times are those of the link: it brings itself up to the instant
// before it calls its queue.
type outlet struct{ link *Link }

// Drop implements Outlet.
func (o outlet) Drop(p *Packet, by string) { o.link.lose(o.link.now, by, p) }

// Mark implements Outlet.
func (o outlet) Mark(p *Packet, by string) { o.link.tell(o.link.now, Marked, by, p) }

// censor loses packets on behalf of a queue, or marks them where it may.
type censor struct {
	ecn          bool // said so
	out          Outlet
	lost, marked string // the causes
}

func newCensor(ecn bool, out Outlet, by string) censor { return censor{ecn, out, by, by + " ecn"} }

// lose drops p and returns nil, or returns p marked. RFC 3168 section 5: "the CE codepoint of an ECN-Capable packet SHOULD
// only be set if the router would otherwise have dropped the packet as an indication of congestion to the end nodes."
func (c *censor) lose(p *Packet) *Packet {
	if c.ecn {
		if m, ok := marked(p); ok {
			c.out.Mark(m, c.marked)
			return m
		}
	}
	c.out.Drop(p, c.lost)
	return nil
}
