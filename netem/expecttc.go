package netem

import "math"

// Expect returns what the line does to t in the long run, with all that its words do not say: numbers that averaging
// narrows, copies that save what is lost, tables that are cut off, a limit that counts what is under way. Packets are taken
// not to heed ecn's marks. It is a computation and no trial; where chance and a full queue meet, much of it is NaN.
func (l TC) Expect(t Traffic) Expectation {
	e := noExpectation()
	if l.limit == 0 {
		e.Loss, e.Duplicates, e.Rate = 1, 0, 0
		return e
	}
	o := newOutlook(&l, t)
	if o.tx > forever {
		if e.AtOnce = o.once; o.once == 0 {
			e.Loss, e.Duplicates, e.Rate = 1, 0, 0
		}
		return e
	}
	e.Corrupted, e.AtOnce, e.Rate = l.corrupt.often(), o.once, o.capacity()
	e.Loss, e.MeanBurst, e.LossACF1, e.Duplicates = o.losses()
	if e.Loss == 1 {
		return e
	}
	e.DelayMean, e.DelaySD, e.DelayACF1 = o.delay()
	e.Reordered = o.reordered()
	return e
}

func noExpectation() Expectation {
	no := math.NaN()
	return Expectation{no, no, no, no, no, no, no, no, no, no, no}
}

// often returns how often something happens in the long run; at a correlation of 100% it is one number that decides.
func (t tcTrial) often() float64 { return tcTrial{t.p, t.rho}.narrowed(t.rho.rho) }

func (t tcTrial) narrowed(rho share) float64 {
	if rho == certain && t.p != 0 && t.p != certain {
		return math.NaN()
	}
	return narrowed(t.p.float(), rho.float())
}

// outlook is a line and its packets, and what follows from both. Times are in ns.
type outlook struct {
	line    *TC
	spacing float64
	size    int

	fates  fates     // while the queue is not full
	once   float64   // share sent at once, of those that neither loss nor the limit takes
	delays []float64 // of the others before transmission: each as likely as the next, in order
	mean   float64   // of delays
	tx     float64   // transmission; 0 without a rate
	filled filling
}

// newOutlook computes what the line says by itself, and then how full its queue gets.
func newOutlook(l *TC, t Traffic) *outlook {
	o := &outlook{line: l, spacing: float64(t.Spacing), size: t.Size}
	chain := l.loss.chain()
	o.fates = chain.fates(l.duplicate.narrowed(l.duplicateRho()))
	if rho := l.loss.rho.rho; rho == certain && l.randomLoss() != 0 && l.randomLoss() != certain {
		o.fates = fates{math.NaN(), math.NaN(), math.NaN(), false, o.fates.repeat}
	}
	o.once = l.atOnce()
	d := l.dispersion()
	o.delays = clip(d.points(l.delayRho.rho))
	m := momentsOf(o.delays)
	o.mean = m.at()
	if l.rate.bytes != 0 {
		o.tx = float64(l.rate.transmission(t.Size))
	}
	o.filled = o.filling()
	return o
}

// hold returns how long a packet is in the queue that does not wait for others, on average.
func (o *outlook) hold() float64 { return o.mean + o.tx }

// longest returns the longest delay before transmission.
func (o *outlook) longest() float64 { return o.delays[len(o.delays)-1] }

// jitters says whether delays differ.
func (o *outlook) jitters() bool { return o.delays[0] != o.longest() }

// losses returns the share lost, the mean burst, the autocorrelation and the further copies.
func (o *outlook) losses() (lost, burst, acf, extra float64) {
	f := &o.fates
	switch o.filled {
	case low:
		return f.lost, f.meanBurst(), f.acf1(), f.extra
	case short, full:
		lost, begins := o.overflow()
		g := fates{lost: lost, pairs: lost - begins}
		return lost, g.meanBurst(), g.acf1(), 0
	case choked:
		return 1 - o.service()*o.spacing/1e9, math.NaN(), math.NaN(), 0
	}
	lost, burst, acf, extra = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	if f.lost == 1 {
		lost = 1
	}
	if !f.repeat || lost == 1 {
		extra = 0
	}
	return lost, burst, acf, extra
}

// delay returns the mean and the standard deviation of the delays, and their autocorrelation.
func (o *outlook) delay() (mean, sd, acf float64) {
	no := math.NaN()
	switch l := o.line; {
	case l.slot.on():
		return o.slotDelay()
	case l.delayRho.rho == certain && o.jitters(): // one of all, for ever
		return no, 0, no
	case math.IsNaN(o.once) || math.IsNaN(o.fates.extra):
		return no, no, no
	case o.filled == full:
		return o.fullDelay()
	case o.line.rate.bytes != 0 && o.crowded():
		return no, no, no
	case o.fates.repeat && (o.filled != low || o.once > 0 && (l.gap > 1 || l.reorder.rho.rho != 0 || o.tx > 0)):
		return no, no, no // what arrives first, is not known
	}
	m := o.firstDelay()
	sd = m.deviation()
	if !o.jitters() && (o.once == 0 || o.once == 1) {
		sd = 0
	}
	return m.at(), sd, o.delayACF1(sd)
}

// crowded says whether packets wait for those before them, which a rate makes them do.
func (o *outlook) crowded() bool {
	tx := o.tx
	if o.fates.repeat {
		tx *= 2
	}
	return !(tx+o.longest()-o.delays[0] <= o.spacing)
}

// firstDelay returns the moments of the delay of a packet, of the copy that arrives first if there are two. With a rate
// that is the copy, which is scheduled first.
func (o *outlook) firstDelay() moments {
	wait := momentsOf(o.delays)
	wait.about += o.tx
	wait.scale(1 - o.once)
	wait.add(0, o.once)
	if !o.fates.repeat || o.tx > 0 {
		return wait
	}
	first := momentsOfFirst(o.delays)
	later := float64((1 - o.once) * (1 - o.once)) // both are delayed
	first.scale(later)
	first.add(0, 1-later)
	two := o.fates.extra / (1 - o.fates.lost) // share of those that arrive
	wait.scale(1 - two)
	first.scale(two)
	wait.plus(first)
	return wait
}

// delayACF1 returns the correlation of the delays of two packets that arrive in a row: that of being sent at once, and that
// of the jitter, which is nothing but for the longest.
func (o *outlook) delayACF1(sd float64) float64 {
	l := o.line
	if sd == 0 {
		return math.NaN()
	}
	jitter := 0.0
	if d := l.dispersion(); !d.forgets(l.delayRho.rho) {
		jitter, _ = d.correlated(l.delayRho.rho)
	}
	alone := o.fates.lost == 0 && !o.fates.repeat
	switch {
	case o.once == 0 && (jitter == 0 || alone):
		return jitter
	case o.once > 0 && jitter == 0 && !o.fates.repeat:
		return float64(o.hold()*o.hold()) * (o.bothAtOnce() - float64(o.once*o.once)) / float64(sd*sd)
	case o.once > 0 && jitter == 0 && l.gap <= 1 && l.reorder.rho.rho == 0:
		return 0
	}
	return math.NaN()
}

// bothAtOnce returns the share of packets that are sent at once and have a packet before them that is too.
func (o *outlook) bothAtOnce() float64 {
	if o.line.gap > 1 {
		return 0
	}
	_, both := bothNarrowed(o.line.reorder.p.float(), o.line.reorder.rho.rho.float())
	return both
}
