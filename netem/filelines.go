package netem

import (
	"bytes"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"unicode/utf8"
)

// fileLines returns the lines of a text file that are not blank, with their numbers from 1 and without white space at
// their ends. A byte order mark at the beginning, which spreadsheets write, is left out.
func fileLines(content []byte) iter.Seq2[int, string] {
	return func(yield func(int, string) bool) {
		content := bytes.TrimPrefix(content, []byte("\ufeff"))
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if line = bytes.TrimSpace(line); len(line) > 0 && !yield(number, string(line)) {
				return
			}
		}
	}
}

// inLine returns an error about a line of a file, in one line: what was written there, as far as it is short, and what is
// wrong with it.
func inLine(number int, what, msg string) error {
	if len(what) > maxToken {
		end := maxToken
		for end > 0 && !utf8.RuneStart(what[end]) {
			end--
		}
		what = what[:end] + "…"
	}
	return fmt.Errorf("line %d: %s: %s", number, strconv.Quote(what), msg)
}

func digitsOnly(s string) bool { return strings.Trim(s, "0123456789") == "" }
