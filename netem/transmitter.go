package netem

import "time"

// transmitter puts one packet after the other on the wire.
type transmitter struct {
	rate   Rate    // of the wire; 0 is infinitely fast
	bucket *tokens // for which packets wait, nil for none
	p      *Packet // the packet on its way out, nil when idle
	ends   Time    // when its last bit is out
	owed   uint64  // what rounding up gave too much in this busy period, in units of 1/rate ns
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
	if t.p == nil || t.ends > now {
		return nil, 0
	}
	p := t.p
	t.p = nil
	return p, t.ends
}
