package netem

// hidden is what packets meet whose loss, or whose being picked, depends on a state that is not seen: a Markov chain, and
// the chances in each of its states. All losses with a memory are such chains, of four states at most.
type hidden struct {
	share  []float64   // of the packets that meet each state, in the long run
	move   [][]float64 // chance to go from a state (row) to another (column) from one packet to the next
	lost   []float64   // chance to be lost in each state
	picked []float64   // chance to be picked for reordering
}

// hider is a Model that is such a chain.
type hider interface{ hidden() hidden }

// calm is the chain in which nothing happens.
func calm() hidden { return steady(0) }

// steady is the chain without memory.
func steady(lost float64) hidden {
	return hidden{[]float64{1}, [][]float64{{1}}, []float64{lost}, []float64{0}}
}

// twoStates is the chain that goes from its first state to its second with the chance there, and back with the chance back.
// One that never moves is in its first state.
func twoStates(there, back float64, lost ...float64) hidden {
	second := 0.0
	if there > 0 {
		second = there / (there + back)
	}
	return hidden{[]float64{1 - second, second}, [][]float64{{1 - there, there}, {back, 1 - back}}, lost, []float64{0, 0}}
}

// correlated is the chain that loses a share p with the correlation rho.
func correlated(p, rho float64) hidden {
	if rho == 0 {
		return steady(p)
	}
	there := float64(p * (1 - rho))
	return twoStates(there, 1-there-rho, 0, 1)
}

func (l *Loss) hidden() hidden  { return correlated(l.P, l.Rho) }
func (b *Burst) hidden() hidden { return twoStates(b.begin(), 1/b.Mean, 0, 1) }
func (g *GilbertElliott) hidden() hidden {
	return twoStates(g.P, g.R, g.K1, g.H1)
}

func (m *Markov) hidden() hidden {
	s := m.shares()
	return hidden{s[:], [][]float64{
		{1 - m.P13 - m.P14, 0, m.P13, m.P14},
		{0, 1 - m.P23, m.P23, 0},
		{m.P31, m.P32, 1 - m.P31 - m.P32, 0},
		{1, 0, 0, 0},
	}, []float64{0, 0, 1, 1}, []float64{0, 0, 0, 0}}
}

func (r *Reorder) hidden() hidden {
	h := correlated(r.P, r.Rho)
	h.lost, h.picked = h.picked, h.lost
	return h
}

// beside returns the chain of two that move independently.
func (h hidden) beside(g hidden) hidden {
	var both hidden
	for i := range h.share {
		for j := range g.share {
			both.share = append(both.share, float64(h.share[i]*g.share[j]))
			both.lost = append(both.lost, either(h.lost[i], g.lost[j]))
			both.picked = append(both.picked, either(h.picked[i], g.picked[j]))
			var row []float64
			for _, a := range h.move[i] {
				for _, b := range g.move[j] {
					row = append(row, float64(a*b))
				}
			}
			both.move = append(both.move, row)
		}
	}
	return both
}

// either is the probability that at least one of two independent things happens.
func either(a, b float64) float64 { return a + float64(b*(1-a)) }

// step returns the chances of the states one packet on, in to.
func (h hidden) step(v, to []float64) {
	for j := range to {
		to[j] = 0
		for i := range v {
			to[j] += float64(v[i] * h.move[i][j])
		}
	}
}

// chances returns the share of packets that are lost, and the share that are lost like the next one.
func (h hidden) chances() (lost, both float64) {
	next := make([]float64, len(h.share))
	now := make([]float64, len(h.share))
	for i := range now {
		now[i] = float64(h.share[i] * h.lost[i])
		lost += now[i]
	}
	h.step(now, next)
	for i := range next {
		both += float64(next[i] * h.lost[i])
	}
	return lost, both
}

// expect returns what the chain's losses come to.
func (h hidden) expect() Expectation { return lossy(h.chances()) }
