package report

import (
	"golang.org/x/image/font"
	"golang.org/x/image/font/sfnt"
	"golang.org/x/image/math/fixed"
	plotfont "gonum.org/v1/plot/font"
	"gonum.org/v1/plot/vg"
)

// spell calls do for each letter of a line with its place on the baseline in font units, spaced as
// plotfont.Face.Width measures it. Letters that the font lacks come as its box.
func spell(buf *sfnt.Buffer, f plotfont.Face, line string, do func(g sfnt.GlyphIndex, x int)) {
	var prev sfnt.GlyphIndex
	var x fixed.Int26_6
	em := unscaled(f)
	for i, r := range line {
		g, err := f.Face.GlyphIndex(buf, r)
		if err != nil {
			continue
		}
		if i > 0 {
			if kern, err := f.Face.Kern(buf, prev, g, em, font.HintingNone); err == nil {
				x += kern
			}
		}
		do(g, int(x))
		if advance, err := f.Face.GlyphAdvance(buf, g, em, font.HintingNone); err == nil {
			x += advance
		}
		prev = g
	}
}

// unscaled is the size at which measures come back in the font's own units.
func unscaled(f plotfont.Face) fixed.Int26_6 { return fixed.Int26_6(f.Face.UnitsPerEm()) }

// outline adds the shape of a letter to a path: lines and quadratic curves, as TrueType has them. The letter begins at
// p and a font unit is scale long.
func outline(path vg.Path, buf *sfnt.Buffer, f plotfont.Face, g sfnt.GlyphIndex, p vg.Point, scale float64) vg.Path {
	segments, err := f.Face.LoadGlyph(buf, g, unscaled(f), nil)
	if err != nil {
		return path
	}
	at := func(q fixed.Point26_6) vg.Point { // the font's y points down
		return vg.Point{X: p.X + vg.Length(float64(scale*float64(q.X))), Y: p.Y - vg.Length(float64(scale*float64(q.Y)))}
	}
	open := false
	for _, s := range segments {
		switch s.Op {
		case sfnt.SegmentOpMoveTo:
			if open {
				path.Close()
			}
			path.Move(at(s.Args[0]))
			open = true
		case sfnt.SegmentOpLineTo:
			path.Line(at(s.Args[0]))
		case sfnt.SegmentOpQuadTo:
			path.QuadTo(at(s.Args[0]), at(s.Args[1]))
		}
	}
	if open {
		path.Close()
	}
	return path
}
