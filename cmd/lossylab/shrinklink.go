package main

import (
	"slices"
	"time"

	"lossylab/netem"
)

// shrinkFault is one thing that a link did to one packet, by the packet's name.
type shrinkFault struct {
	way    int // 0 up, 1 down
	verb   netem.Verb
	name   netem.Name
	by     int           // of a delay: so many overtook it
	within time.Duration // goes with by
	late   time.Duration // of a delay, instead of by
	every  bool          // no other flow has such packets
	words  string        // of the model that did it: "loss 3%"
}

// fault returns it as words of a link.
func (f *shrinkFault) fault() *netem.Fault {
	m := f.name.Fault(f.verb, f.every)
	m.By, m.Within, m.Late = f.by, f.within, f.late
	return m
}

// plainLink returns a link without all that picks packets: losses, reordering, duplicates, corruption, faults and outages. What it
// does to all alike stays: rate, queue, MTU, delays with their jitter, and how they change.
func plainLink(s netem.Spec) netem.Spec {
	s = s.Clone()
	s.Models = slices.DeleteFunc(s.Models, picksPackets)
	stalls := slices.ContainsFunc(s.Changes, func(c netem.Change) bool { return c.Carrier == netem.CarrierStalled })
	for i := range s.Changes {
		c := &s.Changes[i]
		c.Models = slices.DeleteFunc(c.Models, picksPackets)
		switch {
		case !stalls && c.Carrier != netem.CarrierStalled:
			c.Carrier = netem.CarrierSame
		case c.Carrier == netem.CarrierDown: // what it lost has faults, and a stall before it has ended
			c.Carrier = netem.CarrierUp
		}
	}
	s.Changes = slices.DeleteFunc(s.Changes, func(c netem.Change) bool {
		return c.Carrier == netem.CarrierSame && c.Rate == nil && len(c.Models) == 0
	})
	return s
}

// picksPackets reports whether a model does something to some packets and not to others.
func picksPackets(m netem.Model) bool {
	if o, ok := m.(*netem.Only); ok {
		m = o.Model
	}
	_, delays := m.(*netem.Delay)
	return !delays
}

// modelsOf returns all models of a link by their words, those too that it has for a time only.
func modelsOf(s netem.Spec) map[string]netem.Model {
	all := map[string]netem.Model{}
	add := func(models []netem.Model) {
		for _, m := range models {
			all[m.String()] = m
		}
	}
	add(s.Models)
	for _, c := range s.Changes {
		add(c.Models)
	}
	return all
}

// withFaults returns a link that has these faults of one way too.
func withFaults(s netem.Spec, way int, faults []shrinkFault) netem.Spec {
	s = s.Clone()
	var models []netem.Model
	for i := range faults {
		if faults[i].way == way {
			models = append(models, faults[i].fault())
		}
	}
	s.Models = append(models, s.Models...)
	return s
}

// alike is what faults have in common that differ in one number alone.
type alike struct {
	verb         netem.Verb
	subject      netem.Subject
	again, flow  int // again: of retransmissions of segments that differ
	by           int
	within, late time.Duration
}

// withMergedFaults returns a link that does the same as withFaults', with as few models as can be: each is asked about each
// packet.
func withMergedFaults(s netem.Spec, way int, faults []shrinkFault) netem.Spec {
	s = s.Clone()
	places := map[alike]int{}
	var merged []*netem.Fault
	var numbers [][]int
	for i := range faults {
		f := &faults[i]
		if f.way != way {
			continue
		}
		kind := alike{verb: f.verb, subject: f.name.Subject, flow: f.name.Flow, by: f.by, within: f.within, late: f.late}
		n := f.name.Number
		if f.name.Of > 0 {
			kind.again, n = n, f.name.Of
		}
		at, known := places[kind]
		if !known {
			at = len(merged)
			places[kind], merged, numbers = at, append(merged, f.fault()), append(numbers, nil)
		}
		numbers[at] = append(numbers[at], n)
	}
	models := make([]netem.Model, len(merged), len(merged)+len(s.Models))
	for i, m := range merged {
		*variable(m) = ranges(numbers[i])
		models[i] = m
	}
	s.Models = append(models, s.Models...)
	return s
}

// variable returns the numbers in which faults that are alike differ.
func variable(f *netem.Fault) *netem.Numbers {
	if f.Of != nil {
		return &f.Of
	}
	return &f.Numbers
}

// ranges makes ranges of single numbers.
func ranges(all []int) (ns netem.Numbers) {
	slices.Sort(all)
	for _, n := range all {
		if last := len(ns) - 1; last >= 0 && ns[last].Last+1 >= n {
			ns[last].Last = n
		} else {
			ns = append(ns, netem.Range{First: n, Last: n})
		}
	}
	return ns
}
