package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/spf13/pflag"

	"lossylab/sim/shrink"
)

// shrinkCommand is lossylab shrink: which of the things that a link did to packets make a run what it is?
func shrinkCommand(ctx context.Context, args []string, s streams) error {
	k, err := newShrinkSettings(args)
	if err != nil {
		return err
	}
	if err := k.read(ctx, s); err != nil {
		return err
	}
	w := &shrinkWork{shrinkSettings: k, said: s.out, plain: k.sc.with(plainLink(k.sc.up), plainLink(k.sc.down))}
	if k.flags.quiet || k.flags.jsonOutput {
		w.said = io.Discard
	}
	if _, err := w.readBack(ctx, w.text(nil, nil), s); err != nil { // what will be written can be read
		return usagef("--out %s: what is left names files, and has to lie where the scenario lies: %v", k.flags.out, err)
	}
	// Worlds are single-threaded: a second processor would only be woken and put to sleep by each packet.
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if !k.flags.quiet {
		p := newProgress(s.err, w.progress)
		defer p.done()
	}
	return w.run(ctx, s)
}

// shrinkWork is a scenario that is being shrunk.
type shrinkWork struct {
	*shrinkSettings
	said   io.Writer
	plain  *scenario     // with links that pick no packets
	faults []shrinkFault // what they did instead
	result shrink.Result
	runs   atomic.Int64 // the one under way included
	left   atomic.Int64
	exact  bool  // with all faults by name it is the same run
	steps  []int // how many faults were left, each time that fewer did
}

// progress says how far it is.
func (w *shrinkWork) progress() string {
	return fmt.Sprintf("run %d of at most %d: %s left", w.runs.Load(), w.flags.maxRuns, shrinkCount(int(w.left.Load()), "fault"))
}

// run finds what is left, tells it and writes it.
func (w *shrinkWork) run(ctx context.Context, s streams) error {
	fmt.Fprintf(w.said, "lossylab %s  %s  (seed %d)\nFewer faults, with which still: %s\n\n", version, w.sc.title(), w.sc.seed, w.words())
	if err := w.begin(ctx); err != nil {
		return w.stopped(ctx, err)
	}
	err := w.search(ctx)
	interrupted := err != nil && ctx.Err() != nil
	if err != nil && !interrupted {
		return err
	}
	last, err := w.finish(context.WithoutCancel(ctx), s) // an interrupt keeps what was found
	if err != nil {
		return err
	}
	if err := w.tell(last, s); err != nil {
		return err
	}
	if interrupted {
		return fmt.Errorf("%w after %s: %s has the %s that were left", errInterrupted, shrinkCount(int(w.runs.Load()), "run"), w.flags.out,
			shrinkCount(len(w.result.Left), "fault"))
	}
	return nil
}

// stopped says that a run ended before anything was found.
func (w *shrinkWork) stopped(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return fmt.Errorf("%w before anything was found; nothing was written", errInterrupted)
	}
	return err
}

// try runs a scenario.
func (w *shrinkWork) try(ctx context.Context, sc *scenario, captured bool) (*shrinkTrial, error) {
	w.runs.Add(1)
	return w.trial(ctx, sc, captured)
}

// some returns the scenario with the faults of these numbers.
func (w *shrinkWork) some(these []int) *scenario {
	var faults []shrinkFault
	for _, n := range these {
		faults = append(faults, w.faults[n])
	}
	return w.sc.with(withMergedFaults(w.plain.up, 0, faults), withMergedFaults(w.plain.down, 1, faults))
}

// begin runs the scenario as it is, and again with what links did as faults.
func (w *shrinkWork) begin(ctx context.Context) error {
	first, err := w.try(ctx, w.sc, false)
	if err != nil {
		return err
	}
	if !first.met() {
		return fmt.Errorf("there is nothing to shrink: %s; try another --seed (it is %d)", unmetWords(first), w.sc.seed)
	}
	w.faults = first.record.all()
	w.left.Store(int64(len(w.faults)))
	all := make([]int, len(w.faults))
	for i := range all {
		all[i] = i
	}
	again, err := w.try(ctx, w.some(all), false)
	if err != nil {
		return err
	}
	w.exact = again.record.same(first.record)
	w.tellBegin(first, again)
	if !again.met() {
		return fmt.Errorf("with the same as named faults it is not so: %s; %s", unmetWords(again), w.why(first))
	}
	return nil
}

