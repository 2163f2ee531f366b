package main

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim/app"
)

// runCommand is lossylab run: check everything, run a world for each protocol, write the results, tell a person.
func runCommand(ctx context.Context, args []string, s streams) error {
	flags, set, err := parseFlags(args)
	if err != nil {
		return err
	}
	sc, err := newScenario(&flags, set)
	if err != nil {
		return err
	}
	out, err := newOutputs(&flags, set)
	if err != nil {
		return err
	}
	if err := sc.readInput(ctx, flags.input, s.in); err != nil {
		return err
	}
	dir, err := newFolder(out.dir)
	if err != nil {
		return err
	}
	defer dir.discard()
	l := &lab{scenario: sc, outputs: out, dir: dir, streams: s}
	return l.run(ctx)
}

// lab is a run of all of a scenario's protocols.
type lab struct {
	*scenario
	*outputs
	dir *folder
	streams
	log     *report.EventLog
	flows   []*report.Flow
	results report.Results
	status  atomic.Value // func() string, for the progress line
}

func (l *lab) run(ctx context.Context) error {
	l.results = report.Results{Schema: report.Schema, Version: version, Seed: l.seed, Engine: l.engine, Stack: l.stack(),
		App: l.App, Scenario: l.scenario, Complete: true, Confidence: l.confidence}
	if l.printsText {
		l.heading()
	}
	if err := l.runAll(ctx); err != nil {
		return err
	}
	m, err := l.write()
	if err != nil {
		return diskError(l.dir, err)
	}
	if err := l.tell(m); err != nil {
		return err
	}
	if ctx.Err() != nil && !l.results.Complete { // an interrupt while figures are drawn comes too late to end anything
		return fmt.Errorf("%w: %s; what was finished is in %s", errInterrupted, l.results.Note, l.dir.name)
	}
	return nil
}

// runAll runs the protocols one after the other. An interrupt ends the run and is no error here: what there is, is kept.
func (l *lab) runAll(ctx context.Context) error {
	l.status.Store(func() string { return "starting" })
	if !l.quiet {
		p := newProgress(l.err, func() string { return l.status.Load().(func() string)() })
		defer p.done()
	}
	defer l.processors()()
	if l.events {
		file, err := l.dir.create("events.csv")
		if err != nil {
			return diskError(l.dir, err)
		}
		l.log = report.NewEventLog(file)
	}
	for _, proto := range l.Protos {
		if ctx.Err() != nil {
			l.incomplete(fmt.Sprintf("interrupted before the %s run", proto))
			break
		}
		if err := l.runOne(ctx, proto); err != nil {
			return err
		}
	}
	if l.log != nil {
		if err := l.log.Flush(); err != nil {
			return diskError(l.dir, err)
		}
	}
	return nil
}

func (l *lab) incomplete(note string) {
	if l.results.Complete {
		l.results.Complete, l.results.Note = false, note
	}
}

// runOne runs one protocol and keeps what it showed.
func (l *lab) runOne(ctx context.Context, proto string) error {
	captures, err := l.captures(l.dir, l.scenario, proto)
	if err != nil {
		return diskError(l.dir, err)
	}
	observers := observersOf(captures)
	if l.log != nil {
		l.log.Begin(proto)
		observers = append(observers, l.log)
	}
	var arrived *received
	var messages app.Observer
	switch {
	case l.App == "echo" && l.printsText:
		messages = answers{l.streams.out, proto, l.Flows > 1}
	case l.App != "echo" && l.input != nil:
		if arrived, err = newReceived(l.dir, l.scenario, proto); err != nil {
			return diskError(l.dir, err)
		}
		messages = arrived
	}
	x, err := newExperiment(l.scenario, proto, observers, messages)
	if err != nil {
		return err
	}
	defer x.world.Close()
	x.collector.Confidence = l.confidence
	if captures != nil {
		x.client = captures[0]
	}
	l.status.Store(func() string {
		return fmt.Sprintf("%s: %.1f s %s, at most %.0f s", proto, x.world.Now().Seconds(), x.passed(), x.limit().Seconds())
	})
	err = x.run(ctx)
	interrupted := err != nil && ctx.Err() != nil
	if err != nil && !interrupted {
		return err
	}
	flow, result := x.finish(interrupted)
	if !result.Complete {
		l.incomplete(result.Note)
	}
	for _, c := range captures {
		if err := c.Close(); err != nil {
			return diskError(l.dir, err)
		}
	}
	if arrived != nil {
		if result.Input, err = arrived.results(); err != nil {
			return diskError(l.dir, err)
		}
	}
	l.flows, l.results.Flows = append(l.flows, flow), append(l.results.Flows, result)
	return nil
}

