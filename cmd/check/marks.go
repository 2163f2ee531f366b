package main

import "regexp"

var mark = regexp.MustCompile(`\b(TODO|FIXME|XXX|HACK)\b`)

// checkMarks finds comments that promise work instead of doing it.
func checkMarks(r *repo) []finding {
	var found []finding
	for _, f := range r.all() {
		for _, group := range f.syntax.Comments {
			for _, c := range group.List {
				if m := mark.FindString(c.Text); m != "" {
					found = append(found, f.at(c.Pos(), "do it, or write down as a limit what is not done", "%s in a comment", m))
				}
			}
		}
	}
	return found
}
