package netem

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// Numbers is a set of packet numbers, in the form in which it takes least room: ranges in increasing order, of which no
// two overlap or touch. Packets are numbered from 1.
type Numbers []Range

// Range is the packet numbers from First to Last, both included.
type Range struct{ First, Last uint64 }

// maxNumber is the largest packet number: no link sees more.
const maxNumber = math.MaxInt64

// parseRange reads "3" or "10-12".
func parseRange(s string) (Range, error) {
	first, last, found := strings.Cut(s, "-")
	if !found {
		last = first
	}
	r := Range{parseNumber(first), parseNumber(last)}
	switch {
	case r.First == 0 || r.Last == 0:
		return r, wrong(s, "not a packet number: write 3, counting from 1, or 10-12")
	case r.Last < r.First:
		return r, wrongf(s, "a range goes up: write %s-%s", last, first)
	}
	return r, nil
}

// parseNumber reads a packet number; 0 means that it is none.
func parseNumber(s string) uint64 {
	if strings.Trim(s, "0123456789") != "" { // a sign
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxNumber {
		return 0
	}
	return n
}

// add puts r behind what is in the set already, and says whether it belongs there: its first number must be larger than
// all of them.
func (ns *Numbers) add(r Range) bool {
	if len(*ns) > 0 {
		last := &(*ns)[len(*ns)-1].Last
		if r.First <= *last {
			return false
		}
		if r.First == *last+1 { // they touch
			*last = r.Last
			return true
		}
	}
	*ns = append(*ns, r)
	return true
}

// Add puts n into the set, wherever it belongs. Numbers that come in order, or nearly so, cost least.
func (ns *Numbers) Add(n uint64) {
	if ns.add(Range{n, n}) {
		return
	}
	i, found := ns.find(n)
	if found {
		return
	}
	s := *ns // with a range behind n, or add would have taken it
	before, after := i > 0 && s[i-1].Last+1 == n, s[i].First == n+1
	switch {
	case before && after:
		s[i-1].Last = s[i].Last
		*ns = slices.Delete(s, i, i+1)
	case before:
		s[i-1].Last = n
	case after:
		s[i].First = n
	default:
		*ns = slices.Insert(s, i, Range{n, n})
	}
}

// find returns the range that n is in, or else the place of one with n alone.
func (ns Numbers) find(n uint64) (i int, found bool) {
	return slices.BinarySearchFunc(ns, n, func(r Range, n uint64) int {
		switch {
		case r.Last < n:
			return -1
		case r.First > n:
			return 1
		}
		return 0
	})
}

// String returns the range as it is written: "3", "10-12".
func (r Range) String() string {
	if r.First == r.Last {
		return strconv.FormatUint(r.First, 10)
	}
	return strconv.FormatUint(r.First, 10) + "-" + strconv.FormatUint(r.Last, 10)
}

// Has says whether n is in the set.
func (ns Numbers) Has(n uint64) bool {
	_, found := ns.find(n)
	return found
}

// Len returns how many numbers are in the set.
func (ns Numbers) Len() (n uint64) {
	for _, r := range ns {
		n += r.Last - r.First + 1
	}
	return n
}

// validate says what is wrong with a set made as a literal.
func (ns Numbers) validate() error {
	before := uint64(0)
	for i, r := range ns {
		if r.First <= before || r.Last < r.First || r.Last > maxNumber || i > 0 && r.First == before+1 {
			return wrongf("loss", "packet numbers go up, in ranges that do not touch: %s cannot come after %d", r, before)
		}
		before = r.Last
	}
	return nil
}

// counter counts packets and finds each in a set of numbers, in no more time for a large set than for a small one.
type counter struct {
	n    uint64 // packets so far
	next int    // the first range that is not over
}

// hit says whether the next packet is in ns.
func (c *counter) hit(ns Numbers) bool {
	c.n++
	for c.next < len(ns) && ns[c.next].Last < c.n {
		c.next++
	}
	return c.next < len(ns) && ns[c.next].First <= c.n
}
