package metric

// firstsWindow is how many of the latest packet numbers Firsts remembers, a bit each.
const firstsWindow = 1 << 16

// Firsts tells the first copy of each packet from later ones. It remembers the latest 65,536 numbers in 8 KiB: an older
// packet cannot be told from a copy, is taken for one, and counted. The zero value is ready to use.
type Firsts struct {
	end  int64 // one more than the greatest number seen
	bits []uint64

	Copies int64 // packets seen again
	Older  int64 // packets too old to tell
}

// Add reports whether packet seq is seen for the first time.
func (f *Firsts) Add(seq int64) bool {
	if f.bits == nil {
		f.bits = make([]uint64, firstsWindow/64)
	}
	if seq < f.end-firstsWindow {
		f.Older++
		return false
	}
	if seq >= f.end {
		f.advance(seq + 1)
	}
	word, bit := &f.bits[seq>>6&(firstsWindow/64-1)], uint64(1)<<(seq&63)
	if *word&bit != 0 {
		f.Copies++
		return false
	}
	*word |= bit
	return true
}

// advance moves the end of the window and forgets the numbers that leave it.
func (f *Firsts) advance(end int64) {
	if end-f.end >= firstsWindow {
		clear(f.bits)
		f.end = end
		return
	}
	for ; f.end < end; f.end++ {
		f.bits[f.end>>6&(firstsWindow/64-1)] &^= 1 << (f.end & 63)
	}
}
