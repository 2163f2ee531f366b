package main

import (
	"bytes"
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"lossylab/netem"
	"lossylab/sim/scenariofile"
)

// text returns the scenario file with these faults: what was said of the scenario, its links in words, the seed and what is
// expected. Stories, one for each fault, stand before it as comments.
func (w *shrinkWork) text(faults []shrinkFault, stories []shrinkStory) []byte {
	var b bytes.Buffer
	w.writeComments(&b, stories)
	if w.sc.name != "" {
		fmt.Fprintf(&b, "name: %s\n", yamlWord(w.sc.name+", shrunk"))
	}
	if w.sc.mix == nil {
		fmt.Fprintf(&b, "proto: %s\n", w.sc.Protos[0])
	}
	w.writeFlags(&b, runGroups[0].flags)
	fmt.Fprint(&b, "link:\n")
	for i, plain := range []netem.Spec{w.plain.up, w.plain.down} {
		writeLink(&b, shrinkWays[i], plain, writtenFaults(i, faults))
	}
	for _, g := range runGroups[2:] {
		w.writeFlags(&b, g.flags)
	}
	fmt.Fprintf(&b, "seed: %d\n", w.sc.seed)
	w.copyKeys(&b, "clients", "traffic")
	fmt.Fprint(&b, "expect:\n")
	for i := range w.expect {
		fmt.Fprintf(&b, "  - %s\n", yamlWord(w.expect[i].words))
	}
	return b.Bytes()
}

// writeFlags writes those of the flags that were given.
func (w *shrinkWork) writeFlags(b *bytes.Buffer, names []string) {
	for _, name := range names {
		if !w.set.Changed(name) || slices.Contains(shrinkOwn, name) || name == "proto" || name == "seed" {
			continue
		}
		value := w.set.Lookup(name).Value.String()
		if name == "input" {
			value = w.besideOut(w.file.path(name, value))
		}
		fmt.Fprintf(b, "%s: %s\n", name, yamlWord(value))
	}
}

// besideOut returns a path as the written file has to name it.
func (w *shrinkWork) besideOut(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	if rel, err := filepath.Rel(filepath.Dir(w.flags.out), path); err == nil {
		return rel
	}
	return path
}

// maxWrittenAlone is how many faults are written one by one; more are made fewer with lists of numbers.
const maxWrittenAlone = 50

// writtenFaults returns the faults of one way as they stand in the file.
func writtenFaults(way int, faults []shrinkFault) netem.Spec {
	if len(faults) > maxWrittenAlone {
		return withMergedFaults(netem.Spec{}, way, faults)
	}
	return withFaults(netem.Spec{}, way, faults)
}

// writeLink writes a link in one direction, a line for each fault.
func writeLink(b *bytes.Buffer, way string, plain, faults netem.Spec) {
	if len(faults.Models) == 0 {
		fmt.Fprintf(b, "  %s: %s\n", way, yamlWord(plain.String()))
		return
	}
	fmt.Fprintf(b, "  %s: >-\n", way)
	for _, m := range faults.Models {
		fmt.Fprintf(b, "    %s\n", m)
	}
	if words := plain.String(); words != "" {
		fmt.Fprintf(b, "    %s\n", words)
	}
}

// copyKeys copies what stands at keys of the scenario's file, which its flags do not say.
func (w *shrinkWork) copyKeys(b *bytes.Buffer, names ...string) {
	if w.file == nil {
		return
	}
	lines := strings.SplitAfter(string(w.file.data), "\n")
	for _, e := range w.file.root.Keys {
		if !slices.Contains(names, e.Name) {
			continue
		}
		end := len(lines)
		for _, next := range w.starts {
			if next > e.Line {
				end = min(end, next-1)
			}
		}
		for end > e.Line && idle(lines[end-1]) {
			end--
		}
		block := strings.Join(lines[e.Line-1:end], "")
		b.WriteString(strings.TrimRight(block, "\r\n") + "\n")
	}
}

// idle reports whether a line of a file says nothing.
func idle(line string) bool {
	line = strings.TrimSpace(line)
	return line == "" || line[0] == '#'
}

// yamlWord writes a text as a value of a scenario file.
func yamlWord(text string) string {
	const safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789%._/+-<>=*() ,"
	if text == "" || strings.Trim(text, safe) != "" || strings.TrimSpace(text) != text || strings.ContainsAny(text[:1], "%-<>=*,") {
		return strconv.Quote(text)
	}
	return text
}

// readBack reads a scenario that will be written, as if it stood in its file.
func (w *shrinkWork) readBack(ctx context.Context, text []byte, s streams) (*scenario, error) {
	file := &scenarioFile{name: w.flags.out, data: text, places: map[string]scenariofile.Place{}}
	file.root, file.problems = scenariofile.Read(file.name, text, scenarioShape())
	if file.root == nil {
		return nil, file.problems
	}
	flags := new(runFlags)
	set := flags.set()
	file.apply(set)
	sc, err := newScenario(flags, set, file)
	if err == nil {
		err = sc.readInputs(ctx, flags.input, s.in)
	}
	return sc, err
}
