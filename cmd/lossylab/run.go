package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync/atomic"

	"lossylab/netem"
	"lossylab/report"
)

// runCommand is lossylab run: check everything, run a world for each protocol, write the results, tell a person.
func runCommand(ctx context.Context, args []string, s streams) error {
	flags, set, file, err := runSettings(args, "run")
	if err != nil {
		return err
	}
	sc, err := newScenario(flags, set, file)
	if err != nil {
		return err
	}
	out, err := newOutputs(flags, set)
	if err != nil {
		return file.explain([]error{err})
	}
	if err := sc.readInputs(ctx, flags.input, s.in); err != nil {
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
		App: l.app(), Scenario: l.public(), Complete: true, Confidence: l.confidence}
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
	if unmet := l.unexpected(); unmet > 0 {
		return fmt.Errorf("%d of %d expectations were not met; the results are in %s", unmet, len(l.expect), l.dir.name)
	}
	if ctx.Err() != nil && !l.results.Complete { // an interrupt while figures are drawn comes too late to end anything
		return interruption(l.results.Note, l.dir.name)
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
	for _, world := range l.worlds() {
		if ctx.Err() != nil {
			l.incomplete(fmt.Sprintf("interrupted before the %s run", world))
			break
		}
		if err := l.runOne(ctx, world); err != nil {
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

// runOne runs one world and keeps what it showed.
func (l *lab) runOne(ctx context.Context, world string) error {
	captures, err := l.captures(l.dir, l.scenario, world)
	if err != nil {
		return diskError(l.dir, err)
	}
	observers := observersOf(captures)
	if l.log != nil {
		l.log.Begin(world)
		observers = append(observers, l.log)
	}
	x, err := newExperiment(l.scenario, world, observers)
	if err != nil {
		return err
	}
	defer x.world.Close()
	for _, p := range x.peers {
		p.collector.Confidence = l.confidence
		if err := l.listen(p); err != nil {
			return diskError(l.dir, err)
		}
		if l.traceCalls > 0 {
			p.calls = newCallKeeper(p.collector, x.world, l.traceCalls, l.IPv6)
		}
	}
	if captures != nil {
		x.client = captures[0]
		for _, p := range x.peers {
			p.collector.Waited = x.client.Waited
		}
	}
	l.status.Store(func() string {
		return fmt.Sprintf("%s: %.1f s of %s time, at most %.0f s", world, x.world.Now().Seconds(), x.time(), x.limit().Seconds())
	})
	err = x.run(ctx)
	interrupted := err != nil && ctx.Err() != nil
	if err != nil && !interrupted {
		return err
	}
	if err := l.finish(x, interrupted); err != nil {
		return diskError(l.dir, err)
	}
	for _, c := range captures {
		if err := c.Close(); err != nil {
			return diskError(l.dir, err)
		}
	}
	return nil
}

// listen has messages told to whom they are for: a person, or a file.
func (l *lab) listen(p *peers) (err error) {
	switch {
	case p.App == "echo" && l.printsText:
		p.messages = answers{l.streams.out, p.name, p.Flows > 1}
	case p.App != "echo" && p.input != nil:
		p.messages, err = newReceived(l.dir, p.traffic, p.name)
	}
	return err
}

// finish keeps what the pairs of a world showed.
func (l *lab) finish(x *experiment, interrupted bool) (err error) {
	for _, p := range x.peers {
		flow, result := p.finish(interrupted)
		if !result.Complete {
			l.incomplete(result.Note)
		}
		if r, ok := p.messages.(*received); ok {
			if result.Input, err = r.results(); err != nil {
				return err
			}
		}
		l.flows, l.results.Flows = append(l.flows, flow), append(l.results.Flows, result)
	}
	return nil
}

// write makes the files that are made of all protocols together, and puts everything into its place.
func (l *lab) write() (m manifest, err error) {
	l.results.Verdict = l.results.MakeVerdict()
	l.results.Expected = expected(l.expect, l.results.Flows)
	figures := report.Figures(l.flows)
	if err := l.figures(l.dir, figures); err != nil {
		return m, err
	}
	page := report.Page{Title: l.title(), Results: &l.results, Flows: l.flows, Figures: figures, FigureColumns: l.columns, Captures: l.capture, Tables: strings.Join(l.tables, ",")}
	if l.mix != nil {
		page.World, page.More = mixWorld, l.mix.facts()
	}
	if len(l.formats) == 0 {
		page.Figures = nil
	} else {
		page.Image = l.formats[0]
	}
	if err := l.writeTables(l.dir, report.Tables(l.flows, &l.results)); err != nil {
		return m, err
	}
	if l.traceCalls > 0 {
		if err := l.dir.write("calls.csv", func(w io.Writer) error { return report.WriteCalls(w, l.flows) }); err != nil {
			return m, err
		}
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
	m = manifest{Version: version, Stack: l.stack(), Seed: l.seed, Scenario: l.public()}
	err = l.dir.commit(&m)
	return m, err
}

// app is the program, for results.
func (s *scenario) app() string {
	if s.mix != nil {
		return mixWorld
	}
	return s.App
}

// title says what was done.
func (s *scenario) title() string {
	title := s.traffic.title
	if s.mix != nil {
		title = func() string { return strings.Join(s.mix.names(), ", ") + " at once" }
	}
	if s.name != "" {
		return s.name + ": " + title()
	}
	return title()
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
	if l.mix != nil {
		for _, fact := range l.mix.facts() {
			fmt.Fprintf(l.out, "%s: %s\n", fact[0], fact[1])
		}
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
			fmt.Fprintf(l.out, "Not complete (%s): %s\n", cmp.Or(f.Name, f.Proto), f.Note)
		}
		for _, note := range f.Notes {
			fmt.Fprintf(l.out, "Note (%s): %s\n", cmp.Or(f.Name, f.Proto), note)
		}
	}
	l.tellInput()
	l.tellExpected()
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

// unexpected counts the expectations that were not met.
func (l *lab) unexpected() (n int) {
	for _, e := range l.results.Expected {
		if !e.Met {
			n++
		}
	}
	return n
}

func (l *lab) tellExpected() {
	for _, e := range l.results.Expected {
		fmt.Fprintln(l.out, e)
	}
}
