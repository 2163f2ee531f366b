package netem

import (
	"math"
	"slices"
	"strconv"
	"strings"
)

// PacketSet is a set of packet numbers, in the form in which it takes least room: ranges in increasing order, of which no
// two overlap or touch. Packets are numbered from 1.
type PacketSet []Span

// Span is the packet numbers from First to Last, both included.
type Span struct{ First, Last uint64 }

// maxPacket is the largest packet number: no link sees more.
const maxPacket = math.MaxInt64

// parsePackets reads "3" or "10-12".
func parsePackets(s string) (Span, error) {
	first, last, found := strings.Cut(s, "-")
	if !found {
		last = first
	}
	r := Span{parsePacketNumber(first), parsePacketNumber(last)}
	switch {
	case r.First == 0 || r.Last == 0:
		return r, wrong(s, "not a packet number: write 3, counting from 1, or 10-12")
	case r.Last < r.First:
		return r, wrongf(s, "a range goes up: write %s-%s", last, first)
	}
	return r, nil
}

// parsePacketNumber reads a packet number; 0 means that it is none.
func parsePacketNumber(s string) uint64 {
	if strings.Trim(s, "0123456789") != "" { // a sign
		return 0
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > maxPacket {
		return 0
	}
	return n
}

// add puts r behind what is in the set already, and says whether it belongs there: its first number must be larger than
// all of them.
func (ns *PacketSet) add(r Span) bool {
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

// Add puts n into the set, wherever it belongs. PacketSet that come in order, or nearly so, cost least.
func (ns *PacketSet) Add(n uint64) {
	if ns.add(Span{n, n}) {
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
		*ns = slices.Insert(s, i, Span{n, n})
	}
}

// find returns the range that n is in, or else the place of one with n alone.
func (ns PacketSet) find(n uint64) (i int, found bool) {
	return slices.BinarySearchFunc(ns, n, func(r Span, n uint64) int {
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
func (r Span) String() string {
	if r.First == r.Last {
		return strconv.FormatUint(r.First, 10)
	}
	return strconv.FormatUint(r.First, 10) + "-" + strconv.FormatUint(r.Last, 10)
}

// Has says whether n is in the set.
func (ns PacketSet) Has(n uint64) bool {
	_, found := ns.find(n)
	return found
}

// Len returns how many numbers are in the set.
func (ns PacketSet) Len() (n uint64) {
	for _, r := range ns {
		n += r.Last - r.First + 1
	}
	return n
}

// validate says what is wrong with a set made as a literal.
func (ns PacketSet) validate() error {
	before := uint64(0)
	for i, r := range ns {
		if r.First <= before || r.Last < r.First || r.Last > maxPacket || i > 0 && r.First == before+1 {
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
func (c *counter) hit(ns PacketSet) bool {
	c.n++
	for c.next < len(ns) && ns[c.next].Last < c.n {
		c.next++
	}
	return c.next < len(ns) && ns[c.next].First <= c.n
}
