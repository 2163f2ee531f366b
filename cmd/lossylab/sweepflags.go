package main

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/report"
	"lossylab/sim/scenariofile"
	"lossylab/sim/sweep"
)

// sweepFlags are sweep's flags: those of run, and its own.
type sweepFlags struct {
	runFlags
	vary     []string
	repeat   int
	metrics  []string
	compare  string
	interval string
	shard    string
	workers  int
	yes      bool
	emit     string
	shards   int
}

// defaultRepeat is how many seeds a cell has if nobody says.
const defaultRepeat = 10

// sweepOwn are the flags that run does not have, in the order of help.
var sweepOwn = []string{"vary", "repeat", "metric", "compare", "interval-method", "shard", "workers", "yes", "emit", "shards"}

// sweepOut are the flags of run that a sweep has no use for: it keeps numbers.
var sweepWithout = []string{"capture", "snaplen", "events", "trace-calls"}

func (f *sweepFlags) set() *pflag.FlagSet {
	s := f.runFlags.set()
	s.Init("sweep", pflag.ContinueOnError)
	s.StringArrayVar(&f.vary, "vary", nil, "vary `KEY=VALUES`, as often as there are keys: link.up.loss=0.1%,1%,5%; delay=10ms..100ms step 30ms; loss=0.01%..10% log 7")
	s.IntVar(&f.repeat, "repeat", defaultRepeat, "run each cell with `N` seeds, the same for all cells")
	s.StringArrayVar(&f.metrics, "metric", nil, "keep the `MEASURE` too, by its path in results.json, such as tcp.metrics.tcp.in_flight_max_bytes")
	s.StringVar(&f.compare, "compare", "", "compare the values of `KEY` seed by seed: the first with each other one")
	s.StringVar(&f.interval, "interval-method", "student", "make the intervals of means by `METHOD`: student, or bootstrap for few and skewed runs")
	s.StringVar(&f.shard, "shard", "1/1", "run part `I/N` of the grid only; 'lossylab merge' puts the parts together")
	s.IntVar(&f.workers, "workers", 0, "run `N` worlds at once (default: one on each processor)")
	s.BoolVar(&f.yes, "yes", false, "begin a large grid without asking")
	s.StringVar(&f.emit, "emit", "", "run nothing, but print the job for `SYSTEM`: slurm, k8s or parallel, with --shards parts")
	s.IntVar(&f.shards, "shards", 0, "cut the job that --emit prints into `N` parts (default: such that one takes a minute or so)")
	s.Lookup("out").DefValue = defaultSweepOut
	f.out = defaultSweepOut
	for _, name := range sweepWithout {
		_ = s.MarkHidden(name)
	}
	return s
}

const defaultSweepOut = "lossylab-sweep"

// settings is what a sweep is about: how each cell is made, and what is kept.
type sweepSettings struct {
	flags   sweepFlags
	set     *pflag.FlagSet
	args    []string
	file    *scenarioFile
	axes    []sweep.Axis
	base    *scenario // with the first value of each axis
	columns []ofFlow
	outputs *outputs
	shard   sweep.Shard
}

// newSweepSettings reads the command line and the scenario file and checks all of it.
func newSweepSettings(args []string) (*sweepSettings, error) {
	w := &sweepSettings{args: args}
	if err := w.parse(); err != nil {
		return nil, err
	}
	for _, name := range sweepWithout {
		if w.set.Changed(name) && !w.fromFile(name) {
			return nil, usagef("--%s: a sweep keeps numbers only: use 'lossylab run' for one of its cells", name)
		}
	}
	if w.flags.input == "-" {
		return nil, usagef("--input -: a sweep may be killed and go on, and then reads it again: name a file")
	}
	if err := w.file.explain(append(w.readAxes(), w.checkOwn()...)); err != nil {
		return nil, err
	}
	if err := w.checkCells(); err != nil {
		return nil, err
	}
	if err := w.chooseColumns(); err != nil {
		return nil, err
	}
	return w, w.checkEmit()
}

func (w *sweepSettings) fromFile(flag string) bool {
	return w.file != nil && w.file.places[flag].Line > 0
}

// parse reads the flags and the file.
func (w *sweepSettings) parse() (err error) {
	w.set = w.flags.set()
	if err := w.set.Parse(w.args); err != nil {
		return flagError(w.set, err)
	}
	if w.set.NArg() > 0 {
		if w.file, err = scenarioArgument(w.set, "sweep"); err != nil {
			return err
		}
		w.file.apply(w.set)
		if err := w.applyOwn(); err != nil {
			return err
		}
	}
	return nil
}

// applyOwn takes the sweep's words from the file where the command line says nothing.
func (w *sweepSettings) applyOwn() error {
	own := w.file.root.Get("sweep")
	if own == nil {
		return nil
	}
	if n := own.Get("repeat"); n != nil && !w.set.Changed("repeat") {
		w.file.places["repeat"] = n.Place
		if err := w.set.Set("repeat", n.Text); err != nil {
			w.file.wrong(n.Place, "repeat %s: want %s", n.Text, kindOf(w.set.Lookup("repeat")))
		}
	}
	if n := own.Get("compare"); n != nil && !w.set.Changed("compare") {
		w.file.places["compare"] = n.Place
		w.flags.compare = n.Text
	}
	for _, n := range own.Get("metrics").Words() {
		w.file.places["metric"] = n.Place
		w.flags.metrics = append(w.flags.metrics, n.Text)
	}
	return nil
}

