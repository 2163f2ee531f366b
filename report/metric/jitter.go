package metric

import (
	"math"
	"time"

	"lossylab/netem"
)

// Jitter is the interarrival jitter of RFC 3550 section 6.4.1: with D the difference of the transit times of one arrival
// and the one before it, J is moved by (|D| - J) / 16, from 0. Every packet counts that is given, in the order of arrival,
// copies too: "calculated continuously as each data packet i is received". A few words are remembered. The zero value is ready
// to use.
type Jitter struct {
	any     bool
	transit time.Duration // of the arrival before
	j, max  float64       // ns
}

// Add takes the next arrival.
func (j *Jitter) Add(sent, at netem.Time) {
	transit := at.Sub(sent)
	if j.any {
		d := math.Abs(float64(transit - j.transit))
		j.j += float64((d - j.j) / 16)
		j.max = max(j.max, j.j)
	}
	j.any, j.transit = true, transit
}

// Value returns the jitter after the latest arrival, rounded to whole nanoseconds.
func (j *Jitter) Value() time.Duration { return time.Duration(math.Round(j.j)) }

// Max returns the greatest value that the jitter has had, rounded to whole nanoseconds.
func (j *Jitter) Max() time.Duration { return time.Duration(math.Round(j.max)) }
