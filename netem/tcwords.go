package netem

import "strings"

// tcPhrases are the words of tc-netem in the order in which tc looks for one that begins with what was written: "d 5ms"
// is a delay.
var tcPhrases = [...]phrase{
	{"limit", "limit 1000"},
	{"latency", "delay 20ms, delay 20ms 4ms or delay 20ms 4ms 25%"},
	{"delay", "delay 20ms, delay 20ms 4ms or delay 20ms 4ms 25%"},
	{"loss", tcLossUsage},
	{"drop", tcLossUsage},
	{"seed", "seed 42"},
	{"ecn", "loss 5% ecn"},
	{"reorder", "delay 20ms reorder 25% or delay 20ms reorder 25% 50% gap 5"},
	{"corrupt", "corrupt 0.1% or corrupt 0.1% 25%"},
	{"gap", "delay 20ms reorder 25% gap 5"},
	{"duplicate", "duplicate 1% or duplicate 1% 25%"},
	{"distribution", "delay 20ms 4ms distribution normal"},
	{"rate", "rate 10mbit, rate 10mbit 20 or rate 10mbit 20 48 5"},
	{"slot", "slot 10ms, slot 10ms 20ms packets 5 bytes 1500 or slot distribution normal 10ms 2ms"},
}

const tcLossUsage = "loss 5%, loss state 1% 10% 30% 50% 0.5% or loss gemodel 1% 10% 70% 0.1%"

// tcElsewhere are words that some will try in a tc line, and what to say of them.
var tcElsewhere = [...]phrase{
	{"random", "goes with loss: write loss random 5%"},
	{"state", "goes with loss: write loss state 1% 10%"},
	{"gemodel", "goes with loss: write loss gemodel 1% 10%"},
	{"jitter", "no word of tc: write delay 20ms 4ms"},
	{"packets", "goes behind slot, and before bytes: write slot 10ms 20ms packets 5 bytes 1500"},
	{"bytes", "goes behind slot: write slot 10ms 20ms bytes 1500"},
	{"normal", "goes with distribution: write delay 20ms 4ms distribution normal"},
	{"queue", "no word of tc-netem: write limit 1000"},
	{"order", "no word of tc: jitter reorders unless there is a rate"},
	{"burst", "no word of tc: write loss gemodel 1% 10%, where bursts are 10 packets long"},
	{"help", "no help from here: the words are " + tcAllWords},
}

const tcAllWords = "limit delay distribution loss ecn corrupt duplicate reorder gap rate slot seed"

// ParseTC reads the options of a tc-netem line in any order, as tc does: words may be cut short, the last of those that
// repeat counts, a bare time is in microseconds (in a slot: nanoseconds), 5 and 5% are the same percentage, and 10mbps
// is 10 megabytes a second. The command before them ("tc qdisc add dev eth0 root netem") may stand there too. What tc
// refuses is refused; the error is a *SyntaxError.
func ParseTC(line string) (TC, error) {
	p := tcParser{parser: parser{tokens: split(line)}, line: TC{limit: DefaultLimit}}
	if err := p.command(); err != nil {
		return TC{}, err
	}
	for !p.done() {
		if err := p.word(p.take()); err != nil {
			return TC{}, err
		}
	}
	if err := p.finish(); err != nil {
		return TC{}, err
	}
	return p.line, nil
}

// tcParser reads tokens into a line.
type tcParser struct {
	parser // its tokens and the last word
	line   TC

	distribution, ecn, reorder, gap token // for finish
}

// command takes what stands before the options.
func (p *tcParser) command() error {
	if p.done() {
		return nil
	}
	switch first := p.tokens[0]; first.text {
	case "sudo", "tc", "qdisc", "netem":
		for !p.done() {
			if p.take().text == "netem" {
				return nil
			}
		}
		return first.wrong("no netem in this command: write tc qdisc add dev eth0 root netem delay 20ms, or delay 20ms")
	}
	return nil
}

