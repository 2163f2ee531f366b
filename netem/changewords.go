package netem

import (
	"fmt"
	"slices"
	"time"
)

// parse reads all tokens: the words of a link, and behind them the clauses of its schedule.
func (p *parser) parse() (Spec, error) {
	for !p.done() {
		if _, ok := p.accept(";"); ok {
			p.parted = true
			continue
		}
		if err := p.item(p.take()); err != nil {
			return Spec{}, err
		}
	}
	if err := p.finish(); err != nil {
		return Spec{}, err
	}
	return p.spec, nil
}

// item reads a word or a clause.
func (p *parser) item(t token) error {
	clause := slices.Contains(clauseWords[:], t.text)
	parted := p.parted || len(p.seen) == 0 && !p.spec.several()
	p.parted = false
	switch {
	case clause && parted:
		return p.readClause(t)
	case clause:
		return t.wrong("what changes stands behind a semicolon: write ; " + usage(t.text))
	case len(p.spec.Changes) > 0:
		return t.wrong("the words of the link itself stand before what changes: write them first, or " + usage("at"))
	case t.text == "(":
		if p.spec.several() {
			return t.wrong(severalAlone)
		}
		if err := p.once(t, "("); err != nil {
			return err
		}
		return p.readHops(t)
	}
	if t.text == "split" { // of which no part is read twice, as a model for some packets is
		return p.bare(t)
	}
	return p.word(t)
}

// clauseWords are the words with which a clause begins.
var clauseWords = [...]string{"at", "every", "randomly"}

// readClause reads what stands behind a semicolon, up to the next: when, and what changes then.
func (p *parser) readClause(t token) error {
	end := slices.IndexFunc(p.tokens, func(t token) bool { return t.text == ";" })
	if end < 0 {
		end = len(p.tokens)
	}
	q := parser{tokens: p.tokens[:end], open: p.open, last: t}
	p.tokens = p.tokens[end:]
	c, err := q.clause(t)
	if err != nil {
		return err
	}
	if err := p.spec.validateChange(c); err != nil {
		return p.blame(q.blame(err)) // a word of the clause, or of the link
	}
	if len(p.spec.Changes) == maxChanges {
		return t.wrong(fmt.Sprintf("more than %d changes: write fewer, or follow link.csv", maxChanges))
	}
	p.spec.Changes = append(p.spec.Changes, c)
	return nil
}

// clause reads a Change that begins with the word t.
func (p *parser) clause(t token) (c Change, err error) {
	if c.When, err = p.readWhen(t); err != nil {
		return c, err
	}
	for !p.done() {
		w := p.take()
		if i := slices.Index(carriers[1:], w.text); i >= 0 {
			if c.Carrier != CarrierSame {
				return c, w.wrong("up, down and stall exclude each other: say one of them")
			}
			c.Carrier = Carrier(i + 1)
			continue
		}
		if err := p.word(w); err != nil {
			return c, err
		}
	}
	if err := p.finish(); err != nil {
		return c, err
	}
	c.Models = p.spec.Models
	for _, w := range p.seen {
		if w.text == "rate" || w.text == "preset" && p.spec.Rate != 0 {
			rate := p.spec.Rate
			c.Rate = &rate
		} else if w.text == "preset" {
		} else if !changes(w.text, c.Models) {
			return c, w.wrong(w.text + " does not change on the way: write it before the first semicolon")
		}
	}
	if err := c.Validate(); err != nil {
		err = p.blame(err)
		if e, ok := err.(*SyntaxError); ok && e.Pos == 0 { // about the clause as a whole
			err = t.at(err)
		}
		return c, err
	}
	return c, nil
}

// changes says whether the word belongs to a model.
func changes(word string, models []Model) bool {
	if word == "jitter" || word == "distribution" {
		word = "delay"
	}
	return slices.ContainsFunc(models, func(m Model) bool { return kind(m) == word })
}

// readWhen reads at TIME, every TIME or randomly every TIME, and for how long.
func (p *parser) readWhen(t token) (w When, err error) {
	if w.Random = t.text == "randomly"; w.Random {
		every, ok := p.accept("every")
		if !ok {
			return w, t.wrong("how often at random? write " + usage("randomly"))
		}
		w.Every, err = value(p, every, parsePeriod)
	} else if t.text == "every" {
		w.Every, err = value(p, t, parsePeriod)
	} else {
		w.At, err = value(p, t, ParseDuration)
	}
	if err != nil {
		return w, err
	}
	if long, ok := p.accept("for"); ok {
		_, w.About = p.accept("about")
		if w.For, err = value(p, long, parseFor); err != nil {
			return w, err
		}
	}
	if err := w.Validate(); err != nil {
		return w, t.at(err)
	}
	return w, nil
}

func parsePeriod(s string) (d time.Duration, err error) {
	if d, err = ParseDuration(s); err == nil && d < leastEvery {
		return 0, wrong(s, "a link changes every 1ms at most: write every 10s for 500ms down")
	}
	return d, err
}

func parseFor(s string) (d time.Duration, err error) {
	if d, err = ParseDuration(s); err == nil && d == 0 {
		return 0, wrong(s, "no time at all: write every 10s for 500ms down")
	}
	return d, err
}

// readTrace reads the name of a delivery trace.
func (p *parser) readTrace(t token) error {
	name, trace, err := file(p, t, func(content []byte) (*Trace, error) { return ParseTrace("", content) })
	if err == nil {
		trace.Name, p.spec.Trace = name, trace
	}
	return err
}

// readFollow reads the name of a file to follow, and how.
func (p *parser) readFollow(t token) error {
	name, f, err := file(p, t, func(content []byte) (*Follow, error) { return ParseFollow("", content) })
	if err != nil {
		return err
	}
	f.Name = name
	if interpolate, ok := p.accept("interpolate"); ok {
		f.Linear, err = value(p, interpolate, func(s string) (bool, error) {
			if s != "linear" && s != "step" {
				return false, wrong(s, "no such line between rows: write interpolate linear or interpolate step")
			}
			return s == "linear", nil
		})
		if err != nil {
			return err
		}
	}
	_, f.Repeat = p.accept("repeat")
	p.spec.Follow = f
	return nil
}

// misplaced refuses a clause where only a word can stand, as in Set.
func (p *parser) misplaced(t token) error {
	return t.wrong("what changes stands behind a semicolon of a SPEC: write ; " + usage(t.text))
}
