package report

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

// strokes draws upright lines between pairs of values, like spans, but those that lie in the same column of the paper and
// touch are drawn as one. What is outside of the panel is left out.
type strokes struct {
	draw.LineStyle
	at plotter.XYs
}

// leastStroke is the length of a line that would be too short to be seen.
const leastStroke = vg.Length(1.2)

// longEnough is spans that are upright, of which one that would be too short to be seen is made longer.
type longEnough struct{ spans }

// Plot implements plot.Plotter.
func (s longEnough) Plot(c draw.Canvas, p *plot.Plot) {
	_, y := p.Transforms(&c)
	at := make(plotter.XYs, 0, len(s.at))
	for i := 0; i+1 < len(s.at); i += 2 {
		from, to := s.at[i], s.at[i+1]
		if tall := y(to.Y) - y(from.Y); tall < leastStroke && to.Y > from.Y {
			more := (to.Y - from.Y) * (float64(leastStroke/tall) - 1) / 2
			from.Y, to.Y = from.Y-more, to.Y+more
		}
		at = append(at, from, to)
	}
	spans{s.LineStyle, at}.Plot(c, p)
}

// stroke is an upright line on the paper.
type stroke struct {
	column    int
	low, high float64
}

// Plot implements plot.Plotter.
func (s strokes) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	var all []stroke
	for i := 0; i+1 < len(s.at); i += 2 {
		from, to := y(min(s.at[i].Y, s.at[i+1].Y)), y(max(s.at[i].Y, s.at[i+1].Y))
		if short := (leastStroke - (to - from)) / 2; short > 0 {
			from, to = from-short, to+short
		}
		from, to = max(from, c.Min.Y), min(to, c.Max.Y)
		if at := x(s.at[i].X); from <= to && c.Min.X <= at && at <= c.Max.X {
			all = append(all, stroke{int(math.Floor(float64(at) / columnWidth)), float64(from), float64(to)})
		}
	}
	var lines []vg.Point
	for _, t := range united(all) {
		at := vg.Length(float64(t.column)+.5) * columnWidth
		lines = append(lines, round(vg.Point{X: at, Y: vg.Length(t.low)}), round(vg.Point{X: at, Y: vg.Length(t.high)}))
	}
	c.SetLineStyle(s.LineStyle)
	for len(lines) > 0 {
		n := min(len(lines), 2*marksPerPath)
		var path vg.Path
		for i := 0; i < n; i += 2 {
			path.Move(lines[i])
			path.Line(lines[i+1])
		}
		c.Stroke(path)
		lines = lines[n:]
	}
}

// united joins the strokes of a column that touch.
func united(all []stroke) []stroke {
	slices.SortFunc(all, func(a, b stroke) int {
		return cmp.Or(cmp.Compare(a.column, b.column), cmp.Compare(a.low, b.low), cmp.Compare(a.high, b.high))
	})
	out := all[:0]
	for _, t := range all {
		if n := len(out); n > 0 && out[n-1].column == t.column && t.low <= out[n-1].high+columnWidth {
			out[n-1].high = max(out[n-1].high, t.high)
		} else {
			out = append(out, t)
		}
	}
	return out
}

// columnsOf draws upright bars from the axis, one for each value, of a width in the axis' unit, round the middle.
type columnsOf struct {
	fill  bands // of which the colours count
	width float64
	at    plotter.XYs
}

// Plot implements plot.Plotter.
func (b columnsOf) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	for _, v := range b.at {
		top := min(y(v.Y), c.Max.Y)
		if v.Y <= 0 || top <= c.Min.Y {
			continue
		}
		low, high := round(vg.Point{X: x(v.X - b.width/2), Y: c.Min.Y}), round(vg.Point{X: x(v.X + b.width/2), Y: top})
		b.fill.fill(c, vg.Rectangle{Min: low, Max: high})
	}
}

// timePlot returns an empty plot whose x axis is the time of a run from 0 to end, and the axis' unit.
func timePlot(end netem.Time, yLabel string, most int) (*plot.Plot, unit) {
	u := timeUnit(end)
	p := newPlot("time ("+u.name+")", yLabel)
	p.X.Min, p.X.Max = -.02*u.time(end), 1.02*u.time(end)
	p.X.Tick.Marker = ticks{most: most}
	return p, u
}

// cut returns the values without those above top, which would be drawn outside of the panel: the line is interrupted there.
func cut(at plotter.XYs, top float64) plotter.XYs {
	out := make(plotter.XYs, 0, len(at))
	gap := false
	for _, v := range at {
		if v.Y > top {
			if !gap {
				out = append(out, plotter.XY{X: v.X, Y: math.NaN()})
			}
			gap = true
			continue
		}
		gap = false
		out = append(out, v)
	}
	return out
}
