package netem

// tcLoss is the loss of a tc line: one of three models and its probabilities.
type tcLoss struct {
	model tcModel
	p     [5]share    // random: P; state: p13 p31 p32 p23 p14; gemodel: p r h 1-k
	rho   correlation // of random
}

// tcModel is the kind of a loss.
type tcModel uint8

const (
	lossRandom  tcModel = iota
	lossState           // a Markov chain of four states, of which two lose
	lossGemodel         // Gilbert and Elliott's chain of two states, each with a loss of its own
)

// The states, as they are numbered in the manual and in Salsano, Ludovici and Ordine's paper on the 4-state model.
const (
	received      = iota + 1 // 1: in a gap between bursts
	receivedBurst            // 2: within a burst of losses
	lostBurst                // 3
	lostAlone                // 4: a single loss in a gap
)

// good and bad are the states of gemodel.
const (
	good = iota
	bad
)

// losing is a loss at work.
type losing struct {
	tcLoss
	random trial
	state  int
}

func newLosing(l tcLoss) losing {
	s := losing{tcLoss: l, random: trial{p: l.p[0], averaged: averaged{rho: l.rho.rho}}}
	if l.model == lossState {
		s.state = received
	}
	return s
}

// next decides about the next packet, in as many draws as the model takes: none at loss 0%, one, or two for gemodel.
func (l *losing) next(t *taus) bool {
	switch l.model {
	case lossState:
		return l.nextState(t)
	case lossGemodel:
		return l.nextGemodel(t)
	}
	return l.random.hits(t)
}

// nextState goes to the next of four states, and the packet has the fate of that one. The sums are of 32 bits: where two
// probabilities add up to more than 1 they begin again at 0, as in the kernel.
func (l *losing) nextState(t *taus) bool {
	p13, p31, p32, p23, p14 := l.p[0], l.p[1], l.p[2], l.p[3], l.p[4]
	u := share(t.next())
	switch l.state {
	case received:
		if u < p14 {
			l.state = lostAlone
		} else if u < p14+p13 {
			l.state = lostBurst
		}
	case receivedBurst:
		if u < p23 {
			l.state = lostBurst
		}
	case lostBurst:
		if u < p32 {
			l.state = receivedBurst
		} else if u < p32+p31 {
			l.state = received
		}
	case lostAlone:
		l.state = received
	}
	return l.state == lostBurst || l.state == lostAlone
}

// nextGemodel moves first, yet it is the state before the move that decides about the packet.
func (l *losing) nextGemodel(t *taus) bool {
	p, r, h, k1 := l.p[0], l.p[1], l.p[2], l.p[3]
	was := l.state
	if move := share(t.next()); was == good && move < p {
		l.state = bad
	} else if was == bad && move < r {
		l.state = good
	}
	if u := share(t.next()); was == good {
		return u < k1
	} else {
		return u > h
	}
}
