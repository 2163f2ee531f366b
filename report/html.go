package report

import (
	"bytes"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"slices"
)

// The page's own files, and uPlot 1.6.32 with its licence (MIT), which lies beside it.
//
//go:embed page
var pageFiles embed.FS

var pageTemplate = template.Must(template.New("page.html").ParseFS(pageFiles, "page/page.html", "page/measures.html", "page/expected.html", "page/table.html"))

// WriteHTML writes report.html: one file that needs no network, with the figures as pictures and with a ladder and a
// time-sequence diagram to zoom into. It prints without the latter.
func (p *Page) WriteHTML(w io.Writer) error {
	v, err := p.view()
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := pageTemplate.Execute(&b, v); err != nil {
		return err
	}
	_, err = w.Write(b.Bytes())
	return err
}

// webPage is what the template shows.
type webPage struct {
	*Page
	CSS, PlotCSS template.CSS
	JS, PlotJS   template.JS
	Facts        []fact
	Contents     []heading
	Columns      int
	Groups       []group
	Stories      []storyView
	Measures     measuresView
	Figures      []figureView
	Interactive  bool
	HasTCP       bool
	Files        []string
	Filters      []filter
	Tables       []tableView
	Words        []fact
	Data         pageData
}

// fact is a name and what it stands for.
type fact struct {
	Name, Value string
	Code        bool
}

type heading struct{ ID, Title string }

// group is a heading of the summary and the rows under it.
type group struct {
	Label string
	Rows  []groupRow
}

type groupRow struct {
	Label string
	Cells []string
}

// storyView is why one flow's TCP sent again.
type storyView struct {
	ID, Title               string
	Count, Occasions, Which string
	Things                  string // that waited
	Short                   bool
	Causes                  []causeView
	Told                    [][]string
}

type causeView struct{ Count, Words string }

// figureView is a figure as a picture within the page.
type figureView struct {
	ID, Name, Title, Caption string
	Source                   template.URL
	flow                     string
}

func (p *Page) view() (*webPage, error) {
	v := &webPage{Page: p, Columns: 1 + len(p.Results.Flows), Facts: p.facts(), Filters: p.filters(), Tables: p.tableViews(), Words: p.words(),
		Measures: p.measuresView()}
	v.CSS, v.PlotCSS = template.CSS(pageFile("page.css")), template.CSS(pageFile("uplot.css"))
	v.JS, v.PlotJS = template.JS(pageFile("page.js")), template.JS(pageFile("uplot.js"))
	for _, row := range p.Results.summaryRows() {
		if row.cells == nil {
			v.Groups = append(v.Groups, group{Label: row.label})
			continue
		}
		last := &v.Groups[len(v.Groups)-1]
		last.Rows = append(last.Rows, groupRow{row.label, row.cells})
	}
	for i, f := range p.Flows {
		if s, ok := p.storyView(f, p.Results.Flows[i].TCP); ok {
			v.Stories = append(v.Stories, s)
		}
		v.Data.Flows = append(v.Data.Flows, newPageFlow(f))
		v.Interactive = v.Interactive || len(f.Packets) > 0
		v.HasTCP = v.HasTCP || len(f.Segments) > 0
		if p.Captures != "" {
			for _, at := range []Vantage{Client, Server} {
				if name := p.source(f.key(), at); !slices.Contains(v.Files, name) {
					v.Files = append(v.Files, name)
				}
			}
		}
	}
	if len(p.Flows) == 0 && p.Captures != "" && p.World != "" {
		v.Files = []string{p.source("", Client), p.source("", Server)}
	}
	var err error
	v.Figures, err = p.pictures()
	v.Contents = v.contents()
	return v, err
}

func pageFile(name string) string {
	b, err := pageFiles.ReadFile("page/" + name)
	if err != nil {
		panic(err) // it is part of the program
	}
	return string(b)
}

func (v *webPage) contents() []heading {
	c := []heading{{"summary", "Summary"}}
	if len(v.Results.Expected) > 0 {
		c = append(c, heading{"expected", "Expectations"})
	}
	for _, t := range v.Tables {
		c = append(c, heading{t.ID, t.Title})
	}
	for _, s := range v.Stories {
		c = append(c, heading{s.ID, s.Title})
	}
	if v.Interactive {
		c = append(c, heading{"packets", "Packet by packet"})
	}
	if v.Interactive && v.HasTCP {
		c = append(c, heading{"sequence", "Time–sequence"})
	}
	for i, f := range v.Figures {
		switch {
		case f.flow == "":
			c = append(c, heading{f.ID, f.Title})
		case f.flow != v.Figures[i-1].flow: // a mix has too many to list them all; the first is about all flows
			c = append(c, heading{f.ID, "Figures of " + f.flow})
		}
	}
	c = append(c, v.Measures.headings()...)
	if v.Results.captured() {
		c = append(c, heading{"untold", "What these captures do not tell"})
	}
	return append(c, heading{"wireshark", "In Wireshark"}, heading{"words", "What the words mean"})
}

func (p *Page) facts() []fact {
	r := p.Results
	if p.About != nil {
		return p.aboutFacts()
	}
	facts := []fact{{Name: "program", Value: r.App}, {Name: "seed", Value: fmt.Sprint(r.Seed)},
		{Name: "engine", Value: fmt.Sprintf("%s (%s)", r.Engine, r.Stack)}}
	if len(r.Flows) > 0 {
		facts = append(facts, fact{"link up", orPerfect(r.Flows[0].Link[up].Spec), true},
			fact{"link down", orPerfect(r.Flows[0].Link[down].Spec), true})
	}
	for _, more := range p.More {
		facts = append(facts, fact{more[0], more[1], true})
	}
	return facts
}

func (p *Page) storyView(f *Flow, r *TCPResult) (s storyView, ok bool) {
	if r == nil || r.Retransmits == 0 || r.Causes == nil {
		return s, false
	}
	s = storyView{ID: "story", Title: "Why " + headingOf(f.Name, "tcp", f.Conversation) + " sent again", Count: count(r.Retransmits, "segment"), Occasions: enumerate(r.occasions()), Things: wordsOf(f).many}
	switch {
	case f.Name != "":
		s.ID = "story-" + f.Name
	case f.Conversation > 0:
		s.ID = fmt.Sprintf("story-%d", f.Conversation)
	}
	for c, words := range causeWords {
		if n := r.Causes[Cause(c).String()]; n > 0 {
			s.Causes = append(s.Causes, causeView{formatCount(n), words})
		}
	}
	told := f.Again[:min(len(f.Again), storyLengthHTML)]
	s.Short = len(told) <= storyLength
	s.Which = p.which(f, r, len(told))
	for i := range told {
		s.Told = append(s.Told, told[i].cells())
	}
	return s, true
}

// storyLengthHTML is how many retransmissions the page tells that can be folded up.
const storyLengthHTML = 500

// pictures renders the figures as SVG within the page.
func (p *Page) pictures() (all []figureView, err error) {
	if p.Image == "" {
		return nil, nil
	}
	for _, f := range p.Figures {
		var b bytes.Buffer
		if err := f.Render(&b, "svg"); err != nil {
			return nil, err
		}
		all = append(all, figureView{"figure-" + f.Name, f.Name, f.Title, f.Caption,
			template.URL("data:image/svg+xml;base64," + base64.StdEncoding.EncodeToString(b.Bytes())), f.flow})
	}
	return all, nil
}
