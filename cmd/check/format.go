package main

import (
	"bytes"
	"go/format"
)

// checkFormat finds files that gofmt would change, at the first line that it would.
func checkFormat(r *repo) []finding {
	var found []finding
	for _, f := range r.all() {
		want, err := format.Source(f.source)
		if err != nil {
			found = append(found, finding{f.path, 1, err.Error(), "mend it"})
		} else if !bytes.Equal(f.source, want) {
			found = append(found, finding{f.path, firstDifference(f.source, want), "not as gofmt writes it", "run gofmt -w"})
		}
	}
	return found
}

// firstDifference returns the number, from 1, of the first line in which a and b differ.
func firstDifference(a, b []byte) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return 1 + bytes.Count(a[:n], []byte("\n"))
}
