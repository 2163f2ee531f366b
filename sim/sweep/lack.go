package sweep

// Lack is a shard of which a reader's journals do not have all jobs.
type Lack struct {
	Shard   Shard
	Missing int // jobs
	Of      int // jobs of the shard
}

// Lacking returns the shards that are not complete, in order; nil if the journals are not all of the same number of shards. The
// error is one of Rows.
func (r *Reader) Lacking() ([]Lack, error) {
	n := r.journals[0].shard.count()
	for _, s := range r.journals {
		if s.shard.count() != n {
			return nil, nil
		}
	}
	there := make([]int, n)
	for row, err := range r.Rows() {
		if err != nil {
			return nil, err
		}
		there[shardOf(row.Job, n).Index]++
	}
	var lacking []Lack
	for i, have := range there {
		s := Shard{i, n}
		if of := s.Jobs(r.plan.Jobs()); have < of {
			lacking = append(lacking, Lack{s, of - have, of})
		}
	}
	return lacking, nil
}

// shardOf returns the one of n shards that has the job.
func shardOf(job, n int) Shard {
	index := (job%n - turn(job/n, n) + n) % n
	return Shard{index, n}
}
