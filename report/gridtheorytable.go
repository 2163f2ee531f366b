package report

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"lossylab/report/metric"
)

// linkTheoryTable sets what the link's models do in the long run beside what they did.
func (g *Grid) linkTheoryTable() Table {
	t := Table{Name: "theory-link", Title: "The link: expected and measured"}
	var pairs []gridMetric
	for _, m := range gridMain {
		if m.expected == "" {
			continue
		}
		measured := gridMetric{path: strings.TrimSuffix(m.expected, "expected") + "measured", name: strings.Replace(m.name, "messages", "packets", 1), kind: m.kind, expected: m.expected}
		if g.shown(measured) || g.shown(gridMetric{path: m.expected}) {
			pairs = append(pairs, measured)
		}
	}
	if len(pairs) == 0 {
		return t
	}
	t.Columns = append(g.axisColumns(), Column{"n", "n", true})
	for _, m := range pairs {
		u := gridUnit(m.kind, 1)
		t.Columns = append(t.Columns, Column{m.expected, u.after(m.name + ", expected"), true}, Column{m.path, u.after("measured"), true})
	}
	for i := range g.Cells {
		c := &g.Cells[i]
		for _, f := range g.flows() {
			row, n := axisCells(c.Values, &f), 0
			var cells []Cell
			for _, m := range pairs {
				u, column := gridUnit(m.kind, 1), g.columnOf(&f, m.path)
				if column < 0 {
					cells = append(cells, Cell{"", "–"}, Cell{"", "–"})
					continue
				}
				s, expected := &c.Stats[column], g.meanAt(c, &f, m.expected)
				n = max(n, s.N)
				cells = append(cells, Cell{gridCSV(expected), threeDigits(u, float64(expected))}, Cell{gridCSV(s.Mean), s.meanText(u)})
			}
			t.Rows = append(t.Rows, append(append(row, Cell{gridCount(n), gridCount(n)}), cells...))
		}
	}
	t.Caption = "IP packets on the link up. Expected is what its models do in the long run to packets of the mean size and spacing of those sent, without drops of a full queue. " + g.tableNote()
	return t
}

// theoryTable sets the goodput beside the laws of TCP's throughput.
func (g *Grid) theoryTable() Table {
	t := Table{Name: "theory-tcp", Title: "Laws of TCP's throughput",
		Columns: append(g.axisColumns(), Column{"law", "law", false}, Column{"n", "n", true}, Column{"rate_bps", "its rate (Mbit/s)", true},
			Column{"goodput_over_rate", "goodput / rate", true}, Column{"holds_in_runs", "holds in runs", true}, Column{"why_not", "why it need not hold", false})}
	for i := range g.Cells {
		c := &g.Cells[i]
		for _, f := range g.flows() {
			for _, law := range gridLaws {
				if g.columnOf(&f, law.path+".rate_bps") < 0 {
					continue
				}
				t.Rows = append(t.Rows, append(axisCells(c.Values, &f), g.lawCells(c, &f, law)...))
			}
		}
	}
	t.Caption = "A law's rate is at the loss event rate and the round-trip time of each run, its mean over the seeds. " +
		"Mathis: M. Mathis, J. Semke, J. Mahdavi, T. Ott, \"The Macroscopic Behavior of the TCP Congestion Avoidance Algorithm\", CCR 27 (1997). " +
		"PFTK: the full model of J. Padhye, V. Firoiu, D. Towsley, J. Kurose, \"Modeling TCP Reno Performance\", IEEE/ACM Transactions on Networking 8 (2000). CUBIC: RFC 9438 section 5. " + g.tableNote()
	return t
}

