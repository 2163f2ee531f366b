package netem

import "math/rand/v2"

// Corrupt turns over one bit of each packet with probability P, any bit of the IP packet alike: headers are hit as well
// as the payload. A host that checks checksums throws the packet away, so that programs see it as lost.
type Corrupt struct {
	P float64 // share of packets corrupted, 0 to 1
}

// Judge implements Model. It draws twice, also where nothing is corrupted.
func (c *Corrupt) Judge(_ Time, rng *rand.Rand, p *Packet) Verdict {
	hit := chance(rng, c.P)
	bit := uniform(rng, uint64(8*p.Size()))
	if !hit || p.Size() == 0 {
		return Verdict{}
	}
	return Verdict{Flips: []int{int(bit)}}
}

// String implements Model: "corrupt 0.1%".
func (c *Corrupt) String() string { return "corrupt " + FormatProbability(c.P) }

// Clone implements Cloner.
func (c *Corrupt) Clone() Model { m := *c; return &m }

// Validate implements Validator.
func (c *Corrupt) Validate() error { return checkProbability("corrupt", c.P) }
