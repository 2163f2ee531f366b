package report

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// row is a line of the summary: a label and a cell for each flow. A row without cells is a heading.
type row struct {
	label string
	cells []string
}

// summaryRows returns the summary's table, the same for the terminal and for the page.
func (r *Results) summaryRows() []row {
	rows := r.appRows()
	rows = append(rows, row{label: "What the link did, up / down (IP packets)"})
	rows = append(rows, r.linkRows()...)
	if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.TCP != nil }) {
		rows = append(rows, row{label: "What TCP paid"})
		rows = append(rows, r.tcpRows()...)
	}
	return append(r.captureRows(rows), r.timingRows()...)
}

// either returns the words for an echo, or those for the other programs.
func (r *Results) either(echo, other string) string {
	if r.App == "echo" {
		return echo
	}
	return other
}

// each returns a row whose cells are made by f.
func (r *Results) each(label string, f func(*FlowResult) string) row {
	cells := make([]string, len(r.Flows))
	for i := range r.Flows {
		cells[i] = f(&r.Flows[i])
	}
	return row{label, cells}
}

func (r *Results) count(label string, f func(*AppResult) int64) row {
	return r.each(label, func(fl *FlowResult) string { return formatShare(f(&fl.App), fl.App.Sent) })
}

func (r *Results) appRows() []row {
	rows := []row{
		{label: "What the programs saw (" + r.either("lines and their answers", "messages") + ")"},
		r.each("sent", func(f *FlowResult) string { return formatCount(f.App.Sent) }),
		r.each("received", func(f *FlowResult) string { return formatCount(f.App.Received) }),
		r.count("lost", func(a *AppResult) int64 { return a.Lost }),
		r.count("duplicated", func(a *AppResult) int64 { return a.Duplicated }),
		r.count("reordered", func(a *AppResult) int64 { return a.Reordered }),
		r.count("corrupted", func(a *AppResult) int64 { return a.Corrupted }),
		r.each("in order", func(f *FlowResult) string { return formatCount(f.App.InOrder) }),
	}
	if r.lostShares() {
		rows = slices.Insert(rows, 4, r.each(r.lostLabel(), func(f *FlowResult) string { return f.App.LostShare.text() }))
	}
	if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.App.Unfinished > 0 }) {
		rows = append(rows, r.count("under way at the end", func(a *AppResult) int64 { return a.Unfinished }))
	}
	if r.App == "echo" {
		rows = append(rows, r.each("retries by the program", func(f *FlowResult) string { return formatCount(f.App.Retries) }))
	}
	rows = append(rows, r.each("goodput", func(f *FlowResult) string { return formatRate(f.App.Goodput) }))
	for _, q := range []struct {
		label string
		of    func(*Summary) float64
	}{
		{"p50", func(s *Summary) float64 { return s.P50 }},
		{"p95", func(s *Summary) float64 { return s.P95 }},
		{"p99", func(s *Summary) float64 { return s.P99 }},
	} {
		rows = append(rows, r.each(r.either("time to answer ", "latency ")+q.label, func(f *FlowResult) string {
			if f.App.Latency == nil {
				return "–"
			}
			return formatSeconds(q.of(f.App.Latency))
		}))
	}
	return rows
}

