package report

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var throughputLine = draw.LineStyle{Color: ink, Width: .8, Dashes: []vg.Length{2, 1.2}}

// throughputFigures sets what the link carried against what the program got. There is none if nothing was carried.
func throughputFigures(flows []*Flow) []Figure {
	var end netem.Time
	top, carried := 1.0, int64(0)
	for _, f := range flows {
		end = max(end, f.End)
		for _, series := range [][]Bin{f.Goodput, f.Samples.Throughput} {
			for _, b := range evened(series) {
				end, top = max(end, b.End), max(top, b.Rate())
			}
		}
		carried += binBytes(f.Samples.Throughput)
	}
	if carried == 0 {
		return nil
	}
	r := rateUnit(top)
	w := wordsOf(flows...)
	var s sheet
	var row []panel
	var parts []string
	for _, f := range flows {
		p, t := timePlot(axisLength(end), fmt.Sprintf("rate (%s)", r.name), 6)
		p.Y.Max = 1.06 * r.of(top)
		p.Add(steps{throughputLine, goodputSteps(f.Samples.Throughput, t, r)}, steps{flowLine(f), goodputSteps(f.Goodput, t, r)})
		got, all := binBytes(f.Goodput), binBytes(f.Samples.Throughput)
		note := fmt.Sprintf("%s of %s", byteText(got), byteText(all))
		if all > 0 {
			note += fmt.Sprintf(" (%s %%)", formatPercent(float64(got)/float64(all)))
		}
		row = append(row, panel{p, f.Heading(), note})
		parts = append(parts, f.Heading()+" "+note)
		s.keys = append(s.keys, lineKey(w.goodput+" of "+f.Heading(), flowLine(f)))
	}
	s.rows, s.keys = [][]panel{row}, append(s.keys, lineKey("throughput: IP bytes on the link", throughputLine))
	return []Figure{{
		Name: "throughput", Title: "Throughput and " + w.goodput + " over time",
		Caption: fmt.Sprintf("Throughput, which is all IP bytes that the %s delivered, headers, copies and retransmissions included, and %s, which is %s, over time%s; of what was carried, %s: %s.",
			dataLinks(flows), w.goodput, w.got, binNote(flows), w.receiver, strings.Join(parts, ", ")),
		height: 6.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { throughputTable(flows, row) },
	}}
}

func binBytes(bins []Bin) (n int64) {
	for _, b := range bins {
		n += b.Bytes
	}
	return n
}

func throughputTable(flows []*Flow, row func(...string)) {
	row("proto", "what", "start_s", "end_s", "bytes")
	for _, f := range flows {
		for _, b := range f.Samples.Throughput {
			row(f.Proto, "throughput", stamp(b.Start), stamp(b.End), strconv.FormatInt(b.Bytes, 10))
		}
		for _, b := range f.Goodput {
			row(f.Proto, "goodput", stamp(b.Start), stamp(b.End), strconv.FormatInt(b.Bytes, 10))
		}
	}
}
