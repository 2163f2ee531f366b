package report

import (
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// roundTrips are what the segments and acknowledgments of a flow say about its round-trip times and about what was in
// flight, in order of time.
type roundTrips struct {
	metric.RoundTrip
	samples []roundTrip
	flights []byteSample
	mss     int // length of the longest segment: TCP here counts its window in segments of any length
	sacked  intervals
	end     netem.Time // when one of the lists ends: what comes then is not known
}

// roundTrip is a sample.
type roundTrip struct {
	at  netem.Time
	rtt time.Duration
}

// byteSample is a number of bytes that holds from at on.
type byteSample struct {
	at    netem.Time
	bytes int64
}

// roundTripsOf merges the segments and acknowledgments. Of those of the same instant the acknowledgment comes first: it is
// what made TCP send.
func roundTripsOf(f *Flow) *roundTrips {
	r := &roundTrips{end: f.End}
	segments, acks := f.Segments, f.Acks
	if len(segments) >= shown {
		r.end = min(r.end, segments[len(segments)-1].At)
	}
	if len(acks) >= shown {
		r.end = min(r.end, acks[len(acks)-1].At)
	}
	for len(segments) > 0 || len(acks) > 0 {
		if len(acks) > 0 && (len(segments) == 0 || acks[0].At <= segments[0].At) {
			a := acks[0]
			acks = acks[1:]
			if a.At > r.end {
				continue
			}
			if rtt, ok := r.Acked(a.Offset, a.At); ok {
				r.samples = append(r.samples, roundTrip{a.At, rtt})
			}
			r.sacked.add(0, a.Offset, func(int64, int64) {})
			for _, b := range a.SACK {
				r.sacked.add(b[0], b[1], func(int64, int64) {})
			}
			r.flight(a.At)
			continue
		}
		s := segments[0]
		segments = segments[1:]
		if s.At > r.end {
			continue
		}
		r.mss = max(r.mss, s.Len)
		r.Sent(s.Offset, s.Offset+int64(s.Len), s.At, s.Retransmit)
		r.flight(s.At)
	}
	return r
}

// flight notes what has been sent and been acknowledged neither cumulatively nor selectively.
func (r *roundTrips) flight(at netem.Time) {
	bytes := r.Unacked()
	for _, b := range r.sacked.spans {
		bytes -= b[1] - b[0]
	}
	bytes = max(0, bytes)
	if n := len(r.flights); n > 0 && r.flights[n-1].at == at {
		r.flights[n-1].bytes = bytes
		return
	}
	r.flights = append(r.flights, byteSample{at, bytes})
}
