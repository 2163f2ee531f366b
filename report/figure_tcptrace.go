package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	traceLine  = draw.LineStyle{Color: blue, Width: 1.1}
	windowLine = draw.LineStyle{Color: ink, Width: .7, Dashes: []vg.Length{3, 1.6}}
	sackLine   = draw.LineStyle{Color: purple, Width: 1.4}
)

// tcptraceFigure is the time-sequence diagram in the style of tcptrace: segments as upright bars between what is
// acknowledged and the edge of the receive window, and what is acknowledged selectively.
func tcptraceFigure(f *Flow) Figure {
	all := newTrace(f, 0, len(f.Segments))
	near := all.far == 0
	whole := all.panel()
	var s sheet
	whole.name = f.Heading()
	s.rows = [][]panel{{whole}}
	height := 8 * vg.Centimeter
	part := ""
	if len(f.Segments) > zoomSegments*5/4 {
		first, last := worst(f.Segments, zoomSegments)
		t := newTrace(f, first, last)
		near = near || t.far == 0
		zoomed := t.panel()
		zoomed.note = fmt.Sprintf("the part in which most happened: %d segments%s", t.last-t.first, t.above())
		whole.Add(box{zoomed.X.Min, zoomed.Y.Min, zoomed.X.Max, zoomed.Y.Max})
		s.rows = append(s.rows, []panel{zoomed})
		height = 15 * vg.Centimeter
		part = fmt.Sprintf("; below, enlarged, %d segments", t.last-t.first)
	}
	again, lost := troubles(f.Segments)
	sacks := slices.ContainsFunc(f.Acks, func(a Ack) bool { return len(a.SACK) > 0 })
	s.keys = legend{lineKey("segment", traceLine)}.
		add(again > 0, markKey("retransmission", retransmitMark)).
		add(lost > 0, markKey("lost on the way", crossMark)).
		add(true, lineKey("acknowledged", ackLine)).
		add(sacks, lineKey("acknowledged selectively (SACK)", sackLine)).
		add(near, lineKey("edge of the receive window", windowLine))
	return Figure{
		Name: "sequence-tcptrace", Title: "TCP time-sequence diagram with windows and SACK",
		Caption: "TCP time-sequence diagram in the style of tcptrace: " + traceWords(f) + part + ".",
		height:  height, draw: s.draw, single: s.single, table: func(row func(...string)) { tcptraceTable(f, row) },
	}
}

// traceWords says what is to be seen.
func traceWords(f *Flow) string {
	retransmitted, lost := troubles(f.Segments)
	sacks, least, most := 0, int64(math.MaxInt64), int64(0)
	for _, a := range f.Acks {
		sacks += one(len(a.SACK) > 0)
		least, most = min(least, a.Window), max(most, a.Window)
	}
	s := fmt.Sprintf("of %s with data %s were lost and %s sent again; of %s %s told of data behind a hole",
		count(len(f.Segments), "segment"), formatCount(lost), formatCount(retransmitted),
		count(len(f.Acks), "acknowledgment"), formatCount(sacks))
	if len(f.Acks) > 0 {
		s += fmt.Sprintf(", and the receiver offered a window of %s", byteText(least))
		if most > least {
			s += " to " + byteText(most)
		}
	}
	return s
}

// byteText writes a number of bytes with its unit.
func byteText(n int64) string {
	if n == 0 {
		return "0 B"
	}
	return pick(float64(n), .9995, unit{"GB", 1e9}, unit{"MB", 1e6}, unit{"kB", 1e3}, unit{"B", 1}).text(float64(n))
}

// trace is the part of a flow that a panel shows: the segments first up to last, and their time.
type trace struct {
	flow        *Flow
	first, last int
	start, end  netem.Time
	low, high   int64
	far         int64 // the least distance of the window's edge from the segments, where it is too far to be shown; or 0
	t, b        unit
}

func newTrace(f *Flow, first, last int) trace {
	v := trace{flow: f, first: first, last: last}
	v.start, v.end, v.low, v.high = extent(f.Segments[first:last])
	v.t, v.b = sequenceUnits(f)
	if last-first == len(f.Segments) {
		v.start, v.end, v.low = 0, sequenceEnd(f, v.end), 0
	}
	v.edge()
	return v
}

