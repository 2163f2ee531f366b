package metric

import "math"

// Cubic returns the rate by the response function of CUBIC in RFC 9438 section 5, in bit/s. The mean window in segments
// is (C(3+β)/(4(1-β)))^¼ (RTT/p)^¾ with the RFC's C = 0.4 /s³ and β = 0.7, which is 1.054 (RTT/p)^¾ with RTT in seconds; or
// √(3/2p) of the Reno-friendly region of section 4.3, if that is greater.
//
// It holds for periodic loss without timeouts, like Mathis, and for acknowledgments of every segment: AckEvery has no
// effect.
func (s Sender) Cubic(p float64) float64 {
	const c, beta = 0.4, 0.7
	reno := math.Sqrt(1.5 / p)
	return s.rate(max(reno, root4(c*(3+beta)/(4*(1-beta)))*threeQuarters(s.RTT.Seconds()/p)))
}

func root4(x float64) float64 { return math.Sqrt(math.Sqrt(x)) }

// threeQuarters returns x to the power ¾.
func threeQuarters(x float64) float64 { return math.Sqrt(x) * root4(x) }