// write makes the files that are made of all protocols together, and puts everything into its place.
func (l *lab) write() (m manifest, err error) {
	l.results.Verdict = l.results.MakeVerdict()
	figures := report.Figures(l.flows)
	if err := l.figures(l.dir, figures); err != nil {
		return m, err
	}
	page := report.Page{Title: l.title(), Results: &l.results, Flows: l.flows, Figures: figures, Captures: l.capture, Tables: strings.Join(l.tables, ",")}
	if len(l.formats) == 0 {
		page.Figures = nil
	} else {
		page.Image = l.formats[0]
	}
	if err := l.writeTables(l.dir, report.Tables(l.flows, &l.results)); err != nil {
		return m, err
	}
	if err := l.dir.write("report.md", page.WriteMarkdown); err != nil {
		return m, err
	}
	if err := l.dir.write("report.html", page.WriteHTML); err != nil {
		return m, err
	}
	if err := l.dir.write("results.json", l.results.WriteJSON); err != nil {
		return m, err
	}
	m = manifest{Version: version, Stack: l.stack(), Seed: l.seed, Scenario: l.scenario}
	err = l.dir.commit(&m)
	return m, err
}

// title says what was done: "stream: 500 messages of 1000 bytes, one every 10ms".
func (l *lab) title() string {
	var b strings.Builder
	b.WriteString(l.App + ": ")
	switch {
	case l.App == "echo":
		fmt.Fprintf(&b, "%d lines from each client", len(l.lines))
	case l.input != nil:
		fmt.Fprintf(&b, "%s, %d bytes, in messages of %d bytes", l.Input, len(l.input), l.Size)
	case l.Messages > 0:
		fmt.Fprintf(&b, "%d messages of %d bytes", l.Messages, l.Size)
	default:
		fmt.Fprintf(&b, "messages of %d bytes for %s", l.Size, text(l.Duration))
	}
	if l.App == "stream" {
		fmt.Fprintf(&b, ", one every %s", text(l.Interval))
	}
	if l.Flows > 1 {
		fmt.Fprintf(&b, ", %d clients", l.Flows)
	}
	return b.String()
}

func text(d duration) string {
	b, _ := d.MarshalText()
	return string(b)
}

// heading is printed before the run.
func (l *lab) heading() {
	fmt.Fprintf(l.out, "lossylab %s  %s  (seed %d)\n", version, l.title(), l.seed)
	l.headLinks()
}

// headLinks says what the links are, and what they do other than one may think.
func (l *lab) headLinks() {
	if l.Link.Up == l.Link.Down {
		fmt.Fprintf(l.out, "link, both ways: %s\n", orPerfect(l.Link.Up))
		l.warn(l.up)
	} else {
		fmt.Fprintf(l.out, "link up:   %s\n", orPerfect(l.Link.Up))
		l.warn(l.up)
		fmt.Fprintf(l.out, "link down: %s\n", orPerfect(l.Link.Down))
		l.warn(l.down)
	}
	fmt.Fprintln(l.out)
}

// warn says what a link does other than its words may make one think.
func (l *lab) warn(s netem.Spec) {
	for _, part := range slices.Concat(s.Paths, s.Hops) {
		l.warn(part)
	}
	if s.MTU.Bytes >= l.MTU {
		fmt.Fprintf(l.out, "  note: %s has no effect: the hosts send no packets of more than %d bytes\n", s.MTU, l.MTU)
	}
	if s.TC == nil {
		if queue := (netem.Spec{Limit: s.Limit, Queue: s.Queue}).String(); !s.Queues() && queue != "" {
			fmt.Fprintf(l.out, "  note: %s has no effect without a rate: nothing waits for a link that is infinitely fast\n", queue)
		}
		if s.Queue != nil && strings.Contains(s.Queue.String()+" ", " ecn ") {
			fmt.Fprintf(l.out, "  note: ecn changes nothing: the hosts' TCP does not heed marks, and its packets say so\n")
		}
		if b := s.Bucket; b.Burst > 0 && b.Burst < l.MTU {
			fmt.Fprintf(l.out, "  note: %s loses all packets that are larger than the burst, and they have up to %dB\n", b, l.MTU)
		}
		return
	}
	for _, w := range s.TC.Warnings() {
		fmt.Fprintf(l.out, "  note: %s\n", w)
	}
}

// tell prints the results.
func (l *lab) tell(m manifest) error {
	if l.json {
		return l.results.WriteJSON(l.out)
	}
	if l.quiet {
		return nil
	}
	if l.App == "echo" {
		fmt.Fprintln(l.out)
	}
	if err := l.results.WriteSummary(l.out); err != nil {
		return err
	}
	fmt.Fprintf(l.out, "\n%s\n", l.results.Verdict)
	for _, f := range l.results.Flows {
		if f.Note != "" {
			fmt.Fprintf(l.out, "Not complete (%s): %s\n", f.Proto, f.Note)
		}
		for _, note := range f.Notes {
			fmt.Fprintf(l.out, "Note (%s): %s\n", f.Proto, note)
		}
	}
	l.tellInput()
	_, err := fmt.Fprintf(l.out, "\nResults: %s\n  %s\n", l.dir.name, strings.Join(append(m.list(), manifestName), "  "))
	return err
}

func (l *lab) tellInput() {
	for _, f := range l.results.Flows {
		for _, in := range f.Input {
			state := "identical"
			if !in.Same {
				state = fmt.Sprintf("%d of %d bytes missing (zeros in their place)", in.Missing, in.Bytes)
			}
			fmt.Fprintf(l.out, "%s: %s\n", in.Received, state)
		}
	}
}
