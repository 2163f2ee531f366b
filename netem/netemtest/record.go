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
	case netem.Dropped, netem.Corrupted, netem.Duplicated, netem.Delayed, netem.Marked, netem.Expedited:
		if e.By == "" {
			r.t.Fatalf("event %s names no cause", line(e))
		}
	}
	r.events = append(r.events, e)
	r.lines = append(r.lines, line(e))
}

// line says all of an event that must be the same in two runs.
func line(e netem.Event) string {
	return fmt.Sprintf("%v %s %s %q packet %d copy %d size %d", e.At, e.Link, e.Kind, e.By, e.Packet.ID, e.Packet.Copy,
		e.Packet.Size())
}

// identity is one packet or copy on one of the links of which a stage may consist.
type identity struct {
	link string
	id   uint64
	copy int
}

// conserved wants each packet and copy to enter each link once and to leave it once, delivered or dropped.
func (r *record) conserved() {
	r.t.Helper()
	inside, entered := map[identity]bool{}, map[identity]bool{}
	for i, e := range r.events {
		who := identity{e.Link, e.Packet.ID, e.Packet.Copy}
		switch e.Kind {
		case netem.Sent, netem.Duplicated:
			if entered[who] {
				r.t.Fatalf("entered twice: %s", r.lines[i])
			}
			inside[who], entered[who] = true, true
			continue
		}
		if !inside[who] {
			r.t.Fatalf("happened to a packet that is not on the link: %s", r.lines[i])
		}
		if e.Kind == netem.Delivered || e.Kind == netem.Dropped {
			delete(inside, who)
		}
	}
	if len(inside) > 0 {
		r.t.Fatalf("%d packets neither arrived nor were dropped", len(inside))
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
// bytes of their own.
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
		case p.Corrupt && &p.Data[0] == &sent.Data[0]: // other bytes is all that is wanted: two flips may have met
			r.t.Fatalf("packet %d was corrupted in the sender's bytes", p.ID)
		case !p.Corrupt && !marked[p.ID] && !bytes.Equal(p.Data, sent.Data):
			r.t.Fatalf("packet %d copy %d arrived changed and does not say so", p.ID, p.Copy)
		}
	}
}
