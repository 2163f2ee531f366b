package netem

import "time"

// transmitter puts one packet after the other on the wire.
type transmitter struct {
	rate   Rate    // of the wire; 0 is infinitely fast
	bucket *tokens // for which packets wait, nil for none
	p      *Packet // the packet on its way out, nil when idle
	ends   Time    // when its last bit is out
	owed   uint64  // what rounding up gave too much in this busy period, in billionths of a bit

	paused bool   // in the middle of p: nothing of it goes out
	left   uint64 // of p while paused, in billionths of a bit
}

// newTransmitter returns that of a link: with a bucket, the rate is that of the tokens, and the wire is at its peak.
func newTransmitter(rate Rate, b Bucket) transmitter {
	if b.Burst == 0 {
		return transmitter{rate: rate}
	}
	return transmitter{rate: b.Peak, bucket: &tokens{rate: rate, size: parts(b.Burst)}}
}

// carries says whether p will ever be sent.
func (t *transmitter) carries(p *Packet) bool {
	return t.bucket == nil || parts(p.Size()) <= t.bucket.size
}

// begin starts to transmit p at now. Back to back means that the last packet ended at this very instant: the fraction of
// a nanosecond by which its end was rounded up is then taken off this one, so that a busy transmitter keeps its rate to
// the bit however long it is busy.
func (t *transmitter) begin(now Time, p *Packet, backToBack bool) {
	if t.bucket != nil {
		last := now
		now = t.bucket.take(now, p.Size())
		backToBack = backToBack && now == last
	}
	if !backToBack {
		t.owed = 0
	}
	var d time.Duration // 0 at rate 0: the packet ends at the instant at which it begins
	d, t.owed = t.rate.transmission(p.Size(), t.owed)
	t.p, t.ends = p, now.Add(d)
}

// end returns the packet whose last bit is out by now and when that was; nil if there is none. It leaves the transmitter
// idle.
func (t *transmitter) end(now Time) (*Packet, Time) {
	if t.p == nil || t.ends > now || t.paused {
		return nil, 0
	}
	p := t.p
	t.p = nil
	return p, t.ends
}

// change has the bits of p that are not out by now go at another rate from now on, or wait while nothing goes out. What is
// left is known exactly: it is what would have gone out from now to the end, but for what rounding up gave too much.
func (t *transmitter) change(now Time, rate Rate, stalled bool) {
	switch {
	case t.p == nil || !t.paused && t.ends <= now: // its last bit is out
		t.rate = rate
		return
	case !t.paused: // and not infinitely fast, or p would have ended when it began
		t.left = uint64(t.ends-now)*uint64(t.rate) - t.owed
	}
	t.rate, t.paused = rate, stalled
	switch {
	case stalled:
	case rate == 0:
		t.ends, t.owed = now, 0
	default:
		ns := (t.left + uint64(rate) - 1) / uint64(rate)
		t.ends, t.owed = now+Time(ns), ns*uint64(rate)-t.left
	}
}
