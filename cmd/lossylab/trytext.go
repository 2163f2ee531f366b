package main

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"lossylab/netem"
)

// writeText tells a person.
func (r *tryResults) writeText(w io.Writer) error {
	var b strings.Builder
	r.heading(&b)
	r.table(&b)
	r.causes(&b)
	r.delayHistogram(&b)
	r.lossHistogram(&b)
	r.counterpart(&b)
	fmt.Fprintf(&b, tryFootnote, confidenceText(r.confidence()))
	_, err := io.WriteString(w, b.String())
	return err
}

const tryFootnote = `
Expected is the long run by theory; – where none is known. Intervals hold the true value in %s of all cases: shares by Wilson's
score, as if of n(1-r)/(1+r) independent packets where neighbours correlate by r; the others by 20 batches and Student's t.
Delays, order and losses are those of first copies; reordered as in RFC 4737; percentiles interpolated.
`

func (r *tryResults) heading(b *strings.Builder) {
	fmt.Fprintf(b, "%s\n", orPerfect(r.spec.String()))
	for _, warning := range r.warnings() {
		fmt.Fprintf(b, "  note: %s\n", warning)
	}
	offered := "all at once"
	if d := r.traffic.Spacing; d > 0 {
		offered = fmt.Sprintf("one every %s (%s Mbit/s)", netem.FormatDuration(d), significant(float64(r.traffic.Size*8)/d.Seconds()/1e6))
	}
	counted := ""
	if r.header() > 0 {
		counted = ", Ethernet header included"
	}
	fmt.Fprintf(b, "\n%s packets of %d bytes%s, %s; seed %d\n", grouped(r.packets), r.traffic.Size, counted, offered, r.seed)
}

// table writes the quantities that there is something to say about.
func (r *tryResults) table(b *strings.Builder) {
	rows := [][]string{{"", "expected", "measured", confidenceText(r.confidence()) + " interval", ""}}
	for _, q := range r.quantities {
		if q.shown || q.measured > 0 || q.expected > 0 {
			rows = append(rows, q.cells())
		}
	}
	b.WriteString("\n")
	writeTable(b, rows)
	if d := r.delays; d.N() > 0 {
		b.WriteString("  delay, percentiles (ms):")
		for _, p := range []struct {
			name string
			ns   float64
		}{{"min", float64(d.Min())}, {"p1", d.Quantile(.01)}, {"p10", d.Quantile(.1)}, {"p50", d.Quantile(.5)}, {"p90", d.Quantile(.9)},
			{"p99", d.Quantile(.99)}, {"max", float64(d.Max())}} {
			fmt.Fprintf(b, "  %s %s", p.name, significant(p.ns/1e6))
		}
		b.WriteString("\n")
	}
}

// cells returns the quantity as a row: label, expected, measured, interval and remark.
func (q quantity) cells() []string {
	label := q.label
	if q.unit != "" {
		label += " (" + q.unit + ")"
	}
	half := (q.interval.High - q.interval.Low) / 2 / q.scale
	if half < 1e-7*math.Abs(q.interval.High/q.scale) { // what rounding has left of nothing
		half = 0
	}
	text := func(x float64) string {
		if math.IsNaN(x) {
			return "–"
		}
		return fixed(x/q.scale, half)
	}
	expected := text(q.expected)
	if math.IsNaN(q.expected) && q.most > 0 && !math.IsInf(q.most, 0) {
		expected = "≤ " + text(q.most)
	}
	interval := "–"
	if q.interval.Known() {
		interval = text(q.interval.Low)
		if half > 0 {
			interval += " to " + text(q.interval.High)
		}
	}
	return []string{label, expected, text(q.measured), interval, q.remark}
}

// writeTable writes rows with their columns aligned, all but the first and the last to the right.
func writeTable(b *strings.Builder, rows [][]string) {
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	for _, row := range rows {
		line := " "
		for i, cell := range row {
			fill := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			switch i {
			case 0:
				line += " " + cell + fill
			case len(row) - 1:
				line += "   " + cell
			default:
				line += "   " + fill + cell
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
}

// fixed writes x with as many decimals as show half an interval in two digits, and three digits of x where there is none or x
// would not be seen.
func fixed(x, half float64) string {
	decimals := 2 - exponent(x)
	if half > 0 && math.Abs(x) >= half/100 {
		decimals = 1 - exponent(half)
	} else if half > 0 && x == 0 {
		decimals = 0
	}
	return strconv.FormatFloat(x, 'f', min(9, max(0, decimals)), 64)
}

// exponent returns that of the power of ten that x is written with: 2 for 123, -2 for 0.05; 2 for 0 and what is no number.
func exponent(x float64) int {
	_, e, ok := strings.Cut(strconv.FormatFloat(x, 'e', 2, 64), "e")
	n, err := strconv.Atoi(e)
	if x == 0 || !ok || err != nil {
		return 2
	}
	return n
}

// significant writes x with five digits at most.
func significant(x float64) string { return strconv.FormatFloat(digits(x, 5), 'f', -1, 64) }

// grouped writes a whole number with its thousands apart, from 10 000 on.
func grouped(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; len(s) > 4 && i > 0; i -= 3 {
		s = s[:i] + " " + s[i:]
	}
	return s
}

// causes lists what packets were dropped by, the most frequent first.
func (r *tryResults) causes(b *strings.Builder) {
	if r.marked > 0 {
		fmt.Fprintf(b, "\nMarked instead of dropped: %s\n", grouped(r.marked))
	}
	if len(r.droppedBy) == 0 {
		return
	}
	b.WriteString("\nDropped by (copies too)\n")
	causes := slices.SortedFunc(maps.Keys(r.droppedBy), func(x, y string) int {
		return cmp.Or(cmp.Compare(r.droppedBy[y], r.droppedBy[x]), cmp.Compare(x, y))
	})
	var rows [][]string
	for _, by := range causes {
		rows = append(rows, []string{by, grouped(r.droppedBy[by]), ""})
	}
	writeTable(b, rows)
}

// counterpart writes the nearest words in the other dialect.
func (r *tryResults) counterpart(b *strings.Builder) {
	dialect, words, whole, notes := r.nearest()
	switch {
	case dialect == "plain":
		fmt.Fprintf(b, "\nWhat it does in plain words, as near as they come: %s\n", orPerfect(words))
	case whole:
		fmt.Fprintf(b, "\nNearest line of tc: tc \"%s\"\n", words)
	default:
		fmt.Fprintf(b, "\nNearest line of tc, without all of it: tc \"%s\"\n", words)
	}
	for _, n := range notes {
		fmt.Fprintf(b, "  - %s\n", n)
	}
}
