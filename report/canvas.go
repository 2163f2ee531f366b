package report

import (
	"image"
	"image/color"
	"math"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// maxStroke is the greatest number of points that go into one stroke: the time that the PNG rasteriser needs is
// quadratic in the number of times that one path crosses a scan line.
const maxStroke = 300

// canvas stands before one of gonum's canvases and makes the three of them draw the same thing: text as outlines,
// transforms applied here, and every coordinate a whole number of 1/100 pt, so that the last bits of a product, which
// differ between processors, cannot show. It draws no arcs and no images.
type canvas struct {
	out    vg.CanvasSizer
	cubic  bool // turn quadratic curves into cubic ones
	m      matrix
	stack  []matrix
	glyphs sfnt.Buffer
}

// Size implements vg.CanvasSizer.
func (c *canvas) Size() (w, h vg.Length) { return c.out.Size() }

// SetLineWidth implements vg.Canvas.
func (c *canvas) SetLineWidth(w vg.Length) { c.out.SetLineWidth(w) }

// SetLineDash implements vg.Canvas.
func (c *canvas) SetLineDash(pattern []vg.Length, offset vg.Length) {
	c.out.SetLineDash(pattern, offset)
}

// SetColor implements vg.Canvas.
func (c *canvas) SetColor(col color.Color) { c.out.SetColor(col) }

// Push implements vg.Canvas.
func (c *canvas) Push() {
	c.stack = append(c.stack, c.m)
	c.out.Push()
}

// Pop implements vg.Canvas.
func (c *canvas) Pop() {
	c.m, c.stack = c.stack[len(c.stack)-1], c.stack[:len(c.stack)-1]
	c.out.Pop()
}

// Rotate implements vg.Canvas.
func (c *canvas) Rotate(rad float64) {
	sin, cos := math.Sincos(rad)
	c.m = c.m.after(matrix{cos, -sin, 0, sin, cos, 0})
}

// Translate implements vg.Canvas.
func (c *canvas) Translate(p vg.Point) {
	c.m = c.m.after(matrix{1, 0, float64(p.X), 0, 1, float64(p.Y)})
}

// Scale implements vg.Canvas. Line widths do not scale.
func (c *canvas) Scale(x, y float64) { c.m = c.m.after(matrix{x, 0, 0, 0, y, 0}) }

// Fill implements vg.Canvas.
func (c *canvas) Fill(p vg.Path) { c.out.Fill(c.place(p)) }

// Stroke implements vg.Canvas. A path of more than maxStroke points becomes several, in which a dash pattern starts
// anew and the corners between are not joined.
func (c *canvas) Stroke(p vg.Path) {
	p = c.place(p)
	var first, last vg.Point // of the subpath
	var part vg.Path
	whole := true // the subpath lies in one part
	for _, comp := range p {
		if len(part) >= maxStroke {
			c.out.Stroke(part)
			part, whole = vg.Path{{Type: vg.MoveComp, Pos: last}}, false
		}
		switch {
		case comp.Type == vg.MoveComp:
			first, whole = comp.Pos, true
		case comp.Type == vg.CloseComp && !whole:
			comp = vg.PathComp{Type: vg.LineComp, Pos: first}
		}
		part, last = append(part, comp), comp.Pos
	}
	if len(part) > 0 {
		c.out.Stroke(part)
	}
}

// FillString implements vg.Canvas. gonum's own PDF text shows any letter outside ASCII as two wrong ones, knows one
// font only and fails with bold, and its SVG text needs the font at the reader's: outlines have none of this.
func (c *canvas) FillString(f font.Face, at vg.Point, s string) {
	if out, ok := c.out.(*svg); ok {
		out.text(&c.glyphs, f, c.m, at, s)
		return
	}
	var p vg.Path
	scale := float64(f.Font.Size) / float64(f.Face.UnitsPerEm())
	spell(&c.glyphs, f, s, func(g sfnt.GlyphIndex, x int) {
		p = outline(p, &c.glyphs, f, g, vg.Point{X: at.X + vg.Length(float64(scale*float64(x))), Y: at.Y}, scale)
	})
	if len(p) > 0 {
		c.Fill(p)
	}
}

// DrawImage implements vg.Canvas. No figure has an image in it.
func (c *canvas) DrawImage(vg.Rectangle, image.Image) { panic("report: a figure draws an image") }

// place returns p with the transform applied and its points rounded.
func (c *canvas) place(p vg.Path) vg.Path {
	out := make(vg.Path, 0, len(p))
	var last vg.Point
	for _, comp := range p {
		switch comp.Type {
		case vg.MoveComp, vg.LineComp:
			comp.Pos = c.m.apply(comp.Pos)
		case vg.CurveComp:
			comp.Pos = c.m.apply(comp.Pos)
			comp.Control = c.controls(last, comp.Control, comp.Pos)
		case vg.CloseComp:
		default:
			panic("report: a figure draws an arc")
		}
		out, last = append(out, comp), comp.Pos
	}
	return out
}

// controls returns the control points of a curve, which fpdf needs to be cubic: what it calls a quadratic curve is a
// cubic one whose first control point is its start.
func (c *canvas) controls(from vg.Point, ps []vg.Point, to vg.Point) []vg.Point {
	if len(ps) != 1 {
		panic("report: a figure draws a cubic curve")
	}
	q := c.m.apply(ps[0])
	if !c.cubic {
		return []vg.Point{q}
	}
	third := func(a, b vg.Length) vg.Length { return (a + 2*b) / 3 }
	return []vg.Point{
		round(vg.Point{X: third(from.X, q.X), Y: third(from.Y, q.Y)}),
		round(vg.Point{X: third(to.X, q.X), Y: third(to.Y, q.Y)}),
	}
}

// matrix is an affine transform: x' = m[0]x + m[1]y + m[2], y' = m[3]x + m[4]y + m[5].
type matrix [6]float64

var identity = matrix{1, 0, 0, 0, 1, 0}

// after returns the transform that does n first and then m.
func (m matrix) after(n matrix) matrix {
	dot := func(r, c int) float64 {
		return float64(m[3*r]*n[c]) + float64(m[3*r+1]*n[3+c])
	}
	return matrix{dot(0, 0), dot(0, 1), dot(0, 2) + m[2], dot(1, 0), dot(1, 1), dot(1, 2) + m[5]}
}

func (m matrix) apply(p vg.Point) vg.Point {
	x, y := float64(p.X), float64(p.Y)
	return round(vg.Point{
		X: vg.Length(float64(m[0]*x) + float64(m[1]*y) + m[2]),
		Y: vg.Length(float64(m[3]*x) + float64(m[4]*y) + m[5]),
	})
}

// round returns p in whole hundredths of a point. What lies half-way between two is common, since layouts are made of
// halves and quarters, and must not depend on a last bit either: the small offset moves it off the edge.
func round(p vg.Point) vg.Point {
	f := func(l vg.Length) vg.Length { return vg.Length(math.Floor(float64(float64(l)*100)+.5000031) / 100) }
	return vg.Point{X: f(p.X), Y: f(p.Y)}
}
