package metric

import "math"

// MathisLimit is the loss probability up to which Mathis is meant to hold.
const MathisLimit = 0.02

// Mathis returns the rate by M. Mathis, J. Semke, J. Mahdavi and T. Ott, "The Macroscopic Behavior of the TCP Congestion
// Avoidance Algorithm", CCR 27 (1997): MSS/RTT C/√p, in bit/s. C is √(3/2b) of periodic loss: 1.2247 if every segment is
// acknowledged, 0.8660 if every second one is.
//
// It holds for Reno in congestion avoidance that never times out: p below about 2 %, and windows of more than a few segments.
// Beyond, it promises too much.
func (s Sender) Mathis(p float64) float64 { return s.rate(math.Sqrt(1.5 / s.b() / p)) }
