package netem

import (
	"math"
	"math/rand/v2"
	"time"
)

// Delay is the propagation time of a link, which jitter spreads round its mean. A packet whose share of jitter would
// have it arrive before it was sent has no delay at all.
type Delay struct {
	Mean         time.Duration
	Jitter       time.Duration // half the width of Uniform, the standard deviation of Normal
	Distribution Distribution
}

// Distribution is the shape of jitter.
type Distribution uint8

// The distributions that jitter can have.
const (
	Uniform Distribution = iota // every delay from Mean-Jitter to Mean+Jitter alike, as tc-netem does when nothing is said
	Normal                      // the bell curve
)

var distributions = [...]string{"uniform", "normal"}

// String returns the distribution's word in a SPEC.
func (d Distribution) String() string {
	if int(d) < len(distributions) {
		return distributions[d]
	}
	return "unknown"
}

// Judge implements Model.
func (d *Delay) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	u := rng.Uint64() // drawn without jitter too, so that a sweep over jitter compares like with like
	delay := d.Mean
	switch d.Distribution {
	case Uniform:
		delay += spread(u, d.Jitter)
	case Normal:
		delay += time.Duration(math.RoundToEven(float64(d.Jitter) * normal(u)))
	}
	return Verdict{Delay: max(0, delay)}
}

// String implements Model: "delay 20ms", "delay 20ms 4ms", "delay 20ms 4ms distribution normal".
func (d *Delay) String() string {
	s := "delay " + FormatDuration(d.Mean)
	if d.Jitter == 0 {
		return s // and no word of how nothing is distributed
	}
	s += " " + FormatDuration(d.Jitter)
	if d.Distribution != Uniform {
		s += " distribution " + d.Distribution.String()
	}
	return s
}

// Clone implements Cloner.
func (d *Delay) Clone() Model { c := *d; return &c }

// Validate implements Validator.
func (d *Delay) Validate() error {
	if err := checkDuration("delay", d.Mean); err != nil {
		return err
	}
	if err := checkDuration("delay", d.Jitter); err != nil {
		return err
	}
	if int(d.Distribution) >= len(distributions) {
		return wrong("delay", "no such distribution: write uniform or normal")
	}
	return nil
}
