package report

import (
	"math"
	"strings"
	"time"

	"lossylab/netem"
)

// Impairment is one thing that a link's words ask for, and how often it happened.
type Impairment struct {
	Link     string  // "up" or "down"
	Words    string  // of the model: "loss 3%"
	Effect   string  // "lost", "duplicated", "corrupted", "held back" or "sent at once"
	Expected float64 // share in the long run, by theory; NaN where there is none
	ACF1     float64 // expected correlation of one packet's fate with the next one's; NaN or 0 for none
	Of       int64   // packets that the model judged, and that no model before it had dropped
	Counted  int64
}

// Share returns how many of the packets it happened to; NaN if there were none.
func (i *Impairment) Share() float64 {
	if i.Of == 0 {
		return math.NaN()
	}
	return float64(i.Counted) / float64(i.Of)
}

// impairments counts what the models of one link do, for each by itself.
type impairments struct {
	rows    []impairment
	byWords map[string]int
	tc      bool
}

// impairment is one row and whom it is for.
type impairment struct {
	Impairment
	match *netem.Match // nil: all packets
	kind  netem.Kind   // of the event that counts
}

// sparse is traffic that no queue builds up of, so that expectations are those of the models.
var sparse = netem.Traffic{Spacing: time.Second, Size: 1000}

// newImpairments prepares to count what the link called link does, whose words are spec.
func newImpairments(link, spec string) *impairments {
	c := &impairments{byWords: map[string]int{}}
	s, err := netem.Parse(spec)
	switch {
	case err != nil: // words that name files are read by who has opened them
		return c
	case s.TC != nil:
		c.line(link, s.TC)
		return c
	}
	for _, m := range s.Models {
		c.add(link, m)
	}
	return c
}

// line prepares for a line of tc, which has one of each.
func (c *impairments) line(link string, line *netem.TC) {
	e := line.Expect(sparse)
	c.tc = true
	for _, r := range []struct {
		effect   string
		kind     netem.Kind
		expected float64
	}{
		{"lost", netem.Dropped, e.Loss}, {"duplicated", netem.Duplicated, e.Duplicates}, {"corrupted", netem.Corrupted, e.Corrupted},
		{"sent at once", netem.Expedited, e.AtOnce},
	} {
		if r.expected == 0 {
			continue
		}
		i := impairment{kind: r.kind, Impairment: Impairment{Link: link, Words: line.String(), Effect: r.effect, Expected: r.expected}}
		if r.kind == netem.Dropped {
			i.ACF1 = e.LossACF1
		}
		c.rows = append(c.rows, i)
	}
}

// add prepares for one model. No two have the same words.
func (c *impairments) add(link string, m netem.Model) {
	inner, r := m, impairment{Impairment: Impairment{Link: link, Words: m.String(), Effect: "lost", Expected: math.NaN()}, kind: netem.Dropped}
	if o, ok := m.(*netem.Only); ok {
		if inner, r.match = o.Model, &o.Match; o.Match.Link != "" && o.Match.Link != link {
			return // it has no say here
		}
	}
	var e netem.Expectation
	if x, ok := inner.(netem.Expecter); ok {
		e = x.Expect(sparse)
	}
	switch inner := inner.(type) {
	case *netem.Delay:
		return
	case *netem.Fault: // it has no probability, but takes packets from others
		r.Effect, r.kind = "", netem.Dropped
	case *netem.Duplicate:
		r.Effect, r.kind, r.Expected = "duplicated", netem.Duplicated, e.Duplicates
	case *netem.Corrupt:
		r.Effect, r.kind, r.Expected = "corrupted", netem.Corrupted, e.Corrupted
	case *netem.Reorder:
		r.Effect, r.kind, r.Expected = "held back", netem.Delayed, inner.P
	case *netem.List, *netem.Mask: // they name packets
	default:
		r.Expected, r.ACF1 = e.Loss, e.LossACF1
	}
	c.byWords[r.Words] = len(c.rows)
	c.rows = append(c.rows, r)
}

// observe takes an event of the link.
func (c *impairments) observe(e netem.Event) {
	switch {
	case len(c.rows) == 0:
	case c.tc:
		c.observeLine(e)
	case e.Kind == netem.Dequeued: // it will be judged when its transmission ends
		for i := range c.rows {
			c.rows[i].Of += int64(one(c.rows[i].means(e.Packet)))
		}
	default:
		c.count(e)
	}
}

// count counts what a model has done. A packet that is dropped is in no count of the models behind, nor of those that
// change packets.
func (c *impairments) count(e netem.Event) {
	at, ok := c.byWords[e.By]
	if !ok || c.rows[at].kind != e.Kind {
		return
	}
	c.rows[at].Counted++
	if e.Kind != netem.Dropped {
		return
	}
	for i := range c.rows {
		if r := &c.rows[i]; (i > at || r.kind != netem.Dropped) && r.means(e.Packet) {
			r.Of--
		}
	}
}

// observeLine counts what a line of tc does. A copy that is lost is none.
func (c *impairments) observeLine(e netem.Event) {
	if e.Kind == netem.Dropped && strings.HasPrefix(e.By, "limit") {
		return
	}
	for i := range c.rows {
		r := &c.rows[i]
		switch {
		case e.Kind == netem.Sent:
			r.Of++
		case e.Kind == netem.Dropped && e.Packet.Copy > 0:
			r.Counted -= int64(one(r.kind == netem.Duplicated))
		case e.Kind == r.kind:
			r.Counted++
		}
	}
}

func (r *impairment) means(p *netem.Packet) bool { return r.match == nil || r.match.Has(p) }

// finish returns the rows that a probability was asked for.
func (c *impairments) finish() (all []Impairment) {
	for _, r := range c.rows {
		if r.Effect != "" {
			all = append(all, r.Impairment)
		}
	}
	return all
}
