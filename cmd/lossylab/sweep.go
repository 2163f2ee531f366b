package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"syscall"
	"time"

	"lossylab/report"
	"lossylab/sim/sweep"
)

type sweepAxis = sweep.Axis

// sweepCommand is lossylab sweep: check everything, run what is not there yet, and when all is there, make the results.
func sweepCommand(ctx context.Context, args []string, s streams) error {
	w, err := newSweepSettings(args)
	if err != nil {
		return err
	}
	plan, err := w.plan()
	if err != nil {
		return err
	}
	if err := plan.Check(); err != nil {
		return usagef("sweep: %v", err)
	}
	if w.set.Changed("emit") {
		return w.emit(ctx, plan, s)
	}
	if err := replaceableFolder(w.outputs.dir); err != nil {
		return err
	}
	x := &sweeping{sweepSettings: w, plan: plan, streams: s}
	return x.run(ctx)
}

// plan makes the plan of the grid.
func (w *sweepSettings) plan() (*sweep.Plan, error) {
	scenario, err := json.Marshal(w.base.public())
	if err != nil {
		return nil, err
	}
	h := sha256.New()
	h.Write(scenario)
	fmt.Fprintln(h, w.base.stack(), report.Schema)
	for _, t := range w.base.traffics() {
		sum := sha256.Sum256(t.input)
		h.Write(sum[:])
	}
	for _, e := range w.base.expect {
		fmt.Fprintln(h, e.words)
	}
	for name, sum := range w.files() {
		fmt.Fprintln(h, name, sum)
	}
	if w.ofConfidence() {
		fmt.Fprintln(h, "confidence", w.outputs.confidence)
	}
	title := w.base.name
	if title == "" {
		title = w.base.app()
	}
	p := &sweep.Plan{Identity: hex.EncodeToString(h.Sum(nil)), Version: version, Axes: w.axes, Seed: w.flags.seed, Repeat: w.flags.repeat,
		Columns: w.columnNames()}
	text, err := json.Marshal(planScenario{Title: title, Compare: w.flags.compare, Scenario: scenario})
	p.Scenario = string(text)
	return p, err
}

// planScenario is what a plan holds of the scenario: for people, and for merge.
type planScenario struct {
	Title    string          `json:"title"`
	Compare  string          `json:"compare,omitempty"`
	Scenario json.RawMessage `json:"scenario"`
}

// sweeping is a sweep under way.
type sweeping struct {
	*sweepSettings
	plan *sweep.Plan
	streams
	sweep sweep.Sweep
}

// runsSuffix names the folder beside the results in which the rows of runs are kept as they come.
const runsSuffix = ".runs"

// runsFolder names that folder: beside the results also if their name ends in a slash.
func runsFolder(out string) string { return filepath.Clean(out) + runsSuffix }

// journalName names a shard's file there: so many parts sort in their order.
func journalName(s sweep.Shard) string {
	return fmt.Sprintf("shard-%s.rows", strings.ReplaceAll(s.String(), "/", "-of-"))
}

func (x *sweeping) run(ctx context.Context) error {
	folder := runsFolder(x.outputs.dir)
	if err := os.MkdirAll(folder, 0o777); err != nil {
		return usagef("--out %s: %v: choose another folder", x.outputs.dir, plain(err))
	}
	if err := x.refuseOtherShards(folder); err != nil {
		return err
	}
	journal, err := sweep.OpenJournal(filepath.Join(folder, journalName(x.shard)), x.plan, x.shard)
	if errors.Is(err, sweep.ErrLocked) {
		return usagef("--out %s: %v", x.outputs.dir, err)
	}
	if err != nil {
		os.Remove(folder) // if there is nothing in it
		return usagef("--out %s: %v; to begin anew, choose another --out or remove %s", x.outputs.dir, err, folder)
	}
	defer journal.Close()
	began := time.Now()
	if x.base.engine == kernelEngine {
		x.flags.workers = 1 // worlds in real time would disturb each other
	}
	x.sweep = sweep.Sweep{Journal: journal, Func: x.runCell, Workers: x.flags.workers, Clock: func() time.Duration { return time.Since(began) }}
	total, done := journal.Jobs()
	if x.outputs.printsText {
		fmt.Fprintf(x.out, "lossylab %s  sweep of %s, %s each (from %d)%s\n", version, counted(x.plan.Cells(), "cell"), counted(x.plan.Repeat, "seed"), x.plan.Seed, x.part())
		if done > 0 {
			fmt.Fprintf(x.out, "%d of %d runs are there already\n", done, total)
		}
		if n := journal.Damaged(); n > 0 {
			fmt.Fprintf(x.out, "%s of %s cannot be read: what stood there is run again\n", counted(n, "line"), journalName(x.shard))
		}
	}
	defer debug.SetGCPercent(debug.SetGCPercent(400)) // worlds come and go, and memory is flat
	if err := x.ask(ctx, total, done); err != nil {
		return x.ended(err)
	}
	if err := x.all(ctx); err != nil {
		return x.ended(err)
	}
	if err := journal.Close(); err != nil {
		return err
	}
	if x.shard.Count > 1 {
		x.say("part %s is done: when all are, this makes the results: %s\n", x.shard, shellWords(x.mergeArguments()))
		return nil
	}
	return writeSweep(&x.flags, x.outputs, x.streams, []string{filepath.Join(folder, journalName(x.shard))}, false)
}

