package report

import (
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// steps draws a value that holds until the next one comes. NaN interrupts the line.
type steps struct {
	draw.LineStyle
	at plotter.XYs // in order of X
}

// columnWidth is the width of the strips of paper within which a line is reduced to its first, least, greatest and last
// value; one pixel at 300 dpi.
const columnWidth = .24

// Plot implements plot.Plotter.
func (s steps) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.SetLineStyle(s.LineStyle)
	for at := s.at; len(at) > 0; {
		n := 0
		for n < len(at) && !math.IsNaN(at[n].Y) {
			n++
		}
		run := make([]vg.Point, n)
		for i, v := range at[:n] {
			run[i] = round(vg.Point{X: x(v.X), Y: y(v.Y)})
		}
		if n > 0 {
			if n < len(at) { // the last value holds until the line is interrupted
				run = append(run, vg.Point{X: x(at[n].X), Y: run[n-1].Y})
			}
			c.Stroke(stairs(columns(run)))
		}
		at = at[min(n+1, len(at)):]
	}
}

// stairs returns the path that goes from each point across and then up or down to the next. Points that make no corner
// are left out.
func stairs(at []vg.Point) vg.Path {
	var p vg.Path
	p.Move(at[0])
	pen := at[0]
	to := func(next vg.Point) {
		if next != pen {
			p.Line(next)
			pen = next
		}
	}
	for i, pt := range at {
		if pt.Y != pen.Y || i == len(at)-1 {
			to(vg.Point{X: pt.X, Y: pen.Y})
			to(pt)
		}
	}
	return p
}

// columns keeps of the points in each column of the paper the first, the least, the greatest and the last, in order.
func columns(at []vg.Point) []vg.Point {
	var out []vg.Point
	for len(at) > 0 {
		column := math.Floor(float64(at[0].X) / columnWidth)
		n, low, high := 1, 0, 0
		for n < len(at) && math.Floor(float64(at[n].X)/columnWidth) == column {
			if at[n].Y < at[low].Y {
				low = n
			}
			if at[n].Y > at[high].Y {
				high = n
			}
			n++
		}
		prev := -1
		for _, i := range []int{0, min(low, high), max(low, high), n - 1} {
			if i > prev {
				out, prev = append(out, at[i]), i
			}
		}
		at = at[n:]
	}
	return out
}
