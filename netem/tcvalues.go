package netem

import "strings"

// The values of the words of a tc line. Each reader takes what looks like its own and leaves the rest, which is then the
// next word or too much.

// readRho reads a correlation if there is one.
func (p *tcParser) readRho(c *correlation) error {
	c.said = c.said || p.digit()
	return optional(p, p.digit(), &c.rho, tcShare)
}

func (p *tcParser) readTrial(t *tcTrial) error {
	if err := read(p, &t.p, tcShare); err != nil {
		return err
	}
	return p.readRho(&t.rho)
}

func (p *tcParser) readDelay() error {
	if err := read(p, &p.line.delay, tcDelay); err != nil || !p.digit() {
		return err
	}
	if err := read(p, &p.line.jitter, tcDelay); err != nil {
		return err
	}
	return p.readRho(&p.line.delayRho)
}

// tcDistribution reads the name of a table.
func tcDistribution(s string) (string, error) {
	var names []string
	for _, t := range tables {
		if t.name == s {
			return s, nil
		}
		names = append(names, t.name)
	}
	if s == "experimental" {
		return "", wrong(s, "its table was measured and follows no formula, so it is not here: write distribution "+strings.Join(names, ", "))
	}
	if s == "uniform" {
		return "", wrong(s, "tc has no such table, though its manual names one: write no distribution, which is uniform")
	}
	return "", wrong(s, "no such table: write distribution "+strings.Join(names, ", "))
}

// readLoss reads one of three models. tc takes a second loss only if the first was none.
func (p *tcParser) readLoss(t token) error {
	l := &p.line.loss
	if l.model != lossRandom || l.p[0] != 0 {
		return t.wrong("tc takes one loss only: say it once")
	}
	if _, ok := p.accept("state"); ok {
		return p.readState()
	}
	if _, ok := p.accept("gemodel"); ok {
		return p.readGemodel()
	}
	if _, random := p.accept("random"); !random && !p.done() && !p.digit() {
		return p.take().wrong("tc wants a number that begins with a digit, or a model: write " + tcLossUsage)
	}
	if err := read(p, &l.p[0], tcShare); err != nil {
		return err
	}
	return p.readRho(&l.rho)
}

// readShares reads one to n percentages, as the probabilities that they are before they are rounded.
func (p *tcParser) readShares(n int) ([]float64, error) {
	var all []float64
	for len(all) == 0 || p.digit() && len(all) < n {
		var f float64
		if err := read(p, &f, tcPercent); err != nil {
			return nil, err
		}
		all = append(all, f)
	}
	return all, nil
}

// readState reads p13 [p31 [p32 [p23 [p14]]]]. p13 alone loses independently.
func (p *tcParser) readState() error {
	given, err := p.readShares(5)
	if err != nil {
		return err
	}
	all := [5]float64{0, 1 - given[0], 0, 1, 0}
	copy(all[:], given)
	p.line.loss = tcLoss{model: lossState, rho: p.line.loss.rho}
	for i, f := range all {
		p.line.loss.p[i] = toShare(f)
	}
	return nil
}

// readGemodel reads p [r [1-h [1-k]]]. p alone loses independently.
func (p *tcParser) readGemodel() error {
	given, err := p.readShares(4)
	if err != nil {
		return err
	}
	all := [4]float64{0, 1 - given[0], 1, 0}
	copy(all[:], given)
	p.line.loss = tcLoss{model: lossGemodel, rho: p.line.loss.rho}
	p.line.loss.p = [5]share{toShare(all[0]), toShare(all[1]), toShare(1 - all[2]), toShare(all[3])}
	return nil
}

// readRate reads RATE [OVERHEAD [CELL [PER-CELL]]]. tc takes a negative number behind the overhead for PER-CELL.
func (p *tcParser) readRate() error {
	r := &p.line.rate
	r.said = true
	err := read(p, &r.bytes, tcRateBytes)
	if err == nil {
		err = optional(p, p.signed(), &r.overhead, tcInt32)
	}
	if err == nil {
		err = optional(p, p.digit(), &r.cell, tcUint32)
	}
	if err == nil {
		err = optional(p, p.signed(), &r.perCell, tcInt32)
	}
	return err
}

// readSlot reads what comes first, and then packets and bytes in this order. Once a table has been named the kernel looks
// at no other times.
func (p *tcParser) readSlot() error {
	s := &p.line.slot
	s.said = true
	var err error
	if _, ok := p.accept("distribution"); ok {
		err = p.readSlotTable(s)
	} else if err = p.readSlotTimes(s); s.table != "" {
		s.min, s.max = 0, 0
	}
	if err == nil && p.cut("packets") {
		p.take()
		err = read(p, &s.packets, tcInt32)
	}
	if err == nil && p.cut("bytes") {
		var n uint32
		p.take()
		err = read(p, &n, tcSize)
		s.bytes = int32(n)
	}
	return err
}

// cut says whether the next token is this word or the beginning of it.
func (p *tcParser) cut(word string) bool {
	return !p.done() && strings.HasPrefix(word, p.tokens[0].text)
}

func (p *tcParser) readSlotTimes(s *tcSlot) error {
	if !p.done() && !p.digit() {
		return p.take().wrong("tc wants a time that begins with a digit: write " + usageIn(tcPhrases[:], "slot"))
	}
	if err := read(p, &s.min, tcSlotTime); err != nil {
		return err
	}
	s.max = s.min
	if !p.digit() {
		return nil
	}
	at := p.tokens[0]
	if err := read(p, &s.max, tcSlotTime); err != nil {
		return err
	}
	if s.max < s.min {
		return at.wrong("the longest wait is shorter than the shortest: write slot 10ms 20ms")
	}
	return nil
}

func (p *tcParser) readSlotTable(s *tcSlot) error {
	s.min, s.max = 0, 0
	if err := read(p, &s.table, tcDistribution); err != nil {
		return err
	}
	if err := read(p, &s.mean, tcSlotTime); err != nil {
		return err
	}
	if p.done() {
		return p.last.wrong("a jitter is missing: write " + usageIn(tcPhrases[:], "slot"))
	}
	at := p.tokens[0]
	if err := read(p, &s.jitter, tcSlotTime); err != nil {
		return err
	}
	if s.jitter <= 0 {
		return at.wrong("a table needs a jitter: write slot distribution normal 10ms 2ms")
	}
	return nil
}

// readTC reads a tc line in quotes, for Parse.
func (p *parser) readTC(t token) error {
	if p.done() || !strings.ContainsAny(p.tokens[0].text[:1], `"'`) {
		return t.wrong("a tc line stands in quotes: write " + usage("tc"))
	}
	quoted := p.take()
	text := strings.TrimSuffix(quoted.text[1:], quoted.text[:1])
	if len(text)+2 != len(quoted.text) {
		return quoted.wrong("the quotes do not end: write " + usage("tc"))
	}
	line, err := ParseTC(text)
	if e, ok := err.(*SyntaxError); ok {
		return &SyntaxError{Pos: quoted.pos + e.Pos, Token: e.Token, Msg: e.Msg}
	}
	p.spec.TC = &line
	return err
}
