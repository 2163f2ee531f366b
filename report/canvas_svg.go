package report

import (
	"bytes"
	"fmt"
	"html"
	"image"
	"image/color"
	"io"
	"math"
	"strconv"
	"strings"

	"golang.org/x/image/font/sfnt"
	"gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// svg is a vg.CanvasSizer that writes SVG. gonum's own repeats the outline of a letter wherever it stands, which makes
// a ladder half a megabyte; here each letter is defined once and used by name, and each text says in an aria-label what
// it reads. The transforms are canvas's business.
type svg struct {
	w, h  vg.Length
	defs  bytes.Buffer
	names map[glyph]string // of the definitions
	body  bytes.Buffer
	color string
	width vg.Length
	dash  string
}

// glyph is one letter of one font.
type glyph struct {
	font  *sfnt.Font
	index sfnt.GlyphIndex
}

func newSVG(w, h vg.Length) *svg {
	s := &svg{w: w, h: h, names: make(map[glyph]string)}
	vg.Initialize(s)
	return s
}

// Size implements vg.CanvasSizer.
func (s *svg) Size() (w, h vg.Length) { return s.w, s.h }

// SetLineWidth implements vg.Canvas.
func (s *svg) SetLineWidth(w vg.Length) { s.width = w }

// SetLineDash implements vg.Canvas. No figure has an offset.
func (s *svg) SetLineDash(pattern []vg.Length, _ vg.Length) {
	parts := make([]string, len(pattern))
	for i, l := range pattern {
		parts[i] = string(hundredths(nil, cents(l)))
	}
	s.dash = strings.Join(parts, " ")
}

// SetColor implements vg.Canvas. No figure has transparent colours: not everything that prints knows them.
func (s *svg) SetColor(c color.Color) {
	r, g, b, _ := c.RGBA()
	s.color = fmt.Sprintf("#%02x%02x%02x", r>>8, g>>8, b>>8)
}

// Push, Pop, Rotate, Translate and Scale implement vg.Canvas together with canvas, which keeps the transform.
func (s *svg) Push() {}

// Pop implements vg.Canvas.
func (s *svg) Pop() {}

// Rotate implements vg.Canvas.
func (s *svg) Rotate(float64) {}

// Translate implements vg.Canvas.
func (s *svg) Translate(vg.Point) {}

// Scale implements vg.Canvas.
func (s *svg) Scale(float64, float64) {}

// Fill implements vg.Canvas.
func (s *svg) Fill(p vg.Path) {
	fmt.Fprintf(&s.body, "<path fill=\"%s\" d=\"%s\"/>\n", s.color, s.data(p))
}

// Stroke implements vg.Canvas.
func (s *svg) Stroke(p vg.Path) {
	if s.width <= 0 {
		return
	}
	dash := ""
	if s.dash != "" {
		dash = ` stroke-dasharray="` + s.dash + `"`
	}
	fmt.Fprintf(&s.body, "<path fill=\"none\" stroke=\"%s\" stroke-width=\"%s\"%s d=\"%s\"/>\n",
		s.color, hundredths(nil, cents(s.width)), dash, s.data(p))
}

// FillString implements vg.Canvas; canvas calls text.
func (s *svg) FillString(font.Face, vg.Point, string) { panic("report: text without its transform") }

// DrawImage implements vg.Canvas.
func (s *svg) DrawImage(vg.Rectangle, image.Image) { panic("report: a figure draws an image") }

// text writes a line of text that begins at p under the transform m.
func (s *svg) text(buf *sfnt.Buffer, f font.Face, m matrix, p vg.Point, line string) {
	at := m.apply(p)
	em := float64(f.Face.UnitsPerEm())
	scale := float64(f.Font.Size) / em
	part := func(v float64) string { // seven digits: 1/1000 pt over the longest line
		return strconv.FormatFloat(math.Round(v*scale*1e7)/1e7+0, 'g', -1, 64)
	}
	fmt.Fprintf(&s.body, "<g aria-label=\"%s\" fill=\"%s\" transform=\"matrix(%s %s %s %s %s)\">",
		html.EscapeString(line), s.color, part(m[0]), part(-m[3]), part(-m[1]), part(m[4]),
		pair(nil, cents(at.X), cents(s.h-at.Y)))
	spell(buf, f, line, func(g sfnt.GlyphIndex, x int) {
		if name := s.name(buf, f, g); name != "" {
			fmt.Fprintf(&s.body, `<use xlink:href="#%s" x="%d"/>`, name, x)
		}
	})
	s.body.WriteString("</g>\n")
}

// name returns the name of a letter's definition, which it writes at the first use, and nothing for a space.
func (s *svg) name(buf *sfnt.Buffer, f font.Face, g sfnt.GlyphIndex) string {
	key := glyph{f.Face, g}
	name, ok := s.names[key]
	if ok {
		return name
	}
	if p := outline(nil, buf, f, g, vg.Point{}, 1); len(p) > 0 {
		name = "g" + strconv.Itoa(len(s.names))
		fmt.Fprintf(&s.defs, "<path id=\"%s\" d=\"", name)
		for _, c := range p {
			s.defs.WriteByte("MLAQZ"[c.Type])
			for _, q := range c.Control {
				fmt.Fprintf(&s.defs, "%d %d ", int(q.X), int(-q.Y))
			}
			if c.Type != vg.CloseComp {
				fmt.Fprintf(&s.defs, "%d %d", int(c.Pos.X), int(-c.Pos.Y))
			}
		}
		s.defs.WriteString("\"/>\n")
	}
	s.names[key] = name
	return name
}

// data returns a path of lines and quadratic curves as path data, in steps from point to point.
func (s *svg) data(p vg.Path) []byte {
	var b []byte
	var x, y, x0, y0 int
	for i, c := range p {
		toX, toY := cents(c.Pos.X), cents(s.h-c.Pos.Y)
		switch {
		case c.Type == vg.CloseComp:
			b = append(b, 'z')
			x, y = x0, y0
			continue
		case c.Type == vg.MoveComp && i == 0:
			b = pair(append(b, 'M'), toX, toY)
		case c.Type == vg.MoveComp:
			b = pair(append(b, 'm'), toX-x, toY-y)
		case c.Type == vg.CurveComp:
			q := c.Control[0]
			b = pair(append(b, 'q'), cents(q.X)-x, cents(s.h-q.Y)-y)
			b = pair(append(b, ' '), toX-x, toY-y)
		case toY == y:
			b = hundredths(append(b, 'h'), toX-x)
		case toX == x:
			b = hundredths(append(b, 'v'), toY-y)
		default:
			b = pair(append(b, 'l'), toX-x, toY-y)
		}
		x, y = toX, toY
		if c.Type == vg.MoveComp {
			x0, y0 = x, y
		}
	}
	return b
}

// cents returns a length in hundredths of a point.
func cents(l vg.Length) int { return int(math.Round(float64(l) * 100)) }

func pair(b []byte, x, y int) []byte {
	return hundredths(append(hundredths(b, x), ' '), y)
}

// hundredths writes n/100 as shortly as can be.
func hundredths(b []byte, n int) []byte {
	if n < 0 {
		b, n = append(b, '-'), -n
	}
	if n >= 100 || n == 0 {
		b = strconv.AppendInt(b, int64(n/100), 10)
	}
	switch f := n % 100; {
	case f == 0:
	case f%10 == 0:
		b = append(b, '.', byte('0'+f/10))
	default:
		b = append(b, '.', byte('0'+f/10), byte('0'+f%10))
	}
	return b
}

// write writes the document. Title and description are for those who cannot see it.
func (s *svg) write(w io.Writer, title, description string) error {
	width, height := hundredths(nil, cents(s.w)), hundredths(nil, cents(s.h))
	_, err := fmt.Fprintf(w, `<svg width="%[1]spt" height="%[2]spt" viewBox="0 0 %[1]s %[2]s" role="img"
	xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">
<title>%[3]s</title>
<desc>%[4]s</desc>
<defs>
%[5]s</defs>
<rect width="100%%" height="100%%" fill="#fff"/>
%[6]s</svg>
`, width, height, html.EscapeString(title), html.EscapeString(description), s.defs.Bytes(), s.body.Bytes())
	return err
}
