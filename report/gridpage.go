package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// GridPage is what people read of a sweep.
type GridPage struct {
	Grid     *Grid
	Figures  []Figure
	Image    string // format of the figures that the page links to; empty: none
	Version  string // of lossylab
	Scenario json.RawMessage
	Tables   string // formats of the files in tables/, with commas; empty: there are none

	FigureColumns int // 1 if the files in figures/ are one column wide
}

// gridRows is how many rows of a table a page has. The files have all.
const gridRows = 60

// WriteMarkdown writes report.md: what was varied, what came of it, figures, tables and methods.
func (p *GridPage) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintf(b, "# %s\n\n%s\n\n## Summary\n\n", inCell(p.Grid.Title), p.Verdict())
	for _, s := range p.Findings() {
		fmt.Fprintf(b, "- %s\n", inCell(s))
	}
	fmt.Fprint(b, "\n## What was varied\n\n| | values |\n|---|---|\n")
	for _, f := range p.Varied() {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.ReplaceAll(f.Name, "|", `\|`), inCell(f.Value))
	}
	for _, f := range p.Figures {
		f = f.Columns(p.FigureColumns)
		fmt.Fprintf(b, "\n## %s\n\n", inCell(f.Title))
		if p.Image != "" {
			fmt.Fprintf(b, "![%s](figures/%s.%s)\n\n%s Data: [`%s.csv`](figures/%[2]s.csv)\n", f.Title, f.Name, p.Image, inCell(f.Caption), f.Name)
		} else {
			fmt.Fprintf(b, "%s\n", inCell(f.Caption))
		}
	}
	for _, t := range p.tables() {
		short, more := t.Table.first(gridRows)
		fmt.Fprintf(b, "\n## %s\n\n%s\n%s%s", inCell(t.Title), short.markdown(), inCell(t.Caption), rowsLeft(more))
		for i, file := range t.Files {
			fmt.Fprintf(b, "%s [`%s`](%[2]s)", map[bool]string{true: " Files:", false: ","}[i == 0], file)
		}
		b.WriteString("\n")
	}
	fmt.Fprint(b, "\n## Methods\n\n")
	for _, m := range p.Methods() {
		fmt.Fprintf(b, "- **%s**: %s\n", m.Name, m.Value)
	}
	if len(p.Scenario) > 0 {
		fmt.Fprintf(b, "\n## What was the same\n\n%s\n\n```json\n%s\n```\n", p.ScenarioNote(), p.ScenarioText())
	}
	fmt.Fprintf(b, "\nMade by lossylab %s. The same version, scenario, values and seeds give the same page.\n", p.Version)
	return b.Flush()
}

// first returns the table with so many rows at most, and how many it is short of.
func (t Table) first(n int) (short Table, more int) {
	if more = len(t.Rows) - n; more > 0 {
		t.Rows = t.Rows[:n]
		return t, more
	}
	return t, 0
}

// rowsLeft says how many rows a page has no room for.
func rowsLeft(more int) string {
	if more == 0 {
		return ""
	}
	return " " + plural(more, "more row is", "more rows are") + " in the files."
}

// Verdict says in a sentence what was run.
func (p *GridPage) Verdict() string {
	g := p.Grid
	cells := len(g.Cells) + g.Omitted
	seeds := fmt.Sprintf("seed %d", g.Seed)
	if g.Repeat > 1 {
		seeds = fmt.Sprintf("%d seeds each (%d to %d)", g.Repeat, g.Seed, g.Seed+uint64(g.Repeat-1))
	}
	text := fmt.Sprintf("A sweep of %s under %s, with intervals at a confidence of %s.", count(cells, "cell"), seeds, formatLevel(g.Confidence))
	incomplete := 0
	for i := range g.Cells {
		incomplete += g.Cells[i].Incomplete
	}
	if incomplete > 0 {
		text += " " + plural(incomplete, "run", "runs") + " did not end by themselves."
	}
	return text
}

// Findings are sentences on what the sweep showed.
func (p *GridPage) Findings() (all []string) {
	if len(p.Grid.Cells) == 0 {
		return nil
	}
	v := newGridView(p.Grid)
	for _, t := range p.Grid.topics() {
		for _, m := range t.metrics {
			if !p.Grid.shown(m) {
				continue
			}
			part := v.part(m)
			all = append(all, (&gridFigure{v, t, []gridPart{part}}).finding(&part))
		}
	}
	compared := p.Grid.compared()
	for _, m := range gridMain {
		if s := comparisonSentence(compared, m); s != "" {
			all = append(all, p.Grid.Compare+" compared. "+s)
		}
	}
	return all
}

