package netem

import "math"

// crowd is a stream of evenly spaced packets on a link that may change their order. Packets are lost and picked as a
// hidden chain has it.
type crowd struct {
	hidden
	spacing float64  // ns
	jitter  law      // ns; of each packet, independent of all others unless delay has a correlation
	delay   *Delay   // that jitters, nil for none
	reorder *Reorder // that picks packets, nil for none
	waits   bool     // until others have gone ahead: what is picked
	span    float64  // ns by which one packet may take longer than another, unless it waits to be overtaken
	effort  int      // multiplications that a calculation has taken so far
}

// maxEffort bounds a calculation to a few tenths of a second. What would take longer is not known.
const maxEffort = 20_000_000

// maxStates bounds the hidden chain.
const maxStates = 64

// crowd returns what is known of t on the link. That is not enough to work with where more than one model jitters or
// picks, or where a loss is no hidden chain.
func (s Spec) crowd(t Traffic) (c crowd, ok bool) {
	c = crowd{hidden: calm(), spacing: float64(t.Spacing), jitter: new(Delay).law()}
	ok = t.Spacing > 0
	for _, m := range s.Models {
		e := m.(Expecter).Expect(t)
		h, is := m.(hider)
		switch m := m.(type) {
		case *Delay:
			if m.Jitter > 0 {
				ok = ok && c.delay == nil
				c.delay, c.jitter = m, m.law()
				c.span += c.jitter.most() - c.jitter.least()
			}
			continue
		case *Reorder:
			if m.P > 0 {
				ok = ok && c.reorder == nil
				c.reorder = m
				c.waits = c.waits || m.Late == 0
				c.span += float64(m.Late)
			}
			e = nothing()
		}
		switch {
		case is && len(c.share) <= maxStates/4:
			c.hidden = c.beside(h.hidden())
		case e.Loss != 0 || e.DelaySD != 0 || is:
			ok = false
		}
		if e.DelaySD != 0 {
			c.span = math.Inf(1)
		}
	}
	return c, ok
}

// order works out what e lacks: how many packets are reordered, and how long those wait that keep their order or are to be
// overtaken.
func (s Spec) order(t Traffic, e *Expectation) {
	c, ok := s.crowd(t)
	independent := ok && (c.delay == nil || c.delay.Rho == 0)
	switch {
	case c.waits:
		if ok && c.delay == nil {
			c.wait(e)
		} else {
			forget(&e.Reordered, &e.DelayMean, &e.DelaySD, &e.DelayACF1)
		}
	case c.span <= c.spacing: // nobody can overtake
	case s.Order == Keep:
		if independent && c.delay != nil && c.reorder == nil {
			c.keep(e)
		} else {
			forget(&e.DelayMean, &e.DelaySD, &e.DelayACF1)
		}
	case independent:
		e.Reordered = c.reordered()
	default:
		forget(&e.Reordered)
	}
}

// forget makes values unknown.
func forget(values ...*float64) {
	for _, v := range values {
		*v = math.NaN()
	}
}

// arriving returns the chance of each state that a packet meets it and arrives, all of them together, and for each of them
// the chance that the packet has been picked as well.
func (c *crowd) arriving() (v []float64, all float64, picked []float64) {
	for i, share := range c.share {
		v = append(v, float64(share*(1-c.lost[i])))
		picked = append(picked, float64(v[i]*c.picked[i]))
		all += v[i]
	}
	return v, all, picked
}

// reordered returns the share of arriving packets that a later one arrives before. Given how long the packet itself takes,
// packet k after it does so if it is not lost and takes less than that by more than k spacings, each independently but for
// the hidden state; whoever is due at the same instant keeps its place.
func (c *crowd) reordered() float64 {
	v, all, picked := c.arriving()
	plain := make([]float64, len(v))
	for i := range v {
		plain[i] = v[i] - picked[i]
	}
	first := 0.0 // share of packets that arrive before all later ones
	for i := range c.jitter.x[1:] {
		share, delay := c.jitter.p[i+1]-c.jitter.p[i], (c.jitter.x[i]+c.jitter.x[i+1])/2
		if share == 0 {
			continue
		}
		first += float64(share * c.first(plain, delay))
		if c.reorder != nil {
			first += float64(share * c.first(picked, delay+float64(c.reorder.Late)))
		}
	}
	if c.effort > maxEffort {
		return math.NaN()
	}
	return max(0, 1-first/all)
}

