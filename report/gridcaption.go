package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
)

// caption says what a figure shows in this sweep, how sure that is, and what is left out; most is how many panels it has.
func (f *gridFigure) caption(most int) string {
	var parts []string
	for _, p := range f.parts {
		parts = append(parts, f.finding(&p))
	}
	parts = append(parts, f.topic.words, f.spread(), f.panelWords())
	parts = append(parts, f.theoryWords()...)
	if f.scale.even && f.scale.joined {
		parts = append(parts, "The values of "+f.g.Axes[f.x].Key+" stand one beside the other, not to scale.")
	}
	for _, p := range f.parts {
		if len(p.nothing) > 0 {
			parts = append(parts, capital(p.metric.name)+": 0 in all cells for "+enumerate(p.nothing)+", which is not drawn.")
		}
	}
	if p := f.parts[0]; p.more > 0 || len(p.panes) > max(1, most/len(f.parts)) {
		parts = append(parts, fmt.Sprintf("%d of %d panels are shown.", min(len(p.panes), max(1, most/len(f.parts))), p.more+len(p.panes)))
	}
	parts = slices.DeleteFunc(append(parts, f.leftOut()), func(s string) bool { return s == "" })
	return strings.Join(parts, " ")
}

// capital begins a sentence.
func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// finding is a sentence on how a measure changes along the figure, line by line if they are few.
func (f *gridFigure) finding(p *gridPart) string {
	var lines []*gridLine
	for i := range p.panes {
		for k := range p.panes[i].lines {
			lines = append(lines, &p.panes[i].lines[k])
		}
	}
	var parts []string
	for _, l := range lines {
		if words := f.along(l, &p.metric); words != "" {
			if len(lines) > 1 {
				words = f.lineName(l) + " " + words
			}
			parts = append(parts, words)
		}
	}
	switch n := len(f.scale.order); {
	case len(parts) == 0:
		return capital(p.metric.name) + " is not known."
	case len(parts) > 3:
		return f.between(lines, p)
	case n > 1:
		return fmt.Sprintf("%s from %s to %s: %s.", capital(p.metric.name), f.place(f.scale.order[0]), f.value(f.scale.order[n-1]), strings.Join(parts, "; "))
	}
	return capital(p.metric.name) + ": " + strings.Join(parts, "; ") + "."
}

// lineName names a line among those of all panels.
func (f *gridView) lineName(l *gridLine) string {
	var parts []string
	if len(f.g.flows()) > 1 {
		parts = append(parts, l.flow.label())
	}
	if f.series >= 0 {
		parts = append(parts, f.g.Axes[f.series].Values[l.series])
	}
	if len(f.panels) > 1 {
		parts = append(parts, f.comboName(l.combo))
	}
	return strings.Join(parts, ", ")
}

// value is the value of a place, without its axis.
func (v *gridView) value(x int) string {
	if v.x < 0 {
		return "all runs"
	}
	return v.g.Axes[v.x].Values[x]
}

// along says how a line goes from its first place to its last.
func (f *gridFigure) along(l *gridLine, m *gridMetric) string {
	var known []*GridStat
	for _, x := range f.scale.order {
		if s := f.stat(l, m.path, x); s != nil {
			known = append(known, s)
		}
	}
	if len(known) == 0 {
		return ""
	}
	most := 0.
	for _, s := range known {
		most = max(most, float64(s.Mean))
	}
	u := gridUnit(m.kind, most)
	a, b := known[0], known[len(known)-1]
	from, to := u.behind(a.meanText(u)), u.behind(b.meanText(u))
	switch {
	case len(known) == 1:
		return "is " + from
	case !f.scale.joined:
		return "is " + from + " at first and " + to + " at last"
	case a.Mean == b.Mean:
		return "begins and ends with " + from
	case !a.Low.Known() || !b.Low.Known():
		return map[bool]string{true: "falls", false: "rises"}[b.Mean < a.Mean] + " from " + from + " to " + to
	case b.High < a.Low:
		return "falls from " + from + " to " + to
	case b.Low > a.High:
		return "rises from " + from + " to " + to
	}
	return "does not change by more than its intervals (" + from + ", " + to + ")"
}

