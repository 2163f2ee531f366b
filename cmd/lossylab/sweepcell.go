package main

import (
	"context"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"lossylab/sim/scenariofile"
	"lossylab/sim/sweep"
)

// cell makes the scenario of one cell.
func (w *sweepSettings) cell(values []string) (*scenario, error) { return w.vary(w.axes, values) }

// vary makes a scenario with values for some of the axes.
func (w *sweepSettings) vary(axes []sweep.Axis, values []string) (*scenario, error) {
	f := new(sweepFlags)
	set := f.set()
	if err := set.Parse(w.args); err != nil {
		return nil, flagError(set, err)
	}
	file := w.file.again()
	if file != nil {
		file.apply(set)
	}
	for i, a := range axes {
		if err := f.runFlags.vary(set, a.Key, values[i]); err != nil {
			return nil, err
		}
	}
	s, err := newScenario(&f.runFlags, set, file)
	if err != nil {
		return nil, err
	}
	if w.base != nil && s.mix == nil && f.input != "" { // it is the same in all cells
		return s, s.shareInput(w.base, f.input)
	}
	return s, s.readInputs(context.Background(), f.input, strings.NewReader(""))
}

// files returns the files that the links of all values name, and those that a varied input names, and their SHA-256, in order.
func (w *sweepSettings) files() iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		first := make([]string, len(w.axes))
		for i, a := range w.axes {
			first[i] = a.Values[0]
		}
		for i, a := range w.axes {
			for _, v := range a.Values {
				values := slices.Clone(first)
				values[i] = v
				s, err := w.cell(values)
				if err != nil {
					continue // the combination is not possible; the cell's run says so
				}
				for _, name := range slices.Sorted(maps.Keys(s.LinkFiles)) {
					if !yield(name, s.LinkFiles[name]) {
						return
					}
				}
				if name, sum, ok := s.inputOf(a.Key); ok && !yield(name, sum) {
					return
				}
			}
		}
	}
}

// checkedCells is how many cells are made before a sweep begins, to see that all are possible.
const checkedCells = 2000

// checkCells makes a scenario with each value of each axis by itself, and of a small grid each cell.
func (w *sweepSettings) checkCells() error {
	first := make([]string, len(w.axes))
	for i, a := range w.axes {
		first[i] = a.Values[0]
	}
	_, plain := w.vary(nil, nil)
	var err error
	if w.base, err = w.cell(first); err != nil && plain != nil {
		return plain // it is not about what varies
	}
	if err := w.checkValues(); err != nil {
		return err
	}
	plan := sweep.Plan{Axes: w.axes, Repeat: 1}
	for job := 0; job < plan.Jobs() && (plan.Jobs() <= checkedCells || job == 0); job++ {
		values, _ := plan.Cell(job)
		if _, err := w.cell(values); err != nil {
			plan.Seed = w.flags.seed
			return usagef("in the cell %s: %w", strings.TrimSuffix(plan.Describe(job), fmt.Sprintf(" seed %d", plan.Seed)), err)
		}
	}
	return nil
}

// checkValues makes a scenario with each value of each axis, and tells of all that are wrong: by itself, and beside the first and
// the last values of the others, since it may need those.
func (w *sweepSettings) checkValues() error {
	var problems scenariofile.Problems
	for _, a := range w.axes {
		for _, v := range a.Values {
			_, err := w.vary([]sweep.Axis{a}, []string{v})
			if err == nil || w.possible(a.Key, v) {
				continue
			}
			msg := strings.TrimPrefix(strings.TrimPrefix(err.Error(), a.Key+"="+v+": "), a.Key+": ")
			at, ok := w.axisPlace(a.Key)
			if !ok {
				return usagef("--vary %s=%s: %s", a.Key, v, msg)
			}
			problems = append(problems, scenariofile.Problem{File: w.file.name, Place: at, Msg: fmt.Sprintf("vary: %s=%s: %s", a.Key, v, msg)})
		}
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// possible reports whether a value is possible beside the first or the last values of the other axes.
func (w *sweepSettings) possible(key, value string) bool {
	for _, last := range []bool{false, true} {
		values := make([]string, len(w.axes))
		for i, a := range w.axes {
			switch {
			case a.Key == key:
				values[i] = value
			case last:
				values[i] = a.Values[len(a.Values)-1]
			default:
				values[i] = a.Values[0]
			}
		}
		if _, err := w.cell(values); err == nil {
			return true
		}
	}
	return false
}

// axisPlace returns where an axis stands in the file, if that is where it comes from.
func (w *sweepSettings) axisPlace(key string) (at scenariofile.Place, ok bool) {
	if w.file == nil || slices.ContainsFunc(w.flags.vary, func(v string) bool { return strings.HasPrefix(v, key+"=") }) {
		return at, false
	}
	at, ok = w.file.places["vary "+key]
	return at, ok
}
