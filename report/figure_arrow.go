package report

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// The styles of a ladder's arrows.
var (
	upArrow         = draw.LineStyle{Color: blue, Width: .8}
	downArrow       = draw.LineStyle{Color: green, Width: .8}
	retransmitArrow = draw.LineStyle{Color: orange, Width: 2}
	overtakenArrow  = draw.LineStyle{Color: purple, Width: 1.3}
	duplicateArrow  = draw.LineStyle{Color: sky, Width: 1.1, Dashes: []vg.Length{3, 1.8}}
	corruptArrow    = draw.LineStyle{Color: red, Width: .9, Dashes: []vg.Length{.9, 1.2}}
	lostCross       = mark{cross, red, 2.6, 1.2}
	lifeline        = draw.LineStyle{Color: ink, Width: .9}
	guide           = draw.LineStyle{Color: light, Width: .4}
)

// arrows are the kinds of arrows, in the order of the legend.
var arrows = []struct {
	label string
	style draw.LineStyle
}{
	{"", upArrow}, {"", downArrow}, // named by who sends
	{"retransmission", retransmitArrow}, {"overtaken", overtakenArrow},
	{"duplicate", duplicateArrow}, {"corrupted", corruptArrow},
}

// arrowKind returns which of the arrows a packet is drawn as.
func arrowKind(t Transit) int {
	switch {
	case t.Retransmit && !t.Duplicate: // the link's copy of one is a copy
		return 2
	case t.Corrupt:
		return 5
	case t.Duplicate:
		return 4
	case t.Overtaken:
		return 3
	}
	return one(!t.Up)
}

// notable says whether anything happened to the packet.
func notable(t Transit) bool {
	return t.Lost || t.Overtaken || t.Duplicate || t.Corrupt || t.Retransmit
}

// keys is the legend, of what is drawn only.
func (l ladder) keys() legend {
	var keys legend
	for i, a := range arrows {
		drawn := slices.ContainsFunc(l.transits, func(t Transit) bool { return arrowKind(t) == i })
		label := a.label
		if near, far := ends(l.turned); i < 2 {
			label = "from " + [2]string{near, far}[i]
		}
		keys = keys.add(drawn, lineKey(label, a.style))
	}
	for _, t := range l.transits {
		if t.Lost {
			return append(keys, markKey("lost", lostCross))
		}
	}
	return keys
}

// frame is the geometry of a ladder on paper: the lifelines, and the rows from the top down.
type frame struct {
	client, server, top vg.Length
	row                 vg.Length // height
}

func (g frame) y(row float64) vg.Length {
	return g.top - vg.Length(float64(row*float64(g.row)))
}

// ends returns where the arrow of a packet that goes up, or down, begins and ends.
func (g frame) ends(up bool, sent, arrived float64) (from, to vg.Point) {
	from, to = vg.Point{X: g.client, Y: g.y(sent)}, vg.Point{X: g.server, Y: g.y(arrived)}
	if !up {
		from.X, to.X = to.X, from.X
	}
	return from, to
}

// draw draws the ladder.
func (l ladder) draw(c draw.Canvas) {
	l.keys().draw(c)
	if l.over() > 0 {
		l.writeHeading(c)
		c.Max.Y -= l.over()
	}
	left, right := l.margins()
	timeWidth := l.timeWidth()
	g := frame{client: c.Min.X + timeWidth + left, server: c.Max.X - right, top: c.Max.Y - ladderHead, row: l.look.row}
	head := style{sizeHead, true, ink}
	near, far := ends(l.turned)
	head.write(c, vg.Point{X: g.client, Y: c.Max.Y - 10}, .5, near)
	head.write(c, vg.Point{X: g.server, Y: c.Max.Y - 10}, .5, far)
	l.look.time.write(c, vg.Point{X: c.Min.X + timeWidth - 6, Y: c.Max.Y - 10}, 1, "ms")
	middle := vg.Point{X: (g.client + g.server) / 2, Y: c.Max.Y - 10}
	switch {
	case len(l.rows) > 0 && l.over() == 0:
		style{sizeTick, false, ink}.write(c, middle, .5, l.proto+": "+l.note())
	case len(l.rows) == 0:
		style{sizeLabel, false, grey}.write(c, vg.Point{X: middle.X, Y: g.y(3)}, .5, "no packets")
	}
	l.times(c, g, timeWidth)
	for _, x := range []vg.Length{g.client, g.server} {
		c.StrokeLine2(lifeline, x, g.top+8, x, g.y(float64(max(len(l.rows), 6))))
	}
	for i, t := range l.transits { // what is ordinary lies underneath
		if !notable(t) {
			l.arrow(c, g, i)
		}
	}
	for i, t := range l.transits {
		if notable(t) {
			l.arrow(c, g, i)
		}
		l.label(c, g, i)
	}
}