// lawCells are what there is to say of a law in a cell.
func (g *Grid) lawCells(c *GridCell, f *GridFlow, law gridLawName) []Cell {
	stat := func(what string) *GridStat {
		if column := g.columnOf(f, law.path+what); column >= 0 {
			return &c.Stats[column]
		}
		return &GridStat{Mean: noNumber, Low: noNumber, High: noNumber}
	}
	rate, ratio, holds := stat(".rate_bps"), stat(".goodput_over_rate"), stat(".holds")
	in := 0
	if holds.Mean.Known() {
		in = int(math.Round(float64(holds.Mean) * float64(holds.N)))
	}
	why := strings.Join(g.reasons(c, f, law), "; ")
	switch {
	case why != "":
	case holds.N == 0:
		why = "nothing is known"
	case in == holds.N:
		why = "it should hold"
	default:
		why = "what the report on a single run says"
	}
	return []Cell{{law.name, law.name}, {gridCount(rate.N), gridCount(rate.N)}, {gridCSV(rate.Mean), rate.meanText(unit{"", 1e6})},
		{gridCSV(ratio.Mean), ratio.meanText(unit{"", 1})}, {gridCount(in), fmt.Sprintf("%d of %d", in, holds.N)}, {why, why}}
}

// lawReason is a reason for which a law need not hold, and in which runs it speaks.
type lawReason struct {
	text string
	in   func(run func(path string) float64, rate float64) bool
}

// lawReasons are those of TCPTheory, which can be read from the columns of a sweep.
var lawReasons = []lawReason{
	{"no loss event", func(run func(string) float64, _ float64) bool { return run("metrics.tcp.loss_events") == 0 }},
	{"fewer than 30 loss events", func(run func(string) float64, _ float64) bool {
		n := run("metrics.tcp.loss_events")
		return n > 0 && n < leastEvents
	}},
	{"the link's rate is lower", func(run func(string) float64, rate float64) bool { return run("theory.tcp.link_rate_bps") < rate }},
	{"the receive window allows less", func(run func(string) float64, rate float64) bool {
		window := run("theory.tcp.window_segments") * run("theory.tcp.mss_bytes") * 8
		return window > 0 && window/run("theory.tcp.rtt_s") < rate
	}},
	{"timeouts, of which it knows none", func(run func(string) float64, _ float64) bool { return run("tcp.timeouts") > 0 }},
	{"more than 2 % of the segments begin a loss event", func(run func(string) float64, _ float64) bool {
		return run("metrics.tcp.loss_event_rate") > metric.MathisLimit
	}},
}

// reasons says why a law need not hold in a cell, and in how many runs if not in all.
func (g *Grid) reasons(c *GridCell, f *GridFlow, law gridLawName) (why []string) {
	if cc := g.setting(c, f, "cc", f.CC); cc != "" && cc != law.cc {
		why = append(why, fmt.Sprintf("the sender runs %s, and it speaks of %s", ccName(cc), ccName(law.cc)))
	}
	if app := g.setting(c, f, "app", f.App); app != "" && app != "bulk" {
		why = append(why, "the program sets the pace")
	}
	if n, _ := strconv.Atoi(g.setting(c, f, "flows", strconv.Itoa(f.Clients))); n > 1 {
		why = append(why, "several clients share the link")
	}
	for k, r := range lawReasons {
		if k == 4 && law.name == "PFTK" || k == 5 && law.name != "Mathis" {
			continue
		}
		n, of := 0, 0
		for seed := range c.samples(g, f, law.path+".holds") {
			run := func(path string) float64 {
				if s := c.samples(g, f, path); s != nil {
					return s[seed]
				}
				return math.NaN()
			}
			if math.IsNaN(run(law.path + ".holds")) {
				continue
			}
			of++
			n += one(r.in(run, run(law.path+".rate_bps")))
		}
		switch {
		case n == 0:
		case n == of:
			why = append(why, r.text)
		default:
			why = append(why, fmt.Sprintf("%s (%d of %d runs)", r.text, n, of))
		}
	}
	return why
}

// samples returns the runs' numbers, nil if there are none.
func (c *GridCell) samples(g *Grid, f *GridFlow, path string) []float64 {
	if column := g.columnOf(f, path); column >= 0 {
		return c.Samples[column]
	}
	return nil
}

// ccName writes the name of a congestion control as documents do.
func ccName(cc string) string {
	switch cc {
	case "cubic":
		return "CUBIC"
	case "reno":
		return "Reno"
	}
	return cc
}
