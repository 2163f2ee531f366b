package main

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim/scenariofile"
)

// expectation is what a number of the results must be: "udp.app.lost > 0". It is read from words with their place:
//
//	MEASURE OP VALUE             OP is one of < <= == != >= >
//	MEASURE OP VALUE within P    == and !=: up to a share of VALUE, or up to a number: "within 5%", "within 20ms"
//	MEASURE in VALUE .. VALUE    both ends included
//
// A VALUE is a number with the unit that the measure's name ends in, another MEASURE, or a number times a MEASURE: "2 * udp.app.lost".
type expectation struct {
	words      string
	measure    ofFlow
	op         string
	value, end operand // end: of "in"
	within     float64 // absolute, or a share if it is relative
	relative   bool
}

// ofFlow is a measure of a flow that is named.
type ofFlow struct {
	flow string
	report.Measure
}

// String returns the path: "tcp.app.goodput_bps".
func (m ofFlow) String() string { return m.flow + "." + m.Path }

// of returns the number, NaN where it is not known or the flow is not there.
func (m ofFlow) of(flows []report.FlowResult) float64 {
	for i := range flows {
		if f := &flows[i]; f.Name == m.flow || f.Name == "" && f.Proto == m.flow {
			return m.Of(f)
		}
	}
	return math.NaN()
}

// operand is a number, or a multiple of a measure.
type operand struct {
	number  float64
	measure *ofFlow
}

func (o operand) of(flows []report.FlowResult) float64 {
	if o.measure == nil {
		return o.number
	}
	return o.number * o.measure.of(flows)
}

// newExpectations reads what a file expects of the flows that it has.
func newExpectations(words []*scenariofile.Node, flows []string) (all []expectation, errs []error) {
	for _, n := range words {
		e, err := parseExpectation(n.Text, flows)
		if err != nil {
			errs = append(errs, scenariofile.Problem{Place: n.Place, Msg: fmt.Sprintf("expect %q: %v", n.Text, err)})
			continue
		}
		all = append(all, e)
	}
	return all, errs
}

var expectationOps = []string{"<", "<=", "==", "!=", ">=", ">"}

// parseExpectation reads one.
func parseExpectation(text string, flows []string) (e expectation, err error) {
	f := strings.Fields(text)
	if len(f) < 3 {
		return e, fmt.Errorf("write MEASURE OP VALUE, such as %s.app.lost == 0", flows[0])
	}
	e.words, e.op = strings.Join(f, " "), f[1]
	if e.measure, err = parseOfFlow(f[0], flows); err != nil {
		return e, err
	}
	rest := f[2:]
	switch {
	case e.op == "in":
		return e, e.parseRange(rest, flows)
	case !slices.Contains(expectationOps, e.op):
		return e, fmt.Errorf("%s: write one of %s, or in", e.op, strings.Join(expectationOps, " "))
	}
	if at := slices.Index(rest, "within"); at >= 0 {
		if err := e.parseWithin(rest[at+1:]); err != nil {
			return e, err
		}
		rest = rest[:at]
	}
	e.value, err = parseOperand(rest, e.measure.Unit(), flows)
	return e, err
}

func (e *expectation) parseRange(f []string, flows []string) (err error) {
	at := slices.Index(f, "..")
	if at < 0 {
		return fmt.Errorf("in: write two values with two dots between them, such as in 0.9 .. 1.1")
	}
	if e.value, err = parseOperand(f[:at], e.measure.Unit(), flows); err != nil {
		return err
	}
	e.end, err = parseOperand(f[at+1:], e.measure.Unit(), flows)
	return err
}

func (e *expectation) parseWithin(f []string) (err error) {
	if e.op != "==" && e.op != "!=" {
		return fmt.Errorf("within belongs to == and !=, not to %s", e.op)
	}
	if len(f) != 1 {
		return fmt.Errorf("within: write one tolerance, such as within 5%%")
	}
	if percent, ok := strings.CutSuffix(f[0], "%"); ok {
		e.relative = true
		e.within, err = finite(percent)
		e.within /= 100
	} else {
		e.within, err = parseQuantity(f[0], e.measure.Unit())
	}
	if err != nil || e.within < 0 {
		return fmt.Errorf("within %s: write a share such as 5%%, or a number in the measure's unit", f[0])
	}
	return nil
}

