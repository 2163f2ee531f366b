package report

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
)

// Where there are fewer seeds, there is no distribution to be seen.
const leastSeeds = 3

// distributed are the measures whose distributions over seeds are drawn.
var distributed = []struct {
	name, title string
	metric      gridMetric
}{
	{"goodput", "Goodput of the single runs", gridGoodput},
	{"latency", "Latency of the single runs", gridTailLatency},
	{"completion", "Time to completion of the single runs", gridCompletion},
}

// distributions returns figures of how the runs of cells are distributed over the seeds.
func (v *gridView) distributions() (all []Figure) {
	if v.g.Repeat < leastSeeds {
		return nil
	}
	for _, d := range distributed {
		if v.g.shown(d.metric) {
			f := gridSpread{gridView: v, metric: d.metric}
			f.lay()
			all = append(all, f.figure("seeds-"+d.name, d.title))
		}
	}
	return all
}

// gridSpread is a figure of empirical distributions over seeds.
type gridSpread struct {
	*gridView
	metric gridMetric
	panels []spreadPanel
	more   int
}

// spreadPanel is one place of one panel.
type spreadPanel struct {
	pane gridPane
	x    int
}

// lay chooses the cells: all places if they are few, or else the first and the last.
func (f *gridSpread) lay() {
	flows, _ := f.g.showing(f.metric)
	panes, more := f.panes(flows)
	places := f.scale.order
	if len(places) > 4 || len(places)*len(panes) > gridPanels {
		places = []int{places[0], places[len(places)-1]}
	}
	var all []spreadPanel
	for _, p := range panes {
		for _, x := range places {
			all = append(all, spreadPanel{p, x})
		}
	}
	for _, i := range spreadIndices(len(all), 6) {
		f.panels = append(f.panels, all[i])
	}
	f.more = (len(panes)+more)*len(f.scale.order) - len(f.panels)
}

// runs returns what the runs of a line at a place have, in rising order.
func (f *gridSpread) runs(l *gridLine, x int) (runs []float64) {
	c, column := f.cell(l.combo, l.series, x), f.g.columnOf(&l.flow, f.metric.path)
	if c == nil || column < 0 {
		return nil
	}
	runs = slices.DeleteFunc(slices.Clone(c.Samples[column]), func(x float64) bool { return !Number(x).Known() })
	slices.Sort(runs)
	return runs
}

func (f *gridSpread) figure(name, title string) Figure {
	s := f.sheet(figureWidth, gridPanels)
	return Figure{Name: name, Title: title, Caption: f.caption(gridPanels), height: gridHeight(s), draw: s.draw, table: f.table,
		single: func() variant {
			v := f.sheet(singleWidth, gridSingle).single()
			v.caption = f.caption(gridSingle)
			return v
		}}
}

// sheet draws so many panels at most.
func (f *gridSpread) sheet(width vg.Length, most int) sheet {
	var panels []panel
	var keys legend
	shown := spreadIndices(len(f.panels), most)
	room := dataWidth(width, len(shown))
	for _, i := range shown {
		p, used := f.panel(&f.panels[i], room)
		panels = append(panels, p)
		for _, k := range used {
			if !slices.ContainsFunc(keys, func(o key) bool { return o.label == k.label }) {
				keys = append(keys, k)
			}
		}
	}
	return arranged(panels, keys, gridColumns(len(panels)))
}

