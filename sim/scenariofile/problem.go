package scenariofile

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Place is where a word stands in a file: its line, and its column in characters, both from 1. The zero value is nowhere.
type Place struct{ Line, Column int }

// Problem is something that is wrong with a scenario file, and what to write instead.
type Problem struct {
	File string
	Place
	Msg string
}

// Error returns "classic.yaml:4:7: loss 50: ...".
func (p Problem) Error() string {
	if p.Line == 0 {
		return p.File + ": " + p.Msg
	}
	return fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Msg)
}

// Problems is all that is wrong with a file, in the order of the file. It is an error if there are any.
type Problems []Problem

// Error returns a line for each problem.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Sort puts the problems in the order of the file.
func (ps Problems) Sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}
