package metric

// FreeRuns are the reordering-free runs of RFC 4737 section 4.6: stretches of arrivals in order between reordered ones.
// Two reordered packets in a row have no run between them, and the run at the end, which no reordered packet has ended
// yet, counts as one. The RFC's counters of runs, of packets in them and of squares are Runs, Packets and Squares: the mean
// of the squares against the square of the mean says whether reordering comes evenly or in bunches.
//
// Copies must have been taken out. A few words are remembered. The zero value is ready to use.
type FreeRuns struct {
	next  int64 // NextExp
	run   int64 // length of the present one
	ended FreeRunsResult
}

// FreeRunsResult counts runs.
type FreeRunsResult struct {
	Runs    int64
	Packets int64 // in runs: all arrivals in order
	Squares int64 // sum of the squares of the lengths
	Max     int64 // packets
}

// Add takes the next arrival.
func (f *FreeRuns) Add(seq int64) {
	if seq >= f.next {
		f.next = seq + 1
		f.run++
		return
	}
	f.ended.add(f.run)
	f.run = 0
}

// Result returns the runs until now.
func (f *FreeRuns) Result() FreeRunsResult {
	r := f.ended
	r.add(f.run)
	return r
}

func (r *FreeRunsResult) add(run int64) {
	if run > 0 {
		r.Runs++
		r.Packets += run
		r.Squares += run * run
		r.Max = max(r.Max, run)
	}
}

// Mean returns the mean length of a run in packets, 0 without any.
func (r FreeRunsResult) Mean() float64 { return ratio(r.Packets, r.Runs) }
