package netem

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// PIE is Proportional Integral controller Enhanced (RFC 8033): it drops arriving packets with a probability that it adapts
// every TUpdate to how long packets wait and whether that is rising. The wait is measured (section 4.3), as Linux does
// now. Of the options of section 5 it has the sorting out of bad luck (5.4) and the bound on steps (5.5).
type PIE struct {
	Target      time.Duration // of the time that packets wait; zero means 15ms
	TUpdate     time.Duration // zero means 15ms
	Alpha, Beta int           // gains in 1/16 Hz, as in tc; zero means 2 and 20, RFC 8033's 0.125 and 1.25
	ECN         bool          // mark packets that may be marked instead of dropping them, up to a probability of 10 %
	ByteMode    bool          // small packets are dropped less often, as they are small
}

// settled returns p with its defaults said.
func (p PIE) settled() PIE {
	p.Target = time.Duration(defaulted(int(p.Target), int(15*time.Millisecond)))
	p.TUpdate = time.Duration(defaulted(int(p.TUpdate), int(15*time.Millisecond)))
	p.Alpha, p.Beta = defaulted(p.Alpha, 2), defaulted(p.Beta, 20)
	return p
}

// New implements Discipline.
func (p PIE) New(limit Limit, _ Rate, rng *rand.Rand, out Outlet) Queue {
	p, limit = p.settled(), limit.or(DefaultLimit)
	by := "queue pie target " + FormatDuration(p.Target)
	return &pieQueue{
		fifo: fifo{limit: limit}, rule: p, rng: rng, tick: Time(p.TUpdate), pie: pie{burst: maxBurstPIE},
		full: "queue pie " + limit.String(), censor: newCensor(p.ECN, out, by), harsh: newCensor(false, out, by),
	}
}

// The bounds of PIE's numbers. Tc has the same for the gains; a timer in the kernel is no finer.
const (
	maxGain    = 32
	minTUpdate = time.Millisecond
)

// Validate implements Discipline.
func (p PIE) Validate(Limit) error {
	if err := checkDuration("queue", p.Target); err != nil {
		return err
	}
	switch s := p.settled(); {
	case s.TUpdate < minTUpdate || s.TUpdate > MaxDuration:
		return wrong("queue", "pie is updated every 1ms to 24h: write queue pie tupdate 15ms")
	case s.Alpha < 0 || s.Alpha > maxGain || s.Beta < 0 || s.Beta > maxGain:
		return wrong("queue", "pie's alpha and beta are 1 to 32: write queue pie alpha 2 beta 20")
	}
	return nil
}

// String implements Discipline.
func (p PIE) String() string {
	s := "queue pie"
	if p.Target != 0 {
		s += " target " + FormatDuration(p.Target)
	}
	if p.TUpdate != 0 {
		s += " tupdate " + FormatDuration(p.TUpdate)
	}
	if p.Alpha != 0 {
		s += fmt.Sprintf(" alpha %d", p.Alpha)
	}
	if p.Beta != 0 {
		s += fmt.Sprintf(" beta %d", p.Beta)
	}
	if p.ECN {
		s += " ecn"
	}
	if p.ByteMode {
		s += " bytemode"
	}
	return s
}
