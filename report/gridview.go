package report

import (
	"fmt"
	"slices"
	"strings"
)

// gridView says which axis of a sweep is what in its figures.
type gridView struct {
	g      *Grid
	scale  gridScale
	x      int     // the axis along the figures, -1: there is none
	series int     // the axis of the lines of a panel, -1: there is none
	shown  []int   // values of it that are drawn
	panels [][]int // combinations of values, by axis, that have panels: for the axes x and series they mean nothing
	apart  []int   // the axes that tell panels apart
	cells  map[string]*GridCell

	omitted []string // what figures leave out
}

// What a page can hold.
const (
	gridLines  = 6 // of a panel
	gridPanels = 9 // of a figure
)

// newGridView lays a sweep out: along the figures the first axis of numbers that is not compared, or else the first; as lines the
// compared axis, or the first of the others; as panels what is left.
func newGridView(g *Grid) *gridView {
	v := &gridView{g: g, x: -1, series: -1, cells: make(map[string]*GridCell, len(g.Cells))}
	for i := range g.Cells {
		v.cells[strings.Join(g.Cells[i].Values, "\n")] = &g.Cells[i]
	}
	v.chooseX()
	v.chooseSeries()
	v.choosePanels()
	return v
}

// chooseX chooses the axis along the figures.
func (v *gridView) chooseX() {
	rank := func(a GridAxis) int {
		numbers, _ := gridNumbers(a.Values)
		n := 0
		if len(a.Values) > 1 {
			n += 4
		}
		if numbers != nil {
			n += 2
		}
		if a.Key != v.g.Compare {
			n++
		}
		return n
	}
	for i, a := range v.g.Axes {
		if v.x < 0 || rank(a) > rank(v.g.Axes[v.x]) {
			v.x = i
		}
	}
	if v.x < 0 {
		v.scale = newGridScale(GridAxis{Values: []string{"all runs"}})
		return
	}
	v.scale = newGridScale(v.g.Axes[v.x])
}

// chooseSeries chooses the axis of lines. One of many numbers makes panels instead.
func (v *gridView) chooseSeries() {
	for i, a := range v.g.Axes {
		if i == v.x || len(a.Values) < 2 {
			continue
		}
		if a.Key == v.g.Compare || v.series < 0 && len(a.Values) <= gridLines {
			v.series = i
		}
	}
	if v.series < 0 {
		v.shown = []int{0}
		return
	}
	a := v.g.Axes[v.series]
	v.shown = spreadIndices(len(a.Values), gridLines)
	if n := len(a.Values) - len(v.shown); n > 0 {
		v.omitted = append(v.omitted, fmt.Sprintf("%d of the %d values of %s", n, len(a.Values), a.Key))
	}
}

// choosePanels makes the combinations of the axes that are left.
func (v *gridView) choosePanels() {
	v.panels = [][]int{make([]int, len(v.g.Axes))}
	for i, a := range v.g.Axes {
		if i == v.x || i == v.series || len(a.Values) < 2 {
			continue
		}
		v.apart = append(v.apart, i)
		most := gridPanels / len(v.panels)
		values := spreadIndices(len(a.Values), max(1, most))
		if n := len(a.Values) - len(values); n > 0 {
			v.omitted = append(v.omitted, fmt.Sprintf("%d of the %d values of %s", n, len(a.Values), a.Key))
		}
		var next [][]int
		for _, combo := range v.panels {
			for _, k := range values {
				c := slices.Clone(combo)
				c[i] = k
				next = append(next, c)
			}
		}
		v.panels = next
	}
}

// spreadIndices returns at most so many of n indices, the first and the last among them, evenly spread.
func spreadIndices(n, most int) (all []int) {
	if n <= most {
		most = n
	}
	for k := range most {
		if most == 1 {
			return []int{0}
		}
		all = append(all, k*(n-1)/(most-1))
	}
	return all
}

// cell returns a cell, nil if it is not there.
func (v *gridView) cell(combo []int, series, x int) *GridCell {
	values := make([]string, len(v.g.Axes))
	for i, a := range v.g.Axes {
		switch k := combo[i]; i {
		case v.x:
			values[i] = a.Values[x]
		case v.series:
			values[i] = a.Values[series]
		default:
			values[i] = a.Values[k]
		}
	}
	return v.cells[strings.Join(values, "\n")]
}

