package netem

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// The words that are queues. The parameters of a queue stand behind its name, in any order, each at most once; the
// limit may stand among them, as it does in tc.

// queues are the names of the queues, each with all that it takes.
var queues = [...]phrase{
	{"pfifo", "queue pfifo limit 100"},
	{"bfifo", "queue bfifo limit 64KiB"},
	{"headdrop", "queue headdrop limit 100"},
	{"codel", "queue codel target 5ms interval 100ms ecn ce_threshold 1ms"},
	{"fq_codel", "queue fq_codel flows 1024 quantum 1514B target 5ms interval 100ms noecn ce_threshold 1ms"},
	{"pie", "queue pie target 15ms tupdate 15ms alpha 2 beta 20 ecn bytemode"},
	{"red", "queue red min 30KB max 90KB avpkt 1000B burst 55 probability 2% ecn"},
}

// switches are parameters without a value, each with its opposite.
var switches = [...][2]string{{"ecn", "noecn"}, {"bytemode", "nobytemode"}}

// opposite returns the word that says the contrary of a switch, "" for other words.
func opposite(word string) string {
	for _, s := range switches {
		if i := slices.Index(s[:], word); i >= 0 {
			return s[1-i]
		}
	}
	return ""
}

// takes says whether a queue takes a parameter: its usage tells, which has one word of each switch.
func (q phrase) takes(word string) bool {
	words := strings.Fields(q.usage)[2:]
	return slices.Contains(words, word) && !isNumber(word) || opposite(word) != "" && slices.Contains(words, opposite(word))
}

// ofQueue returns the usage of the first queue that is called so or has such a parameter.
func ofQueue(word string) (usage string, ok bool) {
	for _, q := range queues {
		if q.word == word || q.takes(word) {
			return q.usage, true
		}
	}
	return "", false
}

// readQueue reads the kind of queue and its parameters, or only its limit: "queue 100" is what --queue 100 says.
func (p *parser) readQueue(t token) error {
	if p.number() {
		if err := p.once(t, "limit"); err != nil {
			return err
		}
		return p.readLimit(t)
	}
	if err := p.once(t, "queue"); err != nil {
		return err
	}
	if !p.done() {
		p.queue = p.tokens[0] // what it asks of the limit, finish checks: the limit may come later
	}
	if _, err := value(p, t, parseQueue); err != nil {
		return err
	}
	p.last = p.queue
	var said said
	if err := p.readParameters(&said); err != nil {
		return err
	}
	p.spec.Queue = said.discipline(p.queue.text)
	return nil
}

// parseQueue refuses what is no queue's name.
func parseQueue(s string) (string, error) {
	names := wordsOf(queues[:])
	if slices.Contains(names, s) {
		return s, nil
	}
	if near := Nearest(s, names); near != "" {
		return "", wrong(s, "no such queue: did you mean "+near+"? write "+usage(near))
	}
	return "", wrong(s, "the queues here are "+strings.Join(names, " ")+": write queue 100, queue codel or "+usage("bfifo"))
}

// readParameters reads what the queue takes, as far as it goes.
func (p *parser) readParameters(s *said) error {
	kind := queues[slices.Index(wordsOf(queues[:]), p.queue.text)]
	var seen []string
	for !p.done() {
		t := p.tokens[0]
		other, ok := ofQueue(t.text)
		switch {
		case t.text == "limit":
			if err := p.word(p.take()); err != nil {
				return err
			}
			p.last = p.queue
			continue
		case !kind.takes(t.text) && ok && p.reader(t.text) == nil:
			return t.wrong("goes with another queue: write " + kind.usage + ", or " + other)
		case !kind.takes(t.text):
			return nil
		case slices.Contains(seen, t.text):
			return t.wrong(t.text + " has been said already: say it once")
		case slices.Contains(seen, opposite(t.text)):
			return t.wrong("not both " + opposite(t.text) + " and " + t.text + ": say one of them")
		}
		seen = append(seen, t.text)
		if err := s.read(p, p.take()); err != nil {
			return err
		}
	}
	return nil
}

// said is what the parameters of a queue said, whichever queue they belong to; zero where they said nothing.
type said struct {
	target, interval, tupdate, threshold time.Duration
	flows, alpha, beta, burst            int
	quantum, min, max, avpkt             int // bytes
	probability                          float64
	ecn, noecn, bytemode                 bool
}

// read reads the parameter t.
func (s *said) read(p *parser, t token) (err error) {
	switch t.text {
	case "target":
		s.target, err = value(p, t, parseSpan)
	case "interval":
		s.interval, err = value(p, t, parseSpan)
	case "tupdate":
		s.tupdate, err = value(p, t, parseSpan)
	case "ce_threshold":
		s.threshold, err = value(p, t, parseSpan)
	case "flows":
		s.flows, err = value(p, t, p.parseCount)
	case "alpha":
		s.alpha, err = value(p, t, p.parseCount)
	case "beta":
		s.beta, err = value(p, t, p.parseCount)
	case "burst":
		s.burst, err = value(p, t, p.parseCount)
	case "quantum":
		s.quantum, err = value(p, t, parsePositiveSize)
	case "min":
		s.min, err = value(p, t, parsePositiveSize)
	case "max":
		s.max, err = value(p, t, parsePositiveSize)
	case "avpkt":
		s.avpkt, err = value(p, t, parsePositiveSize)
	case "probability":
		s.probability, err = value(p, t, parseChance)
	case "ecn", "noecn":
		s.ecn, s.noecn = t.text == "ecn", t.text == "noecn"
	case "bytemode", "nobytemode":
		s.bytemode = t.text == "bytemode"
	}
	return err
}

// discipline returns the queue of this name.
func (s *said) discipline(name string) Discipline {
	switch name {
	case "headdrop":
		return HeadDrop{}
	case "codel":
		return CoDel{s.target, s.interval, s.threshold, s.ecn}
	case "fq_codel":
		return FQCoDel{s.flows, s.quantum, s.target, s.interval, s.threshold, s.noecn}
	case "pie":
		return PIE{s.target, s.tupdate, s.alpha, s.beta, s.ecn, s.bytemode}
	case "red":
		return RED{s.min, s.max, s.avpkt, s.burst, s.probability, s.ecn}
	}
	return nil // pfifo and bfifo are DropTail, which is what nil stands for
}

// The parsers of parameters refuse zero, which stands for what is not said.

func parseSpan(s string) (d time.Duration, err error) {
	if d, err = ParseDuration(s); err == nil && d == 0 {
		return 0, wrong(s, "no time at all: write 5ms")
	}
	return d, err
}

func (p *parser) parseCount(s string) (int, error) {
	n, err := strconv.Atoi(s)
	if err != nil || n < 1 || n > maxREDBurst {
		return 0, wrong(s, "not a whole number from 1 to 1000000: write "+usage(p.last.text))
	}
	return n, nil
}

func parsePositiveSize(s string) (n int, err error) {
	if n, err = ParseSize(s); err == nil && n == 0 {
		return 0, wrong(s, "no bytes at all: write 1500B")
	}
	return n, err
}

func parseChance(s string) (f float64, err error) {
	if f, err = ParseProbability(s); err == nil && f == 0 {
		return 0, wrong(s, "at 0 nothing would ever be dropped: write 2%")
	}
	return f, err
}
