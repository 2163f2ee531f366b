package report

import (
	"bufio"
	"fmt"
	"strings"
)

// ColourFile is the name of the file of colouring rules that lies beside the captures' folders.
const ColourFile = "wireshark-colours.txt"

// tables writes the tables for lab reports.
func (p *Page) tables(b *bufio.Writer) {
	for _, t := range Tables(p.Flows, p.Results) {
		fmt.Fprintf(b, "\n## %s\n\n%s\n%s", t.Title, t.markdown(), t.Caption)
		for i, file := range p.tableFiles(&t) {
			fmt.Fprintf(b, "%s [`%s`](%s)", map[bool]string{true: " Files:", false: ","}[i == 0], file, file)
		}
		b.WriteString("\n")
	}
}

// tableFiles names the files that hold the table, relative to the results.
func (p *Page) tableFiles(t *Table) (names []string) {
	for _, format := range TableFormats {
		if p.Tables != "" && strings.Contains(","+p.Tables+",", ","+format+",") {
			names = append(names, "tables/"+t.Name+"."+format)
		}
	}
	return names
}

// tableView is a table within report.html.
type tableView struct {
	ID, Title, Caption string
	Columns            []Column
	Rows               [][]cellView
	Files              []string
}

type cellView struct {
	Text  string
	Right bool
}

func (p *Page) tableViews() (all []tableView) {
	for _, t := range Tables(p.Flows, p.Results) {
		v := tableView{ID: "table-" + t.Name, Title: t.Title, Caption: t.Caption, Files: p.tableFiles(&t)}
		columns, rows := t.shown()
		v.Columns = columns
		for _, row := range rows {
			cells := make([]cellView, len(row))
			for i, text := range row {
				cells[i] = cellView{text, columns[i].Right}
			}
			v.Rows = append(v.Rows, cells)
		}
		all = append(all, v)
	}
	return all
}

// ColourFile returns the name of the file of colouring rules, for the template.
func (p *Page) ColourFile() string { return ColourFile }

// wireshark writes the display filters.
func (p *Page) wireshark(b *bufio.Writer) {
	if p.Captures == "" {
		return
	}
	fmt.Fprintf(b, "\n## In Wireshark\n\nDisplay filters for the captures; [`%s`](%s) holds colouring rules for them "+
		"(View, Colouring Rules, Import).\n\n| filter | shows |\n|---|---|\n", ColourFile, ColourFile)
	for _, f := range filters() {
		fmt.Fprintf(b, "| `%s` | %s |\n", strings.ReplaceAll(f.Filter, "|", `\|`), f.Shows)
	}
}
