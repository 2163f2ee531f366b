package netem

import "strings"

// phrases are the words of Parse in canonical order, each with examples of what it takes.
var phrases = [...]phrase{
	{"mtu", "mtu 1400, mtu 1400 fragment or mtu 1400 blackhole"},
	{"rate", "rate 10mbit"},
	{"burst", "rate 10mbit burst 16KiB"},
	{"peakrate", "rate 10mbit burst 16KiB peakrate 100mbit"},
	{"limit", "limit 100 or limit 64KiB"},
	{"queue", "queue 100, queue bfifo limit 64KiB, queue codel, queue fq_codel, queue pie, queue red or queue headdrop"},
	{"order", "order free or order keep"},
	{"drop", faultPhrases[0].usage},
	{"delay", "delay 20ms, delay 20ms 4ms, delay 20ms 4ms 25% or delay 20ms 4ms distribution normal"},
	{"jitter", "delay 20ms jitter 4ms or delay 20ms jitter 4ms 25%"},
	{"distribution", "delay 20ms 4ms distribution normal or distribution table FILE"},
	{"loss", "loss 3%, loss 5% 25%, loss 2% burst 5, loss gemodel 1% 10%, loss state 1% 30%, loss list 3,7, loss pattern 001, loss every 10 or loss mask FILE"},
	{"reorder", "reorder 5% by 3, reorder 5% 25% by 3 or reorder 5% late 8ms"},
	{"duplicate", "duplicate 0.5% or duplicate 1% 25%"},
	{"corrupt", "corrupt 0.1% or corrupt 0.1% 25%"},
	{"preset", "preset wpt-3g up or preset wpt-lte"},
	{"for", "loss 5% for udp, delay 50ms for tcp port 9000 or corrupt 1% for size 1000-1500"},
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

// usage returns examples of what a word, a queue, a loss or a fault takes, for errors.
func usage(word string) string {
	if strings.HasSuffix(word, " data") {
		return usageIn(faultPhrases[:], word)
	}
	if u := usageIn(queues[:], word); u != word {
		return u
	}
	return usageIn(phrases[:], usageIn(lossPhrases[:], word))
}

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
	if done, err := p.confined(t); done {
		return err
	}
	return p.bare(t)
}

// bare is word without a look at for whom it is.
func (p *parser) bare(t token) error {
	if p.faulty(t) {
		return p.readFault(t)
	}
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
	case "mtu":
		return p.readMTU
	case "rate":
		return p.readRate
	case "burst":
		return p.readBurst
	case "peakrate":
		return p.readPeak
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
	case "preset":
		return p.readPreset
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

func (p *parser) readBurst(t token) (err error) {
	p.spec.Bucket.Burst, err = value(p, t, parseBucket)
	return err
}

// parseBucket reads the size of a bucket, which says its unit: the burst of a loss is a bare number.
func parseBucket(s string) (int, error) {
	if _, unit := splitNumber(s); unit == "" && isNumber(s) {
		return 0, wrongf(s, "a burst of the rate is bytes with their unit: write rate 10mbit burst 16KiB; or is it loss 2%% burst %s?", s)
	}
	n, err := ParseSize(s)
	if err == nil && n == 0 {
		return 0, wrong(s, "no packet fits into a bucket of nothing: write rate 10mbit burst 16KiB")
	}
	return n, err
}

func (p *parser) readPeak(t token) (err error) {
	p.spec.Bucket.Peak, err = value(p, t, ParseRate)
	return err
}

func (p *parser) readLimit(t token) (err error) {
	p.spec.Limit, err = value(p, t, ParseLimit)
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
