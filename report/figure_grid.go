package report

import (
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
)

// GridFigures returns the figures of a sweep: each measure that is not 0 or unknown everywhere, against the first axis of
// numbers; how its runs are distributed; and, if two values were compared, their differences. The grid must not change as long as
// they are in use.
func GridFigures(g *Grid) []Figure {
	if len(g.Cells) == 0 {
		return nil
	}
	v := newGridView(g)
	var all []Figure
	for _, t := range g.topics() {
		all = append(all, v.topic(t)...)
	}
	all = append(all, v.comparison()...)
	return append(all, v.distributions()...)
}

// gridPart is a measure within a figure.
type gridPart struct {
	metric  gridMetric
	scale   gridRange
	panes   []gridPane
	more    int      // panels that have no room
	nothing []string // flows of which it is 0 everywhere
}

// gridFigure is a figure of a sweep.
type gridFigure struct {
	*gridView
	topic gridTopic
	parts []gridPart
}

// topic returns the figures of a topic: one, or one for each measure if there are several panels of each.
func (v *gridView) topic(t gridTopic) (all []Figure) {
	f := gridFigure{v, t, nil}
	for _, m := range t.metrics {
		if v.g.shown(m) {
			f.parts = append(f.parts, v.part(m))
		}
	}
	switch {
	case len(f.parts) == 0:
		return nil
	case len(f.parts) == 1, len(f.parts[0].panes) == 1:
		return []Figure{f.figure()}
	}
	for _, p := range f.parts {
		one := t
		last := strings.Split(p.metric.path, ".")
		one.name += "-" + strings.ReplaceAll(last[len(last)-1], "_", "-")
		one.title += ": " + p.metric.name
		all = append(all, (&gridFigure{v, one, []gridPart{p}}).figure())
	}
	return all
}

// part lays a measure out.
func (v *gridView) part(m gridMetric) gridPart {
	p := gridPart{metric: m}
	flows, nothing := v.g.showing(m)
	p.nothing = nothing
	p.panes, p.more = v.panes(flows)
	var means, ends []float64
	var laws []gridLawCurve
	for _, pane := range p.panes {
		laws = append(laws, v.lawsOf(&pane, m)...)
		for i := range pane.lines {
			l := &pane.lines[i]
			for x := range v.scale.order {
				s, expected := v.stat(l, m.path, x), v.expected(l, m, x)
				if s == nil {
					continue
				}
				means, ends = append(means, float64(s.Mean)), append(ends, float64(s.Low), float64(s.High))
				if expected > 0 {
					means = append(means, float64(expected))
				}
			}
		}
	}
	if means == nil {
		means = []float64{0}
	}
	most := slices.Max(means)
	for _, law := range laws {
		for _, pt := range law.points {
			ends = append(ends, min(pt.rate, 1.6*most))
		}
	}
	p.scale = newGridRange(m, means, ends)
	return p
}

// stat returns what a line has at a place, nil if nothing is known.
func (v *gridView) stat(l *gridLine, path string, x int) *GridStat {
	column := v.g.columnOf(&l.flow, path)
	c := v.cell(l.combo, l.series, x)
	if c == nil || column < 0 || !c.Stats[column].Mean.Known() {
		return nil
	}
	return &c.Stats[column]
}

// expected returns what the link's models do in the long run, as far as that can be held against the measure: one of messages if each is
// sent in one packet, one way.
func (v *gridView) expected(l *gridLine, m gridMetric, x int) Number {
	if m.expected == "" || m.packets && (l.flow.Proto != "udp" || l.flow.App == "echo") {
		return noNumber
	}
	s := v.stat(l, m.expected, x)
	if s == nil {
		return noNumber
	}
	return s.Mean
}

// figure makes the figure.
func (f *gridFigure) figure() Figure {
	s := f.sheet(figureWidth, gridPanels)
	return Figure{
		Name: f.topic.name, Title: f.topic.title, Caption: f.caption(gridPanels),
		height: gridHeight(s), draw: s.draw, table: f.table,
		single: func() variant {
			v := f.sheet(singleWidth, gridSingle).single()
			v.caption = f.caption(gridSingle)
			return v
		},
	}
}

// gridSingle is how many panels a column of a page can hold.
const gridSingle = 4

// shortNote returns a panel's name, or what is brief, or the beginning of that: what fits into a width.
func shortNote(name, brief string, width vg.Length) string {
	text := style{size: sizeTick}
	for _, s := range []string{name, brief} {
		if text.width(s) <= width {
			return s
		}
	}
	letters := []rune(brief)
	for len(letters) > 1 && text.width(string(letters)+"…") > width {
		letters = letters[:len(letters)-1]
	}
	return string(letters) + "…"
}

// gridHeight returns the height of a sheet of 16 cm.
func gridHeight(s sheet) vg.Length {
	each := 7.4
	switch n := len(s.rows); {
	case n == 1 && len(s.rows[0]) > 1:
		each = 6.2
	case n > 1:
		each = 5.2
	}
	return vg.Length(each*float64(len(s.rows)))*vg.Centimeter + s.keys.height(figureWidth)
}

// gridColumns returns how many panels stand beside one another.
func gridColumns(panels int) int {
	switch {
	case panels <= 3:
		return panels
	case panels == 4:
		return 2
	}
	return 3
}

// dataWidth returns about how wide the data of each of some panels are, on paper of a width.
func dataWidth(paper vg.Length, panels int) vg.Length {
	if paper != figureWidth {
		return paper - 52
	}
	n := vg.Length(gridColumns(panels))
	return (paper - (n-1)*gutter - n*46) / n
}

