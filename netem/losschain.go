package netem

import "math"

// lossChain is a loss as a Markov chain: from each state the next packet goes to another, and is kept or lost on the way.
type lossChain struct {
	start      [4]float64 // the share of links that begin in each state
	kept, lost matrix
	rough      bool // right about the share lost and not about what follows what
}

// matrix has a row for each state that is left.
type matrix [4][4]float64

func (a matrix) times(b matrix) (c matrix) {
	for i := range a {
		for j := range b[0] {
			for k := range b {
				c[i][j] += float64(a[i][k] * b[k][j])
			}
		}
	}
	return c
}

func (a matrix) plus(b matrix) matrix {
	for i := range a {
		for j := range a[i] {
			a[i][j] += b[i][j]
		}
	}
	return a
}

func (a matrix) scaled(by float64) matrix {
	for i := range a {
		for j := range a[i] {
			a[i][j] = float64(a[i][j] * by)
		}
	}
	return a
}

// after returns what a step makes of the shares v of the states.
func (a matrix) after(v [4]float64) (w [4]float64) {
	for i := range a {
		for j := range a[i] {
			w[j] += float64(v[i] * a[i][j])
		}
	}
	return w
}

func total(v [4]float64) float64 { return v[0] + v[1] + v[2] + v[3] }

// longRun returns the distribution over the states that a chain tends to, or takes on average if it goes round for ever.
func (a matrix) longRun(start [4]float64) [4]float64 {
	stay := matrix{{0: 1}, {1: 1}, {2: 1}, {3: 1}}
	a = a.plus(stay).scaled(0.5) // the same in the long run, and it goes round no more
	for range 64 {
		a = a.times(a)
		for i := range a { // else the rounding of its sums would double each time
			sum := total(a[i])
			for j := range a[i] {
				a[i][j] /= sum
			}
		}
	}
	return a.after(start)
}

// probability is that of a 32-bit number below s.
func (s share) probability() float64 { return float64(s) / (1 << 32) }

// chain returns the loss as a chain. A correlated random loss is no chain, but the one here has its share of losses and of
// pairs of them.
func (l *tcLoss) chain() lossChain {
	switch l.model {
	case lossState:
		return l.stateChain()
	case lossGemodel:
		return l.gemodelChain()
	}
	c := lossChain{start: [4]float64{1}, kept: matrix{{1}, {1}, {2: 1}, {3: 1}}}
	p := l.p[0].float()
	if p == 0 {
		return c
	}
	one, both := bothNarrowed(p, l.rho.rho.float())
	again, anew := one, one
	if c.rough = math.IsNaN(both); !c.rough && one > 0 && one < 1 {
		again, anew = both/one, (one-both)/(1-one)
	}
	c.kept = matrix{{1 - anew}, {1 - again}, {2: 1}, {3: 1}}
	c.lost = matrix{{1: anew}, {1: again}}
	return c
}

// stateChain counts the random numbers with which nextState makes each step.
func (l *tcLoss) stateChain() lossChain {
	p13, p31, p32, p23, p14 := l.p[0], l.p[1], l.p[2], l.p[3], l.p[4]
	upTo := func(low, sum share) float64 { return max(0, sum.probability()-low.probability()) }
	alone, burst := p14.probability(), upTo(p14, p14+p13)
	pause, end := p32.probability(), upTo(p32, p32+p31)
	return lossChain{
		start: [4]float64{1},
		kept:  matrix{{0: 1 - alone - burst}, {1: 1 - p23.probability()}, {0: end, 1: pause}, {0: 1}},
		lost:  matrix{{2: burst, 3: alone}, {2: p23.probability()}, {2: 1 - pause - end}, {}},
	}
}

// gemodelChain has the states good and bad, and the loss is that of the state before the step.
func (l *tcLoss) gemodelChain() lossChain {
	p, r := l.p[0].probability(), l.p[1].probability()
	inGood := l.p[3].probability()
	inBad := 1 - (float64(l.p[2])+1)/(1<<32) // lost if the number is above h
	step := matrix{{1 - p, p}, {r, 1 - r}, {2: 1}, {3: 1}}
	c := lossChain{start: [4]float64{1}, kept: step}
	for j := range 2 {
		c.kept[good][j], c.lost[good][j] = float64(step[good][j]*(1-inGood)), float64(step[good][j]*inGood)
		c.kept[bad][j], c.lost[bad][j] = float64(step[bad][j]*(1-inBad)), float64(step[bad][j]*inBad)
	}
	return c
}

// fates is what becomes of packets in the long run where the queue is never full.
type fates struct {
	lost   float64 // share of the packets of which nothing arrives
	pairs  float64 // share of the packets that are lost behind one that is
	extra  float64 // second copies for each packet sent
	alone  bool    // losses do not depend on each other
	repeat bool    // there are copies
}

// fates returns them where a share twice of the packets has a copy, which meets a loss of its own; a packet lost and copied
// arrives once.
func (c *lossChain) fates(twice float64) fates {
	copied := c.kept.times(c.kept.plus(c.lost)) // the packet is kept, and then its copy is judged
	lost := c.lost.scaled(1 - twice)
	arrives := c.kept.scaled(1 - twice).plus(copied.scaled(twice)).plus(c.lost.scaled(twice))
	now := lost.plus(arrives).longRun(c.start)
	gone := lost.after(now)
	f := fates{lost: total(gone), pairs: total(lost.after(gone)), repeat: twice > 0}
	if c.rough {
		f.pairs = math.NaN()
	}
	f.extra = float64(twice * total(c.kept.after(c.kept.after(now))))
	f.alone = math.Abs(f.pairs-float64(f.lost*f.lost)) < 1e-6
	return f
}

// hardly is a share of packets about whose bursts nothing is said: it is within rounding, and none of them will be met.
const hardly = 1e-12

// meanBurst returns the mean number of packets lost in a row.
func (f *fates) meanBurst() float64 {
	if begins := f.lost - f.pairs; begins > hardly {
		return f.lost / begins
	}
	return math.NaN()
}

// acf1 returns the autocorrelation of the losses.
func (f *fates) acf1() float64 {
	variance := float64(f.lost * (1 - f.lost))
	if !(variance > hardly) {
		return math.NaN()
	}
	acf := (f.pairs - float64(f.lost*f.lost)) / variance
	if math.Abs(acf) < 1e-12 {
		return 0
	}
	return acf
}
