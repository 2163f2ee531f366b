package netem

import (
	"math/rand/v2"
	"time"
)

// Delay is the propagation time of a link, which jitter spreads round its mean. A packet whose share of jitter would
// have it arrive before it was sent has no delay at all.
//
// With Rho the delays of successive packets correlate, and each is distributed as without. (In tc-netem a correlation has
// no effect on jitter.)
type Delay struct {
	Mean         time.Duration
	Jitter       time.Duration // half the width of Uniform, the standard deviation of all others
	Rho          float64       // correlation of one packet's delay with the next one's, 0 to 1
	Distribution Distribution
	Samples      *Samples // the jitter's distribution, if it is a user's own; Distribution is then Uniform

	copula *copula // of Rho, once a packet has come
}

// Judge implements Model.
func (d *Delay) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	u := rng.Uint64() // drawn without jitter too, so that a sweep over jitter compares like with like
	switch {
	case d.Jitter == 0:
		return Verdict{Delay: max(0, d.Mean)}
	case d.Rho != 0:
		if d.copula == nil {
			d.copula = d.newCopula()
		}
		if d.Distribution == Normal { // whose numbers these are already
			return Verdict{Delay: d.jittered(d.copula.normal(u))}
		}
		u = d.copula.next(u)
	}
	return Verdict{Delay: d.at(u)}
}

// String implements Model: "delay 20ms", "delay 20ms 4ms", "delay 20ms 4ms 25% distribution normal".
func (d *Delay) String() string {
	s := "delay " + FormatDuration(d.Mean)
	if d.Jitter == 0 {
		return s // and no word of how nothing is distributed
	}
	s += " " + FormatDuration(d.Jitter)
	if d.Rho != 0 {
		s += " " + FormatProbability(d.Rho)
	}
	if d.Samples != nil {
		s += " distribution " + d.Samples.String()
	} else if d.Distribution != Uniform {
		s += " distribution " + d.Distribution.String()
	}
	return s
}

// Clone implements Cloner.
func (d *Delay) Clone() Model {
	return &Delay{Mean: d.Mean, Jitter: d.Jitter, Rho: d.Rho, Distribution: d.Distribution, Samples: d.Samples}
}

// Validate implements Validator.
func (d *Delay) Validate() error {
	if err := checkDuration("delay", d.Mean); err != nil {
		return err
	}
	if err := checkDuration("delay", d.Jitter); err != nil {
		return err
	}
	if !(d.Rho >= 0 && d.Rho <= 1) {
		return wrong("delay", "a correlation lies between 0% and 100%: write delay 20ms 4ms 25%")
	}
	if int(d.Distribution) >= len(distributions) {
		return wrong("delay", "no such distribution: write uniform, normal, pareto or paretonormal")
	}
	if d.Samples != nil {
		return d.Samples.validate(d.Distribution)
	}
	return nil
}