func (x *sweeping) part() string {
	if x.shard.Count > 1 {
		return fmt.Sprintf(", part %s", x.shard)
	}
	return ""
}

func (x *sweeping) say(format string, args ...any) {
	if x.outputs.printsText {
		fmt.Fprintf(x.out, format, args...)
	}
}

// refuseOtherShards refuses a folder in which the grid was cut into another number of parts.
func (x *sweeping) refuseOtherShards(folder string) error {
	paths, err := journalsOf(folder)
	if err != nil || len(paths) == 0 {
		return nil // there are none: OpenJournal says what else is wrong
	}
	suffix := journalName(x.shard)
	suffix = suffix[strings.Index(suffix, "-of-"):]
	for _, p := range paths {
		if !strings.HasSuffix(p, suffix) {
			return usagef("--out %s: %s has %s: the grid was cut into other parts; go on with those, choose another --out or remove %s",
				x.outputs.dir, folder, filepath.Base(p), folder)
		}
	}
	return nil
}

// Large grids: a person is asked before one begins.
const (
	askCells = 100_000
	askTime  = time.Hour
)

// ask measures a few runs of a large grid, and ends the sweep if it will take long and nobody said --yes. Those runs are kept.
func (x *sweeping) ask(ctx context.Context, total, done int) error {
	if x.flags.yes || total-done < 1000 {
		return nil
	}
	e, err := x.sweep.Probe(ctx, 8, 20*time.Second)
	if err != nil {
		return err
	}
	if total-done < askCells && e.Left < askTime {
		return nil
	}
	return usagef("sweep: %d runs would take about %s here (%d were tried, %s each): add --yes to begin, or take fewer values, or share it out (--shard, --emit)",
		e.Jobs, roughly(e.Left), e.Sampled, roughly(e.Each))
}

// roughly writes a duration for people.
func roughly(d time.Duration) string {
	switch s := d.Seconds(); {
	case s < 1:
		return fmt.Sprintf("%.0f ms", s*1e3)
	case s < 120:
		return fmt.Sprintf("%.0f s", s)
	case s < 2*3600:
		return fmt.Sprintf("%.0f min", s/60)
	case s < 72*3600:
		return fmt.Sprintf("%.1f hours", s/3600)
	default:
		return fmt.Sprintf("%.0f days", s/86400)
	}
}

// all runs what is not there, with a line of progress.
func (x *sweeping) all(ctx context.Context) error {
	if !x.outputs.quiet {
		p := newProgress(x.err, x.status)
		defer p.done()
	}
	return x.sweep.Run(ctx)
}

func (x *sweeping) status() string {
	p := x.sweep.Progress()
	left := ""
	if p.Left >= 0 {
		left = fmt.Sprintf(", about %s left", roughly(p.Left))
	}
	return fmt.Sprintf("%d of %d runs (%.0f %%), %.1f a second%s", p.Done, p.Total, 100*float64(p.Done)/math.Max(1, float64(p.Total)), p.Rate, left)
}

// ended says how a sweep that has not been finished can go on.
func (x *sweeping) ended(err error) error {
	var usage usageError
	var disk syscall.Errno
	switch {
	case errors.As(err, &usage):
		return err
	case errors.As(err, &disk):
		return err // of the journal, which says the same
	case errors.Is(err, context.Canceled):
		p := x.sweep.Progress()
		return fmt.Errorf("%w: %d of %d runs are kept; the same command goes on from there", errInterrupted, p.Done, p.Total)
	}
	return fmt.Errorf("%w; what was finished is kept, and the same command goes on from there", err)
}

// runCell runs one cell under one seed. It is called on several goroutines: worlds share nothing.
func (x *sweeping) runCell(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
	s, err := x.cell(cell)
	if err != nil {
		return nil, "", err
	}
	s.seed = seed
	var flows []report.FlowResult
	note := ""
	for _, world := range s.worlds() {
		results, err := runWorld(ctx, s, world, x.outputs.confidence)
		if err != nil {
			return nil, "", err
		}
		for _, r := range results {
			if !r.Complete && note == "" {
				note = r.Note
			}
		}
		flows = append(flows, results...)
	}
	return x.numbers(s, flows), note, nil
}

// runWorld runs one world for its numbers alone.
func runWorld(ctx context.Context, s *scenario, world string, confidence float64) (results []report.FlowResult, err error) {
	e, err := newExperiment(s, world, nil)
	if err != nil {
		return nil, err
	}
	defer e.world.Close()
	for _, p := range e.peers {
		p.collector.Confidence = confidence
	}
	if err := e.run(ctx); err != nil {
		return nil, err
	}
	for _, p := range e.peers {
		_, r := p.finish(false)
		results = append(results, r)
	}
	return results, nil
}

// traffics returns all that is sent.
func (s *scenario) traffics() (all []*traffic) {
	if s.mix == nil {
		return []*traffic{&s.traffic}
	}
	for i := range s.mix.Traffic {
		all = append(all, &s.mix.Traffic[i].traffic)
	}
	return all
}
