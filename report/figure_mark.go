package report

import (
	"image/color"
	"math"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// shape adds the outline of a glyph of radius r to a path.
type shape func(p *vg.Path, at vg.Point, r vg.Length)

// mark is how a point is drawn: filled, or as strokes where stroke is not 0.
type mark struct {
	shape  shape
	color  color.Color
	radius vg.Length
	stroke vg.Length
}

// among returns the mark for that many points: smaller where they crowd.
func (m mark) among(at plotter.XYs) mark {
	const few = 80
	if n := len(at); n > few {
		m.radius *= max(.45, vg.Length(math.Sqrt(few/float64(n))))
	}
	return m
}

// The points of one mark go into paths of that many: few enough for the rasteriser, many enough for a short SVG.
const marksPerPath = 100

// draw draws the mark at each of the points.
func (m mark) draw(c draw.Canvas, at []vg.Point) {
	for len(at) > 0 {
		n := min(len(at), marksPerPath)
		var p vg.Path
		for _, pt := range at[:n] {
			m.shape(&p, pt, m.radius)
		}
		at = at[n:]
		if m.stroke > 0 {
			c.SetLineStyle(draw.LineStyle{Color: m.color, Width: m.stroke})
			c.Stroke(p)
			continue
		}
		c.SetColor(m.color)
		c.Fill(p)
	}
}

// polygon adds a polygon whose corners are given as x and y in turn, in radii from its middle.
func polygon(p *vg.Path, at vg.Point, r vg.Length, corners ...float64) {
	add := p.Move
	for i := 0; i < len(corners); i += 2 {
		x, y := vg.Length(corners[i]), vg.Length(corners[i+1])
		add(vg.Point{X: at.X + vg.Length(x*r), Y: at.Y + vg.Length(y*r)})
		add = p.Line
	}
	p.Close()
}

// dot is a disc of eight sides, which at the size of a mark is round.
func dot(p *vg.Path, at vg.Point, r vg.Length) {
	const a, b = 1.0, .41
	polygon(p, at, r, a, b, b, a, -b, a, -a, b, -a, -b, -b, -a, b, -a, a, -b)
}

func triangle(p *vg.Path, at vg.Point, r vg.Length) {
	polygon(p, at, r, 0, 1.2, -1.1, -.8, 1.1, -.8)
}

func diamond(p *vg.Path, at vg.Point, r vg.Length) {
	polygon(p, at, r, 0, 1.2, 1.2, 0, 0, -1.2, -1.2, 0)
}

func cross(p *vg.Path, at vg.Point, r vg.Length) {
	p.Move(vg.Point{X: at.X - r, Y: at.Y - r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y + r})
	p.Move(vg.Point{X: at.X - r, Y: at.Y + r})
	p.Line(vg.Point{X: at.X + r, Y: at.Y - r})
}

func tick(p *vg.Path, at vg.Point, r vg.Length) {
	p.Move(vg.Point{X: at.X, Y: at.Y - r})
	p.Line(vg.Point{X: at.X, Y: at.Y + r})
}

// points draws a mark at each of some values, but not on top of one another: of those that fall into one cell of the
// paper the first is drawn.
type points struct {
	mark
	at plotter.XYs
}

// Plot implements plot.Plotter.
func (s points) Plot(c draw.Canvas, p *plot.Plot) { s.apart(c, p, .5) }

// sparse is points with larger cells: for clouds, which otherwise fill the paper with marks.
type sparse struct{ points }

// Plot implements plot.Plotter.
func (s sparse) Plot(c draw.Canvas, p *plot.Plot) { s.apart(c, p, 1.1) }

// apart draws the marks; a cell is so many radii wide.
func (s points) apart(c draw.Canvas, p *plot.Plot, radii float64) {
	x, y := p.Transforms(&c)
	cell := float64(s.radius) * radii
	type place struct{ x, y int }
	taken := make(map[place]bool)
	var at []vg.Point
	for _, v := range s.at {
		pt := round(vg.Point{X: x(v.X), Y: y(v.Y)})
		key := place{int(math.Floor(float64(pt.X) / cell)), int(math.Floor(float64(pt.Y) / cell))}
		if !taken[key] {
			taken[key] = true
			at = append(at, pt)
		}
	}
	s.draw(c, at)
}

// box is a frame round the part of a panel that is enlarged elsewhere.
type box struct{ left, bottom, right, top float64 }

// Plot implements plot.Plotter.
func (b box) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	r := vg.Rectangle{Min: vg.Point{X: x(b.left), Y: y(b.bottom)}, Max: vg.Point{X: x(b.right), Y: y(b.top)}}
	c.SetLineStyle(draw.LineStyle{Color: ink, Width: .5})
	c.Stroke(r.Path())
}

// spans draws lines between pairs of values: at[0] to at[1], at[2] to at[3] and so on.
type spans struct {
	draw.LineStyle
	at plotter.XYs
}

// Plot implements plot.Plotter.
func (s spans) Plot(c draw.Canvas, p *plot.Plot) {
	x, y := p.Transforms(&c)
	c.SetLineStyle(s.LineStyle)
	for at := s.at; len(at) > 1; {
		n := min(len(at)/2*2, 2*marksPerPath)
		var path vg.Path
		for i := 0; i < n; i += 2 {
			path.Move(vg.Point{X: x(at[i].X), Y: y(at[i].Y)})
			path.Line(vg.Point{X: x(at[i+1].X), Y: y(at[i+1].Y)})
		}
		c.Stroke(path)
		at = at[n:]
	}
}
