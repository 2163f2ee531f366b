package sweep

import (
	"slices"
	"sort"
)

// span is the numbers from From to To, without To.
type span struct{ from, to int }

// spans is a set of numbers that mostly follow each other: as spans, in order, which neither touch nor overlap.
type spans []span

// find returns the place of the first span that ends at n or beyond.
func (s spans) find(n int) int {
	if last := len(s) - 1; last < 0 || s[last].to < n {
		return len(s)
	} else if s[last].from <= n {
		return last // as nearly always
	}
	return sort.Search(len(s), func(i int) bool { return s[i].to >= n })
}

// has says whether n is in the set.
func (s spans) has(n int) bool {
	i := s.find(n + 1)
	return i < len(s) && s[i].from <= n
}

// add puts n into the set.
func (s *spans) add(n int) {
	set := *s
	i := set.find(n)
	switch {
	case i == len(set) || n+1 < set[i].from:
		*s = slices.Insert(set, i, span{n, n + 1})
	case n < set[i].from: // it touches from below
		set[i].from = n
	case n == set[i].to:
		set[i].to++
		if i+1 < len(set) && set[i+1].from == set[i].to {
			set[i].to = set[i+1].to
			*s = slices.Delete(set, i+1, i+2)
		}
	}
}

// len returns how many numbers are in the set.
func (s spans) len() int {
	n := 0
	for _, each := range s {
		n += each.to - each.from
	}
	return n
}

// next returns the first number from n on that is not in the set.
func (s spans) next(n int) int {
	if i := s.find(n + 1); i < len(s) && s[i].from <= n {
		return s[i].to
	}
	return n
}
