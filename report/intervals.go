package report

import "slices"

// intervals is a set of bytes of a stream: everything below base, and spans beyond it.
type intervals struct {
	base  int64
	spans [][2]int64 // disjoint, not touching, in order, all beyond base
}

// has reports whether all of [from, to) is in the set.
func (s *intervals) has(from, to int64) bool {
	return to <= max(from, s.base) || slices.ContainsFunc(s.spans, func(b [2]int64) bool {
		return b[0] <= from && to <= b[1]
	})
}

// add puts [from, to) into the set and calls fresh with each part that was not in it, in order.
func (s *intervals) add(from, to int64, fresh func(from, to int64)) {
	from = max(from, s.base)
	if from >= to {
		return
	}
	i := 0
	for i < len(s.spans) && s.spans[i][1] < from {
		i++
	}
	first, start, end := i, from, to
	for ; i < len(s.spans) && s.spans[i][0] <= to; i++ {
		if from < s.spans[i][0] {
			fresh(from, s.spans[i][0])
		}
		start, end = min(start, s.spans[i][0]), max(end, s.spans[i][1])
		from = max(from, s.spans[i][1])
	}
	if from < to {
		fresh(from, to)
	}
	if first == i && i == 0 && start == s.base {
		s.base = end // in order, the common case
		return
	}
	s.spans = slices.Replace(s.spans, first, i, [2]int64{start, end})
	if s.spans[0][0] <= s.base {
		s.base = s.spans[0][1]
		s.spans = s.spans[:copy(s.spans, s.spans[1:])]
	}
}
