package netem

import (
	"math"
	"time"
)

// Distribution is the shape of jitter.
type Distribution uint8

// The distributions that jitter can have. Jitter is the standard deviation of all but Uniform, and none is cut off but
// where a delay would be negative.
const (
	Uniform      Distribution = iota // every delay from Mean-Jitter to Mean+Jitter alike, as tc-netem does when nothing is said
	Normal                           // the bell curve
	Pareto                           // of shape 3: nothing below Mean-0.577 Jitter, and a heavy tail above
	ParetoNormal                     // tc-netem's sum of a quarter of a normal and three quarters of a Pareto number
)

var distributions = [...]string{"uniform", "normal", "pareto", "paretonormal"}

// String returns the distribution's word in a SPEC.
func (d Distribution) String() string {
	if int(d) < len(distributions) {
		return distributions[d]
	}
	return "unknown"
}

// at returns the delay that a draw u gives. It increases with u.
func (d *Delay) at(u uint64) time.Duration {
	var x float64
	switch {
	case d.Samples != nil:
		x = d.Samples.at(u)
	case d.Distribution == Uniform:
		return max(0, d.Mean+spread(u, d.Jitter))
	case d.Distribution == Normal:
		x = normal(u)
	case d.Distribution == Pareto:
		x = pareto(u)
	case d.Distribution == ParetoNormal:
		x = paretoNormal(u)
	}
	return d.jittered(x)
}

// jittered returns the delay with x times the jitter.
func (d *Delay) jittered(x float64) time.Duration {
	const most = 1000 * MaxDuration // Pareto may have one number in 10^15 beyond it, and sums must stay in the range of Time
	return max(0, d.Mean+time.Duration(math.RoundToEven(min(float64(d.Jitter)*x, float64(most)))))
}
