package report

import (
	"fmt"
	"strconv"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

// zoomSegments is the number of segments in a part of a run that is shown enlarged.
const zoomSegments = 90

var (
	segmentMark    = mark{dot, blue, 1, 0}
	segmentLine    = draw.LineStyle{Color: blue, Width: 1.5}
	retransmitMark = mark{triangle, orange, 2.5, 0}
	ackLine        = draw.LineStyle{Color: green, Width: .8}
)

// sequenceFigure is the time-sequence diagram of TCP (Stevens): what was sent of the stream, and when, and how far it
// was acknowledged.
func sequenceFigure(f *Flow) Figure {
	retransmitted, lost := troubles(f.Segments)
	s := sheet{keys: legend{markKey("segment", segmentMark)}.
		add(retransmitted > 0, markKey("retransmission", retransmitMark)).
		add(lost > 0, markKey("lost on the way", crossMark)).
		add(true, lineKey("acknowledged", ackLine))}
	first, last := 0, len(f.Segments)
	whole := sequencePanel(f, first, last)
	whole.name = f.Heading()
	s.rows = [][]panel{{whole}}
	caption := fmt.Sprintf("TCP time-sequence diagram: of %s with data %d were lost and %d sent again",
		count(len(f.Segments), "segment"), lost, retransmitted)
	height := 7.5 * vg.Centimeter
	if last > zoomSegments*5/4 {
		first, last = worst(f.Segments, zoomSegments)
		zoomed := sequencePanel(f, first, last)
		zoomed.note = fmt.Sprintf("the part in which most happened: %d segments", last-first)
		whole.Add(box{zoomed.X.Min, zoomed.Y.Min, zoomed.X.Max, zoomed.Y.Max})
		s.rows = append(s.rows, []panel{zoomed})
		height = 14 * vg.Centimeter
		again, gone := troubles(f.Segments[first:last])
		caption += fmt.Sprintf("; below, enlarged, the %d segments with %d losses and %d retransmissions",
			last-first, gone, again)
	}
	return Figure{
		Name: "sequence", Title: "TCP time-sequence diagram", Caption: caption + ".",
		height: height, draw: s.draw, single: s.single, table: func(row func(...string)) { sequenceTable(f, row) },
	}
}

func troubles(segments []Segment) (retransmitted, lost int) {
	for _, s := range segments {
		if s.Retransmit {
			retransmitted++
		}
		if s.Lost {
			lost++
		}
	}
	return retransmitted, lost
}

// worst returns the range of n segments with most losses and retransmissions; of equal ones the middle.
func worst(segments []Segment, n int) (from, to int) {
	again, gone := troubles(segments[:n])
	score := again + gone
	first, last, best := 0, 0, score
	for lo := 1; lo+n <= len(segments); lo++ {
		again, gone = troubles(segments[lo+n-1 : lo+n])
		score += again + gone
		again, gone = troubles(segments[lo-1 : lo])
		score -= again + gone
		switch {
		case score > best:
			first, last, best = lo, lo, score
		case score == best && last == lo-1:
			last = lo
		}
	}
	middle := first + (last-first)/2
	return middle, middle + n
}

// sequencePanel draws the segments first up to last, which is excluded, and the acknowledgments of their time.
func sequencePanel(f *Flow, first, last int) panel {
	segments := f.Segments[first:last]
	all := len(segments) == len(f.Segments)
	start, end, low, high := extent(segments)
	u, b := sequenceUnits(f)
	if all {
		start, end, low = 0, sequenceEnd(f, end), 0
	}
	p := newPlot(fmt.Sprintf("time (%s)", u.name), fmt.Sprintf("offset in the stream (%s)", b.name))
	pad := .02 * u.time(end-start)
	p.X.Min, p.X.Max = u.time(start)-pad, u.time(end)+pad
	pad = .04 * b.of(float64(max(high-low, 1)))
	p.Y.Min, p.Y.Max = b.of(float64(low))-pad, b.of(float64(high))+pad
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 10}, ticks{most: 6, whole: b.size == 1}
	if len(segments) == 0 {
		p.Y.Max = 1
		p.Add(noData("no data was sent"))
		return panel{Plot: p}
	}
	p.Add(steps{ackLine, ackSteps(f.Acks, start, end, low, u, b)})
	sequenceMarks(p, segments, all, u, b)
	return panel{Plot: p}
}

// sequenceMarks draws the segments: each as a dot, or where there is room with its length.
func sequenceMarks(p *plot.Plot, segments []Segment, dots bool, u, b unit) {
	var sent, again, lost, bars plotter.XYs
	for _, s := range segments {
		x, from, to := u.time(s.At), b.of(float64(s.Offset)), b.of(float64(s.Offset)+float64(s.Len))
		at := plotter.XY{X: x, Y: from + (to-from)/2}
		sent = append(sent, at)
		bars = append(bars, plotter.XY{X: x, Y: from}, plotter.XY{X: x, Y: to})
		if s.Retransmit {
			again = append(again, at)
		}
		if s.Lost {
			lost = append(lost, at)
		}
	}
	if dots {
		p.Add(points{segmentMark, sent})
	} else {
		p.Add(longEnough{spans{segmentLine, bars}})
	}
	p.Add(points{retransmitMark.among(again), again}, points{crossMark.among(lost), lost})
}

// sequenceUnits returns the units of the axes, which are the same for the whole run and for a part of it.
func sequenceUnits(f *Flow) (t, b unit) {
	_, end, _, high := extent(f.Segments)
	return timeUnit(sequenceEnd(f, end)), byteUnit(float64(high))
}

// sequenceEnd returns how long the axis of the whole is: as long as the run, unless there was room for its beginning only, which
// ended then.
func sequenceEnd(f *Flow, end netem.Time) netem.Time {
	if len(f.Segments) >= shown {
		return axisLength(end)
	}
	return axisLength(max(end, f.End))
}

// extent returns the times and offsets that the segments cover.
func extent(segments []Segment) (start, end netem.Time, low, high int64) {
	if len(segments) == 0 {
		return 0, axisLength(0), 0, 0
	}
	start, low = segments[0].At, segments[0].Offset
	for _, s := range segments {
		start, end = min(start, s.At), max(end, s.At)
		low, high = min(low, s.Offset), max(high, s.Offset+int64(s.Len))
	}
	return start, start + axisLength(end-start), low, high
}

// ackSteps returns the acknowledgments between start and end, and the one that held at the start unless it lies below
// low.
func ackSteps(acks []Ack, start, end netem.Time, low int64, u, b unit) plotter.XYs {
	var at plotter.XYs
	held := low
	for _, a := range acks {
		switch {
		case a.At < start:
			held = max(held, a.Offset)
		case a.At <= end:
			if at == nil {
				at = append(at, plotter.XY{X: u.time(start), Y: b.of(float64(held))})
			}
			held = max(held, a.Offset)
			at = append(at, plotter.XY{X: u.time(a.At), Y: b.of(float64(held))})
		}
	}
	if at != nil {
		at = append(at, plotter.XY{X: u.time(end), Y: b.of(float64(held))})
	}
	return at
}

func sequenceTable(f *Flow, row func(...string)) {
	row("what", "at_s", "offset", "length", "retransmit", "lost", "frame")
	for _, s := range f.Segments {
		row("segment", stamp(s.At), strconv.FormatInt(s.Offset, 10), strconv.Itoa(s.Len), bit(s.Retransmit),
			bit(s.Lost), strconv.Itoa(s.Frame))
	}
	for _, a := range f.Acks {
		row("ack", stamp(a.At), strconv.FormatInt(a.Offset, 10), "", "", "", "")
	}
}
