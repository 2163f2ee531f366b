package metric

import "time"

// PDV is the packet delay variation of RFC 5481 section 4.2: the delay of a packet minus the least delay of all packets. Its
// high quantiles size a de-jitter buffer. Every packet counts that is given; copies should have been taken out.
//
// Memory and exactness are those of a Distribution; beyond 65,536 packets, quantiles are within 0.1 % of the greater of the
// variation itself and what the least delay has fallen since then. The zero value is ready to use.
type PDV struct {
	delays Distribution
}

// Add takes the delay of the next arrival.
func (v *PDV) Add(delay time.Duration) {
	v.delays.fromMin = true
	v.delays.Add(delay)
}

// At returns the quantile p of the variation, 0 < p <= 1; 0 without packets.
func (v *PDV) At(p float64) time.Duration { return v.delays.At(p) - v.delays.Min() }

// MinDelay returns the least delay.
func (v *PDV) MinDelay() time.Duration { return v.delays.Min() }

// Spread returns the variation in a few numbers. Its Min is 0 by definition.
func (v *PDV) Spread() Spread {
	s := v.delays.Spread()
	least := s.Min
	for _, d := range []*time.Duration{&s.Min, &s.Mean, &s.Max, &s.P50, &s.P90, &s.P95, &s.P99, &s.P999} {
		*d -= least
	}
	return s
}
