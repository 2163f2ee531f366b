package netem

import (
	"fmt"
	"strconv"
	"strings"
)

const hopsUsage = "( rate 10mbit ) then ( delay 20ms )"

// readSplit reads split per-packet|per-flow [3:1] ( SPEC ) ( SPEC ) ….
func (p *parser) readSplit(t token) error {
	how, err := value(p, t, func(s string) (bool, error) {
		if s != "per-packet" && s != "per-flow" {
			return false, wrong(s, "packets take turns, or each flow keeps to a path: write split per-packet or split per-flow")
		}
		return s == "per-flow", nil
	})
	if err != nil {
		return err
	}
	p.spec.Split = Splitting{PerFlow: how}
	if p.number() {
		if p.spec.Split.Weights, err = value(p, t, parseWeights); err != nil {
			return err
		}
	}
	p.spec.Paths = nil
	for !p.done() && p.next("(") {
		part, err := p.part(p.take())
		if err != nil {
			return err
		}
		p.spec.Paths = append(p.spec.Paths, part)
	}
	if len(p.spec.Paths) == 0 {
		return t.wrong("the paths are missing: write " + usage("split"))
	}
	return nil
}

func parseWeights(s string) (weights []int, err error) {
	for _, number := range strings.Split(s, ":") {
		w, err := strconv.Atoi(number)
		if err != nil || w < 1 || w > maxWeight || len(weights) == maxParts {
			return nil, wrongf(s, "not weights of paths, 1 to %d each: write 3:1", maxWeight)
		}
		weights = append(weights, w)
	}
	return weights, nil
}

// readHops reads ( SPEC ) then ( SPEC ) …, of which the first parenthesis has been read.
func (p *parser) readHops(t token) error {
	for {
		part, err := p.part(t)
		if err != nil {
			return err
		}
		p.spec.Hops = append(p.spec.Hops, part)
		then, ok := p.accept("then")
		if !ok {
			break
		}
		if t, ok = p.accept("("); !ok {
			return then.wrong("the next hop is missing: write " + hopsUsage)
		}
	}
	if len(p.spec.Hops) == 1 {
		return t.wrong("a part alone is no path: write it without parentheses, or " + hopsUsage)
	}
	return nil
}

// part reads a SPEC up to the end of the parenthesis open, which has been read.
func (p *parser) part(open token) (Spec, error) {
	if p.depth == maxDepth {
		return Spec{}, open.wrong(fmt.Sprintf("parts within parts, more than %d deep: write fewer", maxDepth))
	}
	level := 1
	for i, t := range p.tokens {
		switch t.text {
		case "(":
			level++
		case ")":
			level--
		}
		if level == 0 {
			inside := parser{tokens: p.tokens[:i], open: p.open, depth: p.depth + 1}
			p.tokens = p.tokens[i+1:]
			return inside.parse()
		}
	}
	return Spec{}, open.wrong("the parenthesis does not end: write )")
}
