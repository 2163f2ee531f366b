package netem

import (
	"strings"
	"time"
	"unicode"
)

// Parse reads a link in words of tc-netem(8), in any order and each at most once, but for faults and models for some:
//
//	mtu 1400 [fragment|blackhole]     of IP packets, bytes; without a word, larger ones are fragmented or answered by ICMP
//	rate 10mbit                       transmission; "unlimited" when left out
//	burst 16KiB [peakrate 100mbit]    who has not used the rate may exceed it for so many bytes
//	limit 100 | limit 64KiB           of the queue, in packets or bytes; 1000 packets when left out (fq_codel 10240)
//	queue pfifo | queue bfifo         drop-tail, which is also what there is without the word
//	queue headdrop                    drops what has waited longest, not what comes last
//	queue codel [target 5ms] [interval 100ms] [ecn] [ce_threshold 1ms]
//	queue fq_codel [flows 1024] [quantum 1514B] [target 5ms] [interval 100ms] [noecn] [ce_threshold 1ms]
//	queue pie [target 15ms] [tupdate 15ms] [alpha 2] [beta 20] [ecn] [bytemode]
//	queue red [min 30KB] [max 90KB] [avpkt 1000B] [burst 55] [probability 2%] [ecn]
//	order free | order keep           whether jitter may reorder
//	delay 20ms [4ms [25%]] [distribution uniform|normal|pareto|paretonormal]
//	distribution table FILE            of tc's format | distribution samples FILE, of measured delays in ms
//	loss 3% [25%] | loss 2% burst 5    a share of packets, alone, with a correlation or in bursts
//	loss gemodel 1% 10% [70% [0.1%]] | loss state 1% [30% [10% [50% [0.5%]]]]
//	loss list 3,7,10-12 | loss pattern 0010110 | loss every 10 [from 3] | loss mask FILE
//	reorder 5% [25%] [by 3 [within 200ms]] | reorder 5% [25%] late 8ms
//	duplicate 0.5% [25%]
//	corrupt 0.1% [25%]
//	preset wpt-3g up | preset wpt-lte  what a preset says of that direction, as far as no word says otherwise
//	drop data 5 | drop data 2,5-8 flow 1 | drop syn | drop retransmission 1 of data 5       any Subject: see Fault
//	delay data 7 by 3 [within 200ms] | delay data 7 by 30ms | duplicate syn-ack | corrupt data 4
//	loss 5% for udp | delay 50ms 5ms for up ipv4 tcp port 80-90 size 100-                  any model or fault: see Only
//	trace cell.trace                   when packets leave, instead of rate: a file in mahimahi's format
//	follow link.csv [interpolate linear] [repeat]    a file of times, rates, delays and losses
//	tc "delay 50ms loss 1%"            what Linux does with that line, and no word beside it
//
// Behind them, each behind a semicolon, what changes with time, as Change says:
//
//	; at 2s down; at 2.5s up; at 5s rate 1mbit loss 5%
//	; at 2s for 500ms stall
//	; every 10s for 500ms delay 50ms
//	; randomly every 10s for about 500ms down
//
// Or a link made of several, each of which is a SPEC in parentheses:
//
//	split per-packet [3:1] ( rate 5mbit delay 10ms ) ( rate 5mbit delay 40ms )
//	split per-flow [3:1] ( … ) ( … )
//	( rate 10mbit ) then ( delay 20ms ) then ( … )
//
// A semicolon may stand between words. An empty text is a perfect link. The error is a *SyntaxError. Parse puts the models
// into a fixed order, so that specs that say the same are equal; s.String() is what Parse reads back as s.
//
// Parse opens no files: it refuses the words that name one, which ParseWith reads.
func Parse(text string) (Spec, error) { return ParseWith(text, nil) }

// Open returns what is in the file called name. ParseWith calls it for each file that a text names; its errors are put
// behind the file's name.
type Open func(name string) ([]byte, error)

