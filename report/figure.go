package report

import (
	"bufio"
	"encoding/csv"
	"fmt"
	"io"
	"slices"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// Figure is one figure of a run: a drawing, the numbers behind it and what it shows. The zero value is not a figure.
type Figure struct {
	Name    string // file stem: "order"
	Title   string // short
	Caption string // one sentence that says what is to be seen in this run

	flow   string    // of a mix, that it is about; otherwise empty
	width  vg.Length // 0 is that of two columns
	height vg.Length
	draw   func(draw.Canvas)
	single func() variant // at one column
	table  func(row func(...string))
}

// Figures returns the figures of the flows of one run: one or two, UDP first. They begin with what became of the messages,
// go on with what can be measured of both protocols and end with how TCP went about it. A figure about a protocol that is
// not among them is left out, and one that would have nothing to show. The flows must not change as long as the figures are in use.
func Figures(flows []*Flow) []Figure {
	if len(flows) == 0 {
		return nil
	}
	if flows[0].Name != "" {
		return mixFigures(flows)
	}
	flows = decided(flows)
	figures := []Figure{orderFigure(flows).ofFirst(flows), deliveryFigure(flows).ofFirst(flows)}
	for _, f := range flows {
		figures = append(figures, ladderFigure(f))
	}
	figures = append(figures, callFigures(flows)...)
	figures = append(figures, goodputFigure(flows))
	for _, about := range []func([]*Flow) []Figure{throughputFigures, delayFigures, variationFigures, reorderingFigures, lossRunFigures,
		queueFigures} {
		figures = append(figures, about(flows)...)
	}
	for _, f := range flows {
		if f.Proto == "tcp" {
			for _, t := range tcpFigures(f) {
				figures = append(figures, t.ofFirst(flows))
			}
		}
	}
	return figures
}

// tcpFigures returns the figures of one TCP flow.
func tcpFigures(f *Flow) []Figure {
	figures := []Figure{sequenceFigure(f), tcptraceFigure(f), cwndFigure(f)}
	if r := roundTripsOf(f); len(r.samples) > 0 {
		figures = append(figures, inFlightFigure(f, r), rttFigure(f, r))
	}
	return figures
}

// decided leaves out messages that might still have come: they are neither lost nor received.
func decided(flows []*Flow) []*Flow {
	all := make([]*Flow, len(flows))
	for i, f := range flows {
		c := *f
		c.Messages, c.Unfinished = f.Messages[:len(f.Messages)-f.Unfinished], 0 // once, also for the flows of a mix
		all[i] = &c
	}
	return all
}

// ofFirst says in the caption, if there were several clients, that the figure shows one of them, and if there was more than
// the lists hold, that it shows the beginning.
func (f Figure) ofFirst(flows []*Flow) Figure {
	full := func(f *Flow) bool { return max(len(f.Messages), len(f.Segments)) >= shown }
	if slices.ContainsFunc(flows, full) {
		what := "messages and segments"
		if flows[0].Captured {
			what = wordsOf(flows...).many
		}
		f.Caption += fmt.Sprintf(" It is about the first %s %s of each protocol.", formatCount(shown), what)
	}
	if n := flows[0].Clients; n > 1 {
		f.Caption += fmt.Sprintf(" This is the first of %d clients.", n)
	}
	return f
}

// Render writes the figure as "png" (300 dpi), "svg" or "pdf", 16 cm wide unless Columns says otherwise. The same flows give the
// same bytes.
func (f Figure) Render(w io.Writer, format string) error {
	width, height := f.size()
	c, err := newCanvas(format, width, height)
	if err != nil {
		return err
	}
	f.draw(draw.NewCanvas(c, width, height))
	return c.write(w, f.Title, f.Caption)
}

// CSV writes the numbers that the figure is drawn from, also those that it has no room for, under one header line.
// Times are seconds of the run.
func (f Figure) CSV(w io.Writer) error {
	b := bufio.NewWriter(w)
	c := csv.NewWriter(b)
	f.table(func(fields ...string) { _ = c.Write(fields) }) // Flush and Error report it
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return b.Flush()
}
