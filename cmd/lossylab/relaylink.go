package main

import (
	"fmt"
	"slices"
	"time"

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
	held    [2][]heldSpec // what specs have been, in order of time
	changes []linkChange
	changed int
}

// linkChange is one change of a link while it ran.
type linkChange struct {
	At   float64 `json:"at_s"`
	Up   string  `json:"up"`
	Down string  `json:"down"`
}

// heldSpec is what one direction was from a time on, until the next.
type heldSpec struct {
	From float64 `json:"from_s"`
	Spec string  `json:"spec"`
}

// inSeconds returns a time as it stands in JSON: nanoseconds are the last digits.
func inSeconds[T netem.Time | time.Duration](t T) float64 { return float64(t) / 1e9 }

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
		l.held[i] = []heldSpec{{0, l.specs[i].String()}}
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
			if spec == nil {
				continue
			}
			l.specs[i] = *spec
			if l.held[i] = append(l.held[i], heldSpec{inSeconds(now), spec.String()}); len(l.held[i]) > changesKept {
				l.held[i] = l.held[i][1:]
			}
		}
		c = linkChange{inSeconds(now), l.specs[0].String(), l.specs[1].String()}
		if l.changes = append(l.changes, c); len(l.changes) > changesKept {
			l.changes = l.changes[1:]
		}
		return l.perfect()
	})
	return c, nil
}

// state returns what the directions of the link are and have done.
func (l *relayLink) state() (ways [2]linkState, changes []linkChange) {
	l.net.Wall.Enter()
	defer l.net.Wall.Leave()
	for i := range ways {
		ways[i] = linkState{l.specs[i].String(), slices.Clone(l.held[i]), l.counts[i].clone()}
	}
	return ways, append([]linkChange{}, l.changes...)
}
