package report

import (
	"fmt"

	"lossylab/netem"
)

// The ladder shows so many packets before the first interesting event, and so many in all.
const (
	windowBefore = 8
	windowLength = 36
)

// ladderWindow gathers the packets round the first interesting event. A loss is the most interesting thing; where nothing
// is ever lost, the first packet that is duplicated, corrupted or overtaken has to do.
type ladderWindow struct {
	packets   map[packetKey]*Transit // under way
	recent    []*Transit             // the last few, while nothing has happened yet
	kept      []*Transit             // from the event on
	loss      bool                   // kept was chosen for a loss
	datagrams [2]int                 // UDP: sent so far, up and down
	newest    [2]uint64              // greatest ID delivered, up and down
}

type packetKey struct {
	id   uint64
	copy int
}

// full reports whether nothing more can get into the window.
func (w *ladderWindow) full() bool {
	return w.loss && len(w.kept) >= windowLength && len(w.packets) == 0
}

// observe takes an event of a packet whose header is h (nil if it cannot be read) and which the tracker has seen as s.
// frame is the frame that the event makes in a capture, or 0.
func (w *ladderWindow) observe(e netem.Event, h *netem.Header, s seen, frame int) {
	if w.packets == nil {
		w.packets = map[packetKey]*Transit{}
	}
	key := packetKey{e.Packet.ID, e.Packet.Copy}
	t := w.packets[key]
	switch e.Kind {
	case netem.Sent:
		w.add(key, &Transit{Up: e.Link == up, Label: w.label(e, h, s), Sent: e.At, Arrived: -1, Retransmit: s.retransmit,
			SentFrame: frame})
		return
	case netem.Duplicated:
		if original := w.packets[packetKey{id: e.Packet.ID}]; original != nil {
			c := *original
			c.Duplicate, c.Cause, c.SentFrame = true, e.By, 0
			w.add(key, &c)
			w.interesting(&c, false)
		}
		return
	}
	if t == nil {
		return
	}
	switch e.Kind {
	case netem.Dropped:
		t.Lost, t.Cause = true, e.By
		delete(w.packets, key)
		w.interesting(t, true)
	case netem.Corrupted:
		t.Corrupt, t.Cause = true, e.By
		w.interesting(t, false)
	case netem.Delayed:
		t.Cause = e.By
	case netem.Delivered:
		w.deliver(t, e, frame)
		delete(w.packets, key)
	}
}

func (w *ladderWindow) deliver(t *Transit, e netem.Event, frame int) {
	t.Arrived, t.RecvFrame = e.At, frame
	newest := &w.newest[direction(t.Up)]
	if e.Packet.ID < *newest {
		t.Overtaken = true
		w.interesting(t, false)
	}
	*newest = max(*newest, e.Packet.ID)
}

func direction(up bool) int {
	if up {
		return 0
	}
	return 1
}

// add puts a packet into the window, or among the recent ones. A packet is followed to its end only while it is there.
func (w *ladderWindow) add(key packetKey, t *Transit) {
	if len(w.kept) > 0 && len(w.kept) < windowLength {
		w.kept = append(w.kept, t)
		w.packets[key] = t
	}
	if !w.loss {
		w.recent = append(w.recent, t)
		w.packets[key] = t
		w.trim()
	}
}

// trim keeps the packets that are under way, since any of them may turn out to be the interesting one, and a few before.
func (w *ladderWindow) trim() {
	n := 0
	for n < len(w.recent)-windowLength && (w.recent[n].Arrived >= 0 || w.recent[n].Lost) {
		n++
	}
	w.recent = w.recent[n:]
}

// interesting opens the window at t, unless it is open for a reason as good.
func (w *ladderWindow) interesting(t *Transit, loss bool) {
	if w.loss || len(w.kept) > 0 && !loss {
		return
	}
	for i, r := range w.recent {
		if r == t {
			start := max(0, i-windowBefore)
			w.kept = append([]*Transit(nil), w.recent[start:min(len(w.recent), start+windowLength)]...)
			w.loss = loss
		}
	}
}

// transits returns the window; a run in which nothing happened to any packet shows its beginning.
func (w *ladderWindow) transits() []Transit {
	kept := w.kept
	if kept == nil {
		kept = w.recent[:min(len(w.recent), windowLength)]
	}
	ts := make([]Transit, len(kept))
	for i, t := range kept {
		ts[i] = *t
	}
	return ts
}

// label names a packet as a person would: by the ordinal of its data, counted from 0 as messages are.
func (w *ladderWindow) label(e netem.Event, h *netem.Header, s seen) string {
	switch {
	case h == nil:
		return fmt.Sprintf("%d bytes", e.Packet.Size())
	case h.Proto == netem.ProtoUDP:
		d := direction(e.Link == up)
		w.datagrams[d]++
		return fmt.Sprintf("datagram %d", w.datagrams[d]-1)
	case h.Proto != netem.ProtoTCP:
		return "ICMP"
	}
	return segmentLabel(h, s)
}

func segmentLabel(h *netem.Header, s seen) string {
	switch flags := h.Flags; {
	case flags&netem.RST != 0:
		return "RST"
	case flags&netem.SYN != 0 && flags&netem.ACK != 0:
		return "SYN, ACK"
	case flags&netem.SYN != 0:
		return "SYN"
	case len(h.Payload) > 0 && s.retransmit:
		return fmt.Sprintf("data %d again", s.index)
	case len(h.Payload) > 0 && s.conn != nil && s.len > 0:
		return fmt.Sprintf("data %d", s.index)
	case len(h.Payload) > 0:
		return fmt.Sprintf("answer, %d bytes", len(h.Payload))
	case flags&netem.FIN != 0:
		return "FIN, ACK"
	case s.conn != nil && s.index > 0:
		return fmt.Sprintf("ack %d", s.index)
	}
	return "ACK"
}