// ParseWith is Parse for texts that may name files.
func ParseWith(text string, open Open) (Spec, error) {
	p := parser{tokens: split(text), open: open}
	return p.parse()
}

// Set returns s with one word said anew, as the flags of a command do: word is rate, queue (the kind or the limit), delay,
// jitter, loss, reorder, duplicate, corrupt or any other word of Parse, and value is what follows it there. The word
// replaces what s says with it, all of it: a new delay has only the jitter that its value has. Jitter changes the delay that
// there is. A model for some packets replaces the one for the same packets, and a fault is added to those that there are.
// Positions in a *SyntaxError count within value. Files are opened with open, which may be nil as for Parse.
func (s Spec) Set(word, value string, open Open) (Spec, error) {
	p := parser{tokens: split(value), open: open, spec: s.Clone()}
	if err := p.word(token{text: word}); err != nil {
		return s, err
	}
	// A flag's value may say more than its word does: --jitter "4ms distribution normal".
	if t, ok := p.accept("distribution"); ok && (word == "delay" || word == "jitter") {
		if err := p.word(t); err != nil {
			return s, err
		}
	}
	if !p.done() {
		return s, p.take().wrong("more than " + word + " takes: write " + usage(word))
	}
	if err := p.finish(); err != nil {
		return s, err
	}
	return p.spec, nil
}

// token is a word or value and where it stands, in bytes from 1.
type token struct {
	pos  int
	text string
}

// wrong returns an error at the token.
func (t token) wrong(msg string) error { return &SyntaxError{Pos: t.pos, Token: t.text, Msg: msg} }

// at gives an error about the token's text the token's place.
func (t token) at(err error) error {
	if e, ok := err.(*SyntaxError); ok {
		return &SyntaxError{Pos: t.pos, Token: t.text, Msg: e.Msg}
	}
	return err
}

// marks are tokens by themselves, also without white space round them.
const marks = ";()"

// split cuts a text at its white space and marks, but not within quotes, which stay where they are.
func split(text string) []token {
	var tokens []token
	end := 0
	for {
		start := strings.IndexFunc(text[end:], func(r rune) bool { return !unicode.IsSpace(r) })
		if start < 0 {
			return tokens
		}
		start += end
		end = start + width(text[start:])
		tokens = append(tokens, token{start + 1, text[start:end]})
	}
}

// width returns the length of the token at the beginning of s.
func width(s string) int {
	if quote := s[:1]; quote == `"` || quote == "'" {
		if end := strings.Index(s[1:], quote); end >= 0 {
			return end + 2
		}
	}
	if strings.Contains(marks, s[:1]) {
		return 1
	}
	end := strings.IndexFunc(s, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(marks, r) })
	if end < 0 {
		return len(s)
	}
	return end
}

// parser reads tokens into a spec. What needs the whole text to be judged waits for finish.
type parser struct {
	tokens []token
	open   Open // nil: no files
	spec   Spec

	depth  int  // of parentheses round this text
	parted bool // a semicolon was read last

	last  token   // the word that was read last
	seen  []token // the words so far
	queue token   // pfifo, codel …

	preset Spec // what the preset says

	// The words jitter and distribution, and what they said: they may stand before their delay.
	jitter       token
	spread       time.Duration
	rho          float64
	distribution token
	shape        Distribution
	samples      *Samples
}

func (p *parser) done() bool { return len(p.tokens) == 0 }

// take returns the next token; there must be one.
func (p *parser) take() token {
	t := p.tokens[0]
	p.tokens = p.tokens[1:]
	return t
}

// accept takes the next token if it is this word.
func (p *parser) accept(word string) (token, bool) {
	if !p.next(word) {
		return token{}, false
	}
	return p.take(), true
}

// next says whether the next token is this word.
func (p *parser) next(word string) bool { return !p.done() && p.tokens[0].text == word }

// number says whether the next token is a value and not a word.
func (p *parser) number() bool {
	return !p.done() && isNumber(p.tokens[0].text)
}

