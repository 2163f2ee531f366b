package report

import (
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// singleWidth is the width of one column of a page that is set in two, as journals have it.
const singleWidth = 8.5 * vg.Centimeter

// sizeSingle is the least size of type in one column, in points.
const sizeSingle = 7

// variant is a figure at the width of one column.
type variant struct {
	caption string // empty if it is the figure's
	height  vg.Length
	draw    func(draw.Canvas)
}

// Columns returns the figure for n columns of a page that is set in two: for 1 it is 8.5 cm wide, with panels one above the
// other, fewer numbers on the axes and, for a ladder, fewer packets, which its caption says; for 2 it is as it was.
func (f Figure) Columns(n int) Figure {
	if n != 1 {
		return f
	}
	f.width = singleWidth
	if f.single == nil {
		return f
	}
	v := f.single()
	f.height, f.draw = v.height, v.draw
	if v.caption != "" {
		f.Caption = v.caption
	}
	return f
}

// size returns what the figure measures on paper.
func (f Figure) size() (width, height vg.Length) {
	if f.width == 0 {
		return figureWidth, f.height
	}
	return f.width, f.height
}

// sizeSmallOn is the size of the smallest type on a canvas.
func sizeSmallOn(c draw.Canvas) vg.Length {
	for {
		whole, ok := c.Canvas.(draw.Canvas)
		if !ok {
			break
		}
		c = whole // of which it is a part
	}
	if s, ok := c.Canvas.(vg.CanvasSizer); ok {
		if w, _ := s.Size(); w < figureWidth {
			return sizeSingle
		}
	}
	return sizeSmall
}
