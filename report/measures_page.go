package report

import (
	"bufio"
	"fmt"
	"strings"
)

const (
	measuresTitle = "Measured by the documents"
	theoryTitle   = "Theory beside measurement"
)

// measuresNote says how the table is to be read.
func (p *Page) measuresNote() string {
	return fmt.Sprintf("In brackets: Wilson's interval at a confidence of %s, for as many independent packets as those were worth. Commas separate the values of a row in the order of its name.",
		formatLevel(p.Results.confidence()))
}

// documents writes the measures by the documents that define them, and the theory beside them.
func (p *Page) documents(b *bufio.Writer) {
	if groups := p.Results.measureGroups(); len(groups) > 0 {
		fmt.Fprintf(b, "\n## %s\n\n%s\n\n| |", measuresTitle, p.measuresNote())
		for _, f := range p.Results.Flows {
			fmt.Fprintf(b, " %s |", f.Heading())
		}
		fmt.Fprint(b, " document |\n|---|", strings.Repeat("---:|", len(p.Results.Flows)), "---|\n")
		for _, g := range groups {
			fmt.Fprintf(b, "| **%s** |%s\n", g.Label, strings.Repeat(" |", len(p.Results.Flows)+1))
			for _, r := range g.Rows {
				fmt.Fprintf(b, "| %s | %s | %s |\n", r.Label, strings.Join(r.Cells, " | "), r.Document)
			}
		}
	}
	tables := p.Results.theoryTables()
	if len(tables) > 0 {
		fmt.Fprintf(b, "\n## %s\n", theoryTitle)
	}
	for _, t := range tables {
		fmt.Fprintf(b, "\n%s\n\n| %s |\n|---|%s\n", t.Caption, strings.Join(t.Head, " | "), strings.Repeat("---|", len(t.Head)-1))
		for _, r := range t.Rows {
			fmt.Fprintf(b, "| %s |\n", strings.Join(r, " | "))
		}
	}
}

// measuresView is the same for the template.
type measuresView struct {
	Title, Note, TheoryTitle string
	Protos                   []string
	Columns                  int
	Groups                   []measureGroup
	Theory                   []theoryTable
}

func (p *Page) measuresView() measuresView {
	v := measuresView{Title: measuresTitle, Note: p.measuresNote(), TheoryTitle: theoryTitle, Columns: 2 + len(p.Results.Flows),
		Groups: p.Results.measureGroups(), Theory: p.Results.theoryTables()}
	for _, f := range p.Results.Flows {
		v.Protos = append(v.Protos, f.Heading())
	}
	return v
}

// headings are those of the page's contents.
func (v *measuresView) headings() (hs []heading) {
	if len(v.Groups) > 0 {
		hs = append(hs, heading{"measures", v.Title})
	}
	if len(v.Theory) > 0 {
		hs = append(hs, heading{"theory", v.TheoryTitle})
	}
	return hs
}
