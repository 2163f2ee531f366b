package netem

import (
	"slices"
	"strings"
)

// confined reads a model for some packets, "loss 5% for udp", if t begins one; if not, nothing has been read.
func (p *parser) confined(t token) (done bool, err error) {
	if !slices.ContainsFunc(p.tokens, func(t token) bool { return t.text == "for" }) {
		return false, nil
	}
	// What stands before "for" is a model by itself: a delay has its own jitter.
	alone := parser{tokens: p.tokens, open: p.open}
	if err := alone.bare(t); err != nil {
		return false, nil // whoever reads it again will say so
	}
	for t.text == "delay" && (alone.next("jitter") || alone.next("distribution")) {
		if err := alone.bare(alone.take()); err != nil {
			return false, nil
		}
	}
	w, ok := alone.accept("for")
	if !ok {
		return false, nil
	}
	if len(alone.spec.Models) != 1 {
		return true, w.wrong("only models can be for some packets, " + t.text + " is for all: write " + usage("for"))
	}
	if err := alone.finishDelay(); err != nil {
		return true, err
	}
	o := &Only{Model: alone.spec.Models[0]}
	if o.Match, err = alone.readMatch(w); err != nil {
		return true, err
	}
	p.tokens, p.last = alone.tokens, alone.last
	if err := o.Validate(); err != nil {
		return true, t.at(err)
	}
	if err := p.once(t, kind(o)); err != nil {
		return true, err
	}
	p.spec.put(o)
	return true, nil
}

// readMatch reads the conditions behind the word w.
func (p *parser) readMatch(w token) (m Match, err error) {
	p.last = w
	if p.ended() {
		return m, w.wrong("for whom is missing: write " + usage("for"))
	}
	words := wordsOf(conditions[:])
	if t := p.tokens[0]; !slices.Contains(words, t.text) {
		return m, t.wrong(noSuch("condition", t.text, words) + " write " + usage("for"))
	}
	for !p.done() && slices.Contains(words, p.tokens[0].text) {
		if err := p.readCondition(p.take(), &m); err != nil {
			return m, err
		}
	}
	return m, nil
}

// readCondition reads the condition that begins with t.
func (p *parser) readCondition(t token, m *Match) error {
	var said bool
	switch t.text {
	case "up", "down":
		said, m.Link = m.Link != "", t.text
	case "ipv4", "ipv6":
		said, m.Version = m.Version != 0, versions[t.text]
	case "tcp", "udp", "icmp":
		said, m.Proto = m.Proto != 0, protocols[t.text]
	case "port":
		said = m.Port != Range{}
		if err := p.readRange(t, &m.Port, maxPort); err != nil {
			return err
		}
	case "size":
		said = m.Size != Range{}
		if err := p.readRange(t, &m.Size, maxSize); err != nil {
			return err
		}
	}
	if said {
		return t.wrong("no packet is both: all that stands behind for must hold")
	}
	if m.Proto == ProtoICMP && m.Port != (Range{}) {
		return t.wrong("icmp has no ports: write loss 5% for icmp")
	}
	return nil
}

// readRange reads the numbers of the condition w.
func (p *parser) readRange(w token, to *Range, most int) error {
	example := usageIn(conditions[:], w.text)
	if p.ended() {
		return w.wrong("a number is missing: write " + example)
	}
	t := p.take()
	r, ok := parseRange(t.text)
	if !ok {
		return t.wrong("no number, and no range of them: write " + example)
	}
	if why := r.trouble(1, most); why != "" {
		return t.wrong(why + ": write " + example)
	}
	*to = r
	return nil
}

// noSuch says that there is no such thing, and which ones there are or which one may have been meant.
func noSuch(thing, s string, words []string) string {
	if near := Nearest(s, words); near != "" {
		return "no such " + thing + ": did you mean " + near + "?"
	}
	return "no such " + thing + ": there are " + strings.Join(words, " ") + ":"
}
