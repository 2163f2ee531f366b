package netem

import "math/rand/v2"

// Duplicate has each packet arrive twice with probability P: the copy comes just behind the packet, and no model judges
// it again.
type Duplicate struct {
	P float64 // share of packets duplicated, 0 to 1
}

// Judge implements Model.
func (d *Duplicate) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	if chance(rng, d.P) {
		return Verdict{Copies: 1}
	}
	return Verdict{}
}

// String implements Model: "duplicate 0.5%".
func (d *Duplicate) String() string { return "duplicate " + FormatProbability(d.P) }

// Clone implements Cloner.
func (d *Duplicate) Clone() Model { c := *d; return &c }

// Validate implements Validator.
func (d *Duplicate) Validate() error { return checkProbability("duplicate", d.P) }
