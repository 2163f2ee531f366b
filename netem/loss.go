package netem

import "math/rand/v2"

// Loss drops each packet with probability P. With Rho the fates of neighbouring packets correlate: losses come in
// bursts, yet the share that is lost stays P.
//
// This is where tc-netem differs: there "loss 5% 25%" averages random numbers and compares the narrower result with the
// same threshold, which loses 0.2 % and not 5 %.
type Loss struct {
	P   float64 // share of packets lost, 0 to 1
	Rho float64 // correlation of one packet's loss with the next one's, 0 to below 1

	chain chain
}

// Judge implements Model. The chain with P(lost|lost) = P+Rho(1-P) and P(lost|kept) = P(1-Rho) has the stationary loss P
// and the autocorrelation Rho^n at lag n.
func (l *Loss) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	afterKept := float64(l.P * (1 - l.Rho))
	return Verdict{Drop: l.chain.lose(rng, l.P, afterKept, afterKept+l.Rho)}
}

// String implements Model: "loss 3%", "loss 5% 25%".
func (l *Loss) String() string {
	s := "loss " + FormatProbability(l.P)
	if l.Rho != 0 {
		s += " " + FormatProbability(l.Rho)
	}
	return s
}

// Clone implements Cloner.
func (l *Loss) Clone() Model { return &Loss{P: l.P, Rho: l.Rho} }

// Validate implements Validator.
func (l *Loss) Validate() error {
	if err := checkProbability("loss", l.P); err != nil {
		return err
	}
	if !(l.Rho >= 0 && l.Rho < 1) {
		return wrong("loss", "a correlation lies between 0% and below 100%: write loss 5% 25%")
	}
	return nil
}
