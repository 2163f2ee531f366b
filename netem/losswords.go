package netem

import "strings"

// The word loss and what may follow it: a link has one loss, of one of these kinds.

// lossPhrases are the losses with words of their own.
var lossPhrases = [...]phrase{
	{"loss gemodel", "loss gemodel 1% 10% or loss gemodel 1% 10% 70% 0.1%"},
	{"loss state", "loss state 1% 30% or loss state 1% 10% 30% 50% 0.5%"},
	{"loss list", "loss list 3,7,10-12"},
	{"loss pattern", "loss pattern 0010110"},
	{"loss every", "loss every 10 or loss every 10 from 3"},
	{"loss mask", "loss mask FILE"},
}

// readLoss reads any of the losses.
func (p *parser) readLoss(t token) error {
	if !p.done() {
		if read := p.lossReader(p.tokens[0].text); read != nil {
			t = p.take()
			p.last = token{t.pos, "loss " + t.text}
			return read(t)
		}
	}
	p.accept("random") // tc-netem's word for what there is without it
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
	err = p.readRho(t, &m.Rho)
	p.spec.put(m)
	return err
}

// lossReader returns the reader of the loss that a word names, nil if it names none.
func (p *parser) lossReader(word string) func(token) error {
	switch word {
	case "gemodel":
		return p.readGemodel
	case "state":
		return p.readState
	case "list":
		return p.readList
	case "pattern":
		return p.readPattern
	case "every":
		return p.readEvery
	case "mask":
		return p.readMask
	}
	return nil
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

// readChances reads one to n probabilities.
func (p *parser) readChances(t token, n int) (given []float64, err error) {
	for len(given) == 0 || p.number() && len(given) < n {
		v, err := value(p, t, ParseProbability)
		if err != nil {
			return nil, err
		}
		given = append(given, v)
	}
	return given, nil
}

// readGemodel reads p [r [1-h [1-k]]], with tc-netem's defaults: r = 1-p makes the loss independent.
func (p *parser) readGemodel(t token) error {
	given, err := p.readChances(t, 4)
	if err != nil {
		return err
	}
	all := gilbertDefaults(given[0])
	copy(all, given)
	p.spec.put(&GilbertElliott{P: all[0], R: all[1], H1: all[2], K1: all[3]})
	return nil
}

// readState reads p13 [p31 [p32 [p23 [p14]]]], with tc-netem's defaults.
func (p *parser) readState(t token) error {
	given, err := p.readChances(t, 5)
	if err != nil {
		return err
	}
	all := markovDefaults(given[0])
	copy(all, given)
	p.spec.put(&Markov{P13: all[0], P31: all[1], P32: all[2], P23: all[3], P14: all[4]})
	return nil
}

// readList reads packet numbers. A comma at the end of a token goes on with the next: "3, 7, 10-12".
func (p *parser) readList(t token) error {
	var parts []string
	for len(p.tokens) > 1 && strings.HasSuffix(p.tokens[0].text, ",") {
		parts = append(parts, p.take().text)
	}
	if len(parts) > 0 {
		p.tokens[0].text = strings.Join(parts, "") + p.tokens[0].text
	}
	lost, err := value(p, t, parseList)
	p.spec.put(&List{Lost: lost})
	return err
}

func (p *parser) readPattern(t token) error {
	bits, err := value(p, t, parsePattern)
	p.spec.put(&Pattern{Bits: bits})
	return err
}

// readEvery reads N [from N].
func (p *parser) readEvery(t token) (err error) {
	m := new(Every)
	if m.N, err = value(p, t, parseEvery); err != nil {
		return err
	}
	if from, ok := p.accept("from"); ok {
		m.From, err = value(p, from, parseEvery)
	}
	if m.From == m.N {
		m.From = 0 // which says the same, and is what the model's words read back as
	}
	p.spec.put(m)
	return err
}

func parseEvery(s string) (uint64, error) {
	n := parsePacketNumber(s)
	if n == 0 {
		return 0, wrong(s, "not a number of packets: write "+usage("loss every"))
	}
	return n, nil
}

func (p *parser) readMask(t token) error {
	name, m, err := file(p, t, ParseMask)
	if err != nil {
		return err
	}
	m.File = name
	p.spec.put(m)
	return nil
}
