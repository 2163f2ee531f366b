package netem

import (
	"fmt"
	"math/rand/v2"
	"time"
)

// Model decides what happens to packets; the stage that asked it acts. A model has a state of its own at most: all time
// comes from now and all chance from rng.
type Model interface {
	// Judge decides about the next packet; p is neither kept nor changed. A model draws the same number of times from
	// rng whatever its parameters are, so that a sweep over a parameter compares like with like. (A model within an Only is
	// not asked about other packets, and so draws nothing for them.)
	Judge(now Time, rng *rand.Rand, p *Packet) Verdict

	// String returns the model's own words of a SPEC, "loss 1%". Parse reads them back, and each event that the model
	// causes carries them.
	fmt.Stringer
}

// Cloner is a Model with a state of its own. Clone returns the same model before its first packet; NewLink asks for it,
// so one Spec makes any number of links. A model without Clone is shared between them.
type Cloner interface{ Clone() Model }

// Validator is a Model that can be written down wrong. The error is one line that says what to write instead.
type Validator interface{ Validate() error }

// Verdict is what a model wants done with one packet. The zero value delivers it once, on time, in its place, intact.
type Verdict struct {
	Drop   bool          // the packet is lost
	Delay  time.Duration // propagation time to add; negative sums count as none
	Late   time.Duration // further time by which this packet alone is late: unlike Delay it is told as an event
	Behind int           // this packet waits until so many later packets have been delivered
	Hold   time.Duration // how long it waits for them at most; zero means DefaultHold
	Copies int           // further packets delivered just behind this one
	Recall uint64        // ID of a packet judged before, to be lost if it is still under way; 0 for none
	Flips  []int         // bits to turn over, counted from the first bit of the IP header
}
