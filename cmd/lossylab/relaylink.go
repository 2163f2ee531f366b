package main

import (
	"fmt"

	"lossylab/netem"
	"lossylab/netem/relay"
	"lossylab/sim/splice"
)

// relayLink is a relay's link: what it is now, what has happened on it, and how it is changed.
type relayLink struct {
	net  *splice.Net // nil until the relay begins
	seed uint64
	also netem.Observers // told of all events, within the wall

	// Guarded by the wall.
	counts  [2]wayCounts
	specs   [2]netem.Spec
	changes []linkChange
	changed int
}

// linkChange is one change of a link while it ran.
type linkChange struct {
	At   float64 `json:"at_s"`
	Up   string  `json:"up"`
	Down string  `json:"down"`
}

// changesKept is how many changes the results list, the latest.
const changesKept = 1000

var wayNames = [2]string{"up", "down"}

// Observe implements netem.Observer.
func (l *relayLink) Observe(e netem.Event) {
	i := 0
	if e.Link == wayNames[1] {
		i = 1
	}
	l.counts[i].count(e, e.Packet.ID%relay.Serials)
	if len(l.also) > 0 {
		l.also.Observe(e)
	}
}

// stage makes one direction of the link number n, from 0.
func (l *relayLink) stage(i int, spec netem.Spec, n int) (netem.Stage, error) {
	seed := l.seed
	if n > 0 { // other packets are lost than at the beginning
		seed = netem.Stream(seed, fmt.Sprintf("change %d", n)).Uint64()
	}
	return netem.NewStage(wayNames[i], spec, seed, l)
}

// begin makes the link as it is at first.
func (l *relayLink) begin(up, down netem.Spec) (stages [2]netem.Stage, err error) {
	l.specs = [2]netem.Spec{up, down}
	for i := range stages {
		if stages[i], err = l.stage(i, l.specs[i], 0); err != nil {
			return stages, err
		}
	}
	return stages, nil
}

// perfect says whether the link does nothing to packets.
func (l *relayLink) perfect() bool { return l.specs[0].String() == "" && l.specs[1].String() == "" }

// change makes the directions that are given another link, for packets that are sent from now on.
func (l *relayLink) change(to [2]*netem.Spec) (linkChange, error) {
	l.net.Wall.Enter()
	n := l.changed + 1
	l.changed = n
	l.net.Wall.Leave()
	var stages [2]netem.Stage
	for i, spec := range to {
		if spec == nil {
			continue
		}
		s, err := l.stage(i, *spec, n)
		if err != nil {
			return linkChange{}, err
		}
		stages[i] = s
	}
	var c linkChange
	l.net.Change(stages[0], stages[1], func(now netem.Time) bool {
		for i, spec := range to {
			if spec != nil {
				l.specs[i] = *spec
			}
		}
		c = linkChange{now.Seconds(), l.specs[0].String(), l.specs[1].String()}
		if l.changes = append(l.changes, c); len(l.changes) > changesKept {
			l.changes = l.changes[1:]
		}
		return l.perfect()
	})
	return c, nil
}

// state returns what the link is and has done.
func (l *relayLink) state() (specs [2]string, counts [2]wayCounts, changes []linkChange) {
	l.net.Wall.Enter()
	defer l.net.Wall.Leave()
	for i := range counts {
		specs[i], counts[i] = l.specs[i].String(), l.counts[i].clone()
	}
	return specs, counts, append([]linkChange{}, l.changes...)
}