// readAxes makes the axes: those of the file, of which --vary replaces those with its keys, and the others of --vary.
func (w *sweepSettings) readAxes() (errs []error) {
	if w.file != nil {
		if vary := w.file.root.Get("sweep").Get("vary"); vary != nil {
			for _, e := range vary.Keys {
				a, err := axisOfFile(e)
				if err != nil {
					errs = append(errs, scenariofile.Problem{Place: e.Value.Place, Msg: "vary: " + err.Error()})
					continue
				}
				w.file.places["vary "+a.Key] = e.Value.Place
				w.axes = append(w.axes, a)
			}
		}
	}
	given := map[string]bool{}
	for _, text := range w.flags.vary {
		a, err := sweep.ParseAxis(text)
		if err != nil {
			return append(errs, usagef("--vary %s: %v", text, err))
		}
		if given[a.Key] {
			return append(errs, usagef("--vary %s: %s is varied twice: put all its values into one", text, a.Key))
		}
		given[a.Key] = true
		if i := slices.IndexFunc(w.axes, func(b sweep.Axis) bool { return b.Key == a.Key }); i >= 0 {
			w.axes[i] = a
		} else {
			w.axes = append(w.axes, a)
		}
	}
	if len(w.axes) == 0 && len(errs) == 0 {
		return []error{usagef("sweep: nothing varies: add --vary, such as --vary link.up.loss=0.1%%,1%%,5%%")}
	}
	if err := w.orderAxes(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// axisOfFile reads a key of vary and its values: a list, or as --vary has them.
func axisOfFile(e scenariofile.Entry) (a sweep.Axis, err error) {
	if e.Value.Kind == scenariofile.Word {
		return sweep.ParseAxis(e.Name + "=" + e.Value.Text)
	}
	a.Key = e.Name
	for _, v := range e.Value.Items {
		if slices.Contains(a.Values, v.Text) {
			return a, fmt.Errorf("%s: %s is there twice: leave one out", e.Name, v.Text)
		}
		a.Values = append(a.Values, v.Text)
	}
	return a, nil
}

// orderAxes puts the compared axis last, so that the cells that are compared follow each other.
func (w *sweepSettings) orderAxes() error {
	if w.flags.compare == "" {
		return nil
	}
	var keys []string
	for _, a := range w.axes {
		keys = append(keys, a.Key)
	}
	i := slices.Index(keys, w.flags.compare)
	if i < 0 {
		return usagef("--compare %s: it is not varied: name one of %s", w.flags.compare, strings.Join(keys, ", "))
	}
	if len(w.axes[i].Values) < 2 {
		return usagef("--compare %s: it has one value: give it two at least", w.flags.compare)
	}
	a := w.axes[i]
	w.axes = append(slices.Delete(w.axes, i, i+1), a)
	return nil
}

// checkOwn looks at the flags that run does not have.
func (w *sweepSettings) checkOwn() (errs []error) {
	f := &w.flags
	var err error
	if f.repeat < 1 || f.repeat > 1_000_000 {
		errs = append(errs, usagef("--repeat %d: want a number from 1 to 1000000", f.repeat))
	}
	if f.interval != "student" && f.interval != "bootstrap" {
		errs = append(errs, usagef("--interval-method %q: there are student and bootstrap", f.interval))
	}
	if f.input == "-" {
		errs = append(errs, usagef("--input -: a sweep that goes on later needs the same again: write it to a file and name that"))
	}
	if f.workers < 0 || f.workers > 1024 {
		errs = append(errs, usagef("--workers %d: want a number from 1 to 1024", f.workers))
	}
	if w.shard, err = sweep.ParseShard(f.shard); err != nil {
		errs = append(errs, usagef("--shard %s: %v", f.shard, err))
	}
	if w.outputs, err = newOutputs(&f.runFlags, w.set); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// method names how intervals of means are made.
func (f *sweepFlags) method() string {
	if f.interval == "bootstrap" {
		return report.BootstrapMethod
	}
	return report.Student
}

func sweepHelp(w io.Writer) {
	var f sweepFlags
	set := f.set()
	fmt.Fprint(w, "\nThe grid:\n")
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	own.SortFlags = false
	for _, name := range sweepOwn {
		if flag := set.Lookup(name); flag != nil {
			own.AddFlag(flag)
		}
	}
	fmt.Fprint(w, own.FlagUsagesWrapped(110))
	fmt.Fprint(w, `
Keys are the flags of run by their names, link.WORD, link.up.WORD and link.down.WORD for any word of a SPEC, link, link.up
and link.down for a whole one, tcp.cc, tcp.sack, and traffic.NAME.WORD in a scenario with several kinds of traffic.

All flags of 'lossylab run' say what is the same in all cells, but those about captures and events. Results go to --out (default
lossylab-sweep); what each run showed is kept in a folder beside it, lossylab-sweep.runs, as it comes: a sweep that was
killed goes on from there when the same command is given again.

Examples:
  lossylab sweep --vary link.up.loss=0.1%,1%,5% --vary tcp.cc=cubic,reno --repeat 20 --compare tcp.cc
  lossylab sweep --app bulk --proto tcp --rate 10mbit --vary "delay=10ms..100ms step 30ms" --vary "loss=0.01%..10% log 7"
  lossylab sweep testdata/scenarios/classic.yaml
  lossylab sweep testdata/scenarios/classic.yaml --emit slurm >job.sh      (and then, on the cluster: sh job.sh)
`)
}
