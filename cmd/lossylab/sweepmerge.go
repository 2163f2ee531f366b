package main

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/spf13/pflag"
)

// mergeFlags are merge's: how results are shown.
type mergeFlags struct {
	sweepFlags
	partial bool
}

// mergeShows are the flags of sweep that merge has too.
var mergeShows = []string{"figures", "columns", "tables", "confidence", "interval-method", "quiet", "json"}

func (f *mergeFlags) set() *pflag.FlagSet {
	all := f.sweepFlags.set()
	s := newFlagSet("merge")
	for _, name := range mergeShows {
		s.AddFlag(all.Lookup(name))
	}
	s.BoolVar(&f.partial, "partial", false, "make results although runs are missing")
	return s
}

// mergeCommand is lossylab merge: it makes the results of a sweep whose parts were run by themselves.
func mergeCommand(_ context.Context, args []string, s streams) error {
	f := new(mergeFlags)
	set := f.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	if set.NArg() != 1 {
		return usagef("merge takes the --out of the sweep whose parts it puts together: lossylab merge %s", defaultSweepOut)
	}
	f.out, f.capture = set.Arg(0), "none"
	o, err := newOutputs(&f.runFlags, set)
	if err != nil {
		return err
	}
	if f.interval != "student" && f.interval != "bootstrap" {
		return usagef("--interval-method %q: there are student and bootstrap", f.interval)
	}
	folder := runsFolder(f.out)
	paths, err := journalsOf(folder)
	if err != nil || len(paths) == 0 {
		if _, e := os.Stat(folder); e != nil {
			return usagef("%s: there is no folder %s: name the --out of 'lossylab sweep --shard'", f.out, folder)
		}
		return usagef("%s: no part has been run in %s: run 'lossylab sweep --shard' first", f.out, folder)
	}
	return writeSweep(&f.sweepFlags, o, s, paths, f.partial)
}

func mergeHelp(w io.Writer) {
	f := new(mergeFlags)
	fmt.Fprint(w, "\nFlags:\n")
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, `
The parts lie in a folder beside --out: lossylab-sweep.runs for lossylab-sweep. All of them together make the same bytes that
one machine would have written, if the flags above are those of the sweep. Missing runs are listed.

Example:
  lossylab sweep --vary loss=1%,2%,5% --shard 1/2 --out grid
  lossylab sweep --vary loss=1%,2%,5% --shard 2/2 --out grid      (elsewhere, on the same disk)
  lossylab merge grid
`)
}
