package netem

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Range is the whole numbers from First to Last. A Last of 0 is no end, so the zero Range holds every number.
type Range struct{ First, Last int }

func (r Range) has(n int) bool { return n >= r.First && n <= r.end() }

// end returns the greatest number of the range.
func (r Range) end() int {
	if r.Last == 0 {
		return math.MaxInt
	}
	return r.Last
}

// String returns "5", "5-8" or "5-".
func (r Range) String() string {
	first := strconv.Itoa(r.First)
	switch r.Last {
	case r.First:
		return first
	case 0:
		return first + "-"
	}
	return first + "-" + strconv.Itoa(r.Last)
}

// trouble says what is wrong with a range whose numbers lie between least and most, and is empty if nothing is.
func (r Range) trouble(least, most int) string {
	switch {
	case r.First < least:
		return "the numbers begin with " + strconv.Itoa(least)
	case r.First > most || r.Last > most:
		return "the numbers end with " + strconv.Itoa(most)
	case r.end() < r.First:
		return "a range goes up"
	}
	return ""
}

// parseRange reads "5", "5-8" and "5-". It does not look at how large the numbers are.
func parseRange(s string) (r Range, ok bool) {
	first, last, isRange := strings.Cut(s, "-")
	if r.First, ok = parseCount(first); !ok {
		return r, false
	}
	switch {
	case !isRange:
		r.Last = r.First
	case last != "":
		if r.Last, ok = parseCount(last); r.Last == 0 {
			r.Last = -1 // not the 0 that is no end
		}
	}
	return r, ok
}

// parseCount reads decimal digits. A number too large for an int is the largest one.
func parseCount(s string) (n int, ok bool) {
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.Atoi(s)
	if err != nil {
		n = math.MaxInt
	}
	return n, true
}

// Numbers are the ordinals that a Fault names, counted from 1: ranges that rise and leave room between them. None at all
// mean what the field says that holds them.
type Numbers []Range

// everyNumber is what the word all says.
var everyNumber = Range{First: 1}

// has finds n by halving: a list may be as long as its text.
func (ns Numbers) has(n int) bool {
	i, j := 0, len(ns) // the first range that does not end before n is among [i, j]
	for i < j {
		if m := (i + j) / 2; ns[m].end() < n {
			i = m + 1
		} else {
			j = m
		}
	}
	return i < len(ns) && ns[i].First <= n
}

// greatest returns the last number, or, of numbers without an end, the first one behind which all are meant.
func (ns Numbers) greatest() int {
	last := ns[len(ns)-1]
	if last.Last == 0 {
		return last.First
	}
	return last.Last
}

// String returns "5", "2,5-8", "5-" or "all".
func (ns Numbers) String() string {
	if len(ns) == 1 && ns[0] == everyNumber {
		return "all"
	}
	words := make([]string, len(ns))
	for i, r := range ns {
		words[i] = r.String()
	}
	return strings.Join(words, ",")
}

// trouble says what is wrong with numbers up to most, and is empty if nothing is.
func (ns Numbers) trouble(most int) string {
	for i, r := range ns {
		if why := r.trouble(1, most); why != "" {
			return why
		}
		if i > 0 && r.First <= ns[i-1].end() {
			return "the ranges rise and do not overlap"
		}
	}
	return ""
}

// parseNumbers reads "5", "5-8", "5-", "2,5-8" and "all", in any order, with what overlaps made one.
func parseNumbers(s string) (ns Numbers, ok bool) {
	if s == "all" {
		return Numbers{everyNumber}, true
	}
	for part := range strings.SplitSeq(s, ",") {
		r, ok := parseRange(part)
		if !ok {
			return nil, false
		}
		ns = append(ns, r)
	}
	if slices.ContainsFunc(ns, func(r Range) bool { return r.trouble(1, math.MaxInt) != "" }) {
		return ns, true // as it was written, for whoever says what is wrong with it
	}
	return ns.merged(), true
}

// merged returns the same numbers in the fewest ranges, which rise.
func (ns Numbers) merged() (merged Numbers) {
	slices.SortFunc(ns, func(a, b Range) int { return cmp.Compare(a.First, b.First) })
	for _, r := range ns {
		if n := len(merged); n > 0 && r.First-1 <= merged[n-1].end() { // also where one ends and the next begins
			if r.end() > merged[n-1].end() {
				merged[n-1].Last = r.Last
			}
			continue
		}
		merged = append(merged, r)
	}
	return merged
}
