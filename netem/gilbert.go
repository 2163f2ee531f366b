package netem

import "math/rand/v2"

// GilbertElliott loses packets in a link that is now good and now bad: it turns bad with probability P and good again
// with probability R at each packet, and loses packets with probability K1 while good and H1 while bad. The names are
// tc-netem's: H1 is its 1-h and K1 its 1-k.
//
// It starts in the stationary distribution, so that the share lost is (H1 P + K1 R) / (P+R) from the first packet on.
// (In tc-netem it starts good.)
type GilbertElliott struct {
	P, R float64 // chances to turn bad and good, 0 to 1
	H1   float64 // chance of loss while bad, 0 to 1: 1 for Gilbert's model
	K1   float64 // chance of loss while good, 0 to 1: 0 for Gilbert's model

	begun, bad bool
}

// Judge implements Model. It draws twice: the link changes its state, then the packet meets the state. The first packet
// finds no state before it and gets the long-run share.
func (g *GilbertElliott) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	toBad := g.P
	switch {
	case !g.begun:
		toBad = g.share()
	case g.bad:
		toBad = 1 - g.R
	}
	g.begun, g.bad = true, chance(rng, toBad)
	if g.bad {
		return Verdict{Drop: chance(rng, g.H1)}
	}
	return Verdict{Drop: chance(rng, g.K1)}
}

// share returns how much of the time the link is bad. A link that never changes is taken to be good.
func (g *GilbertElliott) share() float64 {
	if g.P == 0 {
		return 0
	}
	return g.P / (g.P + g.R)
}

// String implements Model in the shortest form that tc-netem reads alike: "loss gemodel 1% 10% 70% 0.1%".
func (g *GilbertElliott) String() string {
	return "loss gemodel" + shortForm([]float64{g.P, g.R, g.H1, g.K1}, gilbertDefaults(g.P))
}

// gilbertDefaults are P, R, H1 and K1 where only the first is said, which makes the loss independent.
func gilbertDefaults(p float64) []float64 { return []float64{p, 1 - p, 1, 0} }

// Clone implements Cloner.
func (g *GilbertElliott) Clone() Model {
	return &GilbertElliott{P: g.P, R: g.R, H1: g.H1, K1: g.K1}
}

// Validate implements Validator.
func (g *GilbertElliott) Validate() error {
	for _, p := range []float64{g.P, g.R, g.H1, g.K1} {
		if err := checkProbability("loss", p); err != nil {
			return err
		}
	}
	return nil
}
