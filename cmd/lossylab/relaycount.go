package main

import (
	"maps"

	"lossylab/netem"
)

// wayCounts count the packets of one direction of a relay's link.
type wayCounts struct {
	Offered    uint64            `json:"offered"`
	Delivered  uint64            `json:"delivered"`
	Dropped    uint64            `json:"dropped"`
	DroppedBy  map[string]uint64 `json:"dropped_by,omitempty"`
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
		if c.DroppedBy == nil {
			c.DroppedBy = map[string]uint64{}
		}
		by := e.By
		if _, known := c.DroppedBy[by]; !known && len(c.DroppedBy) >= causesKept {
			by = "other causes"
		}
		c.DroppedBy[by]++
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

// lossShare is the share of packets that were dropped.
func (c *wayCounts) lossShare() float64 {
	if c.Offered == 0 {
		return 0
	}
	return float64(c.Dropped) / float64(c.Offered+c.Duplicated)
}

func (c *wayCounts) clone() wayCounts {
	d := *c
	d.DroppedBy = maps.Clone(c.DroppedBy)
	return d
}
