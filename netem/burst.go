package netem

import (
	"math"
	"math/rand/v2"
	"strconv"
)

// Burst drops the share P of packets in bursts of Mean packets on average: Gilbert's model, said in the two numbers that
// a measurement gives. The length of a burst is geometric.
type Burst struct {
	P    float64 // share of packets lost, 0 to 1
	Mean float64 // mean number of packets lost in a row, at least 1 and at least 1/(1-P) times P

	chain chain
}

// Judge implements Model. A burst goes on with probability 1-1/Mean, and the share P follows when one begins after a kept
// packet with probability P/(1-P)/Mean.
func (b *Burst) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	return Verdict{Drop: b.chain.follow(rng, b.P, b.begin(), 1-1/b.Mean)}
}

func (b *Burst) begin() float64 { return b.P / (1 - b.P) / b.Mean }

// String implements Model: "loss 2% burst 5".
func (b *Burst) String() string {
	return "loss " + FormatProbability(b.P) + " burst " + strconv.FormatFloat(b.Mean, 'f', -1, 64)
}

// Clone implements Cloner.
func (b *Burst) Clone() Model { return &Burst{P: b.P, Mean: b.Mean} }

// Validate implements Validator.
func (b *Burst) Validate() error {
	if err := checkProbability("loss", b.P); err != nil {
		return err
	}
	if !(b.Mean >= 1 && b.Mean <= maxBurst) {
		return wrong("loss", "a burst is 1 to 1000000 packets long on average: write loss 2% burst 5")
	}
	if !(b.begin() <= 1) {
		least := FormatProbability(b.P) + " burst " + strconv.FormatFloat(math.Ceil(b.P/(1-b.P)), 'f', -1, 64)
		if b.P > 1-1.0/maxBurst {
			least = "99% burst 99"
		}
		return wrong("loss", "bursts this short cannot lose so many packets: write loss "+least+" or a longer burst")
	}
	return nil
}

// maxBurst bounds what is taken for a burst: beyond it a link is simply down.
const maxBurst = 1e6
