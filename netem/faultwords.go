package netem

import (
	"slices"
	"strings"
	"time"
)

// The words that are faults: a verb, the subject and its numbers, then of, flow and by in any order.

// faultPhrases are examples of faults by their first words, for errors.
var faultPhrases = [...]phrase{
	{"drop", "drop data 5, drop data 2,5-8, drop syn or drop retransmission 1 of data 5"},
	{"delay data", "delay data 7 by 3 or delay data 7 by 30ms"},
	{"duplicate data", "duplicate data 5 or duplicate syn-ack"},
	{"corrupt data", "corrupt data 4"},
}

// faulty says whether the word t begins a fault: also a verb that is a model's word too, and then names a packet.
func (p *parser) faulty(t token) bool {
	if t.text == "drop" {
		return true
	}
	if !slices.Contains(verbs[:], t.text) || p.done() {
		return false
	}
	next := p.tokens[0].text
	return slices.Contains(subjects[:], next) || !isNumber(next) && Nearest(next, subjects[:]) != ""
}

// readFault reads what belongs to the verb t.
func (p *parser) readFault(t token) error {
	f := &Fault{Verb: Verb(slices.Index(verbs[:], t.text))}
	p.last = token{t.pos, t.text + " data"}
	if f.Verb == Dropping {
		p.last.text = "drop"
	}
	if err := p.readSubject(t, f); err != nil {
		return err
	}
	for more := true; more; {
		var err error
		if more, err = p.readFaultWord(f); err != nil {
			return err
		}
	}
	if f.Verb == Delaying && f.By == 0 && f.Late == 0 {
		return t.wrong("by how much is missing: write " + usage(p.last.text))
	}
	if why := f.trouble(); why != "" {
		return t.wrong(why)
	}
	if err := p.once(t, f.String()); err != nil {
		return err
	}
	p.spec.put(f)
	return nil
}

// readFaultWord reads one of the words that may stand behind the subject, if one does.
func (p *parser) readFaultWord(f *Fault) (did bool, err error) {
	if t, ok := p.accept("of"); ok {
		return true, p.readOf(t, f)
	}
	if t, ok := p.accept("flow"); ok {
		return true, p.readFlow(t, f)
	}
	if t, ok := p.accept("by"); ok {
		return true, p.readFaultBy(t, f)
	}
	return false, nil
}

// readSubject reads the subject and which of them.
func (p *parser) readSubject(t token, f *Fault) error {
	if p.ended() {
		return t.wrong("the packet is missing: write " + usage(p.last.text))
	}
	w := p.take()
	i := slices.Index(subjects[:], w.text)
	switch {
	case i < 0 && isNumber(w.text):
		return w.wrong("a fault names packets and not a share of them: write " + usage(p.last.text) + "; or loss 3%")
	case i < 0:
		return w.wrong(noSuch("packet", w.text, subjects[:]) + " write " + usage(p.last.text))
	}
	f.Subject = Subject(i)
	switch {
	case f.Subject == LastData:
		if f.Verb != Dropping {
			return w.wrong(lastDataOnlyDrops)
		}
		if p.numbered() {
			return p.take().wrong("a flow has one last data segment: write drop last-data")
		}
		return nil
	case p.numbered():
		return p.readNumbers(w, &f.Numbers)
	case f.Subject.single():
		f.Numbers = theFirst
		return nil
	}
	return w.wrong("which " + things[i] + " is missing: write " + f.Verb.String() + " " + w.text + " 5, " + f.Verb.String() +
		" " + w.text + " 2,5-8 or " + f.Verb.String() + " " + w.text + " all")
}

// ended says whether nothing more belongs to what is being read.
func (p *parser) ended() bool { return p.done() || p.next(";") || p.next(")") }

// numbered says whether the next token is numbers.
func (p *parser) numbered() bool { return p.number() || p.next("all") }

// readNumbers reads the numbers that belong to w.
func (p *parser) readNumbers(w token, to *Numbers) error {
	if p.ended() {
		return w.wrong("a number is missing" + numberUsage)
	}
	t := p.take()
	ns, ok := parseNumbers(t.text)
	if !ok {
		return t.wrong("no number, and no list of them" + numberUsage)
	}
	if why := ns.trouble(maxNumber); why != "" {
		return t.wrong(why + numberUsage)
	}
	*to = ns
	return nil
}

// readOf reads "of data 5".
func (p *parser) readOf(t token, f *Fault) error {
	switch {
	case f.Subject != Retransmission:
		return t.wrong(ofGoesWithRetransmission)
	case f.Of != nil:
		return t.wrong("of has been said already: say it once")
	case p.ended():
		return t.wrong("of what is missing: write drop retransmission 1 of data 5")
	case !p.next("data"):
		return p.take().wrong("retransmissions are told apart by their data: write drop retransmission 1 of data 5")
	}
	if err := p.readNumbers(p.take(), &f.Of); err != nil {
		return err
	}
	if !f.Of.bounded() {
		return t.wrong(ofIsBounded)
	}
	return nil
}

func (p *parser) readFlow(t token, f *Fault) error {
	if f.Flows != nil {
		return t.wrong("flow has been said already: say it once")
	}
	return p.readNumbers(t, &f.Flows)
}

// readFaultBy reads how many packets are to overtake, or how late the packet is to be.
func (p *parser) readFaultBy(t token, f *Fault) (err error) {
	switch {
	case f.Verb != Delaying:
		return t.wrong("goes with delay: write " + usage("delay data"))
	case f.By > 0 || f.Late > 0:
		return t.wrong("by has been said already: say it once")
	case p.ended():
		return t.wrong("by how much is missing: write " + usage(p.last.text))
	case strings.Trim(p.tokens[0].text, "0123456789") != "":
		f.Late, err = value(p, t, parseFaultWait)
		return err
	}
	if f.By, err = value(p, t, parseFaultBy); err != nil {
		return err
	}
	if within, ok := p.accept("within"); ok {
		f.Within, err = value(p, within, parseFaultWait)
	}
	return err
}

func parseFaultBy(s string) (int, error) {
	n, ok := parseCount(s)
	if !ok || n < 1 || n > maxBy {
		return 0, wrong(s, "a packet is overtaken by 1 to 100000 others"+delayUsage)
	}
	return n, nil
}

// parseFaultWait reads a time that must not be zero.
func parseFaultWait(s string) (d time.Duration, err error) {
	if d, err = ParseDuration(s); err == nil && d == 0 {
		return 0, wrong(s, "no time at all"+delayUsage)
	}
	return d, err
}
