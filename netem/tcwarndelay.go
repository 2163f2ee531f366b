package netem

import "math"

// delay says how long the delays of a line really are.
func (w *warnings) delay(l *TC) {
	if us := ticked(l.delay); us != 0 && float64(us) < 990*float64(l.delay) {
		w.add("delay %s is %s: tc sends delays in steps of 64ns", formatTime(int64(l.delay), tcMicros[:]), about(float64(us)))
	}
	d := l.dispersion()
	if d.jitter == 0 {
		return
	}
	if ticked(l.jitter) > maxJitter {
		w.add("a jitter of %s is cut to 2.147483647s by the kernel", formatTime(int64(l.jitter), tcMicros[:]))
	}
	s, jitter := d.shape(l.delayRho.rho), float64(d.jitter)
	if l.distribution == "" {
		w.add("jitter is uniform and not normal, as the manual has it: %s to %s, with a standard deviation of %s",
			about(max(0, s.least)), about(s.most), about(s.sd))
	} else if s.sd < 0.98*jitter {
		w.add("distribution %s has a standard deviation of %s and not %s: its delays lie between %s and %s, on average at %s",
			l.distribution, about(s.sd), about(jitter), about(max(0, s.least)), about(s.most), about(s.mean))
	}
	if off := s.mean - float64(d.mean); l.distribution == "" && math.Abs(off) > jitter/100 {
		w.add("the mean of %s is %sms and not %s: a remainder of a 32-bit number is not uniform where the jitter is this long",
			l.delayWords(), digits(s.mean/1e6, 5), formatTime(int64(l.delay), tcMicros[:]))
	}
	if s.none > 0 {
		w.add("%s of the packets have no delay at all, as jitter takes it below zero, which raises the mean from %sms to %sms",
			percent(s.none), digits(s.mean/1e6, 5), digits(s.clipped/1e6, 5))
	}
}

// order says what jitter does to the order.
func (w *warnings) order(l *TC) {
	d := l.dispersion()
	if d.jitter == 0 {
		return
	}
	s := d.shape(l.delayRho.rho)
	if l.rate.bytes != 0 {
		w.add("rate keeps the order, and so jitter reorders nothing: a packet of long delay holds up all behind it, and the mean is above %s",
			about(s.clipped))
	} else {
		w.add("jitter reorders: a packet may overtake those sent up to %s before it", about(s.most-max(0, s.least)))
	}
}

// jitter says what the correlation of jitter does.
func (w *warnings) jitter(l *TC) {
	d := l.dispersion()
	if d.jitter == 0 {
		return
	}
	if rho := l.delayRho.rho; rho != 0 {
		acf, sd := d.correlated(rho)
		switch {
		case rho == certain:
			w.add("%s: at 100%% correlation every packet has the same delay", l.delayWords())
		case acf < rho.float()-0.05:
			w.add("%s: the correlation has no such effect: from one packet to the next, delays correlate by %.2f and not by %.2f: what is kept of a random number is its lower bits",
				l.delayWords(), math.Abs(acf), rho.float())
		case sd < 0.98*d.shape(0).sd:
			w.add("%s: the correlation narrows the delays to a standard deviation of %s from %s", l.delayWords(), about(sd),
				about(d.shape(0).sd))
		}
	}
}

// shape is what a dispersion's delays are like, in ns.
type shape struct {
	least, most   float64
	mean, clipped float64 // with and without those below zero
	sd            float64
	none          float64 // share of packets without a delay
}

// shape looks at the points of the distribution, whose numbers have the correlation rho.
func (d *dispersion) shape(rho share) (s shape) {
	all := d.points(rho)
	for _, x := range all {
		s.mean += x / tableSize
		s.clipped += max(0, x) / tableSize
		if x <= 0 {
			s.none += 1.0 / tableSize
		}
	}
	for _, x := range all {
		s.sd += float64((x-s.mean)*(x-s.mean)) / tableSize
	}
	s.sd = math.Sqrt(s.sd)
	s.least, s.most = all[0], all[tableSize-1]
	if d.table == nil {
		s.least, s.most = float64(d.mean-d.jitter), float64(d.mean+d.jitter)
	}
	return s
}

// correlated returns the correlation of one delay with the next, and their standard deviation in ns: of a hundred
// thousand delays, as there is no formula for a remainder.
func (d *dispersion) correlated(rho share) (acf, sd float64) {
	const n = 100_000
	t := newTaus(0x9e3779b97f4a7c15)
	a := averaged{rho: rho, last: 1 << 31}
	for range 1000 {
		a.next(&t)
	}
	last := float64(d.next(&a, &t) - d.mean)
	var sum, squares, products float64
	for range n {
		x := float64(d.next(&a, &t) - d.mean)
		sum, squares, products = sum+x, squares+float64(x*x), products+float64(x*last)
		last = x
	}
	mean := sum / n
	variance := squares/n - float64(mean*mean)
	if variance <= 0 {
		return 1, 0
	}
	return (products/n - float64(mean*mean)) / variance, math.Sqrt(variance)
}
