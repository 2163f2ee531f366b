package metric

// MaxN is the greatest n that NReordering tells apart.
const MaxN = 64

// NReordering is n-reordering, RFC 4737 section 5: a packet is n-reordered if the n arrivals just before it all have
// greater numbers. Every n-reordered packet is also (n-1)-reordered; one that is not even 1-reordered may still be
// reordered, behind another late one. A TCP sender that takes three duplicate acknowledgments for a loss, as in RFC 5681,
// retransmits needlessly for about each 3-reordered packet.
//
// Copies must have been taken out. The latest 64 arrivals are remembered. The zero value is ready to use.
type NReordering struct {
	Arrivals int64
	Packets  [MaxN + 1]int64 // how many are n-reordered, for n from 1; place 0 is not used

	next int64       // NextExp
	last [MaxN]int64 // the latest numbers, by arrival modulo their count
}

// Add takes the next arrival and returns the greatest n, 64 at most, for which it is n-reordered; 0 if for none.
func (r *NReordering) Add(seq int64) int {
	n := 0
	if seq >= r.next {
		r.next = seq + 1 // greater than all before it
	} else {
		reach := min(r.Arrivals, MaxN)
		for i := int64(1); i <= reach && r.last[(r.Arrivals-i)%MaxN] > seq; i++ {
			n++
			r.Packets[n]++
		}
	}
	r.last[r.Arrivals%MaxN] = seq
	r.Arrivals++
	return n
}

// Degree returns the degree of n-reordering: the share of all received packets that are n-reordered, 1 <= n <= 64.
func (r *NReordering) Degree(n int) float64 { return ratio(r.Packets[n], r.Arrivals) }