// why says why faults by name may not be the same run.
func (w *shrinkWork) why(first *shrinkTrial) string {
	if n := first.record.unnamed; n > 0 {
		return fmt.Sprintf("%s met packets that have no names, such as fragments", shrinkCount(n, "more fault"))
	}
	return "corruption as a fault turns over the last bit of a packet, and elsewhere by chance"
}

// unmetWords says what is not so.
func unmetWords(t *shrinkTrial) string {
	var words []string
	for _, e := range t.results.Expected {
		if !e.Met {
			words = append(words, e.String())
		}
	}
	return strings.Join(words, ", ")
}

// search looks for the faults that are needed.
func (w *shrinkWork) search(ctx context.Context) (err error) {
	s := shrink.Search{MaxTrials: w.flags.maxRuns - leastShrinkRuns + 1,
		Happens: func(these []int) (bool, error) {
			t, err := w.try(ctx, w.some(these), false)
			return err == nil && t.met(), err
		},
		Smaller: func(left int) {
			w.left.Store(int64(left))
			w.steps = append(w.steps, left)
		},
	}
	w.result, err = s.Minimize(len(w.faults))
	return err
}

// kept returns the faults that are left.
func (w *shrinkWork) kept() (faults []shrinkFault) {
	for _, n := range w.result.Left {
		faults = append(faults, w.faults[n])
	}
	return faults
}

// errOtherwise is a written scenario that does not do what it was written for.
var errOtherwise = errors.New("the scenario that is left does not do the same when it is read from a file; nothing was written")

// finish writes the scenario that is left, once a run of what stands in it has shown that it does the same.
func (w *shrinkWork) finish(ctx context.Context, s streams) (*shrinkTrial, error) {
	faults := w.kept()
	sc, err := w.readBack(ctx, w.text(faults, nil), s)
	if err != nil {
		return nil, err
	}
	last, err := w.try(ctx, sc, true)
	if err != nil {
		return nil, err
	}
	if !last.met() {
		return nil, fmt.Errorf("%w: %s", errOtherwise, unmetWords(last))
	}
	text := w.text(faults, w.stories(last, faults))
	return last, saveFile("out", w.flags.out, func(to io.Writer) error {
		_, err := to.Write(text)
		return err
	})
}

func shrinkHelp(w io.Writer) {
	fmt.Fprint(w, `
It runs the scenario over one protocol, the one that the expectations are about, and takes down what the links' models did to
packets: drops, late and overtaken ones, duplicates, damage. Then it runs it again and again with a part of these as named
faults ("drop data 41") instead of chance, and looks for those that are needed (delta debugging: ddmin of Zeller and Hildebrandt,
2002). What is left is 1-minimal: take away any single one of them, and an expectation fails. It is written as a scenario that
'lossylab run' replays, with the expectations; comments say what became of each packet.

What a queue drops is no fault: it follows from the traffic. Rates, queues, delays and their jitter stay as they are. With
fewer faults other packets are sent, so each part is tried by a run of its own; the same command does the same runs.

`)
	var f shrinkFlags
	set := f.set()
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	for _, name := range []string{"expect", "max-runs", "out", "quiet", "json"} {
		own.AddFlag(set.Lookup(name))
	}
	fmt.Fprint(w, own.FlagUsagesWrapped(110))
	fmt.Fprint(w, `
All other flags are those of 'lossylab run': 'lossylab help run' explains them, and the forms of expectations. Those about
results (--figures, --capture …) go into the file.

Exit status: 0 done; 1 the expectations are not met by the run as it is, or not with the same as named faults; 2 the input was
wrong; 130 interrupted: the file has what was left by then.

Examples:
  lossylab shrink --seed 2 --expect "tcp.tcp.timeouts > 0"
  lossylab shrink scenario.yaml --expect "udp.app.lost > 2" --out three.yaml
  lossylab run shrunk.yaml
`)
}
