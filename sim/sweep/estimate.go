package sweep

import (
	"context"
	"math/bits"
	"slices"
	"time"
)

// Estimate is how long the rest of a sweep will take.
type Estimate struct {
	Sampled int           // jobs that were run for it
	Each    time.Duration // mean of a job on one worker
	Jobs    int           // of the shard that are not there yet
	Left    time.Duration // for them, with all workers; negative: nothing was sampled
}

// cost adds up what jobs took.
type cost struct {
	jobs int
	took time.Duration
}

func (c *cost) add(took time.Duration) {
	c.jobs++
	c.took += took
}

// Probe runs some of the jobs that the journal does not have, and says how long the others will take. They lie spread
// over the whole grid, since the first may be the quickest, and their rows are kept as those of a Run. It ends after
// that many jobs, or begins no more once the limit has passed; with more workers than jobs it runs one for each. Errors
// are those of Run.
func (s *Sweep) Probe(ctx context.Context, jobs int, limit time.Duration) (Estimate, error) {
	total, done := s.Journal.Jobs()
	if jobs = max(jobs, s.workers()); jobs >= total-done {
		jobs = total - done
	}
	sample := spread(s.Journal.have, total, jobs)
	s.measured = cost{}
	began, i := s.Clock(), 0
	err := s.run(ctx, func() (int, bool) {
		if i >= len(sample) || i > 0 && s.Clock()-began >= limit {
			return 0, false
		}
		i++
		return s.Journal.shard.job(sample[i-1]), true
	})
	return s.estimate(), err
}

// estimate says what the jobs that were measured last tell of those that are left.
func (s *Sweep) estimate() Estimate {
	total, done := s.Journal.Jobs()
	e := Estimate{Sampled: s.measured.jobs, Jobs: total - done, Left: -1}
	if e.Sampled > 0 {
		each := s.measured.took.Seconds() / float64(e.Sampled)
		e.Each = seconds(each)
		e.Left = seconds(each * float64(e.Jobs) / float64(min(s.workers(), max(1, e.Jobs))))
	}
	return e
}

// spread returns n of the numbers below end that are not in have. Each beginning of them is spread evenly over all, so that a
// sample that is cut short is one too: multiples of the golden ratio, without its whole part.
func spread(have spans, end, n int) []int {
	const golden = 0x9e3779b97f4a7c15 // 2^64 / 1.618…
	taken := slices.Clone(have)
	sample := make([]int, 0, n)
	for x := uint64(golden / 2); len(sample) < n; x += golden {
		at, _ := bits.Mul64(x, uint64(end))
		k := int(at)
		if k = taken.next(k); k >= end {
			k = taken.next(0) // there is one: n is not more than are free
		}
		taken.add(k)
		sample = append(sample, k)
	}
	return sample
}
