package trace

import (
	"fmt"
	"math"
	"time"
)

// Clock is how the server's clock differs from the client's.
type Clock struct {
	Offset time.Duration // by how much it shows more, at the first packet
	Skew   float64       // seconds that it gains in a second
	Delay  time.Duration // the least delay of either direction, taken for the same in both; 0 if only one direction was seen
	Method string        // how all this was found, in a sentence

	zero int64 // the client's time of the first packet
}

// What is believed of a clock.
const (
	maxSkew   = 1e-3                          // more than any that keeps time: RFC 5905 section 1 has 500 parts in a million
	leastGain = int64(100 * time.Microsecond) // what the skew must make of the whole, to be told from jitter
	gainShare = 20                            // and as a part of the least delay: less makes no difference
)

// learnClock finds out how the clocks differ from the crossings in both directions. What a clock gains makes the least delay
// grow in one direction and shrink in the other; a queue that fills makes one of them grow alone, or both. So the skew is the
// smaller of the two slopes, and only if they are opposite and about the same; and the offset is what makes both least delays equal.
func learnClock(up, down *hull, zero, span int64) Clock {
	c := Clock{zero: zero}
	switch {
	case up.n == 0 && down.n == 0:
		c.Method = "nothing arrived, so the clocks are taken for equal"
		return c
	case down.n == 0:
		c.oneWay(up.least(0, zero), 1)
		return c
	case up.n == 0:
		c.oneWay(down.least(0, zero), -1)
		return c
	}
	c.Skew = commonSkew(up.slope(), -down.slope())
	delay := (up.least(0, zero) + down.least(0, zero)) / 2
	if gain := gained(math.Abs(c.Skew), span); math.Abs(c.Skew) > maxSkew || gain < max(leastGain, delay/gainShare) {
		c.Skew = 0
	}
	apart := (up.least(0, zero) - down.least(0, zero)) / 2 // what is sent down is timed by the server's clock
	there, back := up.least(c.Skew, zero), down.least(-c.Skew, zero+apart)
	c.Offset = time.Duration((there - back) / 2)
	c.Delay = time.Duration((there + back) / 2)
	c.Method = "the least delay is taken for the same in both directions, and the skew from the lower convex hull of the delays"
	return c
}

// plausible is the greatest delay of which clocks are believed that nothing can be compared with.
const plausible = int64(time.Second)

// oneWay takes the clocks for equal where packets arrived in one direction only, if the least difference may be a delay, and
// otherwise the least delay for 0.
func (c *Clock) oneWay(least int64, sign time.Duration) {
	if least >= 0 && least <= plausible {
		c.Method = "packets arrived in one direction only, and the clocks are taken for equal: what they differ by is in all delays"
		return
	}
	c.Offset = sign * time.Duration(least)
	c.Method = "packets arrived in one direction only, and the least delay is taken for 0: delays are those beyond it"
}

// commonSkew returns the smaller of two slopes if both say about the same: the same sign, and not more than twice as much.
func commonSkew(a, b float64) float64 {
	if math.Abs(a) > math.Abs(b) {
		a, b = b, a
	}
	if a*b <= 0 || math.Abs(b) > 2*math.Abs(a) {
		return 0
	}
	return a
}

// client turns a time of the server's clock into one of the client's.
func (c *Clock) client(server int64) int64 {
	since := server - int64(c.Offset) - c.zero
	return c.zero + since - gained(c.Skew/(1+c.Skew), since)
}

// String says how the clocks differ.
func (c *Clock) String() string {
	way, d := "ahead of", c.Offset
	if d < 0 {
		way, d = "behind", -d
	}
	s := fmt.Sprintf("the server's is %v %s the client's", d.Round(time.Microsecond), way)
	if d == 0 {
		s = "both agree"
	}
	if c.Skew != 0 {
		s += fmt.Sprintf(" and gains %.1f ppm", c.Skew*1e6)
	}
	return s + ": " + c.Method
}
