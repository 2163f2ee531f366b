package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// gridLook is how a line of a sweep is drawn: nothing of it depends on its colour alone.
type gridLook struct {
	color  color.RGBA
	shape  shape
	open   bool // the mark is an outline
	dashes []vg.Length
}

// gridLooks are the lines of a panel in their order.
var gridLooks = [gridLines]gridLook{
	{blue, dot, false, nil},
	{red, square, false, []vg.Length{5, 2}},
	{green, triangle, false, []vg.Length{1.5, 1.5}},
	{purple, diamond, true, []vg.Length{6, 1.5, 1.5, 1.5}},
	{orange, dot, true, []vg.Length{3, 1.5}},
	{sky, square, true, nil},
}

// flowLook is the look of flow i where flows are what tells lines apart: the first of UDP and of TCP have the colours of their
// protocols.
func flowLook(flows []GridFlow, i int) gridLook {
	earlier := 0
	for _, f := range flows[:i] {
		earlier += one(f.Proto == flows[i].Proto)
	}
	switch {
	case earlier == 0 && flows[i].Proto == "udp":
		return gridLook{blue, dot, false, []vg.Length{4, 1.5}}
	case earlier == 0:
		return gridLook{green, diamond, false, nil}
	}
	return [...]gridLook{gridLooks[1], gridLooks[3], gridLooks[4], gridLooks[5]}[i%4]
}

func square(p *vg.Path, at vg.Point, r vg.Length) {
	polygon(p, at, r, -.9, -.9, -.9, .9, .9, .9, .9, -.9)
}

func (l gridLook) line() draw.LineStyle {
	return draw.LineStyle{Color: l.color, Width: 1.1, Dashes: l.dashes}
}

// mark puts the look's mark on the paper. An open one is white within.
func (l gridLook) mark(c draw.Canvas, at vg.Point, r vg.Length, open bool) {
	mark{l.shape, l.color, r, 0}.draw(c, []vg.Point{at})
	if open {
		mark{l.shape, color.RGBA{0xff, 0xff, 0xff, 0xff}, r * .58, 0}.draw(c, []vg.Point{at})
	}
}

// key is the legend of the look.
func (l gridLook) key(label string, joined bool) key {
	return key{label, func(c draw.Canvas, from, to vg.Point) {
		if joined {
			c.StrokeLine2(l.line(), from.X, from.Y, to.X, to.Y)
		}
		l.mark(c, vg.Point{X: (from.X + to.X) / 2, Y: from.Y}, gridMark, l.open)
	}}
}

// gridMark is the radius of a mark.
const gridMark = vg.Length(2.4)

// gridPoint is a mean and the ends of its interval, in coordinates of a panel; NaN where there is none.
type gridPoint struct {
	x, y, low, high float64
	open            bool // its mark is open, whatever the look
}

// gridCurve draws means with their intervals.
type gridCurve struct {
	look   gridLook
	points []gridPoint // from left to right
	joined bool
	shift  vg.Length // to the right, so that bars do not cover one another
}

// Plot implements plot.Plotter.
func (g gridCurve) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	radius := gridMark
	if n := len(g.points); n > 30 {
		radius *= max(.5, vg.Length(math.Sqrt(30/float64(n))))
	}
	var line []vg.Point
	for _, pt := range g.points {
		if math.IsNaN(pt.y) {
			continue
		}
		line = append(line, round(vg.Point{X: x(pt.x) + g.shift, Y: y(pt.y)}))
	}
	if g.joined && len(line) > 1 {
		c.StrokeLines(g.look.line(), line)
	}
	bars := draw.LineStyle{Color: g.look.color, Width: .8}
	last := vg.Length(math.Inf(-1))
	for _, pt := range g.points {
		if math.IsNaN(pt.y) || math.IsNaN(pt.low) || math.IsNaN(pt.high) || x(pt.x)-last < barsApart {
			continue
		}
		last = x(pt.x)
		g.bar(c, bars, x(pt.x)+g.shift, y(pt.low), y(pt.high), radius)
	}
	for _, pt := range g.points {
		if !math.IsNaN(pt.y) {
			g.look.mark(c, round(vg.Point{X: x(pt.x) + g.shift, Y: y(pt.y)}), radius, g.look.open || pt.open)
		}
	}
}

// How near bars, and marks of what is expected, stand to each other at most: one that is nearer to the one before is left out.
const (
	barsApart     = vg.Length(3)
	expectedApart = vg.Length(7)
)

// bar draws an interval as far as the panel goes, with a foot at each end that is within.
func (g gridCurve) bar(c draw.Canvas, l draw.LineStyle, at, low, high, foot vg.Length) {
	from, to := max(low, c.Min.Y), min(high, c.Max.Y)
	if to < from {
		return
	}
	a, b := round(vg.Point{X: at, Y: from}), round(vg.Point{X: at, Y: to})
	c.StrokeLine2(l, a.X, a.Y, b.X, b.Y)
	if low >= c.Min.Y {
		c.StrokeLine2(l, a.X-foot, a.Y, a.X+foot, a.Y)
	}
	if high <= c.Max.Y {
		c.StrokeLine2(l, b.X-foot, b.Y, b.X+foot, b.Y)
	}
}

// gridExpected is the mark of what theory expects: an outline round the mark of a mean.
var gridExpected = mark{diamond, ink, 3.6, .8}

// gridMarks are marks without intervals.
type gridMarks struct {
	mark
	points []gridPoint
	shift  vg.Length
}

// Plot implements plot.Plotter.
func (g gridMarks) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	last := vg.Length(math.Inf(-1))
	for _, pt := range g.points {
		if at := y(pt.y); at >= c.Min.Y-.5 && at <= c.Max.Y+.5 && x(pt.x)-last >= expectedApart {
			last = x(pt.x)
			g.draw(c, []vg.Point{round(vg.Point{X: x(pt.x) + g.shift, Y: at})})
		}
	}
}
