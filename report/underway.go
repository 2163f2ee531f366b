package report

import "lossylab/netem"

// underway is a packet whose fate, or that of one sent before it, is not known yet.
type underway struct {
	id      uint64
	sent    netem.Time
	copies  int  // under way, the packet itself included
	arrived bool // intact, the packet or a copy
	parts   *fragments
}

// flights numbers the packets of one direction from 0 in the order of sending, which is that of their IDs, and holds those
// sent since the oldest one under way: a ring that grows by doubling.
type flights struct {
	first, end int64      // numbers of the first one held, and of the next to be sent
	slots      []underway // by number, modulo their count, a power of two
}

// at returns packet n, first <= n < end.
func (f *flights) at(n int64) *underway { return &f.slots[n&int64(len(f.slots)-1)] }

func (f *flights) push(u underway) {
	if int(f.end-f.first) == len(f.slots) {
		slots := make([]underway, max(64, 2*len(f.slots)))
		for n := f.first; n < f.end; n++ {
			slots[n&int64(len(slots)-1)] = *f.at(n)
		}
		f.slots = slots
	}
	f.end++
	*f.at(f.end - 1) = u
}

// find returns the number of the packet with an ID.
func (f *flights) find(id uint64) (n int64, ok bool) {
	low, high := f.first, f.end
	if low < high && f.at(low).id == id {
		return low, true // in order, the common case
	}
	for low < high {
		if middle := low + (high-low)/2; f.at(middle).id < id {
			low = middle + 1
		} else {
			high = middle
		}
	}
	return low, low < f.end && f.at(low).id == id
}