// first returns the chance that no later packet arrives before one that takes so long, where v are the chances of the
// state that it meets.
func (c *crowd) first(v []float64, delay float64) float64 {
	late := 0.0
	if c.reorder != nil {
		late = float64(c.reorder.Late)
	}
	v, next, sum := append([]float64(nil), v...), make([]float64, len(v)), 1.0
	for k := 1.0; sum > 1e-12 && c.effort <= maxEffort; k++ {
		x := delay - float64(k*c.spacing)
		plain, picked := c.jitter.below(x), c.jitter.below(x-late)
		if plain == 0 { // nor is anyone after it that fast
			break
		}
		c.step(v, next)
		sum = 0
		for i := range next {
			before := float64(c.picked[i]*picked) + float64((1-c.picked[i])*plain)
			next[i] *= 1 - float64((1-c.lost[i])*before)
			sum += next[i]
		}
		v, next = next, v
		c.effort += len(v) * (len(v) + 10)
	}
	return sumOf(v)
}

func sumOf(v []float64) (sum float64) {
	for _, x := range v {
		sum += x
	}
	return sum
}

// wait adds to e what becomes of packets that wait until By others have gone ahead. Packets that are picked or lost do not
// count: who is picked later also waits longer. So the wait is that for the By-th that is neither, or Within.
func (c *crowd) wait(e *Expectation) {
	_, all, picked := c.arriving()
	hold := c.reorder.Within
	if hold == 0 {
		hold = DefaultHold
	}
	mean, square, overtaken := c.waiting(picked, float64(hold))
	if c.effort > maxEffort {
		mean, square, overtaken = math.NaN(), math.NaN(), math.NaN()
	}
	mean, square = mean/all, square/all
	e.DelayMean += mean
	e.setSD(deviation(mean, square), math.NaN())
	e.Reordered = overtaken / all
}

// waiting returns the sums over picked packets, where v are the chances of the states that they meet, of how long they
// wait, of its square, and of whether anybody goes ahead of them.
func (c *crowd) waiting(v []float64, hold float64) (mean, square, overtaken float64) {
	by, n := c.reorder.by(), len(v)
	ahead := make([][]float64, by) // by how many have gone ahead: the chances of the states
	ahead[0] = append([]float64(nil), v...)
	next := make([]float64, n)
	left := sumOf(v)
	all := left
	most := 0 // that can have gone ahead
	for k := 1.0; float64(k*c.spacing) <= hold && left > 1e-14*all && c.effort <= maxEffort; k++ {
		left = 0
		if most+1 < by {
			ahead[most+1] = make([]float64, n)
		}
		for a := most; a >= 0; a-- {
			c.step(ahead[a], next)
			ahead[a], next = next, ahead[a]
			for i, x := range ahead[a] {
				passes := float64(x * (1 - c.lost[i]) * (1 - c.picked[i]))
				ahead[a][i] -= passes
				left += ahead[a][i]
				if a+1 < by {
					ahead[a+1][i] += passes
					left += passes
					continue
				}
				waited := float64(k * c.spacing)
				mean += float64(passes * waited)
				square += float64(passes * float64(waited*waited))
			}
			c.effort += n * (n + 10)
		}
		most = min(most+1, by-1)
	}
	mean += float64(left * hold)
	square += float64(left * float64(hold*hold))
	return mean, square, all - sumOf(ahead[0])
}

// keep puts into e how long packets take that wait for all sent before them: D_0 or, for some k, what the k-th before
// still had to go, D_k less k spacings, whichever is most. The chance that none of them is more than x is that of D_0 times
// those of the others, each independent but for the hidden state, whose chain is followed backwards.
func (c *crowd) keep(e *Expectation) {
	v, all, _ := c.arriving()
	reversed := *c
	reversed.move = make([][]float64, len(v))
	for i := range v {
		reversed.move[i] = make([]float64, len(v))
		for j := range v {
			if c.share[i] > 0 {
				reversed.move[i][j] = float64(c.share[j]*c.move[j][i]) / c.share[i]
			}
		}
	}
	slowest := law{c.jitter.x[:1:1], []float64{0}}
	for _, x := range c.jitter.x {
		slowest.x, slowest.p = append(slowest.x, x), append(slowest.p, c.jitter.upTo(x)*reversed.none(v, x)/all)
	}
	mean, square := slowest.moments()
	if reversed.effort > maxEffort {
		mean, square = math.NaN(), math.NaN()
	}
	alone, _ := c.delay.moments()
	e.DelayMean += mean - alone
	e.setSD(deviation(mean, square), math.NaN())
}

// none returns the chance that no packet before one that takes x holds it up, where v are the chances of its state.
func (c *crowd) none(v []float64, x float64) float64 {
	v, next, sum := append([]float64(nil), v...), make([]float64, len(v)), 1.0
	for k := 1.0; sum > 1e-12 && c.effort <= maxEffort; k++ {
		faster := c.jitter.upTo(x + float64(k*c.spacing))
		if faster > 1-1e-15 {
			break
		}
		c.step(v, next)
		sum = 0
		for i := range next {
			next[i] *= c.lost[i] + float64((1-c.lost[i])*faster)
			sum += next[i]
		}
		v, next = next, v
		c.effort += len(v) * (len(v) + 10)
	}
	return sumOf(v)
}
