package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

// flowLine returns how a flow is drawn where it shares a panel with another.
func flowLine(f *Flow) draw.LineStyle {
	if f.Name != "" {
		return mixLine(f.Number)
	}
	if f.Proto == "udp" {
		return draw.LineStyle{Color: blue, Width: 1, Dashes: []vg.Length{4, 1.5}}
	}
	return draw.LineStyle{Color: green, Width: 1.3}
}

// goodputFigure compares over time how much the receiving programs got.
func goodputFigure(flows []*Flow) Figure {
	var end netem.Time
	top := 1.0
	for _, f := range flows {
		end = max(end, f.End)
		for _, b := range evened(f.Goodput) {
			end = max(end, b.End)
			top = max(top, b.Rate())
		}
	}
	end = axisLength(end)
	t, r := timeUnit(end), rateUnit(top)
	w := wordsOf(flows...)
	p := newPlot(fmt.Sprintf("time (%s)", t.name), fmt.Sprintf("%s (%s)", w.goodput, r.name))
	p.X.Min, p.X.Max = -.02*t.time(end), 1.02*t.time(end)
	p.Y.Min, p.Y.Max = 0, 1.06*r.of(top)
	p.X.Tick.Marker = ticks{most: 10}
	s := sheet{rows: [][]panel{{{Plot: p}}}}
	var parts []string
	for _, f := range flows {
		all := wholeOf(f)
		rate := r.text(all.Rate())
		if f.Name != "" { // a call's is small beside a download's
			rate = formatRate(all.Rate())
		}
		mean := fmt.Sprintf("%s on average over %s", rate, formatTime(all.End-all.Start))
		s.keys = append(s.keys, lineKey(f.Heading()+": "+mean, flowLine(f)))
		parts = append(parts, f.Heading()+" "+mean)
		p.Add(steps{flowLine(f), goodputSteps(f.Goodput, t, r)})
	}
	return Figure{
		Name: "goodput", Title: upperFirst(w.goodput) + " over time",
		Caption: fmt.Sprintf("%s over time, which is %s%s: %s.", upperFirst(w.goodput), w.got, binNote(flows),
			strings.Join(parts, ", ")),
		height: 7 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { goodputTable(flows, row) },
	}
}

// goodputSteps returns the bins as steps that begin and end at 0.
func goodputSteps(bins []Bin, t, r unit) plotter.XYs {
	var at plotter.XYs
	for i, b := range evened(bins) {
		if i == 0 {
			at = append(at, plotter.XY{X: t.time(b.Start), Y: 0})
		}
		at = append(at, plotter.XY{X: t.time(b.Start), Y: r.of(b.Rate())})
	}
	if n := len(bins); n > 0 {
		at = append(at, plotter.XY{X: t.time(bins[n-1].End), Y: 0})
	}
	return at
}

// evened returns the bins with a last one that is shorter than the others, because the flow ended in it, joined to the
// one before: a few messages in a short time would look like a burst.
func evened(bins []Bin) []Bin {
	n := len(bins)
	if n < 2 || bins[n-1].End-bins[n-1].Start >= bins[0].End-bins[0].Start {
		return bins
	}
	last := bins[n-2]
	last.End, last.Bytes = bins[n-1].End, last.Bytes+bins[n-1].Bytes
	return append(bins[:n-2:n-2], last)
}

// wholeOf joins all bins: their end is that of the programs' work, as in the results.
func wholeOf(f *Flow) Bin {
	whole := Bin{Start: f.Start, End: f.End}
	for _, b := range f.Goodput {
		whole.End = b.End
		whole.Bytes += b.Bytes
	}
	return whole
}

// binNote says how wide the bins are, of each flow if they differ.
func binNote(flows []*Flow) string {
	var widths []string
	for _, f := range flows {
		if len(f.Goodput) > 0 {
			widths = append(widths, formatTime(f.Goodput[0].End-f.Goodput[0].Start))
		}
	}
	switch {
	case len(widths) == 0:
		return ""
	case flows[0].Name != "" && slices.ContainsFunc(widths, func(w string) bool { return w != widths[0] }):
		return " in bins of " + strings.Join(slices.Compact(slices.Sorted(slices.Values(widths))), " or ")
	case len(widths) == 2 && widths[0] != widths[1]:
		return " in bins of " + widths[0] + " (UDP) and " + widths[1] + " (TCP)"
	}
	return " in bins of " + widths[0]
}

func goodputTable(flows []*Flow, row func(...string)) {
	row("proto", "start_s", "end_s", "bytes", "mbit_per_s")
	for _, f := range flows {
		for _, b := range f.Goodput {
			row(cmp.Or(f.Name, f.Proto), stamp(b.Start), stamp(b.End), strconv.FormatInt(b.Bytes, 10),
				strconv.FormatFloat(math.Round(b.Rate()/10)/1e5, 'f', -1, 64))
		}
	}
}
