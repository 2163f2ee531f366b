package trace

// point is one crossing: when it was sent, and by how much the clock at its arrival showed more, nanoseconds.
type point struct{ at, took int64 }

// hull is the lower convex hull of points that come in order of time: all that a line below them all can touch. It is what
// remains of any number of crossings when a clock is to be learned from those that met no queue.
type hull struct {
	corners []point
	n       int64
	mean    float64 // of the times, from the first
}

// add takes the next point.
func (h *hull) add(p point) {
	h.n++
	if len(h.corners) == 0 {
		h.corners = append(h.corners, p)
		return
	}
	h.mean += (float64(p.at-h.corners[0].at) - h.mean) / float64(h.n)
	last := &h.corners[len(h.corners)-1]
	if p.at <= last.at { // sent at once, or the clock was set back
		last.took = min(last.took, p.took)
		h.bend()
		return
	}
	h.corners = append(h.corners, p)
	h.bend()
}

// bend takes out the corners that the last one has put above the hull.
func (h *hull) bend() {
	for n := len(h.corners); n >= 3; n = len(h.corners) {
		a, b, c := h.corners[n-3], h.corners[n-2], h.corners[n-1]
		if slope(a, b) < slope(b, c) {
			return
		}
		h.corners[n-2] = c
		h.corners = h.corners[:n-1]
	}
}

func slope(a, b point) float64 { return float64(b.took-a.took) / float64(b.at-a.at) }

// slope is that of the line below all points which is nearest to them, by the sum of the distances: the edge of the hull at
// the mean of the times. S. Moon, P. Skelly and D. Towsley, "Estimation and Removal of Clock Skew from Network Delay
// Measurements", INFOCOM 1999, section 3.3: they find it by linear programming.
func (h *hull) slope() float64 {
	for i := 1; i < len(h.corners); i++ {
		if float64(h.corners[i].at-h.corners[0].at) >= h.mean {
			return slope(h.corners[i-1], h.corners[i])
		}
	}
	return 0
}

// least returns the least that a point took when a clock that gains rate from the time zero on is taken out.
func (h *hull) least(rate float64, zero int64) (least int64) {
	for i, c := range h.corners {
		if took := c.took - gained(rate, c.at-zero); i == 0 || took < least {
			least = took
		}
	}
	return least
}

// gained is by how much a clock that gains rate has gained after so many nanoseconds.
func gained(rate float64, ns int64) int64 { return int64(rate * float64(ns)) }
