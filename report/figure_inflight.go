package report

import (
	"fmt"
	"math"
	"strconv"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	inFlightLine = draw.LineStyle{Color: blue, Width: .9}
	boundLine    = draw.LineStyle{Color: green, Width: 1, Dashes: []vg.Length{5, 1.6}}
)

// inFlightFigure sets how much TCP had in flight against the two windows that bound it.
func inFlightFigure(f *Flow, r *roundTrips) Figure {
	most, full := int64(0), 0
	for _, v := range r.flights {
		most = max(most, v.bytes)
	}
	window := cwndBytes(f, r)
	for i, v := range window {
		full += one(v.bytes > 0 && flightAt(r.flights, v.at)+int64(r.mss) > window[i].bytes)
	}
	least := leastWindow(f)
	p, near := inFlightPanel(f, r, window, most, least)
	s := sheet{rows: [][]panel{{p}}, keys: legend{lineKey("in flight: sent and acknowledged in no way", inFlightLine)}.
		add(len(window) > 0, lineKey("congestion window, in segments of "+byteText(int64(r.mss)), boundLine)).
		add(near, lineKey("receive window", windowLine))}
	caption := fmt.Sprintf("Bytes in flight over time, that is sent and not yet acknowledged, not even selectively: at most %s", byteText(most))
	if len(window) > 0 {
		caption += fmt.Sprintf("; the congestion window, in segments of %s, was used up (to less than a segment) at %s %% of its samples", byteText(int64(r.mss)),
			formatPercent(float64(full)/float64(len(window))))
	}
	if least < math.MaxInt64 {
		caption += fmt.Sprintf(", and the receive window was %s at least", byteText(least))
	}
	return Figure{
		Name: "in-flight", Title: "TCP bytes in flight", Caption: caption + ".",
		height: 7.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { inFlightTable(f, r, window, row) },
	}
}

// cwndBytes returns the congestion window in bytes.
func cwndBytes(f *Flow, r *roundTrips) (at []byteSample) {
	for _, s := range f.States {
		if s.At <= r.end {
			at = append(at, byteSample{s.At, int64(s.Cwnd) * int64(r.mss)})
		}
	}
	return at
}

// flightAt returns what holds at an instant.
func flightAt(all []byteSample, at netem.Time) int64 {
	lo, hi := 0, len(all) // all before lo are not after at
	for lo < hi {
		if m := (lo + hi) / 2; all[m].at <= at {
			lo = m + 1
		} else {
			hi = m
		}
	}
	if lo == 0 {
		return 0
	}
	return all[lo-1].bytes
}

// leastWindow returns the smallest receive window that was told after the handshake.
func leastWindow(f *Flow) int64 {
	least := int64(math.MaxInt64)
	for _, a := range f.Acks {
		if a.Offset > 0 {
			least = min(least, a.Window)
		}
	}
	return least
}

// inFlightPanel draws the receive window if it comes near the others.
func inFlightPanel(f *Flow, r *roundTrips, window []byteSample, most, least int64) (p panel, near bool) {
	top := max(most, 1)
	for _, v := range window {
		top = max(top, v.bytes)
	}
	if near = least < 3*top; near {
		for _, a := range f.Acks {
			top = max(top, min(a.Window, 3*top))
		}
	}
	b := byteUnit(float64(top))
	plot, u := timePlot(axisLength(r.end), fmt.Sprintf("bytes (%s)", b.name), 10)
	plot.Y.Min, plot.Y.Max = 0, 1.06*b.of(float64(top))
	p = panel{Plot: plot, name: f.Heading()}
	if !near && least < math.MaxInt64 {
		p.note = fmt.Sprintf("the receive window, %s at least, lies above the panel", byteText(least))
	}
	if len(r.flights) == 0 {
		plot.Add(noData("nothing was sent"))
		return p, near
	}
	if near {
		var at plotter.XYs
		for _, a := range f.Acks {
			at = append(at, plotter.XY{X: u.time(a.At), Y: b.of(float64(a.Window))})
		}
		plot.Add(steps{windowLine, cut(at, plot.Y.Max)})
	}
	line := inFlightLine
	if len(r.flights) > 4000 {
		line.Width /= 2 // the teeth of the saw touch
	}
	plot.Add(steps{boundLine, flightSteps(window, u, b)}, steps{line, flightSteps(r.flights, u, b)}) // a full window hides neither
	return p, near
}

func flightSteps(all []byteSample, u, b unit) plotter.XYs {
	at := make(plotter.XYs, len(all))
	for i, v := range all {
		at[i] = plotter.XY{X: u.time(v.at), Y: b.of(float64(v.bytes))}
	}
	return at
}

func inFlightTable(f *Flow, r *roundTrips, window []byteSample, row func(...string)) {
	row("what", "at_s", "bytes")
	for _, v := range r.flights {
		row("in_flight", stamp(v.at), strconv.FormatInt(v.bytes, 10))
	}
	for _, v := range window {
		row("cwnd", stamp(v.at), strconv.FormatInt(v.bytes, 10))
	}
	for _, a := range f.Acks {
		if a.At <= r.end {
			row("receive_window", stamp(a.At), strconv.FormatInt(a.Window, 10))
		}
	}
}
