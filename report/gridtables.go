package report

import (
	"fmt"
	"strings"
)

// GridTables returns the tables of a sweep for lab reports: what its cells showed at a glance, each measure with all that is
// known of its distribution, theory beside measurement, and the comparison of two values.
func GridTables(g *Grid) (all []Table) {
	if len(g.Cells) == 0 {
		return nil
	}
	all = append(all, g.overview())
	for _, m := range gridMain {
		if g.shown(m) {
			all = append(all, g.measureTable(m))
		}
	}
	for _, t := range []Table{g.linkTheoryTable(), g.theoryTable(), g.comparisonTable()} {
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}

// axisColumns are the columns of what was varied, and of the flow if there are several.
func (g *Grid) axisColumns() (columns []Column) {
	for _, a := range g.Axes {
		columns = append(columns, Column{Name: a.Key, Head: a.Key, Right: a.numeric()})
	}
	head := ""
	if len(g.flows()) > 1 {
		head = "flow"
	}
	return append(columns, Column{Name: "flow", Head: head})
}

// numeric reports whether the values of an axis are numbers.
func (a *GridAxis) numeric() bool {
	xs, _ := gridNumbers(a.Values)
	return xs != nil
}

// axisCells are the cells of a row of axisColumns.
func axisCells(values []string, f *GridFlow) (cells []Cell) {
	for _, v := range values {
		cells = append(cells, Cell{v, v})
	}
	return append(cells, Cell{f.Name, f.label()})
}

// unitOf returns the unit for all means of a measure.
func (g *Grid) unitOf(m gridMetric) unit {
	most := 0.
	for _, f := range g.flows() {
		_, high, known := g.meansOf(g.columnOf(&f, m.path))
		if known {
			most = max(most, high)
		}
	}
	return gridUnit(m.kind, most)
}

// overview has a row for each cell and flow.
func (g *Grid) overview() Table {
	t := Table{Name: "overview", Title: "All cells", Columns: append(g.axisColumns(), Column{"n", "n", true})}
	var shown []gridMetric
	var units []unit
	for _, m := range gridMain {
		if g.shown(m) {
			u := g.unitOf(m)
			shown, units = append(shown, m), append(units, u)
			t.Columns = append(t.Columns, Column{m.path, u.after(m.name), true}, Column{Name: m.path + ".low"}, Column{Name: m.path + ".high"})
		}
	}
	t.Columns = append(t.Columns, Column{Name: "incomplete_runs"})
	incomplete := 0
	for i := range g.Cells {
		c := &g.Cells[i]
		incomplete += c.Incomplete
		for _, f := range g.flows() {
			n := 0
			var cells []Cell
			for k, m := range shown {
				column := g.columnOf(&f, m.path)
				if column < 0 {
					cells = append(cells, Cell{"", "–"}, Cell{}, Cell{})
					continue
				}
				s := &c.Stats[column]
				n = max(n, s.N)
				cells = append(cells, Cell{gridCSV(s.Mean), s.meanText(units[k])}, Cell{Raw: gridCSV(s.Low)}, Cell{Raw: gridCSV(s.High)})
			}
			row := append(axisCells(c.Values, &f), Cell{gridCount(n), gridCount(n)})
			t.Rows = append(t.Rows, append(append(row, cells...), Cell{Raw: gridCount(c.Incomplete)}))
		}
	}
	t.Caption = g.tableNote()
	if incomplete > 0 {
		t.Caption += " " + plural(incomplete, "run", "runs") + " did not end by themselves and count as far as they went."
	}
	return t
}

// tableNote says how means are written.
func (g *Grid) tableNote() string {
	text := fmt.Sprintf("Means over the seeds with %s intervals", formatLevel(g.Confidence))
	if g.Method == BootstrapMethod {
		text += ", in brackets: bootstrap percentile"
	} else {
		text += ": ± is Student's t"
	}
	if g.shown(gridLoss) {
		text += "; of the messages lost, in brackets, Wilson's score of those of all seeds, widened for bursts"
	}
	text += ". Numbers have two digits of the half-width."
	if g.Omitted > 0 {
		text += fmt.Sprintf(" %s more are in cells.csv.", count(g.Omitted, "cell"))
	}
	return text
}

// measureTable has all that is known of a measure.
func (g *Grid) measureTable(m gridMetric) Table {
	u := g.unitOf(m)
	path := strings.Split(m.path, ".")
	name := "measure-" + strings.ReplaceAll(strings.Join(path[max(0, len(path)-2):], "-"), "_", "-")
	t := Table{Name: name, Title: capital(u.after(m.name)), Caption: g.tableNote() + " sd is the standard deviation of the runs, that of n − 1.",
		Columns: append(g.axisColumns(), Column{"n", "n", true}, Column{"mean", "mean", true}, Column{"low", "from", true}, Column{"high", "to", true},
			Column{"median", "median", true}, Column{"sd", "sd", true}, Column{"unit", "", false}, Column{"method", "", false})}
	for i := range g.Cells {
		c := &g.Cells[i]
		for _, f := range g.flows() {
			column := g.columnOf(&f, m.path)
			if column < 0 {
				continue
			}
			s := &c.Stats[column]
			row := append(axisCells(c.Values, &f), Cell{gridCount(s.N), gridCount(s.N)}, Cell{gridCSV(s.Mean), s.meanText(u)})
			for _, n := range []Number{s.Low, s.High, s.Median, s.SD} {
				row = append(row, Cell{gridCSV(n), s.plain(u, n)})
			}
			t.Rows = append(t.Rows, append(row, Cell{Raw: unitOfColumn(g.Columns[column])}, Cell{Raw: s.Method}))
		}
	}
	return t
}

// comparisonTable says in words which of two values is better.
func (g *Grid) comparisonTable() Table {
	t := Table{Name: "comparison", Title: "Which is better: " + g.Compare}
	all := g.compared()
	if len(all) == 0 {
		return t
	}
	keys := g.axisColumns()
	t.Columns = append(append(keys[:len(g.Axes)-1:len(g.Axes)-1], keys[len(g.Axes)]), Column{"measure", "measure", false}, Column{"a", "A", false}, Column{"b", "B", false},
		Column{"n", "n", true}, Column{"mean_a", "mean of A", true}, Column{"mean_b", "mean of B", true}, Column{"difference", "B − A", true}, Column{"low", "", true},
		Column{"high", "", true}, Column{"unit", "unit", false}, Column{"verdict", "verdict", false})
	units := map[string]unit{} // by path
	for _, m := range gridMain {
		units[m.path] = g.unitOf(m)
	}
	for i := range all {
		c := &all[i]
		u := units[c.metric.path]
		places := gridPlaces(u.of(float64(c.MeanA)), u.of(c.half()))
		t.Rows = append(t.Rows, append(axisCells(c.Others, &c.flow), Cell{c.metric.path, c.metric.name}, Cell{c.A, c.A}, Cell{c.B, c.B},
			Cell{gridCount(c.N), gridCount(c.N)}, Cell{gridCSV(c.MeanA), gridRounded(u.of(float64(c.MeanA)), places)},
			Cell{gridCSV(c.MeanB), gridRounded(u.of(float64(c.MeanB)), places)},
			Cell{gridCSV(c.Difference), c.difference(u)}, Cell{Raw: gridCSV(c.Low)}, Cell{Raw: gridCSV(c.High)},
			Cell{unitOfColumn(g.Columns[c.Column]), u.name}, Cell{c.verdict(), c.verdict()}))
	}
	t.Caption = fmt.Sprintf("Differences seed by seed, both under the same seeds, with %s intervals of Student's t. Each interval stands for itself: no difference is shown where it has 0 in it, and where nothing differs, %s of them leave out 0 by chance. "+
		"All measures are in pairs.csv.", formatLevel(g.Confidence), formatLevel(1-g.Confidence))
	return t
}
