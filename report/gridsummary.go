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
	rows, widths := g.summaryTable([]gridMetric{gridGoodput, gridLoss, gridTailLatency})
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

// summaryWidth is how wide the table is at most, if goodput alone fits into that.
const summaryWidth = 140

// summaryTable returns the head and the lines of the table, and the widths of its columns. It has as many of the measures as have room.
func (g *Grid) summaryTable(measures []gridMetric) (rows [][]string, widths []int) {
	heads, metrics := g.summaryHeads(measures)
	rows = [][]string{heads}
	for i := range g.Cells[:min(len(g.Cells), summaryLines)] {
		rows = append(rows, g.summaryRow(&g.Cells[i], metrics))
	}
	widths = make([]int, len(heads))
	total := 0
	for k := range heads {
		for _, row := range rows {
			widths[k] = max(widths[k], utf8.RuneCountInString(row[k]))
		}
		total += widths[k] + 2
	}
	if total > summaryWidth && len(measures) > 1 {
		return g.summaryTable(measures[:len(measures)-1])
	}
	return rows, widths
}

// summaryMetric is a column of the terminal's table.
type summaryMetric struct {
	flow   GridFlow
	metric gridMetric
	unit   unit
}

// summaryHeads returns the heads and the measures of the columns.
func (g *Grid) summaryHeads(measures []gridMetric) (heads []string, metrics []summaryMetric) {
	heads = append(g.keys(), "n")
	for _, f := range g.flows() {
		for _, m := range measures {
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
