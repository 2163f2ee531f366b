package main

import (
	"cmp"
	"fmt"
	"io/fs"
	"slices"
)

// rule is one thing that is asked of the whole repository.
type rule struct {
	name  string
	check func(*repo) []finding
}

var rules = []rule{
	{"format", checkFormat},
	{"length", checkLength},
	{"docs", checkDocs},
	{"marks", checkMarks},
	{"imports", checkImports},
	{"table", checkTable},
	{"names", checkNames},
	{"goroutines", checkGoroutines},
}

// finding is one departure from a rule.
type finding struct {
	file    string
	line    int
	what    string
	instead string // what to do
}

func (f finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.file, f.line, f.what, f.instead)
}

// check returns what all rules say of the module in fsys, by file and line. The error says that it could not be read;
// a file that does not parse is a finding.
func check(fsys fs.FS) ([]finding, error) {
	r, err := load(fsys)
	if err != nil {
		return nil, err
	}
	found := r.broken
	for _, rule := range rules {
		found = append(found, rule.check(r)...)
	}
	slices.SortStableFunc(found, func(a, b finding) int {
		return cmp.Or(cmp.Compare(a.file, b.file), cmp.Compare(a.line, b.line))
	})
	return found, nil
}