// edge makes room for the window's edge, unless the rest would be less than a third of the panel.
func (v *trace) edge() {
	least, most := int64(math.MaxInt64), v.high
	for _, a := range v.flow.Acks {
		if v.start <= a.At && a.At <= v.end {
			least, most = min(least, a.Offset+a.Window-v.high), max(most, a.Offset+a.Window)
		}
	}
	if most-v.low <= 3*(v.high-v.low) {
		v.high = most
	} else if least < math.MaxInt64 {
		v.far = max(least, 1)
	}
}

// above says where the window's edge is if the panel has no room for it.
func (v *trace) above() string {
	if v.far == 0 {
		return ""
	}
	return fmt.Sprintf("; the window's edge lies at least %s above the last", byteText(v.far))
}

func (v trace) panel() panel {
	p := newPlot(fmt.Sprintf("time (%s)", v.t.name), fmt.Sprintf("offset in the stream (%s)", v.b.name))
	pad := .02 * v.t.time(v.end-v.start)
	p.X.Min, p.X.Max = v.t.time(v.start)-pad, v.t.time(v.end)+pad
	pad = .04 * v.b.of(float64(max(v.high-v.low, 1)))
	p.Y.Min, p.Y.Max = v.b.of(float64(v.low))-pad, v.b.of(float64(v.high))+pad
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 10}, ticks{most: 6, whole: v.b.size == 1}
	if v.first == v.last {
		p.Y.Max = 1
		p.Add(noData("no data was sent"))
		return panel{Plot: p}
	}
	acks := ackSteps(v.flow.Acks, v.start, v.end, v.low, v.t, v.b)
	if v.far == 0 {
		p.Add(steps{windowLine, v.edgeSteps()})
	}
	p.Add(steps{ackLine, acks}, strokes{sackLine, v.sacks()})
	v.marks(p)
	note := ""
	if v.last-v.first == len(v.flow.Segments) && v.far > 0 {
		note = "the edge of the receive window lies above the panel"
	}
	return panel{Plot: p, note: note}
}

// edgeSteps returns the edge of the receive window, as far as the sender knew it.
func (v trace) edgeSteps() plotter.XYs {
	var at plotter.XYs
	for _, a := range v.flow.Acks {
		if v.start <= a.At && a.At <= v.end {
			at = append(at, plotter.XY{X: v.t.time(a.At), Y: v.b.of(float64(a.Offset + a.Window))})
		}
	}
	return at
}

// sacks returns what was acknowledged selectively, when that was told.
func (v trace) sacks() plotter.XYs {
	var at plotter.XYs
	for _, a := range v.flow.Acks {
		if a.At < v.start || a.At > v.end {
			continue
		}
		for _, b := range a.SACK {
			x := v.t.time(a.At)
			at = append(at, plotter.XY{X: x, Y: v.b.of(float64(b[0]))}, plotter.XY{X: x, Y: v.b.of(float64(b[1]))})
		}
	}
	return at
}

func (v trace) marks(p *plot.Plot) {
	var bars, again, lost plotter.XYs
	for _, s := range v.flow.Segments[v.first:v.last] {
		x, from, to := v.t.time(s.At), v.b.of(float64(s.Offset)), v.b.of(float64(s.Offset)+float64(s.Len))
		bars = append(bars, plotter.XY{X: x, Y: from}, plotter.XY{X: x, Y: to})
		at := plotter.XY{X: x, Y: from + (to-from)/2}
		if s.Retransmit {
			again = append(again, at)
		}
		if s.Lost {
			lost = append(lost, at)
		}
	}
	p.Add(strokes{traceLine, bars}, points{retransmitMark.among(again), again}, points{crossMark.among(lost), lost})
}

func tcptraceTable(f *Flow, row func(...string)) {
	row("what", "at_s", "from", "to", "window_edge", "retransmit", "lost", "frame")
	for _, s := range f.Segments {
		row("segment", stamp(s.At), strconv.FormatInt(s.Offset, 10), strconv.FormatInt(s.Offset+int64(s.Len), 10), "", bit(s.Retransmit),
			bit(s.Lost), strconv.Itoa(s.Frame))
	}
	for _, a := range f.Acks {
		row("ack", stamp(a.At), "", strconv.FormatInt(a.Offset, 10), strconv.FormatInt(a.Offset+a.Window, 10), "", "", "")
		for _, b := range a.SACK {
			row("sack", stamp(a.At), strconv.FormatInt(b[0], 10), strconv.FormatInt(b[1], 10), "", "", "", "")
		}
	}
}
