package main

import (
	"context"
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/pcapng"
	"lossylab/sim"
)

// shrinkTrial is one run of what is shrunk, and what it showed.
type shrinkTrial struct {
	record   *shrinkRecord
	results  report.Results // Flows and Expected
	comments [2]frameNotes  // of the client's capture and the server's, if they were asked for
}

// met reports whether all that is to hold does.
func (t *shrinkTrial) met() bool {
	for _, e := range t.results.Expected {
		if !e.Met {
			return false
		}
	}
	return true
}

// trial runs a scenario of one world, which is k's or one made of it.
func (k *shrinkSettings) trial(ctx context.Context, sc *scenario, captured bool) (*shrinkTrial, error) {
	t := &shrinkTrial{record: newShrinkRecord(sc.up, sc.down)}
	observers := netem.Observers{t.record}
	var captures []*report.Capture
	if captured {
		for i, at := range []report.Vantage{report.Client, report.Server} {
			captures = append(captures, report.NewCapture(&t.comments[i], at, sim.Epoch))
		}
		observers = append(observers, observersOf(captures)...)
	}
	x, err := newExperiment(sc, sc.worlds()[0], observers)
	if err != nil {
		return nil, err
	}
	defer x.world.Close()
	for _, p := range x.peers {
		if p.collector.Confidence = k.confidence; captured {
			x.client = captures[0]
			p.collector.Waited = x.client.Waited
		}
	}
	if err := x.run(ctx); err != nil {
		return nil, err
	}
	for _, p := range x.peers {
		_, result := p.finish(false)
		t.results.Flows = append(t.results.Flows, result)
	}
	for _, c := range captures {
		if err := c.Close(); err != nil {
			return nil, err
		}
	}
	t.results.App, t.results.Expected = sc.app(), expected(k.expect, t.results.Flows)
	return t, nil
}

// with returns the scenario with other links.
func (s *scenario) with(up, down netem.Spec) *scenario {
	c := *s
	c.up, c.down = up, down
	c.Link.Up, c.Link.Down = up.String(), down.String()
	return &c
}

// frameNotes is a capture of which only the comments are kept.
type frameNotes struct {
	frames int
	notes  []frameNote
}

// frameNote is the comment on a frame.
type frameNote struct {
	frame int
	at    time.Duration // from the beginning of the run
	text  string
}

// WritePacket implements pcapng.Writer.
func (n *frameNotes) WritePacket(p pcapng.Packet) error {
	n.frames++
	if len(p.Comment) > 0 {
		n.notes = append(n.notes, frameNote{n.frames, p.At.Sub(sim.Epoch), string(p.Comment)})
	}
	return nil
}

// Close implements pcapng.Writer.
func (n *frameNotes) Close() error { return nil }
