package netem

import (
	"fmt"
	"strconv"
)

// whole is a link made of several, as it looks from outside: one link. Inside are forks and paths, of which the leaves are
// Links and Qdiscs.
//
//	        ┌───────────────── whole: "up" ───────────────────┐
//	Send ──▶│ Sent   ──▶   "up/1"   ──▶   "up/2"  ──▶ Delivered │ ──▶ Recv
//	        └────────────────┬──────────────┬─────────────────┘
//	                         ▼              ▼
//	           each leaf's events, as the whole's: "loss 1% on hop 2"
//
// A packet is Sent and Delivered once, under the name of the whole, so that captures and counters see one link. All that a
// leaf tells in between is told under the same name, with the leaf's place behind the cause: drops, duplicates, and each
// time that a packet leaves a queue (of that event alone, Packet.Sent is when it came to that queue's link).
type whole struct {
	name     string
	observer Observer
	inside   inner

	leaves []*place

	now     Time
	turn    uint64 // of the packet sent last
	copies  int    // made so far, which numbers them: two leaves may copy the same packet
	answers ring   // of leaves to the sender, since the last call
}

// leaf is a part that has no parts, and knows how much waits in it.
type leaf interface {
	Stage
	waits() (packets, bytes int)
}

// inner is a Stage whose time can pass without anything being fetched.
type inner interface {
	Stage
	advance(now Time)
}

// newWhole returns the link made of several that a valid spec describes.
func newWhole(name string, spec Spec, seed uint64, o Observer) (*whole, error) {
	w := &whole{name: name, observer: o}
	var err error
	w.inside, err = w.build(name, "", spec, seed)
	return w, err
}

// build returns a fork or a path, which stands at the place where in the whole: "path 2 of hop 1". The part called "up" has
// parts called "up/1" and "up/2", and so on.
func (w *whole) build(name, where string, spec Spec, seed uint64) (inner, error) {
	parts, what := spec.Hops, "hop "
	if len(spec.Paths) > 0 {
		parts, what = spec.Paths, "path "
	}
	if where != "" {
		where = " of " + where
	}
	var stages []Stage
	for i, part := range parts {
		n := strconv.Itoa(i + 1)
		stage, err := w.part(name+"/"+n, what+n+where, part, seed)
		if err != nil {
			return nil, err
		}
		stages = append(stages, stage)
	}
	if len(spec.Hops) > 0 {
		return &path{hops: stages}, nil
	}
	return newFork(stages, spec.Split, Stream(seed, name+"/split").Uint64()), nil
}

func (w *whole) part(name, where string, spec Spec, seed uint64) (Stage, error) {
	if spec.several() {
		return w.build(name, where, spec, seed)
	}
	pl := &place{whole: w, where: where, words: map[string]string{"": where}}
	leaf, err := newLeaf(name, spec, seed, pl)
	if err != nil {
		return nil, err
	}
	pl.leaf, w.leaves = leaf, append(w.leaves, pl)
	return leaf, nil
}

// Send implements Stage.
func (w *whole) Send(now Time, p *Packet) {
	if now < w.now {
		panic(fmt.Sprintf("netem: link %s: sent at %v after %v", w.name, now, w.now))
	}
	w.answers = ring{slots: w.answers.slots} // who has not fetched them does not want them
	w.inside.advance(now)                    // what has happened by now is told before
	w.now = now
	w.turn++
	p.Sent, p.entered, p.turn = now, now, w.turn
	w.tell(Sent, p)
	w.inside.Send(now, p)
}

// Next implements Stage.
func (w *whole) Next() (at Time, ok bool) { return w.inside.Next() }

// Recv implements Stage.
func (w *whole) Recv(now Time) *Packet {
	w.answers = ring{slots: w.answers.slots}
	p := w.inside.Recv(now)
	w.now = max(w.now, now)
	if p != nil {
		p.Sent = p.entered // again: the parts have said when it was offered to them
		w.tell(Delivered, p)
	}
	return p
}

func (w *whole) tell(k Kind, p *Packet) {
	if w.observer != nil {
		e := Event{At: w.now, Link: w.name, Kind: k, Packet: p}
		for _, pl := range w.leaves {
			packets, bytes := pl.leaf.waits()
			e.Waiting, e.WaitingBytes = e.Waiting+packets, e.WaitingBytes+bytes
		}
		w.observer.Observe(e)
	}
}

// Answer implements Answerer: it gives what the parts answer, also those that are not the sender's neighbours. It is at the
// sender at once all the same.
func (w *whole) Answer() *Packet { return w.answers.pop() }

// Unmet implements Seeker: it tells of all parts, each with its place.
func (w *whole) Unmet() (all []Unmet) {
	for _, pl := range w.leaves {
		s, ok := pl.leaf.(Seeker)
		if !ok {
			continue
		}
		for _, u := range s.Unmet() {
			u.Why += ", on " + pl.where
			all = append(all, u)
		}
	}
	return all
}

// place is where a leaf stands in a whole. It observes the leaf and tells the whole's observer.
type place struct {
	whole *whole
	leaf  leaf
	where string            // "hop 2"
	words map[string]string // each cause of the leaf, and how the whole says it
}

// Observe implements Observer.
func (pl *place) Observe(e Event) {
	w, p := pl.whole, e.Packet
	switch e.Kind {
	case Sent, Delivered: // the whole's own
		return
	case Duplicated:
		w.copies++
		p.Copy = w.copies
	case Answered:
		w.answers.push(p)
	}
	if w.observer == nil {
		return
	}
	e.Link, e.By = w.name, pl.by(e.By)
	if e.Kind == Dequeued || e.Kind == Answered {
		w.observer.Observe(e)
		return
	}
	here := p.Sent
	p.Sent = p.entered
	w.observer.Observe(e)
	if e.Kind != Dropped {
		p.Sent = here
	}
}

// by returns a cause with the place behind it, so that it still begins with its word: "loss 1% on hop 2".
func (pl *place) by(cause string) string {
	by, ok := pl.words[cause]
	if !ok {
		by = cause + " on " + pl.where
		pl.words[cause] = by
	}
	return by
}

// earliest returns which of the stages is to be called first, the last of those that are to be called at the same instant,
// and when; -1 if none.
func earliest(stages []Stage) (first int, at Time) {
	first, at = -1, never
	for i, s := range stages {
		if t, ok := s.Next(); ok && (first < 0 || t <= at) {
			first, at = i, t
		}
	}
	return first, at
}
