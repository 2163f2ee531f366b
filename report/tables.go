package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
)

// Table is a table for a lab report: the same as CSV with plain numbers for programs, and as Markdown and LaTeX for people.
type Table struct {
	Name    string // file name without extension: "rtt"
	Title   string
	Caption string // what there is to know about it; sentences
	Columns []Column
	Rows    [][]Cell
}

// Column is a column of a table.
type Column struct {
	Name  string // in CSV: "sent_s"
	Head  string // for people; empty: they do not get to see it
	Right bool   // numbers
}

// Cell is a value: Raw for programs, empty where there is none, and Text for people.
type Cell struct{ Raw, Text string }

// TableFormats are the formats that Write knows, by extension.
var TableFormats = []string{"csv", "md", "tex"}

// Write writes the table in one of TableFormats.
func (t *Table) Write(w io.Writer, format string) error {
	switch format {
	case "csv":
		return t.writeCSV(w)
	case "md":
		_, err := io.WriteString(w, "# "+t.Title+"\n\n"+t.markdown()+"\n"+t.Caption+"\n")
		return err
	case "tex":
		return t.writeTeX(w)
	}
	return fmt.Errorf("report: no table as %q", format)
}

func (t *Table) writeCSV(w io.Writer) error {
	c := csv.NewWriter(w)
	line := make([]string, len(t.Columns))
	for i, col := range t.Columns {
		line[i] = col.Name
	}
	c.Write(line) // Flush keeps its error
	for _, row := range t.Rows {
		for i, cell := range row {
			line[i] = cell.Raw
		}
		c.Write(line)
	}
	c.Flush()
	return c.Error()
}

// shown returns the heads and the rows that people get to see.
func (t *Table) shown() (heads []Column, rows [][]string) {
	for _, col := range t.Columns {
		if col.Head != "" {
			heads = append(heads, col)
		}
	}
	for _, row := range t.Rows {
		var cells []string
		for i, cell := range row {
			if t.Columns[i].Head != "" {
				cells = append(cells, cell.Text)
			}
		}
		rows = append(rows, cells)
	}
	return heads, rows
}

// markdown returns the rows as a table of GitHub's Markdown.
func (t *Table) markdown() string {
	var b strings.Builder
	heads, rows := t.shown()
	for _, col := range heads {
		b.WriteString("| " + inCell(col.Head) + " ")
	}
	b.WriteString("|\n")
	for _, col := range heads {
		if col.Right {
			b.WriteString("|---:")
		} else {
			b.WriteString("|---")
		}
	}
	b.WriteString("|\n")
	for _, row := range rows {
		for _, cell := range row {
			b.WriteString("| " + inCell(cell) + " ")
		}
		b.WriteString("|\n")
	}
	return b.String()
}

// inCell escapes what would end a cell, or begin markup in it.
var cellEscapes = strings.NewReplacer("|", `\|`, "\n", " ", `\`, `\\`, "*", `\*`, "_", `\_`, "<", "&lt;", "`", "\\`", "[", `\[`)

func inCell(s string) string { return cellEscapes.Replace(s) }

// Tables returns the tables that the flows give rise to, with intervals of the results' confidence.
func Tables(flows []*Flow, r *Results) (all []Table) {
	for _, make := range []func([]*Flow, *Results) Table{summaryTable, rttTable, impairmentsTable} {
		t := byConversation(flows, r, make)
		if len(t.Rows) > 0 {
			all = append(all, t)
		}
	}
	return all
}