// between says between which means all cells of a figure lie.
func (f *gridFigure) between(lines []*gridLine, p *gridPart) string {
	var low, high *GridStat
	var lowAt, highAt string
	for _, l := range lines {
		for _, x := range f.scale.order {
			s := f.stat(l, p.metric.path, x)
			if s == nil {
				continue
			}
			at := strings.TrimPrefix(f.lineName(l)+" at "+f.place(x), " at ")
			if low == nil || s.Mean < low.Mean {
				low, lowAt = s, at
			}
			if high == nil || s.Mean > high.Mean {
				high, highAt = s, at
			}
		}
	}
	text := func(s *GridStat) string {
		u := gridUnit(p.metric.kind, float64(s.Mean))
		return u.behind(s.meanText(u))
	}
	return fmt.Sprintf("%s: between %s (%s) and %s (%s).", capital(p.metric.name), text(low), lowAt, text(high), highAt)
}

// spread says of how many seeds the means are, and what the bars are.
func (f *gridFigure) spread() string {
	least, most, cut := math.MaxInt, 0, false
	var methods []string
	for _, p := range f.parts {
		for i := range p.panes {
			for k := range p.panes[i].lines {
				for x := range f.scale.order {
					if s := f.stat(&p.panes[i].lines[k], p.metric.path, x); s != nil {
						least, most = min(least, s.N), max(most, s.N)
						cut = cut || p.scale.end(s.High) > p.scale.high || p.scale.end(s.Low) < p.scale.low
						if s.Method != "" && !slices.Contains(methods, s.Method) {
							methods = append(methods, s.Method)
						}
					}
				}
			}
		}
	}
	n := seedsText(least, most)
	if len(methods) == 0 {
		return n + "; no intervals, which take two seeds at least."
	}
	var words []string
	for _, m := range methods {
		words = append(words, gridMethods[m])
	}
	text := fmt.Sprintf("%s; bars: %s intervals, %s", n, formatLevel(f.g.Confidence), enumerate(words))
	if cut {
		text += "; those without a foot go on beyond the panel"
	}
	if len(f.scale.order) > manyPlaces {
		text += "; where they would touch, some are left out"
	}
	return text + "."
}

// manyPlaces is how many places a panel has room for with a bar each.
const manyPlaces = 20

// seedsText says of how many seeds means are.
func seedsText(least, most int) string {
	switch {
	case most == 0:
		return "No run knows it"
	case least == most:
		return fmt.Sprintf("Means over n = %d %s", most, map[bool]string{true: "seed", false: "seeds"}[most == 1])
	}
	return fmt.Sprintf("Means over n = %d to %d seeds", least, most)
}

// gridMethods say in a few words how intervals are made.
var gridMethods = map[string]string{
	Student:         "Student's t of the mean over seeds",
	BootstrapMethod: "bootstrap percentile of the mean over seeds (10,000 resamples)",
	WilsonMethod:    "Wilson's score of the messages of all seeds, widened for bursts",
}

// theoryWords explain what of a figure is theory.
func (f *gridFigure) theoryWords() (words []string) {
	marks, curves, tcp := false, false, 0
	for _, p := range f.parts {
		for i := range p.panes {
			curves = curves || len(f.lawsOf(&p.panes[i], p.metric)) > 0
			tcp = 0
			for k := range p.panes[i].lines {
				l := &p.panes[i].lines[k]
				tcp += one(l.flow.Proto == "tcp")
				for x := range f.scale.order {
					marks = marks || f.expected(l, p.metric, x).Known()
				}
			}
		}
	}
	if marks {
		words = append(words, "Open diamonds: what the link's models do in the long run, without drops of a full queue"+
			map[bool]string{true: ", to packets", false: ""}[f.parts[0].metric.packets]+".")
	}
	switch {
	case curves:
		words = append(words, "Thin lines: laws of TCP's throughput (Mathis et al. 1997; PFTK, the full model of Padhye et al. 2000; CUBIC, RFC 9438 section 5) "+
			"at the loss event rates and round-trip times of the runs, means over seeds; dashed where the law need not hold in most runs, for reasons that the table of theory names; those beyond the axis are cut off.")
	case tcp > lawLines && f.parts[0].metric.path == gridGoodput.path:
		words = append(words, "The laws of TCP's throughput are in the table of theory: there are too many lines here.")
	}
	return words
}
