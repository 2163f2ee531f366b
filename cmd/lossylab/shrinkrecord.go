package main

import (
	"encoding/binary"
	"hash"
	"hash/fnv"
	"slices"

	"lossylab/netem"
)

// shrinkRecord is an Observer that notes what the models of links did to single packets, by the packets' names. What a
// queue or an MTU drops follows from the traffic: no model has judged it, and it is only counted.
type shrinkRecord struct {
	ways    [2]shrinkWay
	faults  []shrinkFault
	noted   map[shrinkFault]bool
	unnamed int       // things done to packets that have no names
	queued  int       // packets that were dropped before they were judged
	arrived hash.Hash // of who arrived when, and in which state
}

// shrinkWay is what is known of one link.
type shrinkWay struct {
	models map[string]netem.Model // by their words
	namer  netem.Namer
	judged map[partOf]*netem.Name // that have been judged, or are about to be, and are under way; nil: without a name
}

// partOf says which packet it is, among those that were not copied: fragments have the ID of the whole.
type partOf struct {
	id     uint64
	offset int
}

func newShrinkRecord(up, down netem.Spec) *shrinkRecord {
	r := &shrinkRecord{noted: map[shrinkFault]bool{}, arrived: fnv.New128a()}
	for i, s := range [2]netem.Spec{up, down} {
		r.ways[i] = shrinkWay{models: modelsOf(s), judged: map[partOf]*netem.Name{}}
	}
	return r
}

// Observe implements netem.Observer.
func (r *shrinkRecord) Observe(e netem.Event) {
	way := slices.Index(shrinkWays[:], e.Link)
	if way < 0 {
		return
	}
	w, part := &r.ways[way], partOf{e.Packet.ID, e.Packet.Offset}
	switch e.Kind {
	case netem.Dequeued: // in the order of which packets are judged
		w.judged[part] = nil
		if name, ok := w.namer.Name(e.Packet); ok {
			w.judged[part] = &name
		}
	case netem.Delivered:
		r.arrive(way, e)
		if e.Packet.Copy == 0 {
			delete(w.judged, part)
		}
	case netem.Dropped:
		switch name, ok := w.judged[part]; {
		case e.Packet.Copy > 0: // it is lost with the packet that it copies
		case !ok:
			r.queued++
		default:
			r.note(name, shrinkFault{way: way, verb: netem.Dropping, words: e.By})
			delete(w.judged, part)
		}
	case netem.Corrupted:
		r.note(w.judged[part], shrinkFault{way: way, verb: netem.Corrupting, words: e.By})
	case netem.Duplicated:
		r.note(w.judged[part], shrinkFault{way: way, verb: netem.Duplicating, words: e.By})
	case netem.Delayed:
		r.note(w.judged[part], w.delayed(shrinkFault{way: way, verb: netem.Delaying, words: e.By}))
	}
}

// delayed fills in by how much a packet is late, as the model says that had it so.
func (w *shrinkWay) delayed(f shrinkFault) shrinkFault {
	m := w.models[f.words]
	if o, ok := m.(*netem.Only); ok {
		m = o.Model
	}
	switch m := m.(type) {
	case *netem.Reorder:
		if f.late = m.Late; m.Late == 0 {
			f.by, f.within = max(1, m.By), m.Within
			if m.Within == 0 {
				f.within = netem.DefaultHold
			}
		}
	case *netem.Fault:
		f.by, f.within, f.late = m.By, m.Within, m.Late
	}
	return f
}

// note takes note of a fault, once.
func (r *shrinkRecord) note(name *netem.Name, f shrinkFault) {
	if name == nil {
		r.unnamed++
		return
	}
	if f.name = *name; !r.noted[f] {
		r.noted[f] = true
		r.faults = append(r.faults, f)
	}
}

// arrive takes note of an arrival.
func (r *shrinkRecord) arrive(way int, e netem.Event) {
	p := e.Packet
	damaged := 0
	if p.Corrupt {
		damaged = 1
	}
	var b []byte
	for _, n := range []uint64{uint64(e.At), uint64(way), p.ID, uint64(p.Copy), uint64(p.Offset), uint64(p.Size()), uint64(damaged)} {
		b = binary.BigEndian.AppendUint64(b, n)
	}
	_, _ = r.arrived.Write(b) // a hash takes all
}

// all returns the faults in the order in which they happened.
func (r *shrinkRecord) all() []shrinkFault {
	for i := range r.faults {
		f := &r.faults[i]
		f.every = r.ways[f.way].namer.Flows(f.name.Subject) == 1
	}
	return r.faults
}

// same reports whether in both runs the same packets arrived at the same times in the same state.
func (r *shrinkRecord) same(other *shrinkRecord) bool {
	return slices.Equal(r.arrived.Sum(nil), other.arrived.Sum(nil))
}
