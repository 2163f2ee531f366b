package metric

import (
	"math"
	"time"
)

// Sender is what the laws of TCP's throughput know of a connection, beside p, the probability that a packet begins a loss
// event: losses within a round trip of one that begins an event are not counted in p. Each law gives the rate at which
// payload is sent in bit/s, +Inf where it knows no bound, and never more than the window lets pass.
type Sender struct {
	MSS      int // bytes of payload in a segment
	RTT      time.Duration
	RTO      time.Duration // T0, the first timeout of a row; 0: 4 RTT, as RFC 5348 section 3.1 advises
	AckEvery int           // b, segments to an acknowledgment; 0: 1, and 2 with delayed acknowledgments
	Window   int           // segments that the windows allow at most; 0: any number
}

// rate makes segments per round trip a rate.
func (s Sender) rate(segments float64) float64 {
	if s.Window > 0 {
		segments = min(segments, float64(s.Window))
	}
	return segments * float64(s.MSS) * 8 / s.RTT.Seconds()
}

func (s Sender) b() float64 { return float64(max(1, s.AckEvery)) }

// timeout returns T0 in round-trip times.
func (s Sender) timeout() float64 {
	if s.RTO <= 0 {
		return 4
	}
	return float64(s.RTO) / float64(s.RTT)
}

// power returns x to the power y for 0 <= x <= 1 and y >= 0, the same on every machine: by squaring for the whole part of y,
// and by square roots for its binary digits behind the point.
func power(x, y float64) float64 {
	whole, rest := math.Modf(y)
	result := 1.0
	for square := x; whole >= 1; square *= square {
		if math.Mod(whole, 2) == 1 {
			result *= square
		}
		whole = math.Floor(whole / 2)
	}
	for root := x; rest > 0; {
		root = math.Sqrt(root)
		if rest *= 2; rest >= 1 {
			result *= root
			rest--
		}
	}
	return result
}
