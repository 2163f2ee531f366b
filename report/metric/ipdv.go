package metric

import "time"

// ipdvWindow is how many of the latest packet numbers IPDV knows the delays of.
const ipdvWindow = 4096

// IPDV is the IP packet delay variation of RFC 3393, called inter-packet delay variation in RFC 5481 section 4.1: the delay
// of a packet minus that of the one before. The selection function is: packets that were sent one after the other and both
// received, in whatever order they arrived.
//
// Later copies are ignored. Delays of 4096 numbers are remembered, in 64 KiB (and two Distributions): a pair whose packets
// arrive farther apart is not seen. The zero value is ready to use.
type IPDV struct {
	Signed   Distribution // of the pairs
	Absolute Distribution // the same without signs

	delays []numbered // by number, modulo the window
}

// numbered is the delay of a packet.
type numbered struct {
	key   int64 // one more than its number: 0 is none
	delay time.Duration
}

// Add takes the next arrival.
func (v *IPDV) Add(seq int64, delay time.Duration) {
	if v.delays == nil {
		v.delays = make([]numbered, ipdvWindow)
	}
	slot := &v.delays[seq&(ipdvWindow-1)]
	if seq < 0 || slot.key > seq {
		return // a copy, or its place is a later one's
	}
	*slot = numbered{seq + 1, delay}
	if before := v.delays[(seq-1)&(ipdvWindow-1)]; seq > 0 && before.key == seq {
		v.pair(delay - before.delay)
	}
	if after := v.delays[(seq+1)&(ipdvWindow-1)]; after.key == seq+2 {
		v.pair(after.delay - delay)
	}
}

func (v *IPDV) pair(d time.Duration) {
	v.Signed.Add(d)
	v.Absolute.Add(max(d, -d))
}
