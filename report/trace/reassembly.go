package trace

import "slices"

// reassembly is what has arrived of a stream.
type reassembly struct {
	whole int64      // all before it
	apart [][2]int64 // what has arrived beyond, in order and disjoint
}

// add notes that [from, to) has arrived.
func (r *reassembly) add(from, to int64) {
	if to <= r.whole {
		return
	}
	i := 0
	for i < len(r.apart) && r.apart[i][1] < from {
		i++
	}
	j := i
	for ; j < len(r.apart) && r.apart[j][0] <= to; j++ {
		from, to = min(from, r.apart[j][0]), max(to, r.apart[j][1])
	}
	if from > r.whole {
		r.apart = slices.Replace(r.apart, i, j, [2]int64{from, to})
		return
	}
	r.whole = to
	r.apart = r.apart[:copy(r.apart, r.apart[j:])]
}

// has reports whether the byte at an offset has arrived.
func (r *reassembly) has(at int64) bool {
	return at < r.whole || slices.ContainsFunc(r.apart, func(b [2]int64) bool { return b[0] <= at && at < b[1] })
}
