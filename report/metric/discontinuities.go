package metric

// Discontinuities are the sequence discontinuities of RFC 4737 section 3.4: arrivals in order whose number is greater than
// the next expected one. The size of one is the difference: how many packets were overtaken there or lost.
//
// Copies must have been taken out. A few words are remembered. The zero value is ready to use.
type Discontinuities struct {
	Count int64
	Sum   int64 // of the sizes, in packets
	Max   int64 // packets

	next int64 // NextExp
}

// Add takes the next arrival and returns the size of the discontinuity at it, 0 if there is none.
func (d *Discontinuities) Add(seq int64) int64 {
	size := max(0, seq-d.next)
	if size > 0 {
		d.Count++
		d.Sum += size
		d.Max = max(d.Max, size)
	}
	d.next = max(d.next, seq+1)
	return size
}
