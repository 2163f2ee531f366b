package report

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"lossylab/report/metric"
)

// disorder is what the field's metrics say of the order in which datagrams came.
type disorder struct {
	metric.Reordering
	extents []int // how many were reordered with that extent
	runs    metric.NReordering
	density metric.DensityResult
}

// disorderOf takes the first copy of each message, as RFC 4737 and RFC 5236 ask.
func disorderOf(f *Flow) *disorder {
	var d disorder
	var density metric.Density
	t := outcomeOf(f)
	for i, r := range f.Receptions {
		if t.place[i] == duplicate || r.Seq < 0 || r.Seq >= t.sent {
			continue
		}
		extent := d.Add(uint64(r.Seq))
		for len(d.extents) <= extent {
			d.extents = append(d.extents, 0)
		}
		d.extents[extent]++
		d.runs.Add(int64(r.Seq))
		density.Add(int64(r.Seq))
	}
	d.density = density.Result()
	return &d
}

// reorderingFigures shows how far datagrams were out of order. There is none if all came in order.
func reorderingFigures(flows []*Flow) []Figure {
	if flows[0].Proto != "udp" {
		return nil
	}
	f := flows[0]
	d := disorderOf(f)
	if d.Reordered() == 0 {
		return nil
	}
	extents, extentNote := d.extentBars()
	runs, most := d.runBars()
	rd := d.densityBars()
	s := sheet{rows: [][]panel{{
		barPanel("extent (arrivals)", "datagrams", extents, extentNote),
		barPanel("n (later ones just before)", "n-reordered (%)", runs, ""),
		barPanel("displacement (arrivals)", "density RD (%)", rd, formatPercent(d.density.RD(0))+" % at 0, not drawn"),
	}}}
	s.rows[0][0].name = "UDP"
	far := ""
	if d.density.Beyond > 0 {
		far = fmt.Sprintf(" and %s farther", formatCount(d.density.Beyond))
	}
	return []Figure{Figure{
		Name: "reordering", Title: "Reordering of the datagrams",
		Caption: fmt.Sprintf("How far the %s of %s were out of order: their extent (RFC 4737), at most %d and %s on average; n-reordering, up to n = %d, with %s of n = 3 or more, each of which would make TCP retransmit needlessly; and the reorder density (RFC 5236): %s %% not displaced%s.",
			plural(d.Reordered(), "reordered datagram", "reordered datagrams"), f.Heading(), d.Furthest(), significant(d.MeanExtent()), most,
			formatCount(d.runs.Packets[3]), formatPercent(d.density.RD(0)), far),
		height: 6 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { d.table(row) },
	}.ofFirst(flows)}
}

// mostBars is how many bars the histogram of extents has at most.
const mostBars = 30

// extentBars returns the histogram of the extents, the rest of them together in the last bar.
func (d *disorder) extentBars() (at plotter.XYs, note string) {
	rest := 0
	for extent := 1; extent < len(d.extents); extent++ {
		if extent >= mostBars {
			rest += d.extents[extent]
			continue
		}
		at = append(at, plotter.XY{X: float64(extent), Y: float64(d.extents[extent])})
	}
	if rest > 0 {
		at = append(at, plotter.XY{X: mostBars, Y: float64(rest)})
		note = fmt.Sprintf("last bar: %d and more", mostBars)
	}
	return at, note
}

// runBars returns the degree of n-reordering in percent, as far as there is some, and the greatest n.
func (d *disorder) runBars() (at plotter.XYs, most int) {
	for n := 1; n <= metric.MaxN && (d.runs.Packets[n] > 0 || n <= 3); n++ {
		at = append(at, plotter.XY{X: float64(n), Y: 100 * d.runs.Degree(n)})
		if d.runs.Packets[n] > 0 {
			most = n
		}
	}
	return at, most
}

// densityBars returns the reorder density in percent without displacement 0, next to which the others could not be seen.
func (d *disorder) densityBars() (at plotter.XYs) {
	for k := -d.density.Threshold; k <= d.density.Threshold; k++ {
		if k != 0 {
			at = append(at, plotter.XY{X: float64(k), Y: 100 * d.density.RD(k)})
		}
	}
	return at
}

// barPanel draws bars at whole numbers.
func barPanel(xLabel, yLabel string, at plotter.XYs, note string) panel {
	p := newPlot(xLabel, yLabel)
	top := 0.0
	for _, v := range at {
		top = max(top, v.Y)
	}
	if len(at) == 0 || top == 0 {
		p.X.Tick.Marker, p.Y.Tick.Marker = noTicks{}, noTicks{}
		p.Add(noData("none"))
		return panel{Plot: p, note: note}
	}
	p.X.Min, p.X.Max = at[0].X-.7, max(at[0].X+2, at[len(at)-1].X)+.7
	p.Y.Max = 1.06 * top
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 6, whole: true}, ticks{most: 6, whole: !strings.Contains(yLabel, "%")}
	p.Add(columnsOf{bands{color: blue}, .7, at})
	return panel{Plot: p, note: note}
}

func (d *disorder) table(row func(...string)) {
	row("what", "value", "datagrams")
	for extent := 1; extent < len(d.extents); extent++ {
		if n := d.extents[extent]; n > 0 {
			row("extent", strconv.Itoa(extent), strconv.Itoa(n))
		}
	}
	for n := 1; n <= metric.MaxN; n++ {
		if d.runs.Packets[n] > 0 {
			row("n_reordered", strconv.Itoa(n), strconv.FormatInt(d.runs.Packets[n], 10))
		}
	}
	for k := -d.density.Threshold; k <= d.density.Threshold; k++ {
		row("displacement", strconv.Itoa(k), strconv.FormatInt(d.density.Displaced(k), 10))
	}
}
