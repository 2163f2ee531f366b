package metric

import (
	"time"

	"lossylab/netem"
)

// LateTime is the late-time offset of RFC 4737 section 4.3: of a reordered packet, how long after the first arrival with a
// greater number it arrived itself. A buffer that is to bring all packets back in order must hold them for the greatest.
//
// Packets in order have none and are not counted. Copies must have been taken out. The first arrival is looked for among
// the latest 4096 packets in order (128 KiB at most, and a Distribution); behind older ones, the offset is at least what is
// given. The zero value is ready to use.
type LateTime struct {
	Offsets Distribution // of the reordered packets
	AtLeast int64        // of these, how many may be greater

	ahead ahead
}

// Add takes the next arrival, and returns its offset and whether it has one, being reordered.
func (l *LateTime) Add(seq int64, at netem.Time) (offset time.Duration, reordered bool) {
	next := l.ahead.next
	_, first, certain := l.ahead.add(seq, at)
	if seq >= next {
		return 0, false
	}
	if first != nil {
		offset = at.Sub(first.at)
	}
	if !certain {
		l.AtLeast++
	}
	l.Offsets.Add(offset)
	return offset, true
}
