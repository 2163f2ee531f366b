package netem

import (
	"strconv"
	"strings"
	"time"
)

// The words that are models. Each reader takes its values as far as they look like its own and leaves the rest, which
// is then the next word or too much.

// readDelay reads the mean and at most one more time, which is the jitter: the word jitter may then not be said.
func (p *parser) readDelay(t token) error {
	mean, err := value(p, t, ParseDuration)
	if err != nil {
		return err
	}
	p.spec.put(&Delay{Mean: mean})
	if !p.number() {
		return nil
	}
	jitter := token{p.tokens[0].pos, "jitter"}
	if err := p.once(jitter, "jitter"); err != nil {
		return err
	}
	if err := p.readJitter(jitter); err != nil {
		return err
	}
	if p.number() && strings.HasSuffix(p.tokens[0].text, "%") {
		return p.take().wrong("jitter has no correlation here (in tc-netem it has no effect): write " + usage("delay"))
	}
	return nil
}

// readJitter keeps the jitter for finish, as the delay may come later.
func (p *parser) readJitter(t token) (err error) {
	p.jitter = t
	p.spread, err = value(p, t, ParseDuration)
	return err
}

// readDistribution keeps the distribution for finish. In tc-netem it stands behind the jitter; here it may stand anywhere.
func (p *parser) readDistribution(t token) (err error) {
	p.distribution = t
	p.shape, err = value(p, t, func(s string) (Distribution, error) {
		for i, name := range distributions {
			if name == s {
				return Distribution(i), nil
			}
		}
		return Uniform, wrong(s, "the distributions here are "+strings.Join(distributions[:], " and ")+": write "+
			usage("distribution"))
	})
	return err
}

// readLoss reads any of the three losses, which are one word: a link has one of them.
func (p *parser) readLoss(t token) error {
	p.accept("random") // tc-netem's word for what there is without it
	if _, ok := p.accept("gemodel"); ok {
		return p.readGemodel(t)
	}
	if state, ok := p.accept("state"); ok {
		return p.stray(state)
	}
	share, err := value(p, t, ParseProbability)
	if err != nil {
		return err
	}
	if burst, ok := p.accept("burst"); ok {
		mean, err := value(p, burst, parseBurst)
		p.spec.put(&Burst{P: share, Mean: mean})
		return err
	}
	m := &Loss{P: share}
	if p.number() {
		m.Rho, err = value(p, t, ParseProbability)
	}
	p.spec.put(m)
	return err
}

func parseBurst(s string) (float64, error) {
	n, ok := parseFloat(s, 0)
	if size, err := ParseSize(s); !ok && err == nil { // "16KiB"
		return 0, wrongf(s, "a burst of losses is packets, and the rate's stands behind the rate: write loss 2%% burst 5 or rate 10mbit burst %s",
			FormatSize(size))
	}
	if !ok || n < 1 || n > maxBurst {
		return 0, wrong(s, "a burst is 1 to 1000000 packets long on average: write loss 2% burst 5")
	}
	return n, nil
}

// readGemodel reads p [r [1-h [1-k]]], with tc-netem's defaults: r = 1-p makes the loss independent.
func (p *parser) readGemodel(t token) error {
	var given []float64
	for len(given) == 0 || p.number() && len(given) < 4 {
		v, err := value(p, t, ParseProbability)
		if err != nil {
			return err
		}
		given = append(given, v)
	}
	all := [4]float64{0, 1 - given[0], 1, 0}
	copy(all[:], given)
	p.spec.put(&GilbertElliott{P: all[0], R: all[1], H1: all[2], K1: all[3]})
	return nil
}

// readReorder reads a share and how far, by packets or by time. A share alone is by 1, and is kept as if that had been
// said, so that both read back alike.
func (p *parser) readReorder(t token) error {
	share, err := value(p, t, ParseProbability)
	if err != nil {
		return err
	}
	m := &Reorder{P: share}
	if late, ok := p.accept("late"); ok {
		m.Late, err = value(p, late, parseWait)
	} else if m.By = 1; p.next("by") {
		err = p.readBy(m)
	}
	if err == nil && (p.next("by") || p.next("late")) {
		return p.take().wrong(eitherByOrLate)
	}
	p.spec.put(m)
	return err
}

// readBy reads what belongs to the word by, which is next.
func (p *parser) readBy(m *Reorder) (err error) {
	if m.By, err = value(p, p.take(), parseBy); err != nil {
		return err
	}
	if within, ok := p.accept("within"); ok {
		m.Within, err = value(p, within, parseWait)
	}
	return err
}

func parseBy(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxBy {
		return 0, wrong(s, "a packet is displaced by 1 to 100000 others: write reorder 5% by 3")
	}
	return n, nil
}

// parseWait reads a time that must not be zero.
func parseWait(s string) (d time.Duration, err error) {
	if d, err = ParseDuration(s); err == nil && d == 0 {
		return 0, wrong(s, "no time at all: write reorder 5% late 8ms or reorder 5% by 3 within 200ms")
	}
	return d, err
}

func (p *parser) readDuplicate(t token) error {
	share, err := value(p, t, ParseProbability)
	p.spec.put(&Duplicate{P: share})
	return err
}

func (p *parser) readCorrupt(t token) error {
	share, err := value(p, t, ParseProbability)
	p.spec.put(&Corrupt{P: share})
	return err
}