// Varied are the axes and their values.
func (p *GridPage) Varied() (all []fact) {
	for _, a := range p.Grid.Axes {
		values := a.Values
		if n := len(values); n > 40 {
			values = append(append([]string{}, values[:20]...), append([]string{fmt.Sprintf("… (%d values)", n)}, values[n-5:]...)...)
		}
		all = append(all, fact{Name: a.Key, Value: strings.Join(values, ", ")})
	}
	seeds := fmt.Sprint(p.Grid.Seed)
	if n := p.Grid.Repeat; n > 1 {
		seeds += fmt.Sprintf(" to %d", p.Grid.Seed+uint64(n-1))
	}
	return append(all, fact{Name: "seed", Value: seeds})
}

// ScenarioNote says how ScenarioText is to be read.
func (p *GridPage) ScenarioNote() string {
	return "As it was in the first cell: where it has what was varied, other cells had other values."
}

// ScenarioText is what was the same in all cells, as JSON.
func (p *GridPage) ScenarioText() string {
	var v any
	if json.Unmarshal(p.Scenario, &v) != nil {
		return string(p.Scenario)
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	_ = e.Encode(v) // it came from JSON
	return strings.TrimSpace(b.String())
}

// Methods name how numbers were made, with sources.
func (p *GridPage) Methods() []fact {
	g := p.Grid
	level := formatLevel(g.Confidence)
	all := []fact{{Name: "seeds", Value: "Every cell was run under the same seeds, and each model of a link draws from a stream of its own: cells differ by their values, not by luck " +
		"(common random numbers; A. M. Law, W. D. Kelton, Simulation Modeling and Analysis, chapter 11)."}}
	if g.Method == BootstrapMethod {
		all = append(all, fact{Name: "intervals of means", Value: fmt.Sprintf("bootstrap percentile at %s, 10,000 resamples of the runs (B. Efron, \"Bootstrap Methods: Another Look at the Jackknife\", The Annals of Statistics 7, 1979).", level)})
	} else {
		all = append(all, fact{Name: "intervals of means", Value: fmt.Sprintf("Student's t at %s, of the runs of a cell (Student, \"The Probable Error of a Mean\", Biometrika 6, 1908). It takes runs for independent and not too far from normal.", level)})
	}
	all = append(all, fact{Name: "intervals of loss ratios", Value: fmt.Sprintf("Wilson's score at %s of all messages of all seeds together (E. B. Wilson, \"Probable Inference, the Law of Succession, and Statistical Inference\", Journal of the American Statistical Association 22, 1927), "+
		"widened where losses come in bursts: messages count as fewer independent ones.", level)})
	if g.Compare != "" {
		all = append(all, fact{Name: "comparison", Value: fmt.Sprintf("the difference of two values under the same seed, and Student's t at %s of these differences. Intervals are not corrected for there being several.", level)})
	}
	all = append(all,
		fact{Name: "theory of TCP", Value: "Mathis et al., CCR 27 (1997); Padhye et al., IEEE/ACM Transactions on Networking 8 (2000), full model (PFTK); CUBIC: RFC 9438 section 5. They are given what each run measured: the loss event rate (RFC 5348 section 5.2), the mean round-trip time, the first timeout."},
		fact{Name: "expected of the link", Value: "what its models do in the long run to packets of the mean size and spacing of those sent, without drops of a full queue."},
		fact{Name: "measures", Value: "goodput: bits of the messages received over the time from the start to the last event; loss: RFC 7680; reordering: RFC 4737 section 4.1; quantiles of the nearest rank; runs.csv has each run, cells.csv all measures."})
	return all
}

// gridTable is a table of a page, and the files that hold it.
type gridTable struct {
	Table
	Files []string
}

// tables are those of the page; those of single measures are in files only.
func (p *GridPage) tables() (all []gridTable) {
	for _, t := range GridTables(p.Grid) {
		if strings.HasPrefix(t.Name, "measure-") {
			continue
		}
		files := (&Page{Tables: p.Tables}).tableFiles(&t)
		if len(t.Rows) > gridRows && len(files) == 0 {
			files = []string{"cells.csv"}
		}
		all = append(all, gridTable{t, files})
	}
	return all
}
