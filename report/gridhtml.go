package report

import (
	"bytes"
	"fmt"
	"html/template"
	"io"
	"strings"
)

var gridTemplate = template.Must(template.New("grid.html").ParseFS(pageFiles, "page/grid.html", "page/table.html"))

// WriteHTML writes report.html: one file that needs no network and no script, with the figures within.
func (p *GridPage) WriteHTML(w io.Writer) error {
	v, err := p.view()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := gridTemplate.Execute(&b, v); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// gridWebPage is what the template shows.
type gridWebPage struct {
	*GridPage
	CSS      template.CSS
	Contents []heading
	Pictures []inlineFigure
	Views    []tableView
}

// inlineFigure is a figure within the page.
type inlineFigure struct {
	ID, Name, Title, Caption string
	SVG                      template.HTML
	File                     bool // there is one with its numbers
}

func (p *GridPage) view() (*gridWebPage, error) {
	v := &gridWebPage{GridPage: p, CSS: template.CSS(pageFile("page.css"))}
	for i, f := range p.Figures {
		svg, err := f.inline(fmt.Sprintf("f%d-", i))
		if err != nil {
			return nil, err
		}
		v.Pictures = append(v.Pictures, inlineFigure{"figure-" + f.Name, f.Name, f.Title, f.Caption, svg, p.Image != ""})
	}
	for _, t := range p.tables() {
		short, more := t.Table.first(gridRows)
		view := tableView{ID: "table-" + t.Name, Title: t.Title, Caption: t.Caption + rowsLeft(more), Files: t.Files}
		columns, rows := short.shown()
		view.Columns = columns
		for _, row := range rows {
			cells := make([]cellView, len(row))
			for i, text := range row {
				cells[i] = cellView{text, columns[i].Right}
			}
			view.Rows = append(view.Rows, cells)
		}
		v.Views = append(v.Views, view)
	}
	v.Contents = []heading{{"summary", "Summary"}, {"varied", "What was varied"}}
	for _, f := range v.Pictures {
		v.Contents = append(v.Contents, heading{f.ID, f.Title})
	}
	for _, t := range v.Views {
		v.Contents = append(v.Contents, heading{t.ID, t.Title})
	}
	v.Contents = append(v.Contents, heading{"methods", "Methods"})
	return v, nil
}

// inline returns the figure as SVG that can stand among others in one page: its letters have names of their own.
func (f Figure) inline(prefix string) (template.HTML, error) {
	var b bytes.Buffer
	if err := f.Render(&b, "svg"); err != nil {
		return "", err
	}
	svg := strings.ReplaceAll(b.String(), `<path id="g`, `<path id="`+prefix+`g`)
	return template.HTML(strings.ReplaceAll(svg, `xlink:href="#g`, `xlink:href="#`+prefix+`g`)), nil
}
