package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/netem"
)

// linkEdit changes a word of one direction of the link, or of both.
type linkEdit struct{ key, way, word, text string }

// partEdit changes a flag of one traffic of a mix.
type partEdit struct{ key, part, flag, text string }

// unvaried are flags that say nothing about a run's numbers, or that a sweep sets by itself.
var unvaried = []string{"seed", "out", "figures", "columns", "capture", "snaplen", "tables", "confidence", "events", "trace-calls", "quiet", "json", "input", "engine"}

// vary sets what a key of a sweep names to a value. The keys are
//
//	loss, delay, cc, size …         any flag of run by its name
//	link, link.up, link.down        a whole SPEC
//	link.loss, link.up.loss …       a word of the SPEC, in both directions or one
//	tcp.cc, tcp.sack                as cc and sack
//	traffic.NAME.size …             a flag of one traffic of a scenario that has several
func (f *runFlags) vary(set *pflag.FlagSet, key, value string) error {
	parts := strings.Split(key, ".")
	switch {
	case parts[0] == "link" && len(parts) > 1:
		return f.varyLink(set, key, parts[1:], value)
	case parts[0] == "tcp" && len(parts) == 2 && (parts[1] == "cc" || parts[1] == "sack"):
		return f.varyFlag(set, key, parts[1], value)
	case parts[0] == "traffic" && len(parts) == 3:
		if !slices.Contains(trafficFlags, parts[2]) {
			return fmt.Errorf("%s: traffic has no word %q%s", key, parts[2], didYouMean(parts[2], trafficFlags, ""))
		}
		f.partEdits = append(f.partEdits, partEdit{key, parts[1], parts[2], value})
		return nil
	case len(parts) == 1:
		if key == "link" {
			for _, name := range linkFlags {
				forget(set, name)
			}
		}
		return f.varyFlag(set, key, key, value)
	}
	return noSuchKey(set, key)
}

// strayEdits refuses changes to traffic that the scenario does not have.
func (s *scenario) strayEdits(edits []partEdit) (errs []error) {
	var names []string
	if s.mix != nil {
		names = s.mix.names()
	}
	for _, e := range edits {
		switch {
		case s.mix == nil:
			errs = append(errs, usagef("%s: the scenario has no traffic with names: write %s", e.key, e.flag))
		case !slices.Contains(names, e.part):
			errs = append(errs, usagef("%s: the scenario has no traffic %q%s: it has %s", e.key, e.part, didYouMean(e.part, names, ""),
				strings.Join(names, ", ")))
		}
	}
	return errs
}

// varyFlag sets a flag.
func (f *runFlags) varyFlag(set *pflag.FlagSet, key, name, value string) error {
	flag := set.Lookup(name)
	if flag == nil || flag.Hidden || !slices.ContainsFunc(runGroups, func(g group) bool { return slices.Contains(g.flags, name) }) {
		return noSuchKey(set, key)
	}
	if slices.Contains(unvaried, name) {
		if name == "seed" {
			return fmt.Errorf("seed: it varies by itself: --repeat says how many each cell has, and --seed the first")
		}
		return fmt.Errorf("%s: it is the same in all cells: give it as --%s", key, name)
	}
	if err := set.Set(name, value); err != nil {
		return fmt.Errorf("%s=%s: want %s", key, value, kindOf(flag))
	}
	return nil
}

// noSuchKey says which keys there are.
func noSuchKey(set *pflag.FlagSet, key string) error {
	names := []string{"link.loss", "link.up.loss", "tcp.cc", "tcp.sack"}
	for _, g := range runGroups {
		for _, name := range g.flags {
			if f := set.Lookup(name); f != nil && !f.Hidden && !slices.Contains(unvaried, name) {
				names = append(names, name)
			}
		}
	}
	return fmt.Errorf("%s: there is no such key%s: write a flag of run, link.WORD, link.up.WORD, link.down.WORD, tcp.cc, tcp.sack or traffic.NAME.WORD",
		key, didYouMean(key, names, ""))
}

// varyLink changes the link.
func (f *runFlags) varyLink(set *pflag.FlagSet, key string, parts []string, value string) error {
	way := ""
	if parts[0] == "up" || parts[0] == "down" {
		way, parts = parts[0], parts[1:]
	}
	switch {
	case len(parts) == 0:
		return f.varyFlag(set, key, way, value)
	case len(parts) > 1:
		return fmt.Errorf("%s: write link.WORD, link.up.WORD or link.down.WORD", key)
	case way == "" && slices.ContainsFunc(f.words(), func(w [2]string) bool { return w[0] == parts[0] }):
		return f.varyFlag(set, key, parts[0], value)
	}
	f.edits = append(f.edits, linkEdit{key, way, parts[0], value})
	return nil
}

// forget puts a flag back to its default, as if it had not been given.
func forget(set *pflag.FlagSet, name string) {
	f := set.Lookup(name)
	_ = f.Value.Set(f.DefValue) // a default is valid
	f.Changed = false
}

// edit makes a cell's changes to the link.
func (s *scenario) edit(edits []linkEdit) (errs []error) {
	edits = slices.Clone(edits)
	slices.SortStableFunc(edits, func(a, b linkEdit) int { return a.last() - b.last() })
	for _, e := range edits {
		for _, to := range s.ways(e.way) {
			spec, err := to.Set(e.word, e.text, s.open(""))
			if err != nil {
				errs = append(errs, usagef("%s=%s: %s", e.key, e.text, strings.TrimPrefix(err.Error(), "netem: ")))
				break
			}
			*to = spec
		}
	}
	return errs
}

// ways returns the direction of that name, or both.
func (s *scenario) ways(name string) []*netem.Spec {
	switch name {
	case "up":
		return []*netem.Spec{&s.up}
	case "down":
		return []*netem.Spec{&s.down}
	}
	return []*netem.Spec{&s.up, &s.down}
}

// edit makes a cell's changes to a traffic.
func (r *mixReader) edit(name string, set *pflag.FlagSet, edits []partEdit) {
	for _, e := range edits {
		if e.part != name {
			continue
		}
		if err := set.Set(e.flag, e.text); err != nil {
			r.errs = append(r.errs, usagef("%s=%s: want %s", e.key, e.text, kindOf(set.Lookup(e.flag))))
		}
	}
}

// last orders edits: jitter needs a delay.
func (e linkEdit) last() int { return strings.Count(e.word, "jitter") }
