package sweep

import (
	"context"
	"fmt"
	"runtime/debug"
	"sync"
	"time"
)

// pool gives jobs to workers, in order, and none to anybody while the oldest that is not finished is a window behind.
type pool struct {
	next func() (job int, ok bool) // in order; under mu

	mu      sync.Mutex
	room    sync.Cond // of the window, or stopped
	begun   int       // jobs that were given away
	oldest  int       // before which all are finished
	done    [window]bool
	stopped bool
}

func newPool(next func() (int, bool)) *pool {
	p := &pool{next: next}
	p.room.L = &p.mu
	return p
}

// take returns the next job and its number in the order of taking. It waits for room in the window.
func (p *pool) take() (number, job int, ok bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for !p.stopped && p.begun-p.oldest >= window {
		p.room.Wait()
	}
	if p.stopped {
		return 0, 0, false
	}
	if job, ok = p.next(); !ok {
		p.stopped = true
		p.room.Broadcast()
		return 0, 0, false
	}
	number = p.begun
	p.begun++
	return number, job, true
}

// finish takes back what was finished, by the numbers of taking.
func (p *pool) finish(batch []outcome) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i := range batch {
		p.done[batch[i].number%window] = true
	}
	for p.done[p.oldest%window] {
		p.done[p.oldest%window] = false
		p.oldest++
	}
	p.room.Broadcast()
}

// stop gives no more jobs away.
func (p *pool) stop() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stopped = true
	p.room.Broadcast()
}

// outcome is what became of a job.
type outcome struct {
	number    int // in the order of taking
	row       Row
	err       error
	cancelled bool // and so there is neither
	took      time.Duration
}

// start lets workers run all jobs. The channel is closed when the last has ended; it has room for all that can be under way.
func (p *pool) start(ctx context.Context, workers int, run func(context.Context, int) outcome) <-chan outcome {
	out := make(chan outcome, window)
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for ctx.Err() == nil {
				number, job, ok := p.take()
				if !ok {
					return
				}
				o := run(ctx, job)
				o.number = number
				out <- o
			}
			p.stop()
		})
	}
	go func() {
		all.Wait()
		close(out)
	}()
	return out
}

// one runs a job.
func (s *Sweep) one(ctx context.Context, job int) (o outcome) {
	plan := s.Journal.plan
	defer func() {
		if broken := recover(); broken != nil {
			panic(fmt.Sprintf("%s: %v\n%s", plan.Describe(job), broken, debug.Stack()))
		}
	}()
	cell, seed := plan.Cell(job)
	began := s.Clock()
	values, note, err := s.Func(ctx, cell, seed)
	o = outcome{row: Row{job, values, cutNote(note)}, took: s.Clock() - began}
	switch {
	case err != nil && ctx.Err() != nil:
		o.cancelled = true
	case err != nil:
		o.err = fmt.Errorf("%s: %w", plan.Describe(job), err)
	case len(values) != len(plan.Columns):
		o.err = fmt.Errorf("%s: gave %d numbers for %d columns: give one for each, NaN if it is not known",
			plan.Describe(job), len(values), len(plan.Columns))
	}
	return o
}