// tcWord returns the word that begins with s, "" if none does.
func tcWord(s string) string {
	for _, w := range tcPhrases {
		if strings.HasPrefix(w.word, s) {
			return w.word
		}
	}
	return ""
}

// word reads what belongs to the word t.
func (p *tcParser) word(t token) error {
	word := tcWord(t.text)
	if word == "" {
		return p.stray(t)
	}
	p.last = token{t.pos, word}
	l := &p.line
	switch word {
	case "limit":
		return read(p, &l.limit, tcSize)
	case "latency", "delay":
		return p.readDelay()
	case "loss", "drop":
		return p.readLoss(t)
	case "seed":
		l.seeded = true
		return read(p, &l.seed, tcSeed)
	case "ecn":
		p.ecn, l.ecn = t, true
		return nil
	case "reorder":
		p.reorder = t
		return p.readTrial(&l.reorder)
	case "corrupt":
		return p.readTrial(&l.corrupt)
	case "gap":
		p.gap = t
		return read(p, &l.gap, tcUint32)
	case "duplicate":
		return p.readTrial(&l.duplicate)
	case "distribution":
		p.distribution = t
		return read(p, &l.distribution, tcDistribution)
	case "rate":
		return p.readRate()
	}
	return p.readSlot()
}

// stray returns the error about a token where a word should stand.
func (p *tcParser) stray(t token) error {
	if isNumber(t.text) || t.text == "%" {
		if p.last.text == "" {
			return t.wrong("a value without its word: the words are " + tcAllWords)
		}
		return t.wrong("more than " + p.last.text + " takes: write " + usageIn(tcPhrases[:], p.last.text))
	}
	for _, e := range tcElsewhere {
		if e.word == t.text {
			return t.wrong(e.usage)
		}
	}
	if near := nearest(t.text, tcPhrases[:]); near != "" {
		return t.wrong("no word of tc-netem: did you mean " + near + "? write " + usageIn(tcPhrases[:], near))
	}
	return t.wrong("no word of tc-netem: the words are " + tcAllWords)
}

// digit says whether the next token begins like a number, which is how tc tells values that may be left out from words.
func (p *tcParser) digit() bool {
	return !p.done() && p.tokens[0].text[0] >= '0' && p.tokens[0].text[0] <= '9'
}

// signed is digit where the number may be negative.
func (p *tcParser) signed() bool { return p.digit() || !p.done() && p.tokens[0].text[0] == '-' }

// read reads the next token with one of the parsers of tc's numbers.
func read[T any](p *tcParser, into *T, parse func(string) (T, error)) (err error) {
	if p.done() {
		return p.last.wrong("a value is missing: write " + usageIn(tcPhrases[:], p.last.text))
	}
	t := p.take()
	if *into, err = parse(t.text); err != nil {
		return t.at(err)
	}
	return nil
}

// optional is read if the next token is a number.
func optional[T any](p *tcParser, there bool, into *T, parse func(string) (T, error)) error {
	if !there {
		return nil
	}
	return read(p, into, parse)
}

// finish judges what the words say together.
func (p *tcParser) finish() error {
	l := &p.line
	switch {
	case l.distribution != "" && (l.delay == 0 || l.jitter == 0):
		return p.distribution.wrong("there is no jitter to distribute: write " + usageIn(tcPhrases[:], "distribution"))
	case l.reorder.p != 0 && l.delay == 0:
		return p.reorder.wrong("to be sent at once says nothing where nothing is delayed: write " + usageIn(tcPhrases[:], "reorder"))
	case l.reorder.p == 0 && l.gap != 0:
		return p.gap.wrong("tc takes no gap without reorder, though its manual does: write " + usageIn(tcPhrases[:], "gap"))
	case l.ecn && l.loss.model == lossRandom && l.loss.p[0] == 0:
		return p.ecn.wrong("ecn marks what would be lost, and nothing is: write " + usageIn(tcPhrases[:], "ecn"))
	}
	if l.reorder.p != 0 {
		l.gap = max(l.gap, 1)
	}
	return nil
}
