package report

import (
	"strings"

	"lossylab/netem"
)

// linkCounter counts what one link does.
type linkCounter struct {
	result  LinkResult
	sojourn Quantiles

	// The last in order of sending of those delivered.
	last   uint64 // its ID
	offset int    // where it begins in its packet, if it is a fragment
}

func newLinkCounter(spec string) *linkCounter {
	return &linkCounter{result: LinkResult{Spec: spec, DroppedBy: map[string]int64{}}}
}

func (c *linkCounter) observe(e netem.Event) {
	r := &c.result
	switch e.Kind {
	case netem.Sent:
		r.Offered++
		r.Bytes += int64(e.Packet.Size())
	case netem.Dequeued:
		sojourn := e.At.Sub(e.Packet.Sent)
		c.sojourn.Add(sojourn)
		if sojourn > 0 { // or it went straight through
			r.QueueMax = max(r.QueueMax, int64(e.Waiting)+1)
		}
	case netem.Dropped:
		r.Dropped++
		word, _, _ := strings.Cut(e.By, " ")
		r.DroppedBy[word]++
	case netem.Duplicated:
		r.Duplicated++
	case netem.Corrupted:
		r.Corrupted++
	case netem.Marked:
		r.Marked++
	case netem.Fragmented:
		r.Fragmented++
	case netem.Fragment:
		r.Fragments++
	case netem.Answered:
		r.Answered++
	case netem.Delivered:
		r.Delivered++
		c.order(e.Packet)
	}
}

// order applies RFC 4737 section 3.3: a packet is reordered when its number is smaller than the next expected one.
// Section 3.3 speaks of packets, not of copies: a duplicate counts neither way. A fragment is a packet like others.
func (c *linkCounter) order(p *netem.Packet) {
	switch {
	case p.Copy > 0:
	case p.ID < c.last || p.ID == c.last && p.Offset < c.offset:
		c.result.Reordered++
	default:
		c.last, c.offset = p.ID, p.Offset
	}
}

func (c *linkCounter) finish() *LinkResult {
	r := &c.result
	r.InFlight = r.Offered + r.Duplicated + r.Fragments - r.Fragmented - r.Delivered - r.Dropped
	if s := c.sojourn.Summary(); s != nil {
		r.Sojourn = &Sojourn{Mean: s.Mean, P50: s.P50, P95: s.P95, Max: s.Max}
	}
	return r
}
