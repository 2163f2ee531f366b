package netem

import (
	"math/rand/v2"
	"strings"
)

// Pattern loses the packets that have a 1 in it and keeps those that have a 0, one digit for each packet from the first
// that this model judges, and over again for ever. (Bits are how such patterns stand in papers and in trace files; a
// second alphabet would only be a second way to say the same.)
type Pattern struct {
	Bits string // "0010110": at least one digit

	n int // the digit of the next packet
}

// Judge implements Model. It draws nothing.
func (p *Pattern) Judge(Time, *rand.Rand, *Packet) Verdict {
	lost := p.Bits[p.n] == '1'
	if p.n++; p.n == len(p.Bits) {
		p.n = 0
	}
	return Verdict{Drop: lost}
}

// String implements Model: "loss pattern 0010110".
func (p *Pattern) String() string { return "loss pattern " + p.Bits }

// Clone implements Cloner.
func (p *Pattern) Clone() Model { return &Pattern{Bits: p.Bits} }

// Validate implements Validator.
func (p *Pattern) Validate() error {
	_, err := parsePattern(p.Bits)
	if err != nil {
		return wrong("loss", err.(*SyntaxError).Msg)
	}
	return nil
}

// parsePattern reads the digits of a pattern.
func parsePattern(s string) (string, error) {
	if s == "" || strings.Trim(s, "01") != "" {
		return "", wrong(s, "a pattern is a 1 for each packet lost and a 0 for each kept: write loss pattern 0010110")
	}
	return s, nil
}
