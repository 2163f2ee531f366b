package netem

import "math/rand/v2"

// Corrupt turns over one bit of each packet with probability P, any bit of the IP packet alike: headers are hit as well
// as the payload. A host that checks checksums throws the packet away, so that programs see it as lost.
// With Rho corrupted packets come in bursts, and their share stays P.
type Corrupt struct {
	P   float64 // share of packets corrupted, 0 to 1
	Rho float64 // correlation of one packet's being corrupted with the next one's, 0 to below 1

	chain chain
}

// Judge implements Model. It draws twice, also where nothing is corrupted.
func (c *Corrupt) Judge(_ Time, rng *rand.Rand, p *Packet) Verdict {
	hit := c.chain.hit(rng, c.P, c.Rho)
	bit := uniform(rng, uint64(8*p.Size()))
	if !hit || p.Size() == 0 {
		return Verdict{}
	}
	return Verdict{Flips: []int{int(bit)}}
}

// String implements Model: "corrupt 0.1%", "corrupt 0.1% 25%".
func (c *Corrupt) String() string { return "corrupt " + formatPicks(c.P, c.Rho) }

// Clone implements Cloner.
func (c *Corrupt) Clone() Model { return &Corrupt{P: c.P, Rho: c.Rho} }

// Validate implements Validator.
func (c *Corrupt) Validate() error { return checkPicks("corrupt", c.P, c.Rho) }
