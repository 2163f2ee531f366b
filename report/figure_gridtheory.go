package report

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// gridLawName is a law of TCP's throughput.
type gridLawName struct {
	path, name, source, cc string // cc: of whom it speaks
}

var gridLaws = []gridLawName{
	{"theory.tcp.mathis", "Mathis", "Mathis et al. 1997", "reno"},
	{"theory.tcp.pftk_full", "PFTK", "Padhye et al. 2000, full model", "reno"},
	{"theory.tcp.cubic", "CUBIC", "RFC 9438 section 5", "cubic"},
}

// gridLawCurve is what a law says along a line.
type gridLawCurve struct {
	law    gridLawName
	line   *gridLine
	points []lawPoint
}

// lawPoint is a law's rate at a place, and whether it holds there in most runs.
type lawPoint struct {
	x     int
	rate  float64
	holds bool
}

// lawLines is up to how many lines of a panel have the curves of laws: more of them could not be told apart.
const lawLines = 3

// lawsOf returns the curves of a panel of goodput: of each line of TCP the laws that speak of its congestion control; of a line that
// is alone, all. There are none where the program sets the pace.
func (v *gridView) lawsOf(p *gridPane, m gridMetric) (curves []gridLawCurve) {
	if m.path != gridGoodput.path || !v.scale.joined {
		return nil
	}
	tcp := 0
	for _, l := range p.lines {
		tcp += one(l.flow.Proto == "tcp")
	}
	if tcp > lawLines {
		return nil
	}
	for i := range p.lines {
		l := &p.lines[i]
		for _, law := range gridLaws {
			if l.flow.App != "bulk" && l.flow.App != "" {
				continue
			}
			if cc := v.cc(l, 0); l.flow.Proto != "tcp" || tcp > 1 && cc != "" && cc != law.cc {
				continue
			}
			if c := v.lawAlong(l, law); len(c.points) > 0 {
				curves = append(curves, c)
			}
		}
	}
	return curves
}

// lawAlong returns what a law says along a line.
func (v *gridView) lawAlong(l *gridLine, law gridLawName) gridLawCurve {
	c := gridLawCurve{law: law, line: l}
	for _, x := range v.scale.order {
		rate, holds := v.stat(l, law.path+".rate_bps", x), v.stat(l, law.path+".holds", x)
		if rate != nil && holds != nil && rate.Mean > 0 {
			c.points = append(c.points, lawPoint{x, float64(rate.Mean), holds.Mean > .5})
		}
	}
	return c
}

var (
	lawHolds = draw.LineStyle{Color: grey, Width: .7}
	lawFails = draw.LineStyle{Color: grey, Width: .7, Dashes: []vg.Length{2.5, 2}}
)

// drawLaws draws the curves, dashed where the law does not hold in most runs, with their names at the right, and returns the legend.
func (v *gridView) drawLaws(p *plot.Plot, curves []gridLawCurve, r gridRange, width vg.Length) (keys legend) {
	if len(curves) == 0 {
		return nil
	}
	some, none := false, false
	var names lawNames
	for _, c := range curves {
		for i, pt := range c.points {
			some, none = some || pt.holds, none || !pt.holds
			if i == 0 {
				continue
			}
			look := lawFails
			if pt.holds && c.points[i-1].holds {
				look = lawHolds
			}
			look.Color = c.line.look.color
			from := gridPoint{x: v.scale.at[c.points[i-1].x], y: r.on(c.points[i-1].rate)}
			p.Add(lawSegment{look, from, gridPoint{x: v.scale.at[pt.x], y: r.on(pt.rate)}})
		}
		last := c.points[len(c.points)-1]
		names.at = append(names.at, gridPoint{x: v.scale.at[last.x], y: r.on(last.rate)})
		names.text = append(names.text, c.law.name)
	}
	p.X.Max += float64((p.X.Max - p.X.Min) * float64(lawNameRoom/(width-lawNameRoom)))
	p.Add(names)
	return keys.add(some, lineKey("law of TCP's throughput", lawHolds)).add(none, lineKey("law that need not hold there", lawFails))
}

// lawNameRoom is what the names take at the right.
const lawNameRoom = vg.Length(32)

// lawSegment is a piece of a curve, cut at the edge of the panel.
type lawSegment struct {
	draw.LineStyle
	from, to gridPoint
}

// Plot implements plot.Plotter.
func (s lawSegment) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	a, b := vg.Point{X: x(s.from.x), Y: y(s.from.y)}, vg.Point{X: x(s.to.x), Y: y(s.to.y)}
	for _, line := range c.ClipLinesY([]vg.Point{a, b}) {
		for i := range line {
			line[i] = round(line[i])
		}
		c.StrokeLines(s.LineStyle, line)
	}
}

// lawNames writes names at the ends of curves, one below the other where they meet.
type lawNames struct {
	at   []gridPoint
	text []string
}

// Plot implements plot.Plotter.
func (n lawNames) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	size := sizeSmallOn(c)
	order := make([]int, len(n.at))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(i, j int) int { return cmp.Compare(n.at[i].y, n.at[j].y) })
	next := math.Inf(-1)
	var said []string
	for _, i := range order {
		at := float64(y(n.at[i].y)) - float64(size)*.35
		if at > float64(c.Max.Y) || slices.Contains(said, n.text[i]) && at < next {
			continue
		}
		at = max(at, next, float64(c.Min.Y)+2)
		next = at + float64(size)*1.1
		said = append(said, n.text[i])
		style{size, false, ink}.write(c, round(vg.Point{X: x(n.at[i].x) + 8, Y: vg.Length(at)}), 0, n.text[i])
	}
}
