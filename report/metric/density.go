package metric

import (
	"math"
	"math/bits"
	"slices"
)

// DefaultThreshold and MaxThreshold are the displacement threshold of Density when none is set and the greatest there is.
const (
	DefaultThreshold = 8
	MaxThreshold     = 63
)

// Density is the reorder density and the reorder buffer-occupancy density of RFC 5236, both over the packets received.
//
// Each arrival gets a receive index: 0, 1, 2 and so on, without the numbers of lost packets. Its displacement is receive
// index minus number: above 0 if it is late, below 0 if early. A number counts as lost if, when its index is due, it is
// neither among the arrivals until then nor among the next Threshold+1. A packet that comes when its number counts as lost,
// or whose displacement is beyond Threshold either way, is left out as lost and counted in Beyond.
//
// The buffer is one that brings the packets back in order: a packet is kept until all before it have been given on or
// count as lost, and the occupancy is what is kept after each arrival.
//
// Copies must have been taken out. Threshold+1 arrivals are held back and as many numbers are remembered. The zero value is
// ready to use, with DefaultThreshold; a Threshold above MaxThreshold is MaxThreshold.
type Density struct {
	Threshold int // DT, in packets

	window [MaxThreshold + 1]int64 // arrivals that are not counted yet
	n      int
	index  int64  // the next receive index
	early  uint64 // bit k: packet index+k has been counted
	buffer resequencer
	result DensityResult
}

// DensityResult holds the histograms as counts of packets.
type DensityResult struct {
	Threshold int
	Packets   int64 // that are counted in the histograms
	Beyond    int64 // received, but displaced too far
	displaced [2*MaxThreshold + 1]int64
	occupied  [MaxThreshold + 1]int64
}

// Displaced returns how many packets have displacement d.
func (r *DensityResult) Displaced(d int) int64 {
	if d < -r.Threshold || d > r.Threshold {
		return 0
	}
	return r.displaced[d+MaxThreshold]
}

// Occupied returns after how many arrivals the buffer held n packets.
func (r *DensityResult) Occupied(n int) int64 {
	if n < 0 || n > r.Threshold {
		return 0
	}
	return r.occupied[n]
}

// RD returns the reorder density at displacement d: a share of the packets.
func (r *DensityResult) RD(d int) float64 { return ratio(r.Displaced(d), r.Packets) }

// RBD returns the reorder buffer-occupancy density at n packets: a share of the arrivals.
func (r *DensityResult) RBD(n int) float64 { return ratio(r.Occupied(n), r.Packets) }

// Add takes the next arrival.
func (d *Density) Add(seq int64) {
	if seq < d.index {
		d.result.Beyond++ // its number counts as lost: else it would have been in the window
		return
	}
	d.window[d.n] = seq
	d.n++
	if d.n > d.threshold() {
		d.count()
	}
}

// Result returns the densities of all arrivals until now, as if no other would follow.
func (d *Density) Result() DensityResult {
	rest := *d
	rest.buffer.kept = slices.Clone(d.buffer.kept)
	for rest.n > 0 {
		rest.count()
	}
	rest.result.Threshold = d.threshold()
	return rest.result
}

func (d *Density) threshold() int {
	if d.Threshold <= 0 {
		return DefaultThreshold
	}
	return min(d.Threshold, MaxThreshold)
}

// count gives the first arrival of the window its index, and takes it out.
func (d *Density) count() {
	window := d.window[:d.n]
	seq := window[0]
	if seq != d.index && d.early&1 == 0 && !slices.Contains(window, d.index) {
		d.skip(window)
	}
	far := int64(d.threshold())
	displacement := d.index - seq
	if displacement < -far { // it takes no index, and its number will count as lost
		d.result.Beyond++
		d.drop()
		return
	}
	if displacement < 0 {
		d.early |= 1 << -displacement
	}
	d.index++
	d.early >>= 1
	occupied := d.buffer.add(seq, window)
	if displacement > far { // lost packets between have pushed it out; its index has been counted on
		d.result.Beyond++
	} else {
		d.result.Packets++
		d.result.displaced[displacement+MaxThreshold]++
		d.result.occupied[min(occupied, MaxThreshold)]++
	}
	d.drop()
}

// skip passes over the numbers that count as lost: up to the least one that is in the window or has been counted.
func (d *Density) skip(window []int64) {
	steps := int64(bits.TrailingZeros64(d.early))
	if d.early == 0 {
		steps = math.MaxInt64
	}
	for _, seq := range window {
		if seq > d.index {
			steps = min(steps, seq-d.index)
		}
	}
	if steps < math.MaxInt64 {
		d.index += steps
		d.early >>= uint64(steps)
	}
}

func (d *Density) drop() {
	copy(d.window[:], d.window[1:d.n])
	d.n--
}

// resequencer is a buffer that gives packets on in order.
type resequencer struct {
	next int64   // number of the packet that is to be given on
	kept []int64 // greater numbers, in no order; no more than the threshold, for which one is waited
}

// add takes packet seq, with which the window begins, and returns how many are kept then.
func (b *resequencer) add(seq int64, window []int64) int {
	if seq != b.next && !slices.Contains(window, b.next) {
		b.skip(window)
	}
	if seq > b.next {
		b.kept = append(b.kept, seq)
	} else if seq == b.next {
		b.next++
		b.release()
	}
	return len(b.kept)
}

// release gives on what can be.
func (b *resequencer) release() {
	for len(b.kept) > 0 {
		i := slices.Index(b.kept, b.next)
		if i < 0 {
			return
		}
		last := len(b.kept) - 1
		b.kept[i] = b.kept[last]
		b.kept = b.kept[:last]
		b.next++
	}
}

// skip passes over packets that count as lost, being neither kept nor in the window, and releases what waited for them.
func (b *resequencer) skip(window []int64) {
	for !slices.Contains(window, b.next) {
		least := int64(math.MaxInt64)
		for _, numbers := range [2][]int64{window, b.kept} {
			for _, seq := range numbers {
				if seq > b.next {
					least = min(least, seq)
				}
			}
		}
		if least == math.MaxInt64 {
			return
		}
		b.next = least
		b.release()
	}
}
