package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// comparedPanels is how many measures the figure of differences has.
const comparedPanels = 4

// gridContrast is the figure of the differences of two values.
type gridContrast struct {
	*gridView
	axis    int
	metrics []gridMetric
	lines   []contrastLine
	more    int // lines that have no room
}

// contrastLine is a flow, a value that is compared with the first, and a combination of the others.
type contrastLine struct {
	flow  GridFlow
	combo []int
	b     int // 0: those along the figure
	other int // with those, the value of the axis of lines
	label string
}

// comparison returns the figure of the differences, if values are compared.
func (v *gridView) comparison() []Figure {
	f := gridContrast{gridView: v, axis: len(v.g.Axes) - 1}
	if v.g.Compare == "" || f.axis < 0 || v.series != f.axis && v.x != f.axis {
		return nil
	}
	for _, m := range gridMain {
		if v.g.shown(m) && len(f.metrics) < comparedPanels {
			f.metrics = append(f.metrics, m)
		}
	}
	f.choose()
	if len(f.metrics) == 0 || len(f.lines) == 0 {
		return nil
	}
	s := f.sheet(figureWidth)
	return []Figure{{
		Name: "compare", Title: "Differences: " + v.g.Compare, Caption: f.caption(), height: gridHeight(s), draw: s.draw, table: f.table,
		single: func() variant { return f.sheet(singleWidth).single() },
	}}
}

// choose makes the lines.
func (f *gridContrast) choose() {
	values := f.g.Axes[f.axis].Values
	bs, others := []int{0}, f.shown
	if f.x != f.axis {
		bs, others = nil, []int{0}
		for b := 1; b < len(values); b++ {
			bs = append(bs, b)
		}
	}
	var all []contrastLine
	for _, combo := range f.panels {
		for _, flow := range f.g.flows() {
			for i := range len(bs) * len(others) {
				l := contrastLine{flow: flow, combo: combo, b: bs[i/len(others)], other: others[i%len(others)]}
				l.label = f.label(&l)
				if slices.ContainsFunc(f.metrics, func(m gridMetric) bool { return f.differs(&l, m) }) {
					all = append(all, l)
				}
			}
		}
	}
	for _, i := range spreadIndices(len(all), gridLines) {
		f.lines = append(f.lines, all[i])
	}
	f.more = len(all) - len(f.lines)
}

// label names a line.
func (f *gridContrast) label(l *contrastLine) string {
	var parts []string
	if len(f.g.flows()) > 1 {
		parts = append(parts, l.flow.label())
	}
	values := f.g.Axes[f.axis].Values
	if l.b > 0 {
		parts = append(parts, values[l.b]+" − "+values[0])
	} else if f.series >= 0 {
		parts = append(parts, f.seriesName(l.other))
	}
	if len(f.panels) > 1 {
		parts = append(parts, f.comboName(l.combo))
	}
	if parts == nil {
		return "difference from " + f.g.Axes[f.axis].Values[0]
	}
	return strings.Join(parts, ", ")
}

// pair returns the comparison of a line at a place.
func (f *gridContrast) pair(l *contrastLine, m gridMetric, x int) (p GridPair, ok bool) {
	a, b := f.cell(l.combo, 0, x), f.cell(l.combo, l.b, x)
	if f.x == f.axis {
		a, b = f.cell(l.combo, l.other, 0), f.cell(l.combo, l.other, x)
	}
	column := f.g.columnOf(&l.flow, m.path)
	if a == nil || b == nil || a == b || column < 0 {
		return p, false
	}
	return f.g.pair(a, b, column)
}

// differs reports whether there is a difference anywhere along a line.
func (f *gridContrast) differs(l *contrastLine, m gridMetric) bool {
	return slices.ContainsFunc(f.scale.order, func(x int) bool {
		p, ok := f.pair(l, m, x)
		return ok && p.Difference != 0
	})
}

func (f *gridContrast) sheet(width vg.Length) sheet {
	var panels []panel
	var keys legend
	room := dataWidth(width, min(2, len(f.metrics)))
	for _, m := range f.metrics {
		panels = append(panels, f.panel(m, room))
	}
	for i := range f.lines {
		look := f.look(i)
		keys = append(keys, look.key(f.lines[i].label, f.scale.joined))
	}
	open := gridLook{grey, dot, true, nil}
	keys = append(keys, open.key("open mark: the interval has 0 in it", false))
	return arranged(panels, keys, min(2, len(panels)))
}

