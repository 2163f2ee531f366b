package netem

import (
	"math"
	"time"
)

// Traffic is a stream of packets of one size, evenly spaced, about which an Expectation speaks.
type Traffic struct {
	Spacing time.Duration // from one packet to the next
	Size    int           // bytes, as the link counts them
}

// Expectation is what a link does to Traffic in the long run, by theory: the stationary values of its models. NaN is a
// value that nothing closed is known for, and one that has no meaning, as the mean length of bursts of nothing.
type Expectation struct {
	Loss       float64 // share of the packets sent that are lost
	MeanBurst  float64 // mean length of a run of losses, packets
	LossACF1   float64 // autocorrelation of the loss indicator at lag 1
	Duplicates float64 // further copies for each packet sent
	Corrupted  float64 // share with bits turned over, of the packets that arrive, copies apart
	AtOnce     float64 // share sent at once, ahead of the others (tc's reorder), of the packets that arrive
	DelayMean  float64 // ns, of packets that arrive: propagation, jitter and, while no queue builds up, transmission
	DelaySD    float64 // ns
	DelayACF1  float64 // autocorrelation of the delays of packets sent one after the other, where both arrive
	Reordered  float64 // RFC 4737's ratio: the share of the packets that arrive behind one sent later
	Rate       float64 // bits a second that arrive at most; +Inf where nothing limits them
}

// Expecter is a Model that knows its own stationary values: what becomes of traffic that it alone judges. Reordered and
// Rate it leaves to the link, which knows all that packets meet.
type Expecter interface{ Expect(t Traffic) Expectation }

// nothing is what a perfect link does.
func nothing() Expectation {
	nan := math.NaN()
	return Expectation{MeanBurst: nan, LossACF1: nan, DelayACF1: nan, Rate: math.Inf(1)}
}

// unknown is what is to be expected of something that nothing is known about.
func unknown() Expectation {
	nan := math.NaN()
	return Expectation{nan, nan, nan, nan, nan, nan, nan, nan, nan, nan, nan}
}

// lossy returns the loss of a stationary sequence of which the share lost is lost, and the share lost together with the
// next packet is both. A burst begins at each loss that does not follow another, so bursts are lost/(lost-both) long.
func lossy(lost, both float64) Expectation {
	e := nothing()
	e.Loss = lost
	if lost > 0 {
		e.MeanBurst = lost / max(0, lost-both)
		e.LossACF1 = (both - float64(lost*lost)) / float64(lost*(1-lost))
	}
	if lost == 1 {
		e.LossACF1 = math.NaN() // a constant does not correlate
	}
	return e
}

// bothLost returns the share of packets that are lost together with the next one.
func (e *Expectation) bothLost() float64 {
	if e.Loss == 0 {
		return 0
	}
	return e.Loss - e.Loss/e.MeanBurst
}

// beside returns what two independent models do together.
func (e Expectation) beside(f Expectation) Expectation {
	both := nothing()
	switch {
	case e.Loss == 0:
		both.Loss, both.MeanBurst, both.LossACF1 = f.Loss, f.MeanBurst, f.LossACF1
	case f.Loss == 0:
		both.Loss, both.MeanBurst, both.LossACF1 = e.Loss, e.MeanBurst, e.LossACF1
	default: // a packet is kept, and so are two in a row, if both models keep them
		kept := float64((1 - e.Loss) * (1 - f.Loss))
		keptTwice := float64((1 - 2*e.Loss + e.bothLost()) * (1 - 2*f.Loss + f.bothLost()))
		both = lossy(either(e.Loss, f.Loss), 1-2*kept+keptTwice)
	}
	both.Duplicates = float64(e.Duplicates*(1-f.Loss)) + float64(f.Duplicates*(1-e.Loss))
	both.Corrupted = either(e.Corrupted, f.Corrupted)
	both.AtOnce = either(e.AtOnce, f.AtOnce)
	both.addDelay(&e)
	both.addDelay(&f)
	both.Rate = min(e.Rate, f.Rate)
	return both
}

// addDelay adds an independent delay: variances and covariances add up.
func (e *Expectation) addDelay(f *Expectation) {
	e.DelayMean += f.DelayMean
	if f.DelaySD == 0 {
		return
	}
	a, b := float64(e.DelaySD*e.DelaySD), float64(f.DelaySD*f.DelaySD)
	if a == 0 {
		e.DelayACF1 = 0
	}
	e.DelayACF1 = (float64(a*e.DelayACF1) + float64(b*f.DelayACF1)) / (a + b)
	e.DelaySD = math.Sqrt(a + b)
}

// Expect returns what the link does to t in the long run, if its models know what they do (see Expecter). It takes some milliseconds where jitter reorders.
func (s Spec) Expect(t Traffic) Expectation {
	if s.TC != nil {
		return s.TC.Expect(t)
	}
	if s.several() || s.changes() { // only how fast a file says that the link is
		e := unknown()
		if r := s.MeanRate(); r != 0 && !s.several() && len(s.Changes) == 0 {
			e.Rate = float64(r)
		}
		return e
	}
	if s.MTU != (MTU{}) && t.Size > s.MTU.Bytes { // dropped or cut up
		return unknown()
	}
	sending, offered := s.Rate.Transmission(t.Size), t.Spacing
	t.Spacing = max(t.Spacing, sending) // a full queue feeds the transmitter without a pause
	e := nothing()
	for _, m := range s.Models {
		x, ok := m.(Expecter)
		if !ok {
			return unknown()
		}
		if r, ok := m.(*Reorder); ok && r.Late == 0 {
			continue
		}
		e = e.beside(x.Expect(t))
	}
	if s.periods() > 1 { // two rhythms are not independent
		e = e.beside(endless())
	}
	s.order(t, &e)
	e.DelayMean += float64(sending)
	if s.Rate > 0 {
		e.Rate = min(e.Rate, float64(s.Rate))
		if sending > offered {
			e.overload(float64(s.Rate), float64(t.Size)*8e9/float64(offered))
		}
	}
	if s.Limit.Bytes > 0 && t.Size > s.Limit.Bytes { // no room even when the queue is empty
		e = e.beside(lossy(1, 1))
	}
	if e.Loss == 1 {
		e.DelayMean, e.DelaySD, e.DelayACF1, e.Reordered = math.NaN(), math.NaN(), math.NaN(), math.NaN()
	}
	return e
}

// periods returns how many models lose packets by counting them.
func (s Spec) periods() (n int) {
	for _, m := range s.Models {
		switch m.(type) {
		case *Every, *Pattern:
			n++
		}
	}
	return n
}

// overload takes account of a queue that overflows since packets come faster than they go. What it loses is known, but not
// in which order it does, nor how long the others wait.
func (e *Expectation) overload(rate, offered float64) {
	full := nothing()
	full.Loss, full.DelayMean, full.DelaySD = 1-rate/offered, math.NaN(), math.NaN()
	if math.IsInf(offered, 1) { // all at once is no stream
		full.Loss = math.NaN()
	}
	reordered := e.Reordered
	*e = e.beside(full)
	e.Reordered = reordered
}
