package main

import (
	"maps"
	"strings"

	"lossylab/netem"
)

// wayCounts count the packets of one direction of a relay's link.
type wayCounts struct {
	Offered    uint64            `json:"offered"`
	Delivered  uint64            `json:"delivered"`
	Dropped    uint64            `json:"dropped"`
	DroppedBy  map[string]uint64 `json:"dropped_by"`       // by the first word of the cause: "loss", "queue"
	Causes     map[string]uint64 `json:"causes,omitempty"` // by the whole of it: "loss 5%"; sums to Dropped
	Duplicated uint64            `json:"duplicated"`
	Corrupted  uint64            `json:"corrupted"`
	Reordered  uint64            `json:"reordered"`
	Marked     uint64            `json:"ce_marked"`
	Fragments  uint64            `json:"fragments,omitempty"`
	Answered   uint64            `json:"answered,omitempty"`
	Bytes      uint64            `json:"bytes"` // delivered

	latest uint64 // serial of the packet that was sent last of those that have arrived
}

// causesKept bounds the causes that are told apart: a link that is changed again and again has new ones each time.
const causesKept = 1000

// count takes an event.
func (c *wayCounts) count(e netem.Event, serial uint64) {
	switch e.Kind {
	case netem.Sent:
		c.Offered++
	case netem.Delivered:
		c.Delivered++
		c.Bytes += uint64(e.Packet.Size())
		if serial < c.latest { // RFC 4737 section 3.1, of the link as a whole
			c.Reordered++
		}
		c.latest = max(c.latest, serial)
	case netem.Dropped:
		c.Dropped++
		c.drop(e.By)
	case netem.Duplicated:
		c.Duplicated++
	case netem.Corrupted:
		c.Corrupted++
	case netem.Marked:
		c.Marked++
	case netem.Fragment:
		c.Fragments++
	case netem.Answered:
		c.Answered++
	}
}

// drop counts a packet that was dropped.
func (c *wayCounts) drop(by string) {
	if c.Causes == nil {
		c.DroppedBy, c.Causes = map[string]uint64{}, map[string]uint64{}
	}
	word, _, _ := strings.Cut(by, " ")
	c.DroppedBy[word]++
	if _, known := c.Causes[by]; !known && len(c.Causes) >= causesKept {
		by = "other causes"
	}
	c.Causes[by]++
}

// lossShare is the share of packets that were dropped.
func (c *wayCounts) lossShare() float64 {
	if c.Offered == 0 {
		return 0
	}
	return float64(c.Dropped) / float64(c.Offered+c.Duplicated)
}

func (c *wayCounts) clone() wayCounts {
	d := *c
	d.DroppedBy, d.Causes = maps.Clone(c.DroppedBy), maps.Clone(c.Causes)
	if d.DroppedBy == nil { // an object in JSON, as in a run's results
		d.DroppedBy = map[string]uint64{}
	}
	return d
}
