package netem

import "math/rand/v2"

// Markov loses packets as a chain of four states says, which tells a single loss from a burst that lets some packets
// through. The states and their numbers are those of tc-netem: 1 receives, 2 receives within a burst, 3 loses within a
// burst, 4 loses a single packet and goes back to 1.
//
// It starts in the stationary distribution, so that the share lost is the long-run one from the first packet on. (In
// tc-netem it starts in state 1.)
type Markov struct {
	P13 float64 // chance that a burst begins, 0 to 1
	P31 float64 // chance that it ends after a loss
	P32 float64 // chance that it lets a packet through after a loss; P31+P32 is at most 1
	P23 float64 // chance that it goes on losing after that
	P14 float64 // chance of a single loss; P13+P14 is at most 1

	state uint8 // of the last packet, 0 before the first
}

// Judge implements Model. It draws once: the chain goes to its next state, and the packet has the fate of that one.
func (m *Markov) Judge(_ Time, rng *rand.Rand, _ *Packet) Verdict {
	u := fraction(rng)
	switch m.state {
	case 0:
		m.state = m.first(u)
	case received:
		if u < m.P14 {
			m.state = lostAlone
		} else if u < m.P14+m.P13 {
			m.state = lostBurst
		}
	case receivedBurst:
		if u < m.P23 {
			m.state = lostBurst
		}
	case lostBurst:
		if u < m.P32 {
			m.state = receivedBurst
		} else if u < m.P32+m.P31 {
			m.state = received
		}
	case lostAlone:
		m.state = received
	}
	return Verdict{Drop: m.state >= lostBurst}
}

// first returns the state of the first packet. Those that lose come first, so that small draws are losses here too.
func (m *Markov) first(u float64) uint8 {
	shares := m.shares()
	for _, state := range [...]uint8{lostAlone, lostBurst, receivedBurst} {
		if u -= shares[state-1]; u < 0 {
			return state
		}
	}
	return received
}

// shares returns the stationary distribution over the states from 1 up. What flows into each state flows out of it:
// share3 P31 = share1 P13, share2 P23 = share3 P32 and share4 = share1 P14. A chain that can end up in different states
// for good is taken to start in state 1.
func (m *Markov) shares() [4]float64 {
	s := [4]float64{float64(m.P31 * m.P23), float64(m.P13 * m.P32), float64(m.P13 * m.P23), 0}
	if m.P32 == 0 { // state 2 is never seen, whatever leads out of it
		s = [4]float64{m.P31, 0, m.P13, 0}
	}
	if s[0]+s[1]+s[2] == 0 { // nothing leads from 1 into bursts and back, or out of them
		s[0] = 1
	}
	s[3] = float64(s[0] * m.P14)
	sum := s[0] + s[1] + s[2] + s[3]
	for i := range s {
		s[i] /= sum
	}
	return s
}

// String implements Model in the shortest form that tc-netem reads alike: "loss state 1% 10% 30% 50% 0.5%".
func (m *Markov) String() string {
	return "loss state" + shortForm([]float64{m.P13, m.P31, m.P32, m.P23, m.P14}, markovDefaults(m.P13))
}

// markovDefaults are P13, P31, P32, P23 and P14 where only the first is said, which makes the loss independent.
func markovDefaults(p13 float64) []float64 { return []float64{p13, 1 - p13, 0, 1, 0} }

// Clone implements Cloner.
func (m *Markov) Clone() Model {
	return &Markov{P13: m.P13, P31: m.P31, P32: m.P32, P23: m.P23, P14: m.P14}
}

// Validate implements Validator.
func (m *Markov) Validate() error {
	for _, p := range []float64{m.P13, m.P31, m.P32, m.P23, m.P14} {
		if err := checkProbability("loss", p); err != nil {
			return err
		}
	}
	const overfull = 1 + 1e-9 // 90% and 10% may add up to a little more than 1
	if m.P31+m.P32 > overfull || m.P13+m.P14 > overfull {
		return wrong("loss", "p13 and p14, and p31 and p32, add up to at most 100%: write loss state 1% 10% 30% 50% 0.5%")
	}
	return nil
}

// shortForm writes probabilities behind each other without those at the end that are what they are by default.
func shortForm(all, byDefault []float64) (s string) {
	n := len(all)
	for n > 1 && all[n-1] == byDefault[n-1] {
		n--
	}
	for _, p := range all[:n] {
		s += " " + FormatProbability(p)
	}
	return s
}
