package metric

import (
	"math/rand/v2"
	"testing"
)

// 1 2 3 5 6 7 8 4 9 10, computed by hand from the definitions.
func TestDensityExample(t *testing.T) {
	var d Density
	for _, number := range []int64{1, 2, 3, 5, 6, 7, 8, 4, 9, 10} {
		d.Add(number - 1)
	}
	r := d.Result()
	for displacement, want := range map[int]float64{-2: 0, -1: .4, 0: .5, 1: 0, 3: 0, 4: .1, 8: 0, 9: 0, 100: 0, -100: 0} {
		if got := r.RD(displacement); got != want {
			t.Errorf("RD(%d) = %g, want %g", displacement, got, want)
		}
	}
	for n, want := range map[int]float64{-1: 0, 0: .6, 1: .1, 2: .1, 3: .1, 4: .1, 5: 0, 100: 0} {
		if got := r.RBD(n); got != want {
			t.Errorf("RBD(%d) = %g, want %g", n, got, want)
		}
	}
	if r.Threshold != DefaultThreshold || r.Packets != 10 || r.Beyond != 0 {
		t.Errorf("threshold %d, %d packets, %d beyond", r.Threshold, r.Packets, r.Beyond)
	}
}

// Loss alone displaces nothing, and leaves nothing in the buffer.
func TestDensityOfLoss(t *testing.T) {
	var d Density
	for _, seq := range []int64{3, 4, 7, 1000, 1001, 1 << 40} {
		d.Add(seq)
	}
	if r := d.Result(); r.Displaced(0) != 6 || r.Occupied(0) != 6 || r.Packets != 6 {
		t.Errorf("%d of %d packets not displaced, %d times nothing in the buffer", r.Displaced(0), r.Packets, r.Occupied(0))
	}
}

// A packet that is displaced by more than the threshold is lost: 4 comes five places late. Then the others are in order.
func TestDensityThreshold(t *testing.T) {
	for threshold, beyond := range map[int]int64{3: 1, 4: 1, 5: 0, 6: 0, MaxThreshold: 0, 1000: 0} {
		d := Density{Threshold: threshold}
		for _, seq := range []int64{0, 1, 2, 3, 5, 6, 7, 8, 9, 4, 10, 11, 12, 13, 14, 15, 16, 17} {
			d.Add(seq)
		}
		r := d.Result()
		if r.Beyond != beyond || r.Displaced(5) != 1-beyond || r.Displaced(-1) != 5*(1-beyond) || r.Packets != 18-beyond {
			t.Errorf("threshold %d: %+v", threshold, r)
		}
	}
}

// densities computes the same step by step, with everything remembered.
func densities(arrivals []int64, threshold int) (displaced, occupied map[int]int64, beyond int64) {
	displaced, occupied = map[int]int64{}, map[int]int64{}
	lost, counted, kept := map[int64]bool{}, map[int64]bool{}, map[int64]bool{}
	index, next, top := int64(0), int64(0), int64(0)
	for {
		var window []int64
		coming := map[int64]bool{}
		for _, seq := range arrivals {
			if len(window) <= threshold && !lost[seq] && !counted[seq] {
				window = append(window, seq)
				coming[seq] = true
			}
		}
		if len(window) == 0 {
			for _, seq := range arrivals {
				if lost[seq] {
					beyond++
				}
			}
			return displaced, occupied, beyond
		}
		for _, seq := range window {
			top = max(top, seq)
		}
		for ; index < top && !counted[index] && !coming[index]; index++ {
			lost[index] = true
		}
		seq := window[0]
		d := int(index - seq)
		if d < -threshold {
			lost[seq] = true
			continue
		}
		index++
		counted[seq] = true
		for ; next < top && !coming[next]; next++ {
			delete(kept, next) // given on, or nothing if lost
		}
		kept[seq] = true
		for ; kept[next]; next++ {
			delete(kept, next)
		}
		if d > threshold {
			beyond++
			continue
		}
		displaced[d]++
		occupied[len(kept)]++
	}
}

// 2000 streams: one pass gives what is computed step by step. If nothing is beyond the threshold, displacements are as
// much early as late, and the buffer never holds more than the threshold.
func TestDensityAgainstSteps(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	even := 0
	for range 2000 {
		threshold := 1 + rng.IntN(12)
		var arrivals []int64
		d := Density{Threshold: threshold}
		for _, p := range shuffled(rng, 1+rng.IntN(100), 1+rng.IntN(2*threshold), rng.Float64()/3) {
			arrivals = append(arrivals, p.Seq)
			d.Add(p.Seq)
		}
		displaced, occupied, beyond := densities(arrivals, threshold)
		r := d.Result()
		compare(t, "beyond", r.Beyond, beyond)
		compare(t, "all", r.Packets+r.Beyond, int64(len(arrivals)))
		sum, in := 0, int64(0)
		for k := -threshold; k <= threshold; k++ {
			compare(t, "displaced", r.Displaced(k), displaced[k])
			compare(t, "occupied", r.Occupied(k), occupied[k])
			sum += k * int(r.Displaced(k))
			in += r.Occupied(k)
		}
		compare(t, "occupancies", in, r.Packets)
		if beyond == 0 {
			compare(t, "sum of displacements", sum, 0)
			even++
		}
	}
	if even < 500 {
		t.Errorf("only %d streams without packets beyond", even)
	}
}
