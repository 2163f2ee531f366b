package report

import (
	"image/color"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

var (
	callEdge = draw.LineStyle{Color: grey, Width: .5}
	pause    = draw.LineStyle{Color: grey, Width: .7, Dashes: []vg.Length{1, 2}}
	paper    = color.White
)

// The bars of calls stand so far beside a lifeline.
const (
	barNear = vg.Length(2)
	barFar  = vg.Length(6)
)

// callBar draws a call that waits.
func callBar(c draw.Canvas, r vg.Rectangle) {
	c.SetColor(tint)
	c.Fill(r.Path())
	c.SetLineStyle(callEdge)
	c.Stroke(r.Path())
}

// draw draws the diagram.
func (s *callSheet) draw(c draw.Canvas) {
	s.keys().draw(c)
	left, right, timeWidth := s.margins()
	g := frame{client: c.Min.X + timeWidth + left, server: c.Max.X - right, top: c.Max.Y - ladderHead, row: callLine}
	head := style{sizeHead, true, ink}
	head.write(c, vg.Point{X: g.client, Y: c.Max.Y - 10}, .5, "client")
	head.write(c, vg.Point{X: g.server, Y: c.Max.Y - 10}, .5, "server")
	s.packets.look.time.write(c, vg.Point{X: c.Min.X + timeWidth - 6, Y: c.Max.Y - 10}, 1, "ms")
	middle := vg.Point{X: (g.client + g.server) / 2, Y: c.Max.Y - 10}
	style{sizeTick, false, ink}.write(c, middle, .5, s.packets.proto)
	for i := range s.parts {
		s.drawPart(c, g, timeWidth, i)
	}
	for i, t := range s.packets.transits {
		if !notable(t) {
			s.packets.arrow(c, g, i)
		}
	}
	for i, t := range s.packets.transits {
		if notable(t) {
			s.packets.arrow(c, g, i)
		}
	}
	for i := range s.packets.transits {
		s.label(c, g, i)
	}
}

// drawPart draws what stands still in one part: times, lifelines and calls.
func (s *callSheet) drawPart(c draw.Canvas, g frame, timeWidth vg.Length, part int) {
	p, start := s.parts[part], float64(s.starts[part])
	for row := p.first; row <= p.last; row++ {
		if !s.shown[row] {
			continue
		}
		y := g.y(float64(s.place[row]))
		s.packets.look.time.write(c, vg.Point{X: c.Min.X + timeWidth - 6, Y: y - 2.2}, 1, ladderRow{at: s.at(s.rows[row])}.time())
		if !s.rows[row].client {
			c.StrokeLine2(guide, c.Min.X+timeWidth-3, y, g.server, y)
		}
	}
	for _, x := range []vg.Length{g.client, g.server} {
		c.StrokeLine2(lifeline, x, g.y(start-.6), x, g.y(s.bottom(part)))
		if part > 0 {
			c.StrokeLine2(pause, x, g.y(start-2.4), x, g.y(start-.6))
		}
	}
	if part > 0 {
		gap := s.at(s.rows[p.first]) - s.at(s.rows[s.parts[part-1].last])
		s.packets.look.time.write(c, vg.Point{X: (g.client + g.server) / 2, Y: g.y(start-1.5) - 2.2}, .5, "… "+formatTime(gap)+" later")
	}
	for i := range s.calls {
		s.bar(c, g, part, i)
	}
	for row := p.first; row <= p.last; row++ {
		s.write(c, g, row)
	}
}

// bottom is where a part ends, in lines.
func (s *callSheet) bottom(part int) float64 {
	if part+1 < len(s.starts) {
		return float64(s.starts[part+1]) - 2.4
	}
	return float64(s.lines) - .4
}

// bar draws a call's time, as much of it as is in the part.
func (s *callSheet) bar(c draw.Canvas, g frame, part, call int) {
	p := s.parts[part]
	first := s.find(0, func(r callRow) bool { return r.call == call && !r.returns })
	last := s.find(0, func(r callRow) bool { return r.call == call && r.returns })
	switch {
	case !s.calls[call].waits():
		last = first
	case first < 0: // it sent something and returned in one row
		first = last
	case last < 0:
		last = len(s.rows)
	}
	if last < p.first || first > p.last {
		return
	}
	top, bottom := float64(s.starts[part])-.6, s.bottom(part)
	if first >= p.first {
		top = float64(s.place[first])
	}
	if last <= p.last {
		bottom = float64(s.place[last])
	}
	r := vg.Rectangle{Min: vg.Point{X: g.server + barNear, Y: g.y(bottom)}, Max: vg.Point{X: g.server + barFar, Y: g.y(top)}}
	if s.calls[call].Host == "client" {
		r.Min.X, r.Max.X = g.client-barFar, g.client-barNear
	}
	if first < last {
		callBar(c, r)
		return
	}
	c.SetColor(grey)
	c.Fill(vg.Rectangle{Min: vg.Point{X: r.Min.X, Y: r.Min.Y - .7}, Max: vg.Point{X: r.Max.X, Y: r.Max.Y + .7}}.Path())
}

// write writes what a call does in a row.
func (s *callSheet) write(c draw.Canvas, g frame, row int) {
	r := s.rows[row]
	if r.call < 0 {
		return
	}
	look := s.packets.look.label
	if s.calls[r.call].failed() && (r.returns || !s.calls[r.call].waits()) {
		look = s.packets.look.cause
	}
	at, align := vg.Point{X: g.server + barFar + 4, Y: g.y(float64(s.place[row])) - 2.2}, 0.
	if r.client {
		at.X, align = g.client-barFar-4, 1
	}
	look.write(c, at, align, s.text(r))
}

// label names a packet at its tail, and says why it was lost beside its cross.
func (s *callSheet) label(c draw.Canvas, g frame, i int) {
	t := s.packets.transits[i]
	from, to := g.ends(t.Up, float64(s.packets.sent[i]), s.packets.arrived[i])
	side, align := vg.Length(1), 0.
	if !t.Up {
		side, align = -1, 1
	}
	onPaper(c, s.packets.look.label, vg.Point{X: from.X + side*5, Y: from.Y + 2}, align, t.copied())
	if t.Lost {
		onPaper(c, s.packets.look.cause, vg.Point{X: (from.X+to.X)/2 + side*6, Y: (from.Y+to.Y)/2 - 2.2}, align, s.packets.cause(t))
	}
}

// onPaper writes text over whatever has been drawn.
func onPaper(c draw.Canvas, look style, at vg.Point, align float64, text string) {
	w := look.width(text)
	x := at.X - vg.Length(align*float64(w))
	c.SetColor(paper)
	c.Fill(vg.Rectangle{Min: vg.Point{X: x - .6, Y: at.Y - 1}, Max: vg.Point{X: x + w + .6, Y: at.Y + 5}}.Path())
	look.write(c, at, align, text)
}

// margins returns the room that the calls need outside the lifelines, and the column of times.
func (s *callSheet) margins() (left, right, timeWidth vg.Length) {
	left, right, timeWidth = 30, 30, s.packets.look.timeLeast
	for _, p := range s.parts {
		for _, r := range s.rows[p.first : p.last+1] {
			timeWidth = max(timeWidth, s.packets.look.time.width(ladderRow{at: s.at(r)}.time())+8)
			if r.call < 0 {
				continue
			}
			w := s.packets.look.label.width(s.text(r)) + barFar + 6
			if r.client {
				left = max(left, w)
			} else {
				right = max(right, w)
			}
		}
	}
	return left, right, timeWidth
}
