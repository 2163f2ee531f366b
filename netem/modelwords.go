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
	if strings.HasSuffix(p.tokens[0].text, "%") {
		return p.take().wrong("a correlation is one of jitter, and stands behind it: write delay 20ms 4ms 25%")
	}
	jitter := token{p.tokens[0].pos, "jitter"}
	if err := p.once(jitter, "jitter"); err != nil {
		return err
	}
	return p.readJitter(jitter)
}

// readJitter keeps the jitter and its correlation for finish, as the delay may come later.
func (p *parser) readJitter(t token) (err error) {
	p.jitter = t
	if p.spread, err = value(p, t, ParseDuration); err != nil || !p.number() {
		return err
	}
	if _, err := ParseDuration(p.tokens[0].text); err == nil {
		return nil // a time too many is no correlation
	}
	return p.readRho(t, &p.rho)
}

// readDistribution keeps the distribution for finish. In tc-netem it stands behind the jitter; here it may stand anywhere.
func (p *parser) readDistribution(t token) (err error) {
	p.distribution = t
	if table, ok := p.accept("table"); ok {
		return p.readSamples(table, ParseTable)
	}
	if samples, ok := p.accept("samples"); ok {
		return p.readSamples(samples, ParseSamples)
	}
	p.shape, err = value(p, t, func(s string) (Distribution, error) {
		for i, name := range distributions {
			if name == s {
				return Distribution(i), nil
			}
		}
		return Uniform, wrong(s, "the distributions here are "+strings.Join(distributions[:], ", ")+
			", table FILE and samples FILE: write "+usage("distribution"))
	})
	return err
}

// readSamples reads the name of a file with a distribution.
func (p *parser) readSamples(t token, parse func([]byte) (*Samples, error)) error {
	name, s, err := file(p, t, parse)
	if err != nil {
		return err
	}
	s.File = name
	p.samples = s
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
	if err := p.readRho(t, &m.Rho); err != nil {
		return err
	}
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
	if err != nil {
		return err
	}
	m := &Duplicate{P: share}
	err = p.readRho(t, &m.Rho)
	p.spec.put(m)
	return err
}

func (p *parser) readCorrupt(t token) error {
	share, err := value(p, t, ParseProbability)
	if err != nil {
		return err
	}
	m := &Corrupt{P: share}
	err = p.readRho(t, &m.Rho)
	p.spec.put(m)
	return err
}

// readRho reads the correlation behind a share of packets, if there is one.
func (p *parser) readRho(t token, rho *float64) (err error) {
	if p.number() {
		*rho, err = value(p, t, ParseProbability)
	}
	return err
}
