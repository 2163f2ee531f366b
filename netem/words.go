package netem

// phrases are the words of Parse in canonical order, each with examples of what it takes.
var phrases = [...]phrase{
	{"rate", "rate 10mbit"},
	{"limit", "limit 100 or limit 64KiB"},
	{"queue", "queue 100, queue pfifo or queue bfifo limit 64KiB"},
	{"order", "order free or order keep"},
	{"delay", "delay 20ms, delay 20ms 4ms or delay 20ms 4ms distribution normal"},
	{"jitter", "delay 20ms jitter 4ms"},
	{"distribution", "delay 20ms 4ms distribution normal"},
	{"loss", "loss 3%, loss 5% 25%, loss 2% burst 5 or loss gemodel 1% 10%"},
	{"reorder", "reorder 5% by 3 or reorder 5% late 8ms"},
	{"duplicate", "duplicate 0.5%"},
	{"corrupt", "corrupt 0.1%"},
	{"trace", "trace cell.trace"},
	{"follow", "follow link.csv, follow link.csv interpolate linear or follow link.csv repeat"},
	{"split", "split per-packet ( rate 5mbit ) ( rate 5mbit delay 40ms )"},
	{"at", "at 2s down or at 5s rate 1mbit loss 5%"},
	{"every", "every 10s for 500ms down"},
	{"randomly", "randomly every 10s for 500ms down"},
	{"tc", `tc "delay 50ms loss 1%"`},
}

// phrase is a word and examples of what it takes, or what is to be said to who writes it.
type phrase struct{ word, usage string }

// usage returns examples of what a word takes, for errors.
func usage(word string) string { return usageIn(phrases[:], word) }

func usageIn(phrases []phrase, word string) string {
	for _, p := range phrases {
		if p.word == word {
			return p.usage
		}
	}
	return word
}

// word reads what belongs to the word t.
func (p *parser) word(t token) error {
	read := p.reader(t.text)
	if read == nil {
		return p.stray(t)
	}
	p.last = t
	if t.text != "queue" { // which says two things: its kind and its limit
		if err := p.once(t, t.text); err != nil {
			return err
		}
	}
	return read(t)
}

// reader returns the reader of a word's values, nil if it is no word. (A table of them would refer to itself by way of
// the errors, which list the words.)
func (p *parser) reader(word string) func(token) error {
	switch word {
	case "rate":
		return p.readRate
	case "limit":
		return p.readLimit
	case "queue":
		return p.readQueue
	case "order":
		return p.readOrder
	case "delay":
		return p.readDelay
	case "jitter":
		return p.readJitter
	case "distribution":
		return p.readDistribution
	case "loss":
		return p.readLoss
	case "reorder":
		return p.readReorder
	case "duplicate":
		return p.readDuplicate
	case "corrupt":
		return p.readCorrupt
	case "trace":
		return p.readTrace
	case "follow":
		return p.readFollow
	case "split":
		return p.readSplit
	case "at", "every", "randomly":
		return p.misplaced
	case "tc":
		return p.readTC
	}
	return nil
}

// The words below are about the link itself. Their parsers are also those of flags, so their errors lack only a place.

func (p *parser) readRate(t token) (err error) {
	p.spec.Rate, err = value(p, t, ParseRate)
	return err
}

func (p *parser) readLimit(t token) (err error) {
	p.spec.Limit, err = value(p, t, ParseLimit)
	return err
}

// readQueue reads the kind of queue, or its limit: "queue 100" is what --queue 100 says.
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
	_, err := value(p, t, func(s string) (string, error) {
		if s != "pfifo" && s != "bfifo" {
			return "", wrong(s, "the queues here are pfifo and bfifo: write "+usage("queue"))
		}
		return s, nil
	})
	return err
}

func (p *parser) readOrder(t token) (err error) {
	p.spec.Order, err = value(p, t, func(s string) (Order, error) {
		for _, o := range [...]Order{Free, Keep} {
			if o.String() == s {
				return o, nil
			}
		}
		return Free, wrong(s, "no such order: write order free or order keep")
	})
	return err
}
