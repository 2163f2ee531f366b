package netem

import (
	"math"
	"sort"
)

// reordered returns the share of the packets that arrive which RFC 4737 calls reordered: those that arrive behind one that
// was sent later.
func (o *outlook) reordered() float64 {
	l := o.line
	jitters, once, d := o.jitters(), o.once > 0, l.dispersion()
	switch {
	case math.IsNaN(o.once):
		return math.NaN()
	case !once && (!jitters || l.rate.bytes != 0): // a rate lets nothing overtake but what is sent at once
		return 0
	case !d.forgets(l.delayRho.rho) || o.filled != low || l.slot.on() || l.rate.bytes != 0 && o.crowded():
		return math.NaN()
	case once && l.reorder.rho.rho != 0:
		return math.NaN()
	case once && l.gap > 1:
		if jitters || o.fates.lost > 0 || o.fates.repeat {
			return math.NaN()
		}
		return o.overtakenInTurn()
	case math.Abs(o.fates.pairs-float64(o.fates.lost*o.fates.lost)) > 3e-3 || o.fates.repeat && l.rate.bytes != 0:
		return math.NaN()
	}
	return o.overtaken()
}

// maxSteps bounds the work of overtaken.
const maxSteps = 2_000_000

// overtaken is reordered for packets whose delays know nothing of each other. One that takes d is not overtaken by the
// packet k places behind it unless that one arrives and takes less than d less k times the spacing. (At once is also in
// time at that very instant.)
func (o *outlook) overtaken() float64 {
	arrives, steps, inOrder := 1-o.fates.lost, 0, 0.0
	for i, d := range o.delays {
		d += o.tx
		chance := 1.0 // that it is not overtaken by any
		for k := 1.0; chance > 1e-12 && steps < maxSteps; k++ {
			left := d - float64(k*o.spacing)
			if left < 0 || left <= o.delays[0]+o.tx {
				if o.once > 0 { // the others behind it can only be sent at once
					chance *= powerOf(1-float64(arrives*o.takesNothing()), math.Floor(d/o.spacing)-k+1)
				}
				break
			}
			chance *= 1 - float64(arrives*o.faster(left))
			steps++
		}
		inOrder += float64(chance * o.takes(i))
	}
	if steps >= maxSteps {
		return math.NaN()
	}
	return max(0, 1-o.takesNothing()-inOrder) // within rounding
}

// faster returns the share of packets that take less than left; left is above zero.
func (o *outlook) faster(left float64) float64 {
	n := sort.SearchFloat64s(o.delays, left-o.tx)
	slower := float64((1 - o.once) * (1 - float64(n)/float64(len(o.delays))))
	if o.fates.repeat {
		two := o.fates.extra / (1 - o.fates.lost)
		slower = float64(slower*(1-two)) + float64(slower*slower*two)
	}
	return 1 - slower
}

// takes returns the share of packets, of those that arrive, that take delay i; of two copies the first one counts.
func (o *outlook) takes(i int) float64 {
	n := float64(len(o.delays))
	one := (1 - o.once) / n
	if !o.fates.repeat {
		return one
	}
	two := o.fates.extra / (1 - o.fates.lost)
	first := float64(one*one) * (float64(2*(n-float64(i))) - 1)
	return float64((1-two)*one) + float64(two*first)
}

// takesNothing returns the share of packets that are sent at once and so overtaken by none; of two copies one is enough.
func (o *outlook) takesNothing() float64 {
	if !o.fates.repeat {
		return o.once
	}
	two := o.fates.extra / (1 - o.fates.lost)
	return float64((1-two)*o.once) + float64(two*(1-float64((1-o.once)*(1-o.once))))
}

// powerOf is power for a whole number that may be beyond counting.
func powerOf(p, n float64) float64 { return power(p, uint64(min(n, 1<<62))) }

// overtakenInTurn is reordered with a gap: of the packets behind the last one that was sent at once, the next gap-1 are
// delayed for sure, and each further one is sent at once with a chance p. One that is delayed is in order if none of the k
// packets is sent at once that come while it is under way. Where r more are delayed for sure behind it, that has the chance
// (1-p)^(k-r), and 1 for r of k or more.
func (o *outlook) overtakenInTurn() float64 {
	p, sure := o.line.reorder.p.float(), float64(o.line.gap)-1
	k := math.Floor(o.hold() / o.spacing)
	inOrder := max(0, sure-k) // of those delayed for sure behind one sent at once: r is sure-1 down to 0
	if p < 1 {
		least := max(0, k-sure+1) // the powers of 1-p are these to k
		if k >= least && k > 0 && sure > 0 {
			least = max(1, least)
			inOrder += float64(powerOf(1-p, least)*(1-powerOf(1-p, k-least+1))) / p
		}
		inOrder += float64((1-p)/p) * powerOf(1-p, k)
	}
	return max(0, 1-o.once-float64(o.once*inOrder))
}
