package netem

import "math/rand/v2"

// Duplicate has each packet arrive twice with probability P: the copy comes just behind the packet, and no model judges
// it again. With Rho duplicates come in bursts, and their share stays P.
type Duplicate struct {
	P   float64 // share of packets duplicated, 0 to 1
	Rho float64 // correlation of one packet's being duplicated with the next one's, 0 to below 1

	chain chain
}

// Judge implements Model.
func (d *Duplicate) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	if d.chain.hit(rng, d.P, d.Rho) {
		return Verdict{Copies: 1}
	}
	return Verdict{}
}

// String implements Model: "duplicate 0.5%", "duplicate 1% 25%".
func (d *Duplicate) String() string { return "duplicate " + formatPicks(d.P, d.Rho) }

// Clone implements Cloner.
func (d *Duplicate) Clone() Model { return &Duplicate{P: d.P, Rho: d.Rho} }

// Validate implements Validator.
func (d *Duplicate) Validate() error { return checkPicks("duplicate", d.P, d.Rho) }
