package report

import (
	"image/color"

	xfont "golang.org/x/image/font"
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The colours of Okabe and Ito, which people with any of the common colour deficiencies tell apart. Each has one
// meaning in all figures, and a glyph, dash or width beside it for those who print in grey.
var (
	blue   = color.RGBA{0x00, 0x72, 0xb2, 0xff} // UDP; data on its way
	green  = color.RGBA{0x00, 0x9e, 0x73, 0xff} // TCP; acknowledgments
	red    = color.RGBA{0xd5, 0x5e, 0x00, 0xff} // lost (their vermilion)
	orange = color.RGBA{0xe6, 0x9f, 0x00, 0xff} // what TCP pays: retransmitted, waiting
	purple = color.RGBA{0xb0, 0x4f, 0x8c, 0xff} // out of order (theirs, darker: it is used for small marks)
	sky    = color.RGBA{0x56, 0xb4, 0xe9, 0xff} // duplicates

	ink   = color.RGBA{0x26, 0x26, 0x26, 0xff} // text
	grey  = color.RGBA{0x80, 0x80, 0x80, 0xff} // second lines, axes
	light = color.RGBA{0xe4, 0xe4, 0xe4, 0xff} // grid
	tint  = color.RGBA{0xfb, 0xec, 0xc6, 0xff} // orange as a background
	dawn  = color.RGBA{0xe6, 0xf2, 0xfb, 0xff} // sky as a background
	blush = color.RGBA{0xf7, 0xd6, 0xbf, 0xff} // red as a background
)

// Type sizes, in points.
const (
	sizeHead  = 9
	sizeLabel = 8.5
	sizeTick  = 8
	sizeSmall = 6.5
)

// figureWidth is the width between the margins of a page.
const figureWidth = 16 * vg.Centimeter

// letters returns Liberation Sans, which has the widths of Arial and is compiled in.
func letters(size vg.Length, bold bool) font.Face {
	f := font.Font{Typeface: "Liberation", Variant: "Sans"}
	if bold {
		f.Weight = xfont.WeightBold
	}
	return plot.DefaultTextHandler.Cache().Lookup(f, size)
}

// style is how one piece of text looks.
type style struct {
	size  vg.Length
	bold  bool
	color color.Color
}

// width returns how wide s is.
func (t style) width(s string) vg.Length {
	f := letters(t.size, t.bold)
	return f.Width(s)
}

// write puts s on the canvas with its baseline at p, which is its left end for align 0, its middle for 0.5 and its
// right end for 1, and returns the width.
func (t style) write(c draw.Canvas, p vg.Point, align float64, s string) vg.Length {
	if s == "" {
		return 0
	}
	w := t.width(s)
	c.SetColor(t.color)
	c.FillString(letters(t.size, t.bold), vg.Point{X: p.X - vg.Length(float64(align*float64(w))), Y: p.Y}, s)
	return w
}

// newPlot returns an empty plot in the house style with a light grid. Its ranges are to be set by the caller.
func newPlot(xLabel, yLabel string) *plot.Plot {
	p := plot.New()
	p.BackgroundColor = nil
	for _, a := range []*plot.Axis{&p.X, &p.Y} {
		a.Padding = 0
		a.LineStyle = draw.LineStyle{Color: grey, Width: vg.Points(.6)}
		a.Tick.LineStyle = a.LineStyle
		a.Tick.Length = vg.Points(3)
		a.Tick.Label.Font = letters(sizeTick, false).Font
		a.Tick.Label.Color = ink
		a.Tick.Marker = ticks{most: 6}
		a.Label.TextStyle.Font = letters(sizeLabel, false).Font
		a.Label.TextStyle.Color = ink
		a.Label.Padding = vg.Points(2)
		a.Min, a.Max = 0, 1
	}
	p.X.Label.Text, p.Y.Label.Text = xLabel, yLabel
	p.Add(grid{})
	return p
}

// grid draws light lines at the ticks, except on the axes themselves.
type grid struct{}

// Plot implements plot.Plotter.
func (grid) Plot(c draw.Canvas, p *plot.Plot) {
	line := draw.LineStyle{Color: light, Width: vg.Points(.4)}
	x, y := p.Transforms(&c)
	const near = vg.Length(.5)
	for _, t := range p.X.Tick.Marker.Ticks(p.X.Min, p.X.Max) {
		if at := x(t.Value); at > c.Min.X+near {
			c.StrokeLine2(line, at, c.Min.Y, at, c.Max.Y)
		}
	}
	for _, t := range p.Y.Tick.Marker.Ticks(p.Y.Min, p.Y.Max) {
		if at := y(t.Value); at > c.Min.Y+near {
			c.StrokeLine2(line, c.Min.X, at, c.Max.X, at)
		}
	}
}
