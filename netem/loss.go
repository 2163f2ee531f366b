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

// Judge implements Model.
func (l *Loss) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	if l.chain.hit(rng, l.P, l.Rho) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// String implements Model: "loss 3%", "loss 5% 25%".
func (l *Loss) String() string { return "loss " + formatPicks(l.P, l.Rho) }

// Clone implements Cloner.
func (l *Loss) Clone() Model { return &Loss{P: l.P, Rho: l.Rho} }

// Validate implements Validator.
func (l *Loss) Validate() error { return checkPicks("loss", l.P, l.Rho) }
