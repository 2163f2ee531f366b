package metric

import (
	"math"
	"time"

	"lossylab/netem"
)

// Level is a quantity that holds until it changes: bytes in flight, an advertised window after scaling, packets in a queue.
// Its mean is over time. A few words are remembered. The zero value is ready to use.
type Level struct {
	any      bool
	from, at netem.Time // of the first and of the latest change
	value    int64      // since then
	min, max int64
	area     float64       // of value over ns, until at
	above    time.Duration // how long it was greater than 0, until at
}

// LevelResult describes a level between the first time that it was set and the end.
type LevelResult struct {
	Min, Max int64
	Mean     float64       // over time; 0 if none passed
	Above    time.Duration // how long it was greater than 0
	Time     time.Duration // all of it
}

// Set tells the value from now on. Times must not run backwards.
func (l *Level) Set(at netem.Time, value int64) {
	if !l.any {
		l.any, l.from, l.at, l.min, l.max = true, at, at, value, value
	}
	l.pass(at)
	l.value, l.min, l.max = value, min(l.min, value), max(l.max, value)
}

func (l *Level) pass(at netem.Time) {
	took := max(0, at.Sub(l.at))
	l.area += float64(float64(l.value) * float64(took))
	if l.value > 0 {
		l.above += took
	}
	l.at = max(l.at, at)
}

// Result describes the level up to end.
func (l *Level) Result(end netem.Time) LevelResult {
	if !l.any {
		return LevelResult{}
	}
	now := *l
	now.pass(end)
	r := LevelResult{Min: l.min, Max: l.max, Above: now.above, Time: now.at.Sub(l.from)}
	if r.Time > 0 {
		r.Mean = math.Round(now.area/float64(r.Time)*1e6) / 1e6 // no digit that rounding errors could reach
	}
	return r
}
