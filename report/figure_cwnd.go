package report

import (
	"fmt"
	"image/color"
	"math"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	cwndLine     = draw.LineStyle{Color: blue, Width: 1.1}
	ssthreshLine = draw.LineStyle{Color: ink, Width: .8, Dashes: []vg.Length{3, 1.6}}
)

// cwndFigure shows how TCP's congestion window reacted to what was lost.
func cwndFigure(f *Flow) Figure {
	recoveries := bands{color: tint, at: stretches(f, func(s State) bool { return s.Recovery && !s.Timeout })}
	timeouts := bands{color: blush, hatch: red, at: stretches(f, func(s State) bool { return s.Timeout })}
	largest := 0
	for _, s := range f.States {
		largest = max(largest, s.Cwnd)
	}
	starts := bands{color: dawn, at: stretches(f, State.slowStart)}
	avoidances := bands{at: stretches(f, State.avoidance)}
	p := cwndPanel(f, recoveries, timeouts, starts)
	again := resentTicks(p.Plot, f)
	p.Add(points{resentMark, again})
	u := timeUnit(stateEnd(f))
	p.Add(phaseLabel{starts, "slow start", u}, phaseLabel{avoidances, "congestion avoidance", u},
		phaseLabel{recoveries, "fast recovery", u}, phaseLabel{timeouts, "timeout", u})
	p.name = f.Heading()
	// Where one recovery follows the other at once, the samples show one stretch: the stack knows better.
	n, expired := len(recoveries.at)/2, len(timeouts.at)/2
	if f.Clients == 1 {
		n, expired = max(n, f.Recoveries), max(expired, f.Timeouts)
	}
	p.note = fmt.Sprintf("%s, %s", plural(n, "fast recovery", "fast recoveries"), count(expired, "timeout"))
	s := sheet{rows: [][]panel{{p}}, keys: legend{
		lineKey("congestion window", cwndLine), lineKey("slow start threshold", ssthreshLine),
	}.add(len(starts.at) > 0, starts.key("slow start")).
		add(len(avoidances.at) > 0, emptyKey("congestion avoidance")).
		add(len(recoveries.at) > 0, recoveries.key("fast recovery")).
		add(len(timeouts.at) > 0, timeouts.key("recovery from a timeout")).
		add(len(again) > 0, markKey("retransmission", resentMark))}
	return Figure{
		Name: "cwnd", Title: "TCP congestion window",
		Caption: fmt.Sprintf("TCP's congestion window over time, at most %s and cut back by losses: %s.",
			count(largest, "segment"), p.note),
		height: 7.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { cwndTable(f, row) },
	}
}

func cwndPanel(f *Flow, under ...bands) panel {
	end := stateEnd(f)
	u := timeUnit(end)
	p := newPlot(fmt.Sprintf("time (%s)", u.name), "window (segments)")
	p.X.Min, p.X.Max = -.02*u.time(end), 1.02*u.time(end)
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 10}, ticks{most: 7, whole: true}
	if len(f.States) == 0 {
		p.Add(noData("no samples of the congestion state"))
		return panel{Plot: p}
	}
	var cwnd, ssthresh plotter.XYs
	top := 1.0
	for _, s := range f.States {
		x, threshold := u.time(s.At), math.NaN() // not drawn while it is infinite
		if s.Ssthresh >= 0 {
			threshold = float64(s.Ssthresh)
			top = max(top, threshold)
		}
		top = max(top, float64(s.Cwnd))
		cwnd = append(cwnd, plotter.XY{X: x, Y: float64(s.Cwnd)})
		ssthresh = append(ssthresh, plotter.XY{X: x, Y: threshold})
	}
	p.Y.Min, p.Y.Max = 0, 1.12*top
	for _, b := range under {
		b.unit = u
		p.Add(b)
	}
	window := cwndLine
	if len(under[0].at) > 200 {
		window.Width /= 2 // the teeth of the saw touch
	}
	p.Add(steps{ssthreshLine, ssthresh}, steps{window, cwnd})
	return panel{Plot: p}
}

// stateEnd returns how long the axis of a figure of samples is: as long as the run, unless there was room for its beginning only.
func stateEnd(f *Flow) netem.Time {
	end := axisLength(f.End)
	if n := len(f.States); n >= shown {
		return axisLength(f.States[n-1].At)
	}
	if n := len(f.States); n > 0 {
		end = max(end, f.States[n-1].At)
	}
	return end
}

// stretches returns when the samples began to be as is says and when they ceased to, in turn.
func stretches(f *Flow, is func(State) bool) []netem.Time {
	var at []netem.Time
	for _, s := range f.States {
		if is(s) != (len(at)%2 == 1) {
			at = append(at, s.At)
		}
	}
	if len(at)%2 == 1 {
		at = append(at, stateEnd(f))
	}
	return at
}

// bands are stretches of time over the whole height of a panel.
type bands struct {
	color, hatch color.Color // of the ground, and of the lines across it: nil for none
	unit         unit        // of the axis
	at           []netem.Time
}

// Plot implements plot.Plotter. Bands are as wide as a line at least, and those that touch on the paper are one.
func (b bands) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	const least = vg.Length(.8)
	var open vg.Rectangle
	for i := 0; i+1 < len(b.at); i += 2 {
		from, to := x(b.unit.time(b.at[i])), x(b.unit.time(b.at[i+1]))
		next := vg.Rectangle{Min: vg.Point{X: from, Y: c.Min.Y}, Max: vg.Point{X: max(to, from+least), Y: c.Max.Y}}
		switch {
		case i == 0:
			open = next
		case next.Min.X <= open.Max.X:
			open.Max.X = max(open.Max.X, next.Max.X)
		default:
			b.fill(c, open)
			open = next
		}
	}
	if len(b.at) > 1 {
		b.fill(c, open)
	}
}

func (b bands) fill(c draw.Canvas, r vg.Rectangle) {
	c.SetColor(b.color)
	c.Fill(r.Path())
	if b.hatch == nil {
		return
	}
	const apart = vg.Length(4)
	var p vg.Path
	for y := r.Min.Y - (r.Max.X - r.Min.X); y < r.Max.Y; y += apart { // rising lines of 45°, cut to the rectangle
		from, to := max(y, r.Min.Y), min(y+r.Max.X-r.Min.X, r.Max.Y)
		if from < to {
			p.Move(vg.Point{X: r.Min.X + from - y, Y: from})
			p.Line(vg.Point{X: r.Min.X + to - y, Y: to})
		}
	}
	c.SetLineStyle(draw.LineStyle{Color: b.hatch, Width: .45})
	c.Stroke(p)
}

func (b bands) key(label string) key {
	return key{label, func(c draw.Canvas, from, to vg.Point) {
		b.fill(c, vg.Rectangle{Min: from.Sub(vg.Point{Y: 4}), Max: to.Add(vg.Point{Y: 4})})
	}}
}

func cwndTable(f *Flow, row func(...string)) {
	row("at_s", "cwnd", "ssthresh", "recovery", "timeout", "srtt_s", "rto_s")
	for _, s := range f.States {
		threshold := ""
		if s.Ssthresh >= 0 {
			threshold = strconv.Itoa(s.Ssthresh)
		}
		row(stamp(s.At), strconv.Itoa(s.Cwnd), threshold, bit(s.Recovery), bit(s.Timeout),
			strconv.FormatFloat(s.SRTT, 'f', 6, 64), strconv.FormatFloat(s.RTO, 'f', 6, 64))
	}
}
