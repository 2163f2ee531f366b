package report

import (
	"cmp"
	"slices"
	"strconv"

	"lossylab/netem"
)

// The ladder shows so many packets before the first interesting event, and so many in all.
const (
	windowBefore = 8
	windowLength = 36
)

// logLength is how many packets of the run's beginning are kept one by one.
const logLength = 2000

// ladderWindow gathers the packets round the first interesting event. A loss is the most interesting thing; where nothing
// is ever lost, the first packet that is duplicated, corrupted or overtaken has to do, and else the run's beginning. Memory
// holds what has been sent since shortly before the oldest packet under way.
type ladderWindow struct {
	packets   map[packetKey]*crossing // under way
	beginning []*crossing
	recent    []*crossing // the last few, as long as nothing is lost
	kept      []*crossing // round the event
	loss      bool        // kept was chosen for a loss
	log       []*crossing // the first of the run, whatever happened to them
	datagrams [2]int      // UDP: sent so far, up and down
	newest    [2]uint64   // greatest ID delivered, up and down
	cut       *crossing   // of the packet whose fragments are told now, nil if it is not in the window
	parts     int         // of it that have been told
	ticks     int         // events of packets and of calls so far
}

type packetKey struct {
	id     uint64
	copy   int
	offset int // of a fragment
}

// crossing is a Transit whose label is not made yet: most are never shown.
type crossing struct {
	Transit
	name packetName
	part int // number of a fragment, from 1
}

func (c *crossing) underWay() bool { return c.Arrived < 0 && !c.Lost }

// full reports whether nothing more can get into the window.
func (w *ladderWindow) full() bool {
	return w.loss && len(w.kept) >= windowLength && len(w.log) >= logLength && len(w.packets) == 0
}

// observe takes an event of a packet whose header is h (nil if it cannot be read) and which the tracker has seen as s.
// frame is the frame that the event makes in a capture, or 0.
func (w *ladderWindow) observe(e netem.Event, h *netem.Header, s seen, frame int) {
	key := packetKey{e.Packet.ID, e.Packet.Copy, e.Packet.Offset}
	c := w.packets[key]
	overtaken := e.Kind == netem.Delivered && w.overtaken(e)
	switch {
	case e.Kind == netem.Sent:
		w.add(key, &crossing{name: w.name(e, h, s), Transit: Transit{
			Up: e.Link == up, Sent: e.At, Arrived: -1, Retransmit: s.retransmit, SentFrame: frame,
			port: clientPort(e.Link, h), sentAt: w.tick()}})
	case e.Kind == netem.Duplicated:
		w.duplicate(key, e.By)
	case e.Kind == netem.Fragmented:
		w.cut, w.parts = c, 0
		delete(w.packets, key)
	case e.Kind == netem.Fragment:
		w.fragment(key, e.By)
	case e.Kind == netem.Answered: // it crosses nothing
	case c == nil: // not in the window
	case e.Kind == netem.Dropped:
		c.Lost, c.Cause = true, e.By
		delete(w.packets, key)
		w.interesting(c, true)
	case e.Kind == netem.Corrupted:
		c.Corrupt, c.Cause = e.Packet.Corrupt, e.By // not if it was hit where nobody here looks: in the Ethernet header
		w.interesting(c, false)
	case e.Kind == netem.Delayed && c.Cause == "":
		c.Cause = e.By
	case e.Kind == netem.Delivered:
		c.Arrived, c.RecvFrame, c.Overtaken, c.arriveAt = e.At, frame, overtaken, w.tick()
		delete(w.packets, key)
		if overtaken {
			w.interesting(c, false)
		}
	}
}

// tick returns the place of an event among those of packets and of calls.
func (w *ladderWindow) tick() int {
	w.ticks++
	return w.ticks
}

// clientPort returns the client's port, 0 if there is none.
func clientPort(link string, h *netem.Header) uint16 {
	switch {
	case h == nil:
		return 0
	case link == up:
		return h.Src.Port()
	}
	return h.Dst.Port()
}

// overtaken reports whether a packet sent later has been delivered before this one, RFC 4737 section 3.3. Duplicates
// count neither way.
func (w *ladderWindow) overtaken(e netem.Event) bool {
	newest := &w.newest[direction(e.Link)]
	if e.Packet.Copy > 0 || e.Packet.ID >= *newest {
		*newest = max(*newest, e.Packet.ID)
		return false
	}
	return true
}

func direction(link string) int { return one(link != up) }

// duplicate puts a copy of a packet into the window, as clean as the packet was when it was sent.
func (w *ladderWindow) duplicate(key packetKey, by string) {
	original := w.packets[packetKey{id: key.id, offset: key.offset}]
	if original == nil {
		return
	}
	c := *original
	c.Duplicate, c.Corrupt, c.Cause, c.SentFrame = true, false, by, 0
	w.add(key, &c)
	w.interesting(&c, false)
}

// fragment puts a fragment of the packet w.cut into the window. The first one takes that one's place.
func (w *ladderWindow) fragment(key packetKey, by string) {
	if w.cut == nil {
		return
	}
	w.parts++
	c := w.cut
	if w.parts > 1 {
		part := *c
		c = &part
	}
	c.Cause = by
	c.part = w.parts
	if w.parts > 1 {
		w.add(key, c)
		return
	}
	w.packets[key] = c
	w.interesting(c, false)
}

// add puts a packet wherever it may be shown from. A packet is followed to its end only while it is somewhere.
func (w *ladderWindow) add(key packetKey, c *crossing) {
	open := len(w.kept) > 0 && len(w.kept) < windowLength
	logged := len(w.log) < logLength
	if w.loss && !open && !logged {
		return
	}
	if w.packets == nil {
		w.packets = map[packetKey]*crossing{}
	}
	w.packets[key] = c
	if logged {
		w.log = append(w.log, c)
	}
	if open {
		w.kept = append(w.kept, c)
	}
	if w.loss {
		return
	}
	if len(w.beginning) < windowLength {
		w.beginning = append(w.beginning, c)
	}
	w.recent = append(w.recent, c)
	for len(w.recent) > windowLength && !slices.ContainsFunc(w.recent[:windowBefore+1], (*crossing).underWay) {
		w.recent = w.recent[1:] // any that is under way may turn out to be the interesting one
	}
}

// interesting opens the window at c, unless it is open for a reason as good.
func (w *ladderWindow) interesting(c *crossing, loss bool) {
	if w.loss || len(w.kept) > 0 && !loss {
		return
	}
	start := max(0, slices.Index(w.recent, c)-windowBefore)
	w.kept = slices.Clone(w.recent[start:min(len(w.recent), start+windowLength)])
	if w.loss = loss; loss {
		w.beginning, w.recent = nil, nil
	}
}

// transits returns the window in order of sending, a copy behind its packet.
func (w *ladderWindow) transits() []Transit {
	if w.kept == nil {
		return named(w.beginning)
	}
	return named(w.kept)
}

// named names the packets and puts them in order of sending, a copy behind its packet.
func named(kept []*crossing) []Transit {
	ts := make([]Transit, len(kept))
	for i, c := range kept {
		ts[i] = c.Transit
		ts[i].Label = c.name.String()
		if c.part > 0 {
			ts[i].Label += ", part " + strconv.Itoa(c.part)
		}
	}
	slices.SortStableFunc(ts, func(a, b Transit) int { return cmp.Compare(a.Sent, b.Sent) })
	return ts
}
