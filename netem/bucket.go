package netem

import (
	"math/bits"
	"time"
)

// Bucket lets a link send in bursts: a packet is sent when the bucket holds as many tokens as it has bytes, and takes them
// out. Tokens come in at the link's rate until the bucket is full, as it is when the link begins. The zero value is no
// bucket: then every bit takes its time.
//
// It is tc-tbf(8). The packet that waits for tokens has left the queue. A packet larger than the bucket would wait for
// ever and is dropped when it is sent.
type Bucket struct {
	Burst int  // size of the bucket in bytes
	Peak  Rate // at which packets are sent when the tokens are there; zero is infinitely fast
}

// String returns the words of a SPEC: "burst 16KiB peakrate 100mbit", and none for no bucket.
func (b Bucket) String() string {
	if b.Burst == 0 {
		return ""
	}
	s := "burst " + FormatSize(b.Burst)
	if b.Peak != 0 {
		s += " peakrate " + b.Peak.String()
	}
	return s
}

// maxBucket bounds a bucket's size so that its tokens can be counted in parts of bits.
const maxBucket = 1 << 30

// validate says what is wrong with a bucket for a link of this rate.
func (b Bucket) validate(rate Rate) error {
	switch {
	case b.Burst == 0 && b.Peak != 0:
		return wrong("peakrate", "it is the rate of bursts: write rate 10mbit burst 16KiB peakrate 100mbit")
	case b.Burst < 0 || b.Burst > maxBucket:
		return wrong("burst", "a burst is 1B to 1GiB: write rate 10mbit burst 16KiB")
	case b.Burst != 0 && rate == 0:
		return wrong("burst", "there is no rate to exceed: write rate 10mbit burst 16KiB")
	case b.Peak != 0 && b.Peak <= rate:
		return wrong("peakrate", "a burst is faster than the rate: write rate 10mbit burst 16KiB peakrate 100mbit")
	}
	return nil
}

// tokens are what a Bucket holds. They are counted in parts of a bit, 1e9 to a bit, of which rate come in every
// nanosecond: so nothing is ever rounded.
type tokens struct {
	rate    Rate
	size    uint64 // of the bucket
	missing uint64 // at the time at
	at      Time
}

// parts returns n bytes in parts of a bit.
func parts(n int) uint64 { return uint64(n) * 8 * uint64(time.Second) }

// fill brings the tokens up to now.
func (t *tokens) fill(now Time) {
	hi, lo := bits.Mul64(uint64(now.Sub(t.at)), uint64(t.rate))
	if t.at = now; hi > 0 || lo > t.missing {
		lo = t.missing
	}
	t.missing -= lo
}

// take takes out the tokens for n bytes, which the bucket can hold, and returns the first instant from now on at which
// they are there. Nobody may ask for an earlier one afterwards.
func (t *tokens) take(now Time, n int) Time {
	t.fill(now)
	spent := t.missing + parts(n)
	if spent > t.size {
		rate := uint64(t.rate)
		now = now.Add(clampDuration((spent - t.size + rate - 1) / rate))
		t.fill(now)
	}
	t.missing += parts(n)
	return now
}
