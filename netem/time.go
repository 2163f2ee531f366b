package netem

import (
	"fmt"
	"time"
)

// Time is an instant of a world, in nanoseconds since the world began. It is an integer so that the same scenario gives
// the same instants on every machine.
type Time int64

// Add returns the instant d after t.
func (t Time) Add(d time.Duration) Time { return t + Time(d) }

// Sub returns the time that passed from u to t.
func (t Time) Sub(u Time) time.Duration { return time.Duration(t - u) }

// Seconds returns t in seconds, for figures and tables.
func (t Time) Seconds() float64 { return time.Duration(t).Seconds() }

// String returns t in seconds with all nine decimals: "1.250000000".
func (t Time) String() string {
	sign := ""
	if t < 0 {
		sign, t = "-", -t
	}
	return fmt.Sprintf("%s%d.%09d", sign, int64(t)/1e9, int64(t)%1e9)
}
