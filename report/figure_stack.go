package report

import (
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// stack is the panels of a sheet one above the other, with one legend for all below them.
type stack struct {
	panels      []panel
	heads       [][]string // of each panel: the lines of its note
	left, right vg.Length  // of the panels: what lies beside the data
	each        vg.Length  // the height of a panel with its axis, but without its heading
	keys        legend
}

const (
	noteHeight = vg.Length(10)  // of a further line of a heading
	stackGap   = vg.Length(9)   // between panels
	stackTop   = vg.Length(2)   // above the first
	stackEdge  = vg.Length(1)   // beside them
	axisRoom   = vg.Length(34)  // the height of an axis with its numbers and label, and what labels need above
	mostSingle = 6              // numbers on an axis at most
	loneHeight = vg.Length(145) // of a panel that is alone
	pairHeight = vg.Length(128) // of one of two
	manyHeight = vg.Length(112) // of one of more
)

// single returns the sheet at the width of one column.
func (s sheet) single() variant {
	st := s.stack()
	return variant{height: st.height(), draw: st.draw}
}

// stack makes a stack of the sheet: row by row, or column by column where the panels of a column are about the same.
func (s sheet) stack() stack {
	st := stack{keys: s.keys}
	for i := range len(s.rows) * len(s.rows[0]) {
		row, column := i/len(s.rows[0]), i%len(s.rows[0])
		if s.together {
			row, column = i%len(s.rows), i/len(s.rows)
		}
		p := s.rows[row][column]
		if p.Plot == nil {
			continue
		}
		narrow := *p.Plot
		p.Plot = &narrow
		st.panels = append(st.panels, p)
	}
	st.each = manyHeight
	switch len(st.panels) {
	case 1:
		st.each = loneHeight
	case 2:
		st.each = pairHeight
	}
	st.each = max(st.each, s.tall)
	for _, p := range st.panels {
		label := style{size: sizeLabel}
		if w := label.width(p.Y.Label.Text); w > st.each-axisRoom+12 { // it may stand out a little at both ends
			p.Y.Label.Text = strings.Join(broken(p.Y.Label.Text, label, 0, .62*w), "\n")
		}
	}
	st.fit()
	return st
}

// fit thins the axes' numbers out, aligns the panels and breaks their notes.
func (st *stack) fit() {
	area := draw.Canvas{Rectangle: vg.Rectangle{Max: vg.Point{X: singleWidth - 2*stackEdge, Y: st.each}}}
	for _, p := range st.panels {
		for _, a := range []*plot.Axis{&p.X, &p.Y} {
			if t, ok := a.Tick.Marker.(ticks); ok {
				t.most = mostSingle
				a.Tick.Marker = t
			}
		}
		data := p.DataCanvas(area)
		p.X.Tick.Marker = thinned(p.X, data.Max.X-data.Min.X, style{size: sizeTick}.width)
		p.Y.Tick.Marker = thinned(p.Y, data.Max.Y-data.Min.Y, func(string) vg.Length { return sizeTick })
	}
	for _, p := range st.panels {
		data := p.DataCanvas(area)
		st.left, st.right = max(st.left, data.Min.X), max(st.right, area.Max.X-data.Max.X)
	}
	for _, p := range st.panels {
		first := vg.Length(0)
		if p.name != "" {
			first = style{size: sizeHead, bold: true}.width(p.name) + 6
		}
		st.heads = append(st.heads, broken(p.note, style{size: sizeTick}, first, area.Max.X-st.left))
	}
}

// thinned returns the axis' marker with as few numbers as have room beside one another; extent is how much of it one takes.
func thinned(a plot.Axis, room vg.Length, extent func(string) vg.Length) plot.Ticker {
	t, ok := a.Tick.Marker.(ticks)
	if !ok {
		return a.Tick.Marker
	}
	for ; t.most > 2; t.most-- {
		var used vg.Length
		for _, tick := range t.Ticks(a.Min, a.Max) {
			used += extent(tick.Label) + sizeTick
		}
		if used <= room {
			break
		}
	}
	return t
}

// broken breaks text between words into lines of the width at most, of which the first begins where another text ends.
func broken(text string, st style, first, width vg.Length) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		room := width
		last := &lines[len(lines)-1]
		if len(lines) == 1 {
			room -= first
		}
		longer := strings.TrimPrefix(*last+" "+word, " ")
		if *last != "" && st.width(longer) > room {
			lines = append(lines, word)
			continue
		}
		*last = longer
	}
	return lines
}

// head returns the height of panel i's heading.
func (st stack) head(i int) vg.Length {
	if p := st.panels[i]; p.name+p.note == "" {
		return 5
	}
	return headHeight + vg.Length(len(st.heads[i])-1)*noteHeight
}

func (st stack) height() vg.Length {
	h := stackTop + st.keys.height(singleWidth) + vg.Length(len(st.panels)-1)*stackGap
	for i := range st.panels {
		h += st.head(i) + st.each
	}
	return h
}

// draw draws the stack.
func (st stack) draw(c draw.Canvas) {
	st.keys.draw(c)
	top := c.Max.Y - stackTop
	for i, p := range st.panels {
		top -= st.head(i)
		area := c
		area.Min, area.Max = vg.Point{X: c.Min.X + stackEdge, Y: top - st.each}, vg.Point{X: c.Max.X - stackEdge, Y: top}
		data := p.DataCanvas(area)
		area = draw.Crop(area, st.left-(data.Min.X-area.Min.X), area.Max.X-data.Max.X-st.right, 0, 0)
		p.Draw(area)
		st.title(c, i, p.DataCanvas(area))
		top -= st.each + stackGap
	}
}

// title writes a panel's heading over its data.
func (st stack) title(c draw.Canvas, i int, data draw.Canvas) {
	p, lines := st.panels[i], st.heads[i]
	at := vg.Point{X: data.Min.X, Y: data.Max.Y + 6 + vg.Length(len(lines)-1)*noteHeight}
	first := at
	if p.name != "" {
		first.X += style{sizeHead, true, ink}.write(c, at, 0, p.name) + 6
	}
	note := style{sizeTick, false, ink}
	note.write(c, first, 0, lines[0])
	for _, line := range lines[1:] {
		at.Y -= noteHeight
		note.write(c, at, 0, line)
	}
}
