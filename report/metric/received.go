package metric

import (
	"time"

	"lossylab/netem"
)

// Received is a packet that has reached its receiver intact.
type Received struct {
	Seq   int64      // its number in the order of sending, from 0
	Sent  netem.Time // when it was sent
	At    netem.Time // when it arrived
	Bytes int        // payload
}

// Delay returns how long the packet was under way.
func (p Received) Delay() time.Duration { return p.At.Sub(p.Sent) }
