package report

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

// callFigures returns a figure for each flow whose socket calls are known.
func callFigures(flows []*Flow) (figures []Figure) {
	for _, f := range flows {
		if len(f.Calls) > 0 {
			figures = append(figures, callFigure(f))
		}
	}
	return figures
}

// callFigure draws socket calls beside the packets that come of them.
func callFigure(f *Flow) Figure {
	l := newCallLadder(f)
	s := l.layOut(wideLadder)
	return Figure{
		Name: "calls-" + f.Proto, Title: strings.ToUpper(f.Proto) + " socket calls and packets",
		Caption: l.caption(s), height: s.height(), draw: s.draw, table: l.table,
		single: func() variant {
			n := l.layOut(singleLadder)
			return variant{height: n.height(), draw: n.draw}
		},
	}
}

func (l *callLadder) caption(s *callSheet) string {
	proto := strings.ToUpper(l.flow.Proto)
	text := fmt.Sprintf("%s socket calls of client and server and the packets between them, a row for each event and the time in ms at the "+
		"left: a bar is a call that waits, and the row of its end has what it returned. %s shown, %s.", proto,
		upperFirst(count(len(s.packets.transits), "packet")), s.packets.note())
	if l.flow.Clients > 1 {
		text += fmt.Sprintf(" This is the first of %d clients; what the server does for others is left out.", l.flow.Clients)
	}
	if kept := len(l.flow.Calls); kept < l.flow.CallTotal {
		text += fmt.Sprintf(" The first %s of %s calls were kept.", formatCount(kept), formatCount(l.flow.CallTotal))
	}
	return text
}

// table has a row for each row that could be drawn.
func (l *callLadder) table(row func(...string)) {
	row("time_s", "host", "call", "arguments", "result", "packet", "packet_event")
	for _, r := range l.rows {
		fields := []string{stamp(l.at(r)), "server", "", "", "", "", ""}
		if r.client {
			fields[1] = "client"
		}
		if r.call >= 0 {
			c := &l.calls[r.call]
			fields[2], fields[3] = c.Name, c.Arguments()
			if r.returns || !c.waits() {
				fields[4] = c.Result
			}
		}
		if r.packet >= 0 {
			t := l.transits[r.packet]
			fields[5], fields[6] = t.copied(), "sent"
			switch {
			case r.arrival:
				fields[6] = "arrived"
			case t.Lost:
				fields[6] = "sent and lost: " + t.Cause
			case t.Duplicate:
				fields[6] = "copied by the link: " + t.Cause
			}
		}
		row(fields...)
	}
}

// at is the time of a row.
func (l *callLadder) at(r callRow) netem.Time {
	switch {
	case r.call >= 0 && r.returns:
		return l.calls[r.call].End
	case r.call >= 0:
		return l.calls[r.call].Begin
	case r.arrival:
		return l.transits[r.packet].Arrived
	}
	return l.transits[r.packet].Sent
}

// callSheet is the part of a callLadder that is drawn: lines on paper, of which two are left free between two parts.
type callSheet struct {
	*callLadder
	parts   []stretch
	starts  []int  // line of each part's first row
	lines   int    // in all
	place   []int  // by row: its line, or that of the next row that has one
	shown   []bool // by row
	drawn   []bool // by packet
	arrival []int  // by packet: its row, -1 if it is lost
	packets ladder // those that are drawn, in lines instead of rows
}

// layOut chooses what is drawn, and where.
func (l *callLadder) layOut(look ladderLook) *callSheet {
	s := &callSheet{callLadder: l, parts: l.parts(), place: make([]int, len(l.rows)), shown: make([]bool, len(l.rows)),
		drawn: make([]bool, len(l.transits)), arrival: make([]int, len(l.transits))}
	s.packets.proto, s.packets.look = strings.ToUpper(l.flow.Proto), look
	for _, p := range s.parts {
		s.choosePackets(p)
		if s.lines > 0 {
			s.lines += 2
		}
		s.starts = append(s.starts, s.lines)
		for i := p.first; i <= p.last; i++ {
			s.place[i] = s.lines
			if r := l.rows[i]; r.call >= 0 || s.drawn[r.packet] {
				s.shown[i] = true
				s.lines++
			}
		}
	}
	for i, r := range l.rows {
		if !s.shown[i] || r.packet < 0 || r.arrival || !s.drawn[r.packet] {
			continue
		}
		end := float64(s.place[i] + 4) // of one that is lost, which goes half-way
		if to := s.arrival[r.packet]; to >= 0 {
			end = float64(s.place[to])
		}
		s.packets.transits = append(s.packets.transits, l.transits[r.packet])
		s.packets.sent, s.packets.arrived = append(s.packets.sent, s.place[i]), append(s.packets.arrived, end)
	}
	return s
}

// choosePackets finds the packets that are sent in a part, and arrive in it or are lost.
func (s *callSheet) choosePackets(p stretch) {
	sent := make([]bool, len(s.transits))
	for i := p.first; i <= p.last; i++ {
		r := s.rows[i]
		switch {
		case r.packet < 0:
		case r.arrival:
			s.drawn[r.packet], s.arrival[r.packet] = sent[r.packet], i
		default:
			sent[r.packet] = true
			s.drawn[r.packet], s.arrival[r.packet] = s.transits[r.packet].Lost, -1
		}
	}
}

// keys is the legend.
func (s *callSheet) keys() legend {
	bar := key{"call that waits", func(c draw.Canvas, from, to vg.Point) {
		callBar(c, vg.Rectangle{Min: vg.Point{X: from.X, Y: from.Y - 2}, Max: vg.Point{X: to.X, Y: to.Y + 2}})
	}}
	return append(legend{bar}, s.packets.keys()...)
}

// callLine is the height of a line.
const callLine = vg.Length(9)

func (s *callSheet) height() vg.Length {
	return ladderHead + vg.Length(max(s.lines, 4))*callLine + ladderFoot + s.keys().height(s.packets.look.width)
}

// text says what a call does in a row: all of it, or of one that waits how it begins, or what it returns.
func (s *callSheet) text(r callRow) string {
	c := &s.calls[r.call]
	result, _, _ := strings.Cut(c.Result, " [")
	switch narrow := s.packets.look.width < figureWidth; {
	case narrow && c.waits() && !r.returns:
		return c.Name
	case narrow:
		return c.Name + " = " + strings.TrimPrefix(result, "-1 ")
	case r.returns:
		switch received := strings.HasPrefix(c.Name, "recv") && c.Data != ""; {
		case received && result == "0" && s.flow.Proto == "tcp":
			result += ": the end"
		case received:
			result += ", " + short(c.Data)
		}
		return c.Name + " = " + result
	case c.waits():
		if strings.HasPrefix(c.Name, "recv") {
			return c.Name + "(" + strconv.Itoa(c.FD) + ", …)"
		}
		return c.Name + "(" + c.Arguments() + ")"
	}
	brief := *c
	brief.Data, brief.Result = short(c.Data), result
	return brief.String()
}

// short cuts quoted data to what the margin has room for.
func short(quoted string) string {
	const most = 11
	letters := []rune(quoted)
	if len(letters) <= most+2 {
		return quoted
	}
	cut := strings.TrimRight(string(letters[:most]), `\`)
	return cut + `…"`
}
