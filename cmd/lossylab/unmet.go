package main

import (
	"fmt"
	"slices"

	"lossylab/netem"
)

// unmet says which faults of the links met no packet, for a wrong expectation must not pass in silence. A fault that
// stands on both links has met its packet if it did so on one: there is no SYN on the way down. Nor does it count what
// another protocol's run will show.
func (x *experiment) unmet(p *peers) (notes []string) {
	if p.number > 0 {
		return nil // the links are those of the first too
	}
	all := x.world.Unmet()
	up, down := all[0], all[1]
	for _, u := range up {
		other, both := find(down, u.Words)
		switch {
		case !both && says(x.down, u.Words), x.elsewhere(u):
		case both && other.Seen > u.Seen:
			notes = append(notes, notMet("down", other))
		default:
			notes = append(notes, notMet("up", u))
		}
	}
	for _, u := range down {
		if !says(x.up, u.Words) && !x.elsewhere(u) {
			notes = append(notes, notMet("down", u))
		}
	}
	return notes
}

func notMet(link string, u netem.Unmet) string {
	return fmt.Sprintf("link %s: %s was not met: %s", link, u.Words, u.Why)
}

func unmetOf(s netem.Stage) []netem.Unmet {
	if s, ok := s.(netem.Seeker); ok {
		return s.Unmet()
	}
	return nil
}

// find returns what was unmet of a fault.
func find(all []netem.Unmet, words string) (netem.Unmet, bool) {
	for _, u := range all {
		if u.Words == words {
			return u, true
		}
	}
	return netem.Unmet{}, false
}

// says says whether a link or a part of it has a model of these words.
func says(s netem.Spec, words string) bool {
	return slices.ContainsFunc(s.Models, func(m netem.Model) bool { return m.String() == words }) ||
		slices.ContainsFunc(slices.Concat(s.Paths, s.Hops), func(part netem.Spec) bool { return says(part, words) })
}

// elsewhere says whether a fault is about the other protocol, which this scenario runs too.
func (x *experiment) elsewhere(u netem.Unmet) bool {
	return u.Proto != 0 && x.mix == nil && u.Proto != protocols[x.name] && len(x.Protos) > 1
}

var protocols = map[string]int{"udp": netem.ProtoUDP, "tcp": netem.ProtoTCP}