// isNumber tells values from words by the first character behind signs and points.
func isNumber(s string) bool {
	s = strings.TrimLeft(s, "+-.")
	return s != "" && s[0] >= '0' && s[0] <= '9'
}

// once notes that a word has been said, and refuses the second time.
func (p *parser) once(t token, word string) error {
	for _, s := range p.seen {
		if s.text == word {
			return t.wrong(word + " has been said already: say it once")
		}
	}
	p.seen = append(p.seen, token{t.pos, word})
	return nil
}

// value reads the next token with one of the parsers of units; w is the word that it belongs to.
func value[T any](p *parser, w token, parse func(string) (T, error)) (T, error) {
	var zero T
	if p.done() || p.next(";") || p.next(")") {
		return zero, w.wrong("a value is missing: write " + usage(p.last.text))
	}
	t := p.take()
	v, err := parse(t.text)
	if err != nil {
		return zero, t.at(err)
	}
	return v, nil
}

// file reads the next token as the name of a file, with or without quotes, and returns it with what parse makes of the
// file's content. The errors of parse say the line; the name is put before them.
func file[T any](p *parser, w token, parse func(content []byte) (T, error)) (name string, v T, err error) {
	if p.done() || p.next(";") || p.next(")") {
		return "", v, w.wrong("the name of a file is missing: write " + usage(p.last.text))
	}
	t := p.take()
	if name = unquote(t.text); p.open == nil {
		return name, v, t.wrong("no files are read here: use the words that need none")
	}
	content, err := p.open(name)
	if err != nil {
		return name, v, t.wrong(err.Error())
	}
	if v, err = parse(content); err != nil {
		return name, v, t.wrong(err.Error())
	}
	return name, v, nil
}

// unquote takes off the quotes that a token may stand in.
func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}

// quoted returns a file's name as split reads it back whole: in quotes where it has to be.
func quoted(name string) string {
	switch {
	case name != "" && !strings.ContainsAny(name, "\"'"+marks) && strings.IndexFunc(name, unicode.IsSpace) < 0:
		return name
	case strings.Contains(name, `"`):
		return "'" + name + "'"
	}
	return `"` + name + `"`
}

// finish judges what the words say together.
func (p *parser) finish() error {
	for _, t := range p.seen {
		if t.text == "tc" && len(p.seen) > 1 {
			return t.wrong(tcAlone)
		}
	}
	p.finishPreset()
	if err := p.finishDelay(); err != nil {
		return err
	}
	bytes := p.spec.Limit.Bytes != 0
	switch {
	case p.queue.text == "bfifo" && !bytes:
		return p.queue.wrong("bfifo counts bytes: write queue bfifo limit 64KiB")
	case p.queue.text == "pfifo" && bytes:
		return p.queue.wrong("pfifo counts packets: write limit 100, or queue bfifo")
	}
	return p.blame(p.spec.Validate()) // of what the words say together
}

// blame gives an error that knows the word to blame the place where it stood.
func (p *parser) blame(err error) error {
	if e, ok := err.(*SyntaxError); ok && e.Pos == 0 {
		for _, t := range p.seen {
			if t.text == e.Token {
				return t.at(err)
			}
		}
	}
	return err
}

// finishDelay gives the delay what the words jitter and distribution say, wherever they stood.
func (p *parser) finishDelay() error {
	d, said := p.spec.delay(), p.jitter.text != ""
	switch {
	case said && d == nil:
		return p.jitter.wrong("there is no delay to jitter round: write delay 20ms 4ms")
	case said:
		d.Jitter, d.Rho = p.spread, p.rho
	case p.distribution.text != "" && (d == nil || d.Jitter == 0):
		return p.distribution.wrong("there is no jitter to distribute: write delay 20ms 4ms distribution normal")
	}
	if p.distribution.text != "" {
		d.Distribution, d.Samples = p.shape, p.samples
	}
	if d != nil && d.Jitter == 0 {
		*d = Delay{Mean: d.Mean} // nothing to correlate or distribute: a sweep may well go down to jitter 0ms
	}
	return nil
}