func (f *gridSpread) panel(s *spreadPanel, width vg.Length) (panel, legend) {
	low, high := math.Inf(1), math.Inf(-1)
	var lines [][]float64
	for i := range s.pane.lines {
		runs := f.runs(&s.pane.lines[i], s.x)
		if lines = append(lines, runs); len(runs) > 0 {
			low, high = min(low, runs[0]), max(high, runs[len(runs)-1])
		}
	}
	note := shortNote(strings.TrimPrefix(s.pane.name+", "+f.place(s.x), ", "), strings.TrimPrefix(s.pane.brief+", "+f.value(s.x), ", "), width)
	if high < low {
		p := newPlot(f.metric.name, "share of the seeds (%)")
		p.Add(noData("nothing is known"))
		return panel{Plot: p, note: note}, nil
	}
	u := gridUnit(f.metric.kind, high)
	p := newPlot(u.after(f.metric.name), "share of the seeds (%)")
	margin := float64(.06 * (u.of(high) - u.of(low)))
	if margin == 0 {
		margin = .05 * math.Abs(u.of(high))
	}
	if margin == 0 {
		margin = 1
	}
	p.X.Min, p.X.Max, p.Y.Min, p.Y.Max = u.of(low)-margin, u.of(high)+margin, 0, 103
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 6}, ticks{most: 6}
	var keys legend
	for i, runs := range lines {
		if len(runs) == 0 {
			continue
		}
		l := &s.pane.lines[i]
		style := l.look.line()
		p.Add(steps{style, seedSteps(runs, u, p.X.Min, p.X.Max)})
		keys = append(keys, lineKey(l.label, style))
	}
	return panel{Plot: p, note: note}, keys
}

// seedSteps returns the share of the runs up to each value, in percent, from one edge of the panel to the other.
func seedSteps(runs []float64, u unit, left, right float64) plotter.XYs {
	at := plotter.XYs{{X: left, Y: 0}}
	for i, x := range runs {
		at = append(at, plotter.XY{X: u.of(x), Y: 100 * float64(i+1) / float64(len(runs))})
	}
	return append(at, plotter.XY{X: right, Y: 100})
}

// caption tells the median and the ends of the first lines.
func (f *gridSpread) caption(most int) string {
	shown := spreadIndices(len(f.panels), most)
	var parts []string
	least, greatest := math.MaxInt, 0
	for _, i := range shown {
		s := &f.panels[i]
		for k := range s.pane.lines {
			runs := f.runs(&s.pane.lines[k], s.x)
			if len(runs) == 0 {
				continue
			}
			least, greatest = min(least, len(runs)), max(greatest, len(runs))
			u := gridUnit(f.metric.kind, runs[len(runs)-1])
			name := strings.TrimPrefix(f.lineName(&s.pane.lines[k])+" at "+f.place(s.x), " at ")
			parts = append(parts, fmt.Sprintf("%s: %s to %s", name, threeDigits(u, runs[0]), u.behind(threeDigits(u, runs[len(runs)-1]))))
		}
	}
	if len(parts) > 4 {
		parts = append(parts[:2:2], parts[len(parts)-2:]...)
	}
	text := fmt.Sprintf("How %s is distributed over the seeds: for each value the share of the runs that have it or less. From the least run to the greatest, %s. ",
		f.metric.name, strings.Join(parts, "; "))
	if least == greatest {
		text += fmt.Sprintf("Each line is of n = %d seeds.", greatest)
	} else {
		text += fmt.Sprintf("The lines are of n = %d to %d seeds.", least, greatest)
	}
	if more := f.more + len(f.panels) - len(shown); more > 0 {
		text += fmt.Sprintf(" %s of further cells are not drawn.", plural(more, "panel", "panels"))
	}
	return strings.Join(strings.Fields(text+" "+f.panelWords()+" "+f.leftOut()), " ")
}

// threeDigits writes a number in a unit that is not written.
func threeDigits(u unit, x float64) string {
	return gridRounded(u.of(x), gridPlaces(u.of(x), 0))
}

// table writes all runs of all cells.
func (f *gridSpread) table(row func(...string)) {
	row(append(f.g.keys(), "flow", "measure", "unit", "seed", "value")...)
	for i := range f.g.Cells {
		c := &f.g.Cells[i]
		for _, flow := range f.g.flows() {
			column := f.g.columnOf(&flow, f.metric.path)
			if column < 0 {
				continue
			}
			for k, x := range c.Samples[column] {
				if Number(x).Known() {
					row(append(slices.Clone(c.Values), flow.Name, f.metric.path, unitOfColumn(f.g.Columns[column]), fmt.Sprint(f.g.Seed+uint64(k)), gridCSV(Number(x)))...)
				}
			}
		}
	}
}
