package netemtest

import (
	"bytes"
	"fmt"
	"testing"

	"lossylab/netem"
)

// record is all that a stage was given, gave and told.
type record struct {
	t        *testing.T
	stage    netem.Stage
	seed     uint64 // of the traffic
	sent     []sending
	received []*netem.Packet
	answered []*netem.Packet // for the sender
	events   []netem.Event
	lines    []string // the events in words, made when they were told
	now      netem.Time
	wakeups  int
}

// Observe implements netem.Observer.
func (r *record) Observe(e netem.Event) {
	if n := len(r.events); n > 0 && e.At < r.events[n-1].At {
		r.t.Fatalf("event %s was told after %s", line(e), r.lines[n-1])
	}
	switch e.Kind {
	case netem.Dropped, netem.Corrupted, netem.Duplicated, netem.Delayed, netem.Marked, netem.Expedited,
		netem.Fragmented, netem.Fragment, netem.Answered:
		if e.By == "" {
			r.t.Fatalf("event %s names no cause", line(e))
		}
	}
	r.events = append(r.events, e)
	r.lines = append(r.lines, line(e))
}

// line says all of an event that must be the same in two runs.
func line(e netem.Event) string {
	return fmt.Sprintf("%v %s %s %q packet %d copy %d offset %d size %d", e.At, e.Link, e.Kind, e.By, e.Packet.ID,
		e.Packet.Copy, e.Packet.Offset, e.Packet.Size())
}

// identity is one packet, copy or fragment on one of the links of which a stage may consist. The size tells a packet that
// is fragmented from its first fragment.
type identity struct {
	link         string
	id           uint64
	copy         int
	offset, size int
}

// conserved wants each packet, copy and fragment to enter each link once and to leave it once: delivered, dropped or
// fragmented. A fragment's packet has been fragmented just before; who is answered is dropped right behind.
func (r *record) conserved() {
	r.t.Helper()
	inside, entered := map[identity]bool{}, map[identity]bool{}
	for i, e := range r.events {
		who := identity{e.Link, e.Packet.ID, e.Packet.Copy, e.Packet.Offset, e.Packet.Size()}
		if e.Kind == netem.Fragment || e.Kind == netem.Answered {
			r.belongs(i)
		}
		switch e.Kind {
		case netem.Answered:
			continue // it was never on the link
		case netem.Sent, netem.Duplicated, netem.Fragment:
			if entered[who] {
				r.t.Fatalf("entered twice: %s", r.lines[i])
			}
			inside[who], entered[who] = true, true
			continue
		}
		if !inside[who] {
			r.t.Fatalf("happened to a packet that is not on the link: %s", r.lines[i])
		}
		if e.Kind == netem.Delivered || e.Kind == netem.Dropped || e.Kind == netem.Fragmented {
			delete(inside, who)
		}
	}
	if len(inside) > 0 {
		r.t.Fatalf("%d packets neither arrived nor were dropped", len(inside))
	}
}

// belongs wants event i, of a fragment or an answer, to stand with what its packet has met: a fragment behind the
// packet's end or another fragment, an answer before the drop.
func (r *record) belongs(i int) {
	r.t.Helper()
	e, near := r.events[i], i-1
	if e.Kind == netem.Answered {
		near = i + 1
	}
	if near >= 0 && near < len(r.events) {
		n := r.events[near]
		same := n.At == e.At && n.Packet.ID == e.Packet.ID && n.Packet.Copy == e.Packet.Copy
		if same && (e.Kind == netem.Answered && n.Kind == netem.Dropped ||
			e.Kind == netem.Fragment && (n.Kind == netem.Fragmented || n.Kind == netem.Fragment)) {
			return
		}
	}
	r.t.Fatalf("comes from nowhere: %s", r.lines[i])
}

// answers wants the packets that the stage gave for the sender to be those of which it told.
func (r *record) answers() {
	r.t.Helper()
	for _, e := range r.events {
		if e.Kind != netem.Answered {
			continue
		}
		if _, ok := r.stage.(netem.Answerer); !ok {
			r.t.Fatalf("packet %d is answered by a stage that is no Answerer", e.Packet.ID)
		}
		if len(r.answered) == 0 || r.answered[0] != e.Packet {
			r.t.Fatalf("the answer to packet %d was told and not given", e.Packet.ID)
		}
		r.answered = r.answered[1:]
	}
	if len(r.answered) > 0 {
		r.t.Fatalf("the answer to packet %d was given and not told", r.answered[0].ID)
	}
}

// marks returns the packets of which an event says that they have been marked.
func (r *record) marks() map[uint64]bool {
	marked := map[uint64]bool{}
	for _, e := range r.events {
		if e.Kind == netem.Marked {
			marked[e.Packet.ID] = true
		}
	}
	return marked
}

// frozen wants all bytes to be those that were sent, but in packets that say they are corrupt or were marked, which have
// bytes of their own, and in the headers of fragments.
func (r *record) frozen() {
	r.t.Helper()
	fresh, marked := traffic(r.seed), r.marks()
	for i, s := range r.sent {
		if !bytes.Equal(s.p.Data, fresh[i].p.Data) {
			r.t.Fatalf("the bytes of packet %d were changed after it was sent", s.p.ID)
		}
	}
	for _, p := range r.received {
		sent := r.sent[p.ID-1].p
		switch {
		case p.Copy > 0 && !p.Shared:
			r.t.Fatalf("packet %d copy %d has another's bytes and does not say so", p.ID, p.Copy)
		case p.Corrupt && &p.Data[0] == &sent.Data[0]: // other bytes is all that is wanted: two flips may have met
			r.t.Fatalf("packet %d was corrupted in the sender's bytes", p.ID)
		case p.Corrupt || marked[p.ID]:
		case p.Fragment && !bytes.Equal(p.Data[20:], sent.Data[20+p.Offset:][:p.Size()-20]):
			r.t.Fatalf("the fragment at %d of packet %d carries something else", p.Offset, p.ID)
		case !p.Fragment && !bytes.Equal(p.Data, sent.Data):
			r.t.Fatalf("packet %d copy %d arrived changed and does not say so", p.ID, p.Copy)
		}
	}
}