// comboName names a panel by its values: "delay = 20ms, size = 200".
func (v *gridView) comboName(combo []int) string {
	var parts []string
	for _, i := range v.apart {
		parts = append(parts, v.g.Axes[i].Key+" = "+v.g.Axes[i].Values[combo[i]])
	}
	return strings.Join(parts, ", ")
}

// comboValues is comboName without the axes.
func (v *gridView) comboValues(combo []int) string {
	var parts []string
	for _, i := range v.apart {
		parts = append(parts, v.g.Axes[i].Values[combo[i]])
	}
	return strings.Join(parts, ", ")
}

// panelWords says of what the panels are.
func (v *gridView) panelWords() string {
	var keys []string
	for _, i := range v.apart {
		keys = append(keys, v.g.Axes[i].Key)
	}
	if len(keys) == 0 {
		return ""
	}
	return "Each panel has " + map[bool]string{true: "a value", false: "values"}[len(keys) == 1] + " of " + enumerate(keys) + "."
}

// place names a value along the figures: "link.up.loss = 0.1%".
func (v *gridView) place(x int) string {
	if v.x < 0 {
		return "all runs"
	}
	return v.g.Axes[v.x].Key + " = " + v.g.Axes[v.x].Values[x]
}

// leftOut is a sentence about what the figures do not show.
func (v *gridView) leftOut() string {
	parts := slices.Clone(v.omitted)
	if v.g.Omitted > 0 {
		parts = append(parts, fmt.Sprintf("%s beyond the first %s", count(v.g.Omitted, "cell"), formatCount(len(v.g.Cells))))
	}
	if len(parts) == 0 {
		return ""
	}
	return "Left out here, but not in cells.csv: " + strings.Join(parts, "; ") + "."
}

// gridLine is one line of a panel: a flow and a value of the axis of lines.
type gridLine struct {
	flow   GridFlow
	series int
	combo  []int
	label  string
	look   gridLook
}

// gridPane is a panel: its heading and its lines.
type gridPane struct {
	name  string
	brief string // values alone
	lines []gridLine
}

// split reports whether each flow has panels of its own, since lines of all would be too many for one.
func (v *gridView) split() bool {
	n := len(v.g.flows())
	return n > 1 && (v.series >= 0 && n*len(v.shown) > 4 || n > gridLines)
}

// panes returns the panels of a figure about some flows, and how many more there would be than a page can hold.
func (v *gridView) panes(flows []GridFlow) (panes []gridPane, more int) {
	groups := [][]GridFlow{flows}
	if v.split() {
		groups = slices.Collect(slices.Chunk(flows, 1))
	}
	for _, combo := range v.panels {
		for _, group := range groups {
			p := gridPane{name: v.comboName(combo), brief: v.comboValues(combo), lines: v.lines(group, combo)}
			if v.split() {
				p.name = strings.TrimSuffix(group[0].label()+", "+p.name, ", ")
				p.brief = strings.TrimSuffix(group[0].label()+", "+p.brief, ", ")
			}
			panes = append(panes, p)
		}
	}
	all := panes
	panes = nil
	for _, i := range spreadIndices(len(all), gridPanels) {
		panes = append(panes, all[i])
	}
	return panes, len(all) - len(panes)
}

// lines returns the lines of a panel. A line looks the same in all figures.
func (v *gridView) lines(flows []GridFlow, combo []int) (lines []gridLine) {
	all := v.g.flows()
	for _, f := range flows {
		index := slices.IndexFunc(all, func(o GridFlow) bool { return o.Name == f.Name })
		for k, s := range v.shown {
			l := gridLine{flow: f, series: s, combo: combo, label: f.label()}
			switch {
			case v.series < 0:
				l.look = flowLook(all, index)
			case v.split() || len(all) == 1:
				l.label, l.look = v.seriesName(s), gridLooks[k]
			default:
				l.label, l.look = f.label()+", "+v.seriesName(s), gridLooks[index*len(v.shown)+k]
			}
			lines = append(lines, l)
		}
	}
	return lines
}

// seriesName names a value of the axis of lines.
func (v *gridView) seriesName(s int) string {
	return v.g.Axes[v.series].Key + " = " + v.g.Axes[v.series].Values[s]
}

// cc returns the congestion control of a line, nothing if it is not known.
func (v *gridView) cc(l *gridLine, x int) string {
	if c := v.cell(l.combo, l.series, x); c != nil {
		return v.g.setting(c, &l.flow, "cc", l.flow.CC)
	}
	return l.flow.CC
}
