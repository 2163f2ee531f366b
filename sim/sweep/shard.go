package sweep

import (
	"fmt"
	"strconv"
	"strings"
)

// Shard is one of several parts of a plan that together are all of it: the part of one machine. The zero value is all.
//
// Of each Count jobs in a row every shard has one, and which one is drawn from a fixed hash. So shards take equally long,
// though jobs differ: a plain count in steps would give all jobs of the slowest value to one shard wherever Count
// divides the number of values.
type Shard struct {
	Index int // from 0
	Count int
}

const maxShards = 1_000_000

// ParseShard reads "2/5", the second of five.
func ParseShard(text string) (Shard, error) {
	i, n, ok := strings.Cut(text, "/")
	index, err := strconv.Atoi(i)
	count, err2 := strconv.Atoi(n)
	if !ok || err != nil || err2 != nil || index < 1 || index > count || count > maxShards {
		return Shard{}, fmt.Errorf("shard %q: write I/N, from 1/N to N/N, such as 2/5 for the second of five, and at most 1000000 of them", shorten(text))
	}
	return Shard{index - 1, count}, nil
}

// String is what ParseShard reads.
func (s Shard) String() string { return fmt.Sprintf("%d/%d", s.Index+1, s.count()) }

func (s Shard) count() int { return max(s.Count, 1) }

// check says whether it is a part at all.
func (s Shard) check() error {
	if s.Index < 0 || s.Index >= s.count() || s.count() > maxShards {
		return fmt.Errorf("shard %s: take one from 1/N to N/N, N at most %d", s, maxShards)
	}
	return nil
}

// Jobs returns how many of so many jobs are the shard's.
func (s Shard) Jobs(jobs int) int {
	whole := jobs / s.count()
	if s.job(whole) < jobs {
		return whole + 1
	}
	return whole
}

// job returns the shard's k-th job, from 0.
func (s Shard) job(k int) int {
	n := s.count()
	return k*n + (s.Index+turn(k, n))%n
}

// place is the reverse: the k of a job, and whether it is the shard's.
func (s Shard) place(job int) (k int, ok bool) {
	k = job / s.count()
	return k, s.job(k) == job
}

// turn says how far the shards are turned among the k-th n jobs: splitmix64's finalizer, reduced.
func turn(k, n int) int {
	if n == 1 {
		return 0
	}
	x := uint64(k)
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return int((x ^ x>>31) % uint64(n))
}
