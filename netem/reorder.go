package netem

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Reorder picks packets with probability P and has others overtake them: By so many later packets exactly, or by whatever
// comes in the time Late by which it holds them up. With neither it is By 1.
//
// A packet that waits for By others goes on after Within at the latest, whether they came or not. With Rho the picked
// packets come in bursts, and their share stays P.
type Reorder struct {
	P      float64 // share of packets picked, 0 to 1
	Rho    float64 // correlation of one packet's being picked with the next one's, 0 to below 1
	By     int
	Late   time.Duration
	Within time.Duration // goes with By; zero means DefaultHold

	chain chain
}

// Judge implements Model.
func (r *Reorder) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	switch {
	case !r.chain.hit(rng, r.P, r.Rho):
		return Verdict{}
	case r.Late > 0:
		return Verdict{Late: r.Late}
	}
	return Verdict{Behind: r.by(), Hold: r.Within}
}

func (r *Reorder) by() int { return max(1, r.By) }

// String implements Model: "reorder 5% by 3", "reorder 5% by 3 within 200ms", "reorder 5% 25% late 8ms".
func (r *Reorder) String() string {
	s := "reorder " + formatPicks(r.P, r.Rho)
	if r.Late > 0 {
		return s + " late " + FormatDuration(r.Late)
	}
	s += fmt.Sprintf(" by %d", r.by())
	if r.Within > 0 {
		s += " within " + FormatDuration(r.Within)
	}
	return s
}

// Clone implements Cloner.
func (r *Reorder) Clone() Model {
	return &Reorder{P: r.P, Rho: r.Rho, By: r.By, Late: r.Late, Within: r.Within}
}

// Validate implements Validator.
func (r *Reorder) Validate() error {
	if err := checkPicks("reorder", r.P, r.Rho); err != nil {
		return err
	}
	if err := checkDuration("reorder", r.Late); err != nil {
		return err
	}
	if err := checkDuration("reorder", r.Within); err != nil {
		return err
	}
	switch {
	case r.By < 0 || r.By > maxBy:
		return wrong("reorder", "a packet is displaced by 1 to 100000 others: write reorder 5% by 3")
	case r.Late > 0 && (r.By > 0 || r.Within > 0):
		return wrong("reorder", eitherByOrLate)
	}
	return nil
}

const eitherByOrLate = "displaced by packets or by time, not both: write reorder 5% by 3 or reorder 5% late 8ms"

// maxBy bounds By: so many packets do not come within any sensible time.
const maxBy = 100_000