// parseOfFlow reads a measure with the flow's name before it.
func parseOfFlow(path string, flows []string) (m ofFlow, err error) {
	flow, rest, ok := strings.Cut(path, ".")
	if !slices.Contains(flows, flow) || !ok {
		return m, fmt.Errorf("%s: begin with the flow: there are %s, as in %s.app.lost", path, strings.Join(flows, " and "), flows[0])
	}
	m.flow = flow
	m.Measure, err = report.ParseMeasure(rest)
	return m, err
}

// parseOperand reads a number, a measure or a number times a measure.
func parseOperand(f []string, unit string, flows []string) (o operand, err error) {
	switch {
	case len(f) == 3 && f[1] == "*":
		if o.number, err = finite(f[0]); err != nil {
			return o, fmt.Errorf("%s: write a number before *", f[0])
		}
		f = f[2:]
	case len(f) == 1:
		if o.number, err = parseQuantity(f[0], unit); err == nil {
			return o, nil
		}
		o.number = 1
		if !strings.Contains(f[0], ".") || strings.Trim(f[0][:1], "0123456789+-.") == "" {
			return o, err
		}
	default:
		return o, fmt.Errorf("write one value, such as %s, or a number times a measure", sampleOfUnit(unit))
	}
	m, err := parseOfFlow(f[0], flows)
	o.measure = &m
	return o, err
}

func sampleOfUnit(unit string) string {
	switch unit {
	case "s":
		return "20ms"
	case "bit/s":
		return "9.5mbit"
	case "bytes":
		return "64KiB"
	}
	return "5%, 0.05 or 12"
}

// finite reads a number without a unit.
func finite(text string) (float64, error) {
	x, err := strconv.ParseFloat(text, 64)
	if err == nil && (math.IsNaN(x) || math.IsInf(x, 0)) {
		err = strconv.ErrRange
	}
	return x, err
}

// parseQuantity reads a number in a unit: of times "20ms", of rates "9.5mbit", of sizes "64KiB"; or without, "0.02" and "5%".
func parseQuantity(text, unit string) (float64, error) {
	if x, err := finite(text); err == nil {
		return x, nil
	}
	if percent, ok := strings.CutSuffix(text, "%"); ok {
		if x, err := finite(percent); err == nil {
			return x / 100, nil
		}
	}
	switch unit {
	case "s":
		if d, err := netem.ParseDuration(text); err == nil {
			return d.Seconds(), nil
		}
	case "bit/s":
		if r, err := netem.ParseRate(text); err == nil {
			return float64(r), nil
		}
	case "bytes":
		if n, err := netem.ParseSize(text); err == nil {
			return float64(n), nil
		}
	}
	return 0, fmt.Errorf("%s: write a number, such as %s", text, sampleOfUnit(unit))
}

// met reports whether results are as expected, and how they are. A number that is not known meets nothing.
func (e *expectation) met(flows []report.FlowResult) (ok bool, is float64) {
	is = e.measure.of(flows)
	value := e.value.of(flows)
	tolerance := e.within
	if e.relative {
		tolerance *= math.Abs(value)
	}
	switch e.op {
	case "<":
		ok = is < value
	case "<=":
		ok = is <= value
	case ">=":
		ok = is >= value
	case ">":
		ok = is > value
	case "==":
		ok = math.Abs(is-value) <= tolerance
	case "!=":
		ok = math.Abs(is-value) > tolerance
	case "in":
		ok = value <= is && is <= e.end.of(flows)
	}
	return ok, is
}

// expected holds results against what is expected of them.
func expected(all []expectation, flows []report.FlowResult) (told []report.Expected) {
	for i := range all {
		ok, is := all[i].met(flows)
		told = append(told, report.Expected{Words: all[i].words, Met: ok, Measured: report.Number(is), Unit: all[i].measure.Unit()})
	}
	return told
}
