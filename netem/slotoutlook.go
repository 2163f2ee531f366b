package netem

import "math"

// waits returns the times from one slot to the next, as points of a distribution.
func (s *tcSlot) waits() []float64 {
	if t := newTable(s.table); t != nil {
		d := dispersion{s.mean, min(s.jitter, maxJitter), t}
		return d.points(0)
	}
	all := make([]float64, tableSize)
	for i := range all {
		all[i] = float64(s.min) + float64((float64(i)+0.5)/tableSize*float64(s.max-s.min))
	}
	return all
}

// longest returns the longest time from one slot to the next.
func (s *tcSlot) longest() float64 {
	all := s.waits()
	return all[len(all)-1]
}

// slotRate returns how many packets a second slots let through at most: as many as go into one, for a slot that is full is
// followed by the next. Waits below zero, and those too long for the kernel's numbers, are beyond it.
func (o *outlook) slotRate() float64 {
	s := &o.line.slot
	packets := math.Inf(1)
	if s.packets > 0 {
		packets = float64(s.packets)
	}
	if s.bytes > 0 {
		packets = min(packets, math.Ceil(float64(s.bytes)/float64(o.size)))
	}
	all := s.waits()
	m := momentsOf(all)
	if all[0] < 0 || s.max-s.min > math.MaxInt32 {
		return math.NaN()
	}
	return packets / m.at() * 1e9
}

// slotDelay knows one case: packets so far apart, and without a delay of their own, that each finds no slot and waits for one.
func (o *outlook) slotDelay() (mean, sd, acf float64) {
	s := &o.line.slot
	all := s.waits()
	if o.longest() > 0 || o.tx > 0 || o.fates.repeat || all[0] < 0 || s.longest() >= o.spacing || s.max-s.min > math.MaxInt32 {
		return math.NaN(), math.NaN(), math.NaN()
	}
	m := momentsOf(all)
	if sd = m.deviation(); sd == 0 {
		return m.at(), 0, math.NaN()
	}
	return m.at(), sd, 0
}
