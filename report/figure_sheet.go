package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// panel is a plot with a heading: a bold name and a note beside it.
type panel struct {
	*plot.Plot
	name, note string
}

// sheet is a table of panels whose axes are aligned, and below it one legend for all. The legend lies outside the
// panels because inside there is no place that data cannot reach.
type sheet struct {
	rows [][]panel
	keys legend

	// At one column:
	together bool      // the panels of a column follow one another
	tall     vg.Length // the least height of a panel, if it needs more than others
}

const (
	headHeight = vg.Length(15)   // of a heading with the space under it
	keyHeight  = vg.Length(12.5) // of a line of the legend
	gutter     = vg.Length(14)   // between panels
)

// draw draws the sheet.
func (s sheet) draw(c draw.Canvas) {
	s.keys.draw(c)
	c = draw.Crop(c, 1, -7, s.keys.height(c.Max.X-c.Min.X), 0)
	tiles := draw.Tiles{Rows: len(s.rows), Cols: len(s.rows[0]), PadTop: 4, PadX: gutter, PadY: headHeight + 6}
	if first := s.rows[0][0]; first.name+first.note != "" {
		tiles.PadTop = headHeight
	}
	plots := make([][]*plot.Plot, len(s.rows))
	for i, row := range s.rows {
		for _, p := range row {
			plots[i] = append(plots[i], p.Plot)
		}
	}
	for i, row := range plot.Align(plots, tiles, c) {
		for j, area := range row {
			if s.rows[i][j].Plot != nil { // the last row need not be full
				s.rows[i][j].draw(area)
			}
		}
	}
}

func (p panel) draw(c draw.Canvas) {
	p.Draw(c)
	data := p.DataCanvas(c)
	at := vg.Point{X: data.Min.X, Y: data.Max.Y + 6}
	if p.name != "" {
		at.X += style{sizeHead, true, ink}.write(c, at, 0, p.name) + 6
	}
	note := style{sizeTick, false, ink}
	if room, w := data.Max.X-at.X+gutter, note.width(p.note); w > room {
		note.size *= room / w // rather than into the next panel's heading
	}
	note.write(c, at, 0, p.note)
}

// key is one entry of a legend: a sample of how something is drawn, and what it is.
type key struct {
	label string
	plot  func(c draw.Canvas, from, to vg.Point) // draws the sample between the two points
}

const (
	sampleWidth = vg.Length(17)
	keyGap      = vg.Length(15) // between entries
)

func (k key) width() vg.Length { return sampleWidth + 4 + style{sizeTick, false, ink}.width(k.label) }

// legend explains a figure's marks and lines.
type legend []key

// add appends an entry if there is need for it.
func (l legend) add(needed bool, k key) legend {
	if needed {
		return append(l, k)
	}
	return l
}

// lines breaks the legend into lines that fit into the width.
func (l legend) lines(width vg.Length) []legend {
	if g := l.grid(width); g != nil {
		return l.rowsOf(len(g))
	}
	return l.run(width)
}

// run puts as much on each line as fits.
func (l legend) run(width vg.Length) []legend {
	var lines []legend
	var used vg.Length
	for _, k := range l {
		if w := k.width(); len(lines) == 0 || used+keyGap+w > width-20 {
			lines, used = append(lines, legend{k}), w
		} else {
			last := len(lines) - 1
			lines[last], used = append(lines[last], k), used+keyGap+w
		}
	}
	return lines
}

func (l legend) height(width vg.Length) vg.Length {
	return vg.Length(len(l.lines(width)))*keyHeight + 5
}

// draw draws the legend at the foot of the canvas, each line centred, or in one column of a page all of them together.
func (l legend) draw(c draw.Canvas) {
	width := c.Max.X - c.Min.X
	lines, grid := l.lines(width), l.grid(width)
	for i, line := range lines {
		total := grid.length(line)
		if width < figureWidth-20 {
			total = grid.longest(lines)
		}
		at := vg.Point{X: c.Center().X - total/2, Y: c.Min.Y + 4 + vg.Length(len(lines)-1-i)*keyHeight}
		for j, k := range line {
			middle := vg.Point{X: at.X, Y: at.Y + 2.8}
			k.plot(c, middle, middle.Add(vg.Point{X: sampleWidth}))
			style{sizeTick, false, ink}.write(c, vg.Point{X: at.X + sampleWidth + 4, Y: at.Y}, 0, k.label)
			at.X += grid.width(j, k) + keyGap
		}
	}
}

// markKey is the legend of a mark.
func markKey(label string, m mark) key {
	return key{label, func(c draw.Canvas, from, to vg.Point) {
		m.draw(c, []vg.Point{{X: (from.X + to.X) / 2, Y: from.Y}})
	}}
}

// lineKey is the legend of a line.
func lineKey(label string, l draw.LineStyle) key {
	return key{label, func(c draw.Canvas, from, to vg.Point) { c.StrokeLine2(l, from.X, from.Y, to.X, to.Y) }}
}

// noData writes on an empty panel why it is empty.
type noData string

// Plot implements plot.Plotter.
func (n noData) Plot(c draw.Canvas, _ *plot.Plot) {
	style{sizeLabel, false, grey}.write(c, c.Center(), .5, string(n))
}
