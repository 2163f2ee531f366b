package netem

// readMTU reads a size and at most one word for what is larger.
func (p *parser) readMTU(t token) (err error) {
	if p.spec.MTU.Bytes, err = value(p, t, parseMTU); err != nil {
		return err
	}
	p.spec.MTU.TooBig = Refuse
	for way, word := range tooBigWords {
		if word == "" {
			continue
		}
		if _, ok := p.accept(word[1:]); ok {
			p.spec.MTU.TooBig = TooBig(way)
			break
		}
	}
	if p.done() || p.reader(p.tokens[0].text) != nil {
		return nil
	}
	switch near := Nearest(p.tokens[0].text, []string{tooBigWords[Cut][1:], tooBigWords[Blackhole][1:]}); {
	case near == "": // no word of an MTU's
	case p.spec.MTU.TooBig != Refuse:
		return p.take().wrong("what is too big is fragmented or blackholed, not both: write " + usage("mtu"))
	default:
		return p.take().wrong("did you mean " + near + "? write mtu 1400 " + near)
	}
	return nil
}

// parseMTU reads bytes, "1400" or "9KB".
func parseMTU(s string) (int, error) {
	n, err := ParseSize(s)
	if err == nil && (n < minMTU || n > maxMTU) {
		err = wrong(s, mtuRange)
	}
	return n, err
}
