package metric

import (
	"sort"
	"time"

	"lossylab/netem"
)

// maxFlying is how many segments RoundTrip remembers as not acknowledged.
const maxFlying = 1 << 16

// RoundTrip takes round-trip time samples from the segments that a TCP sender sends and the acknowledgments that it gets.
//
// A sample is, as Wireshark's tcp.analysis.ack_rtt, the time from the sending of the segment whose last byte an
// acknowledgment is the first to acknowledge: with delayed acknowledgments, that of the latest of the segments they
// acknowledge. An acknowledgment that ends within a segment gives none. And none is taken, by Karn's algorithm, RFC 6298
// section 3, if a byte that it is the first to acknowledge was sent more than once: as tcptrace does, that is asked of all
// segments that it acknowledges and not of the last alone, since one sent before the hole was filled has waited for that.
// Echoed, for connections with timestamps, is not bound by this.
//
// Offsets are those of the stream, in 64 bits, SYN and FIN counted or not. 65,536 segments are remembered at most, in 2 MiB;
// behind more the oldest ones are forgotten and counted. The zero value is ready to use.
type RoundTrip struct {
	Samples   Distribution
	RTO       RTO
	Karn      int64 // acknowledgments without a sample by Karn's algorithm
	Within    int64 // acknowledgments without a sample that end within a segment, or at one that was forgotten
	Forgotten int64 // segments

	next   int64 // one more than the furthest byte sent
	flying line[flying]
}

// flying is a segment, or the rest of one, that is not acknowledged.
type flying struct {
	from, to int64
	at       netem.Time
	again    bool // sent more than once, at least in part
}

// Sent tells that the bytes [from, to) are sent. What is not beyond all that was sent before counts as sent again, said or
// not.
func (r *RoundTrip) Sent(from, to int64, at netem.Time, retransmitted bool) {
	if from >= to {
		return // no bytes, nothing to acknowledge
	}
	if from < r.next {
		r.again(from, to)
		from = r.next
	}
	if from >= to {
		return
	}
	r.next = to
	if r.flying.len() == maxFlying {
		r.flying.pop()
		r.Forgotten++
	}
	r.flying.push(flying{from, to, at, retransmitted})
}

// again marks the segments that [from, to) is of.
func (r *RoundTrip) again(from, to int64) {
	i := sort.Search(r.flying.len(), func(i int) bool { return r.flying.at(r.flying.first+int64(i)).to > from })
	for n := r.flying.first + int64(i); n < r.flying.end && r.flying.at(n).from < to; n++ {
		r.flying.at(n).again = true
	}
}

// Acked tells that an acknowledgment of all bytes before ack has come back, and returns the sample, if it gives one.
func (r *RoundTrip) Acked(ack int64, at netem.Time) (sample time.Duration, ok bool) {
	last, again, advanced := r.take(ack)
	switch {
	case !advanced:
		return 0, false
	case again:
		r.Karn++
		return 0, false
	case last.to != ack:
		r.Within++
		return 0, false
	}
	sample = at.Sub(last.at)
	r.add(sample)
	return sample, true
}

// Echoed is Acked for an acknowledgment that echoes a timestamp, which tells when the segment was sent that it answers: RFC
// 7323 section 4 allows a sample also of what was sent again, if the acknowledgment acknowledges new bytes.
func (r *RoundTrip) Echoed(ack int64, sent, at netem.Time) (sample time.Duration, ok bool) {
	if _, _, advanced := r.take(ack); !advanced {
		return 0, false
	}
	sample = at.Sub(sent)
	r.add(sample)
	return sample, true
}

func (r *RoundTrip) add(sample time.Duration) {
	r.Samples.Add(sample)
	r.RTO.Add(sample)
}

// take takes out what ack is the first to acknowledge. It returns the last segment that is acknowledged in full, whether
// any byte was sent more than once, and whether there was any.
func (r *RoundTrip) take(ack int64) (last flying, again, advanced bool) {
	for r.flying.len() > 0 {
		f := r.flying.at(r.flying.first)
		if f.from >= ack {
			break
		}
		advanced, again = true, again || f.again
		if f.to > ack {
			f.from = ack
			break
		}
		last = r.flying.pop()
	}
	return last, again, advanced
}

// Unacked returns how many bytes have been sent and are not acknowledged: Wireshark's tcp.analysis.bytes_in_flight, which
// however leaves out what selective acknowledgments cover, and a FIN.
func (r *RoundTrip) Unacked() int64 {
	if r.flying.len() == 0 {
		return 0
	}
	return r.next - r.flying.at(r.flying.first).from
}
