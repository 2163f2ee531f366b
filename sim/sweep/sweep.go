package sweep

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync/atomic"
	"time"
)

// Func runs one cell, the values of the axes in their order, under one seed, and returns a number for each column, NaN for
// what is not known. The note says why the run is not complete, or is empty; a journal keeps 1,000 bytes of it. An error ends the
// sweep. Same cell and seed, same numbers. It is called on several goroutines at once, and returns soon when ctx is done;
// what it returns then with an error is not kept.
type Func func(ctx context.Context, cell []string, seed uint64) (values []float64, note string, err error)

// Sweep runs what a journal does not have yet. Run and Probe are called one after the other, Progress at any time.
type Sweep struct {
	Journal *Journal
	Func    Func
	Workers int                  // 0: as many as Go runs at once
	Clock   func() time.Duration // steady, from any beginning, asked on any goroutine; for fsync, progress and estimates, not for results

	total    atomic.Int64 // jobs of the shard
	there    atomic.Int64 // rows
	session  atomic.Int64 // rows of this Run or Probe
	began    atomic.Int64 // on the clock
	started  atomic.Bool
	measured cost
}

// batchRows is how many rows are written at once, at most.
const batchRows = 256

// Run runs all jobs that the journal does not have, in order, on all workers. Rows are kept as they come. If Func returns an
// error, no more jobs are begun, those under way are waited for and kept, and the error of the first job in order
// that had one is returned, with its cell and seed; so it is the same however many workers there are. If ctx is done,
// what was finished is kept and the error wraps ctx.Err(). If the journal cannot be written, jobs under way are cancelled.
func (s *Sweep) Run(ctx context.Context) error {
	total, _ := s.Journal.Jobs()
	have, k := slices.Clone(s.Journal.have), -1
	return s.run(ctx, func() (int, bool) {
		k = have.next(k + 1)
		return s.Journal.shard.job(k), k < total
	})
}

func (s *Sweep) workers() int {
	if s.Workers > 0 {
		return min(s.Workers, window)
	}
	return min(runtime.GOMAXPROCS(0), window)
}

// run runs the jobs that next gives, and keeps their rows.
func (s *Sweep) run(ctx context.Context, next func() (int, bool)) error {
	total, have := s.Journal.Jobs()
	s.total.Store(int64(total))
	s.there.Store(int64(have))
	s.session.Store(0)
	s.began.Store(int64(s.Clock()))
	s.started.Store(true)
	within, cancel := context.WithCancel(ctx)
	defer cancel()

	p := newPool(next)
	out := p.start(within, s.workers(), s.one)
	var first outcome // in the order of taking, of those that failed
	var full error    // the journal's
	for batch := make([]outcome, 0, batchRows); ; {
		if batch = receive(out, batch[:0]); len(batch) == 0 {
			break
		}
		for i := range batch {
			if o := &batch[i]; o.err != nil {
				p.stop()
				if first.err == nil || o.number < first.number {
					first = *o
				}
			}
		}
		if full == nil {
			if full = s.keep(batch); full != nil {
				p.stop()
				cancel()
			}
		}
		p.finish(batch)
	}
	if full != nil {
		return full
	}
	if err := s.Journal.sync(s.Clock()); err != nil {
		return err
	}
	if first.err != nil {
		return first.err
	}
	total, done := s.Journal.Jobs()
	if ctx.Err() != nil && done < total {
		return fmt.Errorf("stopped with %d of %d runs done, which are kept: start again to go on: %w", done, total, ctx.Err())
	}
	return nil
}

// receive waits for an outcome and takes what else is there. None means that all have ended.
func receive(out <-chan outcome, batch []outcome) []outcome {
	o, ok := <-out
	for ok {
		if batch = append(batch, o); len(batch) == cap(batch) {
			return batch
		}
		select {
		case o, ok = <-out:
		default:
			return batch
		}
	}
	return batch
}

// keep writes the rows of jobs that did not fail.
func (s *Sweep) keep(batch []outcome) error {
	rows := make([]Row, 0, len(batch))
	for i := range batch {
		if batch[i].err == nil && !batch[i].cancelled {
			rows = append(rows, batch[i].row)
			s.measured.add(batch[i].took)
		}
	}
	if len(rows) == 0 {
		return nil
	}
	if err := s.Journal.append(rows, s.Clock()); err != nil {
		return err
	}
	s.there.Add(int64(len(rows)))
	s.session.Add(int64(len(rows)))
	return nil
}
