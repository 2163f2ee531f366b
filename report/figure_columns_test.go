package report

import (
	"fmt"
	"image/png"
	"math"
	"strings"
	"testing"

	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// TestSingleColumn draws figures of each kind of layout at the width of one column, to be looked at when they change.
func TestSingleColumn(t *testing.T) {
	var captions strings.Builder
	for _, f := range Figures([]*Flow{udpFlow(1, 200), tcpFlow(1, 200)}) {
		f = f.Columns(1)
		switch f.Name {
		case "order", "delivery", "ladder-udp", "ladder-tcp", "goodput", "delay", "loss-runs", "queue", "sequence", "sequence-tcptrace", "cwnd":
			goldenPicture(t, "figures-single/"+f.Name+".svg", render(t, f, "svg"))
			fmt.Fprintf(&captions, "%s\n\t%s\n", f.Name, f.Caption)
		}
	}
	goldenPicture(t, "figures-single/link.svg", render(t, LinkFigure(linkTrial(600)).Columns(1), "svg"))
	golden(t, "figures-single/captions.txt", captions.String())
}

// writingCanvas is a canvas that remembers where what was written stands.
type writingCanvas struct {
	*canvas
	texts []textBox
}

type textBox struct {
	text     string
	size     vg.Length
	min, max vg.Point
}

// FillString implements vg.Canvas.
func (w *writingCanvas) FillString(f font.Face, at vg.Point, s string) {
	width, height := f.Width(s), .72*f.Font.Size // of capitals and figures
	a, b := w.m.apply(at), w.m.apply(at.Add(vg.Point{X: width, Y: height}))
	w.texts = append(w.texts, textBox{s, f.Font.Size, vg.Point{X: min(a.X, b.X), Y: min(a.Y, b.Y)}, vg.Point{X: max(a.X, b.X), Y: max(a.Y, b.Y)}})
	w.canvas.FillString(f, at, s)
}

// textsOf draws the figure and returns what was written.
func textsOf(t *testing.T, f Figure) (all []textBox, width, height vg.Length) {
	width, height = f.size()
	c, err := newCanvas("svg", width, height)
	if err != nil {
		t.Fatal(err)
	}
	w := &writingCanvas{canvas: c}
	f.draw(draw.NewCanvas(w, width, height))
	return w.texts, width, height
}

// overlap returns how far two texts cover one another, the lesser of both directions.
func (a textBox) overlap(b textBox) vg.Length {
	return min(min(a.max.X, b.max.X)-max(a.min.X, b.min.X), min(a.max.Y, b.max.Y)-max(a.min.Y, b.min.Y))
}

// singles are the figures of many flows, and of links.
func singles() map[string][]Figure {
	all := map[string][]Figure{
		"long":  Figures(largeFlows()),
		"short": Figures([]*Flow{udpFlow(1, 200), tcpFlow(1, 200)}),
	}
	for name, flows := range edgeFlows() {
		all[name] = Figures(flows)
	}
	for _, g := range testGrids() {
		all[g.Title] = GridFigures(g)
	}
	for _, n := range []int{1, 40, 600, 30_000} {
		all[fmt.Sprint("link of ", n)] = []Figure{LinkFigure(linkTrial(n))}
	}
	return all
}

// At one column all that is written lies on the paper, is large enough to be read and covers nothing else that is written.
func TestSingleColumnTexts(t *testing.T) {
	for name, figures := range singles() {
		for _, f := range figures {
			f = f.Columns(1)
			texts, width, height := textsOf(t, f)
			if math.Abs(float64(width-8.5*vg.Centimeter)) > 1e-6 || height > 24*vg.Centimeter {
				t.Errorf("%s: %s is %.1f cm wide and %.1f cm high", name, f.Name, width/vg.Centimeter, height/vg.Centimeter)
			}
			for i, a := range texts {
				if a.size < sizeSingle-1e-9 {
					t.Errorf("%s: %s: %q has %.1f pt", name, f.Name, a.text, a.size)
				}
				if a.min.X < 0 || a.min.Y < 0 || a.max.X > width || a.max.Y > height {
					t.Errorf("%s: %s: %q at %.1f to %.1f leaves the paper", name, f.Name, a.text, a.min, a.max)
				}
				for _, b := range texts[:i] {
					if a.overlap(b) > .3 {
						t.Errorf("%s: %s: %q and %q cover one another", name, f.Name, a.text, b.text)
					}
				}
			}
		}
	}
}

// TestSingleColumnSizes checks the sizes on paper, and that what a figure tells at one column is what it shows.
func TestSingleColumnSizes(t *testing.T) {
	for _, f := range Figures([]*Flow{udpFlow(1, 200), tcpFlow(1, 200)}) {
		if f.single == nil {
			t.Errorf("%s has no form for one column", f.Name)
		}
		if two := f.Columns(2); render(t, two, "svg") != render(t, f, "svg") || two.Caption != f.Caption {
			t.Errorf("%s: two columns differ from what it is without", f.Name)
		}
		if one := f.Columns(1); (one.Caption != f.Caption) != strings.HasPrefix(f.Name, "ladder") {
			t.Errorf("%s: at one column the caption is %q", f.Name, one.Caption)
		}
	}
	f := LinkFigure(linkTrial(600)).Columns(1)
	img, err := png.Decode(strings.NewReader(render(t, f, "png")))
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w != 1004 { // 8.5 cm at 300 dpi
		t.Errorf("%d pixels wide, want 1004", w)
	}
}

// A legend has what is drawn: the link's copy of a retransmission is drawn as a copy.
func TestLadderKeys(t *testing.T) {
	l := ladder{transits: []Transit{{Up: true}, {Up: true, Retransmit: true, Duplicate: true}, {Overtaken: true}}}
	var labels []string
	for _, k := range l.keys() {
		labels = append(labels, k.label)
	}
	if got := strings.Join(labels, ", "); got != "from client, overtaken, duplicate" {
		t.Errorf("the legend has %s", got)
	}
}

// Where the lists hold the beginning of a run only, axes end with them; nobody knows what came then.
func TestAxesOfLongRuns(t *testing.T) {
	f := &Flow{Proto: "tcp", End: 40e9, Segments: make([]Segment, shown), States: make([]State, shown)}
	f.Segments[shown-1].At, f.States[shown-1].At = 6e9, 5e9
	if got := sequenceEnd(f, 6e9); got != 6e9 {
		t.Errorf("a time-sequence diagram ends at %v", got)
	}
	if got := stateEnd(f); got != 5e9 {
		t.Errorf("the congestion window ends at %v", got)
	}
	f.Segments, f.States = f.Segments[1:], f.States[1:]
	if a, b := sequenceEnd(f, 6e9), stateEnd(f); a != 40e9 || b != 40e9 {
		t.Errorf("with room for more, they end at %v and %v, and the run does at %v", a, b, f.End)
	}
}
