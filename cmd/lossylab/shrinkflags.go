package main

import (
	"context"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/sim/scenariofile"
)

// shrinkFlags are shrink's flags: those of run, and its own.
type shrinkFlags struct {
	runFlags
	expect  []string
	maxRuns int
}

const (
	defaultShrinkOut  = "shrunk.yaml"
	defaultShrinkRuns = 1000
	leastShrinkRuns   = 4 // as it is, with the same faults, one set of them, and the file
)

// shrinkOwn are the flags that mean something else to run, or nothing: a scenario's are not for shrink.
var shrinkOwn = []string{"out", "expect", "max-runs", "quiet", "json", "sweep"}

func (f *shrinkFlags) set() *pflag.FlagSet {
	s := f.runFlags.set()
	s.Init("shrink", pflag.ContinueOnError)
	s.StringArrayVar(&f.expect, "expect", nil, "keep the `EXPECTATION` true, such as \"tcp.tcp.timeouts > 0\"; several must all hold (default: all that the scenario file expects)")
	s.IntVar(&f.maxRuns, "max-runs", defaultShrinkRuns, "run the scenario `N` times at most")
	out := s.Lookup("out")
	out.Usage, out.DefValue, f.out = "write the scenario that is left to `FILE`, a .yaml", defaultShrinkOut, defaultShrinkOut
	s.Lookup("json").Usage = "print what was found as JSON"
	return s
}

// shrinkSettings is what is to be shrunk, checked.
type shrinkSettings struct {
	flags  shrinkFlags
	set    *pflag.FlagSet
	starts []int         // the lines of file in which its keys stand
	file   *scenarioFile // without shrinkOwn and what it expects; nil if there is none
	sc     *scenario     // of one world
	expect []expectation // what is to hold; all of them

	confidence float64 // of intervals
}

// newShrinkSettings reads the command line and the scenario file and checks all of it.
func newShrinkSettings(args []string) (*shrinkSettings, error) {
	k := new(shrinkSettings)
	k.set = k.flags.set()
	if err := k.set.Parse(args); err != nil {
		return nil, flagError(k.set, err)
	}
	var expected []*scenariofile.Node
	if k.set.NArg() > 0 {
		file, err := scenarioArgument(k.set, "shrink")
		if err != nil {
			return nil, err
		}
		expected = file.root.Get("expect").Words()
		for _, e := range file.root.Keys {
			k.starts = append(k.starts, e.Line)
		}
		k.file = file.without(shrinkOwn)
		k.file.apply(k.set)
	}
	var err error
	if k.sc, err = newScenario(&k.flags.runFlags, k.set, k.file); err != nil {
		return nil, err
	}
	for _, check := range []func() error{k.checkOwn, func() error { return k.readExpected(expected) }, k.chooseWorld, k.checkLinks} {
		if err := check(); err != nil {
			return nil, err
		}
	}
	return k, nil
}

// without returns the file without some of its keys.
func (f *scenarioFile) without(keys []string) *scenarioFile {
	g, root := *f, *f.root
	root.Keys = slices.DeleteFunc(slices.Clone(root.Keys), func(e scenariofile.Entry) bool { return slices.Contains(keys, e.Name) })
	g.root = &root
	return &g
}

// checkOwn looks at shrink's own flags, and at those of results, which go into the file that is written.
func (k *shrinkSettings) checkOwn() error {
	results, err := newOutputs(&k.flags.runFlags, k.set)
	if err != nil {
		return k.file.explain([]error{err})
	}
	k.confidence = results.confidence
	switch ext := strings.ToLower(filepath.Ext(k.flags.out)); {
	case k.flags.maxRuns < leastShrinkRuns:
		return usagef("--max-runs %d: want a number from %d", k.flags.maxRuns, leastShrinkRuns)
	case ext != ".yaml" && ext != ".yml":
		return usagef("--out %s: shrink writes one scenario file: name it .yaml, such as %s", k.flags.out, defaultShrinkOut)
	case k.flags.input == "-":
		return usagef("--input -: what is left is to be run again, and standard input is read once: name a file")
	}
	return writable("out", k.flags.out, k.set.Args())
}

// readExpected reads --expect, or what the file expects.
func (k *shrinkSettings) readExpected(ofFile []*scenariofile.Node) error {
	names := k.sc.flowNames()
	if k.set.Changed("expect") {
		for _, words := range k.flags.expect {
			e, err := parseExpectation(words, names)
			if err != nil {
				return usagef("--expect %q: %v", words, err)
			}
			k.expect = append(k.expect, e)
		}
		return nil
	}
	if len(ofFile) == 0 {
		return usagef("what is to stay so is missing: write it as --expect \"%s.app.lost > 0\", or into the scenario file's expect", names[0])
	}
	var errs []error
	k.expect, errs = newExpectations(ofFile, names)
	return k.file.explain(errs)
}

// flowsOf returns the flows that an expectation names.
func (e *expectation) flowsOf() []string {
	flows := []string{e.measure.flow}
	for _, o := range []operand{e.value, e.end} {
		if o.measure != nil {
			flows = append(flows, o.measure.flow)
		}
	}
	return flows
}

// chooseWorld leaves the scenario the one world that the expectations are about.
func (k *shrinkSettings) chooseWorld() error {
	if k.sc.mix != nil {
		return nil
	}
	var named []string
	for i := range k.expect {
		for _, flow := range k.expect[i].flowsOf() {
			if !slices.Contains(named, flow) {
				named = append(named, flow)
			}
		}
	}
	if len(named) > 1 {
		return usagef("the expectations are about %s, which run in worlds of their own: name those of one with --expect", strings.Join(named, " and "))
	}
	k.sc.Protos = named
	return nil
}

// checkLinks refuses links into which no fault can be put.
func (k *shrinkSettings) checkLinks() error {
	if k.sc.mix != nil && k.sc.mix.accesses() {
		return usagef("shrink names faults of the link that all share, and here clients have access links: leave those out")
	}
	for i, s := range []netem.Spec{k.sc.up, k.sc.down} {
		why := ""
		switch {
		case s.TC != nil:
			why = `is a line of tc, which has no faults: write plain words ("lossylab try" prints the nearest)`
		case len(s.Paths) > 0 || len(s.Hops) > 0:
			why = "is made of several, and faults are those of one: write one link"
		case s.Follow != nil && s.Follow.Loses():
			why = "follows a file that loses packets: take that column out, and say the loss in words"
		}
		if why != "" {
			return usagef("the link %s %s", shrinkWays[i], why)
		}
	}
	return nil
}

// shrinkWays are the links' names, in the order of an experiment's.
var shrinkWays = [2]string{"up", "down"}

// words returns what is to hold, in a line.
func (k *shrinkSettings) words() string {
	var words []string
	for i := range k.expect {
		words = append(words, k.expect[i].words)
	}
	return strings.Join(words, ", ")
}

// read reads what is sent.
func (k *shrinkSettings) read(ctx context.Context, s streams) error {
	return k.sc.readInputs(ctx, k.flags.input, s.in)
}

// shrinkCount writes a count and its thing: "1 run", "2 runs".
func shrinkCount(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return strconv.Itoa(n) + " " + thing + "s"
}
