package netem

import (
	"math"
	"math/bits"
	"time"
)

// Rate is how fast a link transmits, in bits a second, counting whole IP packets and nothing below them. Zero is
// infinitely fast.
type Rate int64

// The rates that specs are written in. As everywhere in networking, and unlike file sizes, they are powers of ten.
const (
	Bit  Rate = 1
	Kbit Rate = 1e3
	Mbit Rate = 1e6
	Gbit Rate = 1e9
	Tbit Rate = 1e12
)

// Transmission returns how long n bytes take at this rate, rounded up to a whole nanosecond.
func (r Rate) Transmission(n int) time.Duration {
	d, _ := r.transmission(n, 0)
	return d
}

// transmission returns how long n bytes take when owed has been paid already, and what is owed after it. Owed is in
// units of 1/r ns, which is a billionth of a bit at any rate: all of it is integers, so that no two machines round differently.
func (r Rate) transmission(n int, owed uint64) (time.Duration, uint64) {
	if r <= 0 || n <= 0 {
		return 0, 0
	}
	hi, lo := bits.Mul64(uint64(n)*8, uint64(time.Second)) // the time in units of 1/r ns
	left, borrow := bits.Sub64(lo, owed, 0)
	if hi < borrow {
		return 0, owed - lo // so fast that what was paid too much pays for all of it
	}
	hi -= borrow
	if hi >= uint64(r) {
		return math.MaxInt64, 0 // longer than any run: the quotient would not fit
	}
	ns, rest := bits.Div64(hi, left, uint64(r))
	if rest == 0 {
		return clampDuration(ns), 0
	}
	return clampDuration(ns + 1), uint64(r) - rest
}

func clampDuration(ns uint64) time.Duration {
	return time.Duration(min(ns, math.MaxInt64))
}

// String returns the rate as ParseRate reads it: "10mbit", "1.5mbit", "800bit".
func (r Rate) String() string {
	if r == 0 {
		return unlimited
	}
	for _, u := range []struct {
		name string
		rate Rate
	}{{"tbit", Tbit}, {"gbit", Gbit}, {"mbit", Mbit}, {"kbit", Kbit}} {
		if r >= u.rate {
			return formatDecimal(int64(r), int64(u.rate)) + u.name
		}
	}
	return formatDecimal(int64(r), 1) + "bit"
}
