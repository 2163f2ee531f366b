package report

import (
	"fmt"
	"strings"
)

// theoryTable is a table of the section "Theory beside measurement".
type theoryTable struct {
	Caption string
	Head    []string
	Rows    [][]string
}

// theoryTables returns the tables: the links of all flows, and the laws of those over TCP.
func (r *Results) theoryTables() (tables []theoryTable) {
	links := theoryTable{"What the link does in the long run, and what it did:", []string{"", "expected", "measured"}, nil}
	for i := range r.Flows {
		f := &r.Flows[i]
		if f.Theory == nil {
			continue
		}
		for _, link := range []string{up, down} {
			if t := f.Theory.Link[link]; t != nil {
				links.Rows = append(links.Rows, t.rows(f.Heading()+" "+link)...)
			}
		}
	}
	if len(links.Rows) > 0 {
		tables = append(tables, links)
	}
	for i := range r.Flows {
		if t := r.Flows[i].Theory; t != nil && t.TCP != nil {
			tables = append(tables, t.TCP.table())
		}
	}
	return tables
}

// rows are what is known by theory.
func (t *LinkTheory) rows(which string) (rows [][]string) {
	for _, w := range []struct {
		what string
		c    Compared
		text func(Number) string
	}{
		{"lost", t.Loss, Number.percent},
		{"lost in a row, mean", t.MeanBurst, Number.packets},
		{"reordered", t.Reordered, Number.percent},
		{"duplicated", t.Duplicates, Number.percent},
		{"delay, mean", t.Delay, Number.duration},
		{"in the queue, at most", t.Queue, Number.duration},
	} {
		if w.c.Expected.Known() && (w.c.Expected != 0 || w.c.Measured != 0) {
			rows = append(rows, []string{which + ": " + w.what, w.text(w.c.Expected), w.text(w.c.Measured)})
		}
	}
	return rows
}

// table sets the laws beside the goodput.
func (t *TCPTheory) table() theoryTable {
	facts := []string{"goodput " + t.Goodput.rate()}
	for _, f := range []struct {
		name string
		text string
	}{
		{"p = ", fmt.Sprintf("%s of the segments begin a loss event", t.P.percent())},
		{"RTT = ", t.RTT.duration()}, {"T0 = ", t.T0.duration()}, {"MSS = ", count(t.MSS, "byte")}, {"b = ", fmt.Sprint(t.AckEvery)},
		{"the link has ", t.Rate.rate()}, {"the path without queues ", t.PathRTT.duration()}, {"delay × bandwidth = ", t.Product.bytes()},
	} {
		if !strings.HasPrefix(f.text, "–") {
			facts = append(facts, f.name+f.text)
		}
	}
	table := theoryTable{"Laws of TCP's throughput (" + strings.Join(facts, ", ") + "):",
		[]string{"law", "its rate", "goodput / rate", "why it need not hold here"}, nil}
	for _, l := range []struct {
		name string
		law  *Law
	}{
		{"Mathis et al. 1997", t.Mathis}, {"Padhye et al. 2000 (PFTK, full)", t.PFTK},
		{"the same, approximate", t.Approx}, {"CUBIC, RFC 9438 section 5", t.CUBIC},
	} {
		why := strings.Join(l.law.Why, "; ")
		if l.law.Holds {
			why = "it should hold"
		}
		table.Rows = append(table.Rows, []string{l.name, l.law.Rate.rate(), l.law.Ratio.decimal(), why})
	}
	return table
}