func (r *Results) linkRows() []row {
	both := func(label string, f func(*LinkResult) int64) row {
		return r.each(label, func(fl *FlowResult) string {
			return formatCount(f(fl.Link[up])) + " / " + formatCount(f(fl.Link[down]))
		})
	}
	rows := []row{both("offered", func(l *LinkResult) int64 { return l.Offered })}
	causes := r.causes()
	if causes == nil {
		rows = append(rows, both("dropped", func(l *LinkResult) int64 { return l.Dropped }))
	}
	for _, cause := range causes {
		label := "dropped by " + cause
		if cause == "drop" { // the first word of "drop data 5"
			label = "dropped by a fault"
		}
		if cause == "lost" { // between two captures
			label = "dropped"
		}
		rows = append(rows, both(label, func(l *LinkResult) int64 { return l.DroppedBy[cause] }))
	}
	for _, extra := range []struct {
		label string
		of    func(*LinkResult) int64
	}{
		{"fragmented", func(l *LinkResult) int64 { return l.Fragmented }},
		{"fragments made", func(l *LinkResult) int64 { return l.Fragments }},
		{"answered by ICMP", func(l *LinkResult) int64 { return l.Answered }},
	} {
		if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return extra.of(f.Link[up])+extra.of(f.Link[down]) > 0 }) {
			rows = append(rows, both(extra.label, extra.of))
		}
	}
	return append(rows,
		both("duplicated", func(l *LinkResult) int64 { return l.Duplicated }),
		both("corrupted", func(l *LinkResult) int64 { return l.Corrupted }),
		both("reordered", func(l *LinkResult) int64 { return l.Reordered }),
	)
}

// causes returns the causes of drops in alphabetical order.
func (r *Results) causes() []string {
	var causes []string
	for _, f := range r.Flows {
		for _, l := range f.Link {
			for cause := range l.DroppedBy {
				if !slices.Contains(causes, cause) {
					causes = append(causes, cause)
				}
			}
		}
	}
	slices.Sort(causes)
	return causes
}

func (r *Results) tcpRows() []row {
	tcp := func(label string, f func(*FlowResult) string) row {
		return r.each(label, func(fl *FlowResult) string {
			if fl.TCP == nil {
				return "–"
			}
			return f(fl)
		})
	}
	rows := []row{
		r.ofBoth("segments sent again", tcp, func(t *TCPResult) (uint64, *uint64) { return t.Retransmits, t.Server.retransmits() }),
		tcp("of these, needlessly", func(f *FlowResult) string { return formatCount(f.TCP.Spurious) }),
		r.ofBoth("fast recoveries", tcp, func(t *TCPResult) (uint64, *uint64) { return t.FastRecoveries, t.Server.fastRecoveries() }),
		r.ofBoth("timeouts", tcp, func(t *TCPResult) (uint64, *uint64) { return t.Timeouts, t.Server.timeouts() }),
	}
	if near, _ := ends(r.anyFromServer()); r.serverPaid() {
		rows[1].label = "of the " + near + "'s, needlessly"
	}
	if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.App.HeadOfLine != nil }) {
		rows = append(rows, tcp("messages held up by earlier ones", func(f *FlowResult) string {
			if f.App.HeldBack == 0 {
				return "0"
			}
			return fmt.Sprintf("%s, up to %s", formatCount(f.App.HeldBack), formatSeconds(f.App.HeadOfLine.Max))
		}))
	}
	return rows
}

// WriteSummary writes the table for a terminal.
func (r *Results) WriteSummary(w io.Writer) error {
	rows := r.summaryRows()
	head := row{label: "", cells: make([]string, len(r.Flows))}
	for i, f := range r.Flows {
		head.cells[i] = f.Heading()
	}
	rows = append([]row{head}, rows...)
	labels, cells := 0, make([]int, len(r.Flows))
	for _, row := range rows {
		if row.cells != nil {
			labels = max(labels, utf8.RuneCountInString(row.label))
		}
		for i, c := range row.cells {
			cells[i] = max(cells[i], utf8.RuneCountInString(c))
		}
	}
	for _, row := range rows {
		line := row.label
		if row.cells != nil {
			line = "  " + pad(row.label, labels, false)
			for i, c := range row.cells {
				line += "   " + pad(c, cells[i], true)
			}
		}
		if _, err := fmt.Fprintln(w, strings.TrimRight(line, " ")); err != nil {
			return err
		}
	}
	return nil
}

// pad fills s with spaces up to n letters.
func pad(s string, n int, right bool) string {
	fill := strings.Repeat(" ", max(0, n-utf8.RuneCountInString(s)))
	if right {
		return fill + s
	}
	return s + fill
}
