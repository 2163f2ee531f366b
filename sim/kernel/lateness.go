//go:build linux

package kernel

import (
	"math/bits"
	"time"
)

// lateness counts how much later than due packets were given to their hosts. Its bins are 1/16 of their value wide at most.
type lateness struct {
	n    uint64
	over uint64 // later than lateLimit
	max  time.Duration
	bins [64 * 16]uint64
}

// lateLimit is what 99 % of packets should stay within, lateMedian what half of them should, for a run to count as on time.
const (
	lateLimit  = time.Millisecond
	lateMedian = 100 * time.Microsecond
	fewPackets = 20
)

func (l *lateness) add(d time.Duration) {
	d = max(d, 0)
	l.n++
	if d > lateLimit {
		l.over++
	}
	l.max = max(l.max, d)
	l.bins[lateBin(d)]++
}

// lateBin returns the bin of d: the place of its highest bit, and the four bits behind that.
func lateBin(d time.Duration) int {
	if d < 16 {
		return int(d)
	}
	n := bits.Len64(uint64(d)) - 5
	return n<<4 + int(d>>n)
}

// lateFrom is where a bin begins.
func lateFrom(bin int) time.Duration {
	if bin < 32 {
		return time.Duration(bin)
	}
	n := bin>>4 - 1
	return time.Duration(bin-n<<4) << n
}

// quantile returns the lower bound of the bin in which quantile q lies.
func (l *lateness) quantile(q float64) time.Duration {
	if l.n == 0 {
		return 0
	}
	rank := min(uint64(q*float64(l.n)), l.n-1)
	for i, n := range l.bins {
		if rank < n {
			return lateFrom(i)
		}
		rank -= n
	}
	return l.max
}

// Timing is how well a world kept its time.
type Timing struct {
	Packets uint64        // given to hosts
	P50     time.Duration // how much later than due they were given to them
	P90     time.Duration
	P99     time.Duration
	Max     time.Duration
	Over    uint64        // packets that were more than a millisecond late
	Waited  time.Duration // that the relay stood still because what it told was not read
}

func (l *lateness) timing() Timing {
	return Timing{Packets: l.n, P50: l.quantile(.5), P90: l.quantile(.9), P99: l.quantile(.99), Max: l.max, Over: l.over}
}

// Slipped reports whether packets were later than results can bear: half of them by more than 100 µs, or one in a hundred
// by more than a millisecond; or the relay stood still. A handful of packets proves nothing.
func (t Timing) Slipped() bool {
	return t.Packets >= fewPackets && (t.P50 > lateMedian || t.P99 > lateLimit) || t.Waited > 0
}
