package metric

import "math"

// The laws of J. Padhye, V. Firoiu, D. Towsley and J. Kurose, "Modeling TCP Reno Performance: A Simple Model and Its
// Empirical Validation", IEEE/ACM Transactions on Networking 8 (2000). They hold for Reno with timeouts and a bulk of data,
// where the losses of a round trip go together and those of different ones are independent; compared with measurements
// up to p of about 30 %. They count what is sent, also again.

// PFTK returns the rate by the approximate model, in bit/s: segments per second are
// min(W/RTT, 1/(RTT √(2bp/3) + T0 min(1, 3√(3bp/8)) p (1+32p²))).
func (s Sender) PFTK(p float64) float64 {
	return s.approximate(p, min(1, 3*math.Sqrt(3*s.b()*p/8)))
}

// TFRC returns the rate by the throughput equation of RFC 5348 section 3.1, in bit/s: that of PFTK without the bound of 1 to
// the chance that a loss is a timeout. The RFC sets b = 1 and T0 = 4 RTT, as a Sender without AckEvery and RTO does, and
// has no window: set none.
func (s Sender) TFRC(p float64) float64 {
	return s.approximate(p, 3*math.Sqrt(3*s.b()*p/8))
}

// approximate computes both; timeouts is the share of the losses that are timeouts.
func (s Sender) approximate(p, timeouts float64) float64 {
	recovery := math.Sqrt(2 * s.b() * p / 3)
	waiting := s.timeout() * timeouts * p * (1 + float64(32*p*p))
	return s.rate(1 / (recovery + float64(waiting)))
}

// PFTKFull returns the rate by the full model, in bit/s. It needs p < 1, and gives the
// window's rate for p = 0.
func (s Sender) PFTKFull(p float64) float64 {
	if p <= 0 {
		return s.rate(math.Inf(1))
	}
	b, q := s.b(), 1-p
	k := (2 + b) / (3 * b)
	window := k + math.Sqrt(8*q/(3*b*p)+float64(k*k)) // E[Wu], had there been no other bound
	trips := float64(b/2*window) + 1
	if bound := float64(s.Window); bound > 0 && window >= bound {
		window = bound
		trips = float64(b/8*bound) + q/(p*bound) + 2
	}
	timeouts := timeoutShare(p, window)
	sent := q/p + window + timeouts/q
	waiting := timeouts * s.timeout() * backoff(p) / q
	return s.rate(sent / (trips + float64(waiting)))
}

// timeoutShare returns Q̂(w), the probability that a loss in a window of w segments ends in a timeout.
func timeoutShare(p, w float64) float64 {
	if w <= 3 {
		return 1 // as the formula: fewer than three duplicate acknowledgments can come
	}
	q := 1 - p
	q3 := float64(q * q * q)
	return min(1, (1-q3)*(1+float64(q3*(1-power(q, w-3))))/(1-power(q, w)))
}

// backoff returns f(p) = 1 + p + 2p² + 4p³ + 8p⁴ + 16p⁵ + 32p⁶: the mean length of a row of timeouts in T0, times 1-p, if
// the timeout doubles six times.
func backoff(p float64) float64 {
	f := 0.0
	for _, c := range [...]float64{32, 16, 8, 4, 2, 1, 1} {
		f = float64(f*p) + c
	}
	return f
}