// times writes the time of each row and guides the eye to what happened at the far side.
func (l ladder) times(c draw.Canvas, g frame, width vg.Length) {
	for i, r := range l.rows {
		at := vg.Point{X: c.Min.X + width - 6, Y: g.y(float64(i)) - 2.2}
		l.look.time.write(c, at, 1, r.time())
		if l.transits[r.transit].Up == r.arrival {
			c.StrokeLine2(guide, at.X+3, g.y(float64(i)), g.server, g.y(float64(i)))
		}
	}
}

// time is the row's, in milliseconds.
func (r ladderRow) time() string { return number(float64(r.at)/1e6, 3) }

// timeWidth is what the longest time needs.
func (l ladder) timeWidth() vg.Length {
	width := l.look.timeLeast
	for _, r := range l.rows {
		width = max(width, l.look.time.width(r.time())+8)
	}
	return width
}

// margins returns the room that the labels need outside the lifelines. On the arrows they would cover one another.
func (l ladder) margins() (left, right vg.Length) {
	left, right = max(l.look.frames+10, 16), max(l.look.frames+10, 16) // half of the names at least
	for _, t := range l.transits {
		w := l.look.label.width(t.Label) + l.look.frames + 6
		if s := l.cause(t); s != "" {
			w += l.look.cause.width(s) + 4
		}
		if t.Up {
			left = max(left, w)
		} else {
			right = max(right, w)
		}
	}
	return left, right
}

// cause returns why the packet was lost, cut to what there is room for.
func (l ladder) cause(t Transit) string {
	s := t.Cause
	if l.look.causes == 0 || l.look.losses && !t.Lost && !t.Corrupt {
		return ""
	}
	if l.look.cause.width(s) <= l.look.causes {
		return s
	}
	for len(s) > 0 && l.look.cause.width(s+"…") > l.look.causes {
		s = s[:len(s)-1]
	}
	if i := strings.LastIndexByte(s, ' '); i > 0 && l.look.losses {
		s = s[:i] // a whole word takes less room
	}
	return s + "…"
}

// label writes what packet i is at its tail and the frame numbers at both ends.
func (l ladder) label(c draw.Canvas, g frame, i int) {
	t := l.transits[i]
	from, to := g.ends(t.Up, float64(l.sent[i]), l.arrived[i])
	side := vg.Length(1)
	if t.Up {
		side = -1
	}
	why := l.look.cause
	if !t.Lost {
		why.color = grey
	}
	outward := func(at vg.Point, side vg.Length, st style, s string) vg.Point {
		align := float64(1-side) / 2
		at.X += side * (st.write(c, at, align, s) + 4)
		return at
	}
	from = from.Add(vg.Point{X: side * 4, Y: -2.2})
	if t.SentFrame > 0 && l.look.frames > 0 {
		outward(from, side, l.look.frame, strconv.Itoa(t.SentFrame))
	}
	from.X += side * l.look.frames
	from = outward(from, side, l.look.label, t.Label)
	outward(from, side, why, l.cause(t))
	if t.RecvFrame > 0 && !t.Lost && l.look.frames > 0 {
		outward(to.Add(vg.Point{X: -side * 4, Y: -2.2}), -side, l.look.frame, strconv.Itoa(t.RecvFrame))
	}
}

// arrow draws packet i. A lost one ends half-way in a cross, and one that nobody saw arrive without.
func (l ladder) arrow(c draw.Canvas, g frame, i int) {
	t := l.transits[i]
	from, to := g.ends(t.Up, float64(l.sent[i]), l.arrived[i])
	s := arrows[arrowKind(t)].style
	if t.Lost || t.Arrived < 0 {
		to = vg.Point{X: (from.X + to.X) / 2, Y: (from.Y + to.Y) / 2}
		c.StrokeLine2(s, from.X, from.Y, to.X, to.Y)
		if t.Lost {
			lostCross.draw(c, []vg.Point{to})
		}
		return
	}
	dx, dy := float64(to.X-from.X), float64(to.Y-from.Y)
	length := math.Hypot(dx, dy)
	dx, dy = dx/length, dy/length
	long, wide := 5.0, 1.5+float64(s.Width)*.5
	tip := func(along, across float64) vg.Point {
		return to.Add(vg.Point{
			X: vg.Length(-float64(along*dx) - float64(across*dy)),
			Y: vg.Length(-float64(along*dy) + float64(across*dx)),
		})
	}
	end := tip(long*.8, 0)
	c.StrokeLine2(s, from.X, from.Y, end.X, end.Y)
	c.SetColor(s.Color)
	c.Fill(vg.Path{
		{Type: vg.MoveComp, Pos: to}, {Type: vg.LineComp, Pos: tip(long, wide)}, {Type: vg.LineComp, Pos: tip(long, -wide)},
		{Type: vg.CloseComp},
	})
}