// arranged makes a sheet of panels in so many columns, of which the last row need not be full.
func arranged(panels []panel, keys legend, columns int) sheet {
	s := sheet{keys: keys}
	for row := range slices.Chunk(panels, columns) {
		s.rows = append(s.rows, row)
	}
	last := len(s.rows) - 1
	for len(s.rows[last]) < len(s.rows[0]) {
		s.rows[last] = append(s.rows[last][:len(s.rows[last]):len(s.rows[last])], panel{})
	}
	return s
}

// sheet draws the panels for paper of a width, so many at most of each measure.
func (f *gridFigure) sheet(width vg.Length, most int) sheet {
	var panels []panel
	var keys legend
	beside := 0
	for _, p := range f.parts {
		beside += min(len(p.panes), most)
	}
	most = max(1, most/len(f.parts))
	room := dataWidth(width, beside)
	for _, part := range f.parts {
		for _, i := range spreadIndices(len(part.panes), most) {
			p, used := f.panel(&part, &part.panes[i], room)
			panels = append(panels, p)
			for _, k := range used {
				if !slices.ContainsFunc(keys, func(o key) bool { return o.label == k.label }) {
					keys = append(keys, k)
				}
			}
		}
	}
	return arranged(panels, keys, gridColumns(len(panels)))
}

// panel draws one panel whose data have a width, and returns the entries of the legend.
func (f *gridFigure) panel(part *gridPart, pane *gridPane, width vg.Length) (panel, legend) {
	p := newPlot(f.scale.label, part.scale.label)
	p.X.Min, p.X.Max = f.scale.low, f.scale.high
	p.Y.Min, p.Y.Max = part.scale.low, part.scale.high
	p.Y.Tick.Marker = part.scale.ticker()
	var keys legend
	laws := f.lawsOf(pane, part.metric)
	if len(laws) > 0 {
		width -= lawNameRoom
	}
	p.X.Tick.Marker = f.scale.ticker(width)
	lawKeys := f.drawLaws(p, laws, part.scale, width+lawNameRoom)
	var expectations []plot.Plotter
	some := false
	for i := range pane.lines {
		l := &pane.lines[i]
		curve := gridCurve{look: l.look, joined: f.scale.joined, shift: gridShift(i, len(pane.lines))}
		marks := gridMarks{mark: gridExpected, shift: curve.shift}
		for _, x := range f.scale.order {
			if s := f.stat(l, part.metric.path, x); s != nil {
				curve.points = append(curve.points, gridPoint{x: f.scale.at[x], y: part.scale.on(float64(s.Mean)),
					low: part.scale.end(s.Low), high: part.scale.end(s.High)})
			}
			if e := f.expected(l, part.metric, x); e.Known() && (e > 0 || !part.scale.log) {
				marks.points = append(marks.points, gridPoint{x: f.scale.at[x], y: part.scale.on(float64(e))})
			}
		}
		if len(curve.points) > 0 {
			some = true
			p.Add(curve)
			keys = append(keys, l.look.key(l.label, curve.joined && len(curve.points) > 1))
		}
		if len(marks.points) > 0 {
			expectations = append(expectations, marks)
		}
	}
	p.Add(expectations...)
	keys = keys.add(len(expectations) > 0, markKey("expected of the link's models", gridExpected))
	keys = append(keys, lawKeys...)
	if !some {
		p.Add(noData("nothing is known"))
	}
	return panel{Plot: p, note: shortNote(pane.name, pane.brief, width)}, keys
}

// end is on for the end of an interval, which need not be known.
func (r gridRange) end(x Number) float64 {
	if !x.Known() {
		return math.NaN()
	}
	return r.on(float64(x))
}

// gridShift is how far line i of n is shifted to the right.
func gridShift(i, n int) vg.Length {
	each := min(2.6, 14/vg.Length(n))
	return vg.Length(float64(each) * (float64(i) - float64(n-1)/2))
}

// table writes what the figure is drawn from, and the cells that it has no room for.
func (f *gridFigure) table(row func(...string)) {
	laws := f.topic.metrics[0].path == gridGoodput.path
	head := append(f.g.keys(), "flow", "measure", "unit", "n", "mean", "low", "high", "method", "expected")
	if laws {
		head = append(head, "mathis_bps", "pftk_full_bps", "cubic_bps")
	}
	row(head...)
	for i := range f.g.Cells {
		c := &f.g.Cells[i]
		for _, part := range f.parts {
			for _, flow := range f.g.flows() {
				column := f.g.columnOf(&flow, part.metric.path)
				if column < 0 {
					continue
				}
				s := &c.Stats[column]
				fields := append(slices.Clone(c.Values), flow.Name, part.metric.path, unitOfColumn(f.g.Columns[column]), gridCount(s.N), gridCSV(s.Mean),
					gridCSV(s.Low), gridCSV(s.High), s.Method, gridCSV(f.g.meanAt(c, &flow, part.metric.expected)))
				if laws {
					for _, law := range gridLaws {
						fields = append(fields, gridCSV(f.g.meanAt(c, &flow, law.path+".rate_bps")))
					}
				}
				row(fields...)
			}
		}
	}
}

// meanAt returns the mean of a measure of a flow in a cell.
func (g *Grid) meanAt(c *GridCell, f *GridFlow, path string) Number {
	if column := g.columnOf(f, path); path != "" && column >= 0 {
		return c.Stats[column].Mean
	}
	return noNumber
}
