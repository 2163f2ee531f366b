package sim

import (
	"context"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"lossylab/netem"
)

// Forever is later than anything that happens.
const Forever = netem.Time(math.MaxInt64)

// Loop is virtual time. It makes the calls that were scheduled, in order of (time, order of scheduling), and runs the
// programs started by Go until each of them waits; then time jumps to the next call. Everything happens on the goroutine
// that called Run, but for what a stack does on its own goroutines while the loop waits for it: so the methods may be
// called from there too.
type Loop struct {
	mu    sync.Mutex
	now   atomic.Int64
	queue timers
	seq   uint64
	ready []*Proc // in order of waking
	procs []*Proc // alive, in no order that matters

	current *Proc
	closed  bool
	calls   uint64
}

// NewLoop returns a Loop at time 0 with nothing to do.
func NewLoop() *Loop { return &Loop{} }

// Now returns the present instant.
func (l *Loop) Now() netem.Time { return netem.Time(l.now.Load()) }

// Calls returns how many scheduled calls have been made, a measure of the work done.
func (l *Loop) Calls() uint64 { return l.calls }

// At schedules a call of f at t, or now if t has passed.
func (l *Loop) At(t netem.Time, f func()) *Timer {
	timer := &Timer{F: f}
	l.Reset(timer, t)
	return timer
}

// Reset schedules t to call t.F at the given time instead of any it was scheduled for. A time that has passed is now:
// the call still comes from the loop, later than everything already scheduled for now.
func (l *Loop) Reset(t *Timer, at netem.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.index != 0 {
		l.queue.remove(t)
	}
	t.at, t.seq = max(at, l.Now()), l.seq
	l.seq++
	l.queue.push(t)
}

// Stop unschedules t, and reports whether it had been scheduled.
func (l *Loop) Stop(t *Timer) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if t.index == 0 {
		return false
	}
	l.queue.remove(t)
	return true
}

// Run makes calls and runs programs until done says so, nothing is left to do, or the next call lies after until; time
// then stands at until. It asks done whenever every program waits; nil never is. If ctx ends first, Run returns its cause
// before anything further happens. In every case Run may be called again, or Close ends the world.
func (l *Loop) Run(ctx context.Context, until netem.Time, done func() bool) error {
	for {
		if ctx.Err() != nil { // an atomic load
			return context.Cause(ctx)
		}
		if p := l.nextReady(); p != nil {
			l.step(p)
			continue
		}
		if done != nil && done() {
			return nil
		}
		t := l.nextTimer(until)
		if t == nil {
			if until != Forever {
				l.now.Store(max(int64(until), l.now.Load()))
			}
			return nil
		}
		l.calls++
		t.F()
	}
}

// nextTimer unschedules the first call up to until and moves time there.
func (l *Loop) nextTimer(until netem.Time) *Timer {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.queue) == 0 || l.queue[0].at > until || l.queue[0].at == Forever {
		return nil
	}
	t := l.queue[0]
	l.queue.remove(t)
	l.now.Store(int64(t.at))
	return t
}

// Sleep pauses the calling program for d of virtual time, whoever wakes it before.
func (l *Loop) Sleep(d time.Duration) {
	p, until := l.current, l.Now().Add(max(d, 0))
	if until < l.Now() { // longer than there is time
		until = Forever
	}
	l.At(until, func() { l.Wake(p) })
	for l.Park(); l.Now() < until; {
		l.Park()
	}
}
