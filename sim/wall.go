package sim

import (
	"context"

	"lossylab/netem"
)

// What drives a Loop by the wall clock instead of Run: whoever does calls Advance with a time that never runs back, again at
// Next at the latest, and before each thing that comes from outside. The loop itself lives in the same time as ever: what is
// done late was due at its own instant all the same, and only those outside can tell.

// Next returns when the loop has something to do, and false while it has nothing.
func (l *Loop) Next() (at netem.Time, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case len(l.ready) > 0:
		return l.Now(), true
	case len(l.queue) == 0 || l.queue[0].at == Forever:
		return 0, false
	}
	return l.queue[0].at, true
}

// Advance makes all calls up to now, each at its own time, and lets time stand at now. Programs have run until each of
// them waits.
func (l *Loop) Advance(now netem.Time) {
	l.Run(context.Background(), now, nil) // whose only error is the context's
}
