package report

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// summaryLines is how many cells the terminal's table has at most.
const summaryLines = 40

// WriteGridSummary writes a table for a terminal: a line for each cell, with means over the seeds and their intervals, and how many
// more cells there are.
func WriteGridSummary(w io.Writer, g *Grid) error {
	if len(g.Cells) == 0 {
		_, err := fmt.Fprintln(w, "no cells")
		return err
	}
	heads, metrics := g.summaryHeads()
	rows := [][]string{heads}
	for i := range g.Cells[:min(len(g.Cells), summaryLines)] {
		rows = append(rows, g.summaryRow(&g.Cells[i], metrics))
	}
	widths := make([]int, len(heads))
	for _, row := range rows {
		for k, cell := range row {
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\nMeans over the seeds, with %s intervals\n", formatLevel(g.Confidence))
	for _, row := range rows {
		line := " "
		for k, cell := range row {
			line += " " + pad(cell, widths[k], k >= len(g.Axes)) + " "
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	if more := len(g.Cells) + g.Omitted - summaryLines; more > 0 {
		fmt.Fprintf(&b, "  and %s more: cells.csv\n", count(more, "cell"))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// summaryMetric is a column of the terminal's table.
type summaryMetric struct {
	flow   GridFlow
	metric gridMetric
	unit   unit
}

// summaryHeads returns the heads and the measures of the columns.
func (g *Grid) summaryHeads() (heads []string, metrics []summaryMetric) {
	heads = append(g.keys(), "n")
	for _, f := range g.flows() {
		for _, m := range []gridMetric{gridGoodput, gridLoss, gridTailLatency} {
			low, high, known := g.meansOf(g.columnOf(&f, m.path))
			if !known || low == 0 && high == 0 {
				continue
			}
			u := gridUnit(m.kind, high)
			name := map[string]string{gridGoodput.path: "goodput", gridLoss.path: "lost", gridTailLatency.path: "latency 95 %"}[m.path]
			if len(g.flows()) > 1 {
				name = f.label() + " " + name
			}
			heads = append(heads, u.after(name))
			metrics = append(metrics, summaryMetric{f, m, u})
		}
	}
	return heads, metrics
}

// summaryRow returns the line of a cell.
func (g *Grid) summaryRow(c *GridCell, metrics []summaryMetric) []string {
	row := append([]string{}, c.Values...)
	n := 0
	var cells []string
	for _, m := range metrics {
		s := &c.Stats[g.columnOf(&m.flow, m.metric.path)]
		n = max(n, s.N)
		cells = append(cells, s.meanText(m.unit))
	}
	return append(append(row, gridCount(n)), cells...)
}