// look is that of line i. Marks are open where nothing is shown.
func (f *gridContrast) look(i int) gridLook {
	look := gridLooks[i%gridLines]
	look.open = false
	return look
}

func (f *gridContrast) panel(m gridMetric, width vg.Length) panel {
	most, low, high := 0., 0., 0.
	var curves [][]GridPair
	var places [][]int
	for i := range f.lines {
		var pairs []GridPair
		var at []int
		for _, x := range f.scale.order {
			if p, ok := f.pair(&f.lines[i], m, x); ok {
				pairs, at = append(pairs, p), append(at, x)
				most = max(most, math.Abs(float64(p.Difference)))
			}
		}
		curves, places = append(curves, pairs), append(places, at)
	}
	for _, pairs := range curves {
		for _, p := range pairs {
			for _, e := range []Number{p.Difference, p.Low, p.High} {
				if e.Known() {
					low, high = min(low, max(float64(e), -2.5*most)), max(high, min(float64(e), 2.5*most))
				}
			}
		}
	}
	r := gridRange{unit: gridUnit(m.kind, max(-low, high))}
	p := newPlot(f.scale.label, r.unit.after("difference"))
	margin := float64(.07 * r.unit.of(high-low))
	if margin == 0 {
		margin = 1
	}
	p.X.Min, p.X.Max = f.scale.low, f.scale.high
	p.Y.Min, p.Y.Max = r.unit.of(low)-margin, r.unit.of(high)+margin
	p.X.Tick.Marker, p.Y.Tick.Marker = f.scale.ticker(width), ticks{most: 6}
	p.Add(spans{draw.LineStyle{Color: ink, Width: .7}, plotter.XYs{{X: f.scale.low, Y: 0}, {X: f.scale.high, Y: 0}}})
	for i, pairs := range curves {
		c := gridCurve{look: f.look(i), joined: f.scale.joined, shift: gridShift(i, len(curves))}
		for k, pair := range pairs {
			c.points = append(c.points, gridPoint{f.scale.at[places[i][k]], r.on(float64(pair.Difference)), r.end(pair.Low), r.end(pair.High), !pair.Different})
		}
		p.Add(plot.Plotter(c))
	}
	name := capital(m.name)
	what := map[int]string{1: "is better", -1: "is worse", 0: "has more"}[m.better]
	note := shortNote(sideNote(what, f.g.Axes[f.axis].Values), "above 0: "+strings.TrimPrefix(what, "is "), width-style{size: sizeHead, bold: true}.width(name)-6)
	return panel{Plot: p, name: name, note: note}
}

// sideNote says what a difference above 0 means.
func sideNote(what string, values []string) string {
	if len(values) == 2 {
		return "above 0: " + values[1] + " " + what
	}
	return "above 0: " + strings.TrimPrefix(what, "is ") + " than at " + values[0]
}

// caption says how many differences are there.
func (f *gridContrast) caption() string {
	all := f.g.compared()
	var parts []string
	for _, m := range f.metrics {
		parts = append(parts, comparisonSentence(all, m))
	}
	text := fmt.Sprintf("What %s other than %s changes, seed by seed (both run under the same seeds, whose luck cancels out). %s Means of the differences over n = %d seeds; bars: %s intervals, Student's t of the differences.",
		f.g.Compare, f.g.Axes[f.axis].Values[0], strings.Join(parts, " "), f.g.Repeat, formatLevel(f.g.Confidence))
	if f.more > 0 {
		text += fmt.Sprintf(" %s not drawn, but in pairs.csv.", plural(f.more, "further line is", "further lines are"))
	}
	return strings.TrimSpace(text + " " + f.leftOut())
}

// table writes all comparisons of the measures.
func (f *gridContrast) table(row func(...string)) {
	keys := f.g.keys()
	row(append(keys[:len(keys)-1], "flow", "measure", "unit", "a", "b", "n", "difference", "low", "high")...)
	for _, c := range f.g.compared() {
		if slices.ContainsFunc(f.metrics, func(m gridMetric) bool { return m.path == c.metric.path }) {
			row(append(slices.Clone(c.Others), c.flow.Name, c.metric.path, unitOfColumn(f.g.Columns[c.Column]), c.A, c.B, gridCount(c.N),
				gridCSV(c.Difference), gridCSV(c.Low), gridCSV(c.High))...)
		}
	}
}
