package report

import (
	"fmt"
	"math"
	"slices"
)

// gridComparison is a pair of cells in a measure of a flow.
type gridComparison struct {
	GridPair
	flow   GridFlow
	metric gridMetric
}

// compared returns the comparisons of the measures that people look at, in the order of the cells. Measures that are 0
// everywhere are left out.
func (g *Grid) compared() (all []gridComparison) {
	if g.Compare == "" || len(g.Axes) == 0 {
		return nil
	}
	var metrics []gridMetric
	var flows [][]GridFlow
	for _, m := range gridMain {
		if g.shown(m) {
			some, _ := g.showing(m)
			metrics, flows = append(metrics, m), append(flows, some)
		}
	}
	last := len(g.Axes) - 1
	for from := 0; from < len(g.Cells); {
		to := from + 1
		for to < len(g.Cells) && slices.Equal(g.Cells[to].Values[:last], g.Cells[from].Values[:last]) {
			to++
		}
		for i, m := range metrics {
			all = append(all, g.comparisonsOf(g.Cells[from:to], m, flows[i])...)
		}
		from = to
	}
	return all
}

// comparisonsOf compares the first of some cells with each other one in a measure of some flows.
func (g *Grid) comparisonsOf(cells []GridCell, m gridMetric, flows []GridFlow) (all []gridComparison) {
	for _, f := range flows {
		column := g.columnOf(&f, m.path)
		for i := range cells[1:] {
			if p, ok := g.pair(&cells[0], &cells[i+1], column); ok {
				all = append(all, gridComparison{p, f, m})
			}
		}
	}
	return all
}

// half returns half the width of the interval.
func (p *GridPair) half() float64 {
	if !p.Low.Known() || !p.High.Known() {
		return math.NaN()
	}
	return float64(p.High-p.Low) / 2
}

// difference writes B - A in the unit.
func (p *GridPair) difference(u unit) string {
	s := GridStat{Mean: p.Difference, Low: p.Low, High: p.High, Method: Student}
	return s.meanText(u)
}

// verdict says which of the two is better, and whether the runs show it.
func (c *gridComparison) verdict() string {
	switch {
	case c.N < 2:
		return "one seed shows nothing"
	case c.Difference == 0 && c.half() == 0:
		return "the same in all runs"
	case !c.Different:
		return "no difference shown"
	case c.metric.better == 0 && c.Difference > 0:
		return fmt.Sprintf("%s has more", c.B)
	case c.metric.better == 0:
		return fmt.Sprintf("%s has less", c.B)
	}
	if float64(c.metric.better)*float64(c.Difference) > 0 {
		return fmt.Sprintf("%s is better", c.B)
	}
	return fmt.Sprintf("%s is better", c.A)
}

// comparisonSentence counts the cells in which one is better in a measure.
func comparisonSentence(all []gridComparison, m gridMetric) string {
	var words []string
	counts := []int{}
	n, unshown := 0, 0
	for i := range all {
		if all[i].metric.path != m.path {
			continue
		}
		n++
		if !all[i].Different {
			unshown++
			continue
		}
		w := all[i].verdict()
		k := slices.Index(words, w)
		if k < 0 {
			k, words, counts = len(words), append(words, w), append(counts, 0)
		}
		counts[k]++
	}
	if n == 0 {
		return ""
	}
	var parts []string
	for i, w := range words {
		parts = append(parts, fmt.Sprintf("%s in %d of %d comparisons", w, counts[i], n))
	}
	if unshown > 0 {
		parts = append(parts, fmt.Sprintf("no difference is shown in %d of %d", unshown, n))
	}
	return capital(m.name) + ": " + enumerate(parts) + "."
}
