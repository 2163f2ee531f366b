package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/sim/scenariofile"
)

// scenarioFile is a scenario that was read from a file: its words, and where each stands. A nil one is no file, from which
// nothing comes.
type scenarioFile struct {
	name     string // as it was asked for
	root     *scenariofile.Node
	data     []byte
	places   map[string]scenariofile.Place // of what flags were set to
	problems scenariofile.Problems
}

// maxScenarioFile bounds what is read, bytes: more than a scenario may have.
const maxScenarioFile = scenariofile.MaxFile + 1

// readScenarioFile reads the file called name.
func readScenarioFile(name string) (*scenarioFile, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, usagef("%s: %v: name a scenario file; testdata/scenarios has some", name, plain(err))
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && info.IsDir() {
		return nil, usagef("%s: it is a folder: name a scenario file", name)
	}
	data, err := io.ReadAll(io.LimitReader(file, maxScenarioFile))
	if err != nil {
		return nil, usagef("%s: %v: name another file", name, plain(err))
	}
	f := &scenarioFile{name: name, data: data, places: map[string]scenariofile.Place{}}
	f.root, f.problems = scenariofile.Read(name, data, scenarioShape())
	if f.root == nil {
		return nil, f.problems
	}
	return f, nil
}

// path returns where the file is that a flag's words name: what a scenario file names lies beside it.
func (f *scenarioFile) path(flag, name string) string {
	if f == nil || f.places[flag].Line == 0 {
		return name
	}
	return f.beside(name)
}

// beside returns the path of a file that the scenario file names.
func (f *scenarioFile) beside(name string) string {
	if filepath.IsAbs(name) || name == "-" {
		return name
	}
	return filepath.Join(filepath.Dir(f.name), name)
}

// word returns what stands at a key, or nothing.
func (f *scenarioFile) word(key string) string {
	if n := f.root.Get(key); n != nil {
		return n.Text
	}
	return ""
}

// mixes reports whether the file has several kinds of traffic, or clients.
func (f *scenarioFile) mixes() bool {
	return f != nil && (f.root.Get("traffic") != nil || f.root.Get("clients") != nil)
}

// wrong takes note of a problem.
func (f *scenarioFile) wrong(at scenariofile.Place, format string, args ...any) {
	f.problems = append(f.problems, scenariofile.Problem{File: f.name, Place: at, Msg: fmt.Sprintf(format, args...)})
}

// explain makes one error of what was found wrong: with a file, of all of it, each with its place; otherwise the first.
func (f *scenarioFile) explain(errs []error) error {
	if f == nil {
		if len(errs) == 0 {
			return nil
		}
		return errs[0]
	}
	var others []error
	for _, err := range errs {
		var p scenariofile.Problem
		switch flag := flagOf(err); {
		case errors.As(err, &p):
			p.File = f.name
			f.problems = append(f.problems, p)
		case flag != "" && f.places[flag].Line > 0:
			f.wrong(f.places[flag], "%s", strings.ReplaceAll(err.Error(), "--", ""))
		default:
			others = append(others, err)
		}
	}
	switch {
	case len(others) > 0:
		return others[0]
	case len(f.problems) > 0:
		f.problems.Sort()
		return f.problems
	}
	return nil
}

// flagOf returns the flag that an error is about: such an error begins with it.
func flagOf(err error) string {
	name, ok := strings.CutPrefix(err.Error(), "--")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(name, " :"); end >= 0 {
		name = name[:end]
	}
	return name
}

// linkFlags are the flags that say what the link is like.
var linkFlags = runGroups[1].flags

// apply sets the flags that the command line has not set to what the file says.
func (f *scenarioFile) apply(set *pflag.FlagSet) {
	given := map[string]bool{}
	set.Visit(func(g *pflag.Flag) { given[g.Name] = true })
	if given["link"] || given["preset"] { // the command line has a link of its own
		for _, name := range linkFlags {
			given[name] = true
		}
	}
	for _, e := range f.root.Keys {
		switch {
		case e.Name == "link" && e.Value.Kind == scenariofile.Map, e.Name == "tcp":
			for _, e := range e.Value.Keys {
				f.set(set, given, e)
			}
		case set.Lookup(e.Name) != nil:
			f.set(set, given, e)
		}
	}
}

// set sets one flag.
func (f *scenarioFile) set(set *pflag.FlagSet, given map[string]bool, e scenariofile.Entry) {
	if given[e.Name] {
		return
	}
	if at, ok := f.places[e.Name]; ok {
		f.wrong(e.Place, "%s stands in line %d already: leave one out", e.Name, at.Line)
		return
	}
	f.places[e.Name] = e.Value.Place
	if err := set.Set(e.Name, specOf(e.Value)); err != nil {
		f.wrong(e.Value.Place, "%s %s: want %s", e.Name, e.Value.Text, kindOf(set.Lookup(e.Name)))
	}
}

// specOf returns the text of a word; several, a link's hops, make one SPEC.
func specOf(n *scenariofile.Node) string {
	if n.Kind == scenariofile.Word {
		return n.Text
	}
	if len(n.Items) == 1 {
		return n.Items[0].Text
	}
	var hops []string
	for _, hop := range n.Items {
		hops = append(hops, "( "+hop.Text+" )")
	}
	return strings.Join(hops, " then ")
}

// runSettings are run's flags, from the command line and a scenario file.
func runSettings(args []string, command string) (f *runFlags, set *pflag.FlagSet, file *scenarioFile, err error) {
	f = new(runFlags)
	set = f.set()
	if err := set.Parse(args); err != nil {
		return nil, nil, nil, flagError(set, err)
	}
	if set.NArg() == 0 {
		return f, set, nil, nil
	}
	if file, err = scenarioArgument(set, command); err != nil {
		return nil, nil, nil, err
	}
	file.apply(set)
	return f, set, file, nil
}

// scenarioArgument reads the scenario file that a command's only argument names.
func scenarioArgument(set *pflag.FlagSet, command string) (*scenarioFile, error) {
	name := set.Arg(0)
	if set.NArg() > 1 {
		return nil, usagef("%s takes one scenario file, and there are %q and %q", command, name, set.Arg(1))
	}
	if !slices.Contains([]string{".yaml", ".yml"}, strings.ToLower(filepath.Ext(name))) {
		return nil, usagef("%s takes flags and a scenario file (.yaml), but there is %q: did you mean --input %s?", command, name, name)
	}
	file, err := readScenarioFile(name)
	if err != nil {
		return nil, err
	}
	if file.root.Get("traffic") != nil {
		for _, flag := range trafficFlags {
			if set.Changed(flag) {
				return nil, usagef("--%s: %s says what is sent in its traffic: change it there", flag, name)
			}
		}
	}
	return file, nil
}

// again returns the file as if it had just been read.
func (f *scenarioFile) again() *scenarioFile {
	if f == nil {
		return nil
	}
	return &scenarioFile{name: f.name, root: f.root, data: f.data, places: map[string]scenariofile.Place{}}
}
