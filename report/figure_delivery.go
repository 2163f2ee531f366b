package report

import (
	"fmt"
	"strconv"
	"strings"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	flightLine   = draw.LineStyle{Color: grey, Width: .45}
	waitLine     = draw.LineStyle{Color: orange, Width: 1.7}
	sentMark     = mark{tick, ink, 1.2, .6}
	deliveryMark = mark{dot, blue, 1.25, 0}
	crossMark    = mark{cross, red, 2.1, .9}
)

// deliveryFigure follows each message of the part of the run in which most happened: sent, arrived, given to the
// program. The time that an arrived message waits for an earlier one is what TCP pays for order.
func deliveryFigure(flows []*Flow) Figure {
	all := outcomesOf(flows)
	from, to := window(all, zoomLength, outcome.trouble)
	happened := total(all)
	w := wordsOfAll(all)
	s := sheet{tall: 7 * vg.Centimeter, keys: legend{markKey("sent", sentMark), lineKey("under way", flightLine)}.
		add(happened.waited > 0, lineKey("arrived, waits for an earlier "+w.waits, waitLine)).
		add(true, markKey(w.read, deliveryMark)).
		add(happened.reordered > 0, markKey("delivered out of order", reorderedMark)).
		add(happened.twice > 0, markKey("delivered again", duplicateMark)).
		add(happened.lost > 0, markKey(happened.missing(), crossMark))}
	var row []panel
	vs := views(all, from, to)
	for i, v := range vs {
		row = append(row, all[i].deliveryPanel(from, to, v))
	}
	s.rows = [][]panel{row}
	return Figure{
		Name: "delivery", Title: "Sending, arrival and delivery of each " + w.one, Caption: deliveryCaption(all, vs, from, to),
		height: 11.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { deliveryTable(all, row) },
	}
}

// view is the stretch of time that a panel shows.
type view struct {
	origin        netem.Time // when the first message of the part was sent: the zero of the axis
	start, length netem.Time // start counts from the origin
}

// views returns what to show of the messages from up to to of each flow: the same stretch after the origin where the
// flows are of about the same speed, and otherwise to each its own, or the faster one would be a dash.
func views(all []outcome, from, to int) []view {
	vs := make([]view, len(all))
	var longest, shortest view
	for i, t := range all {
		vs[i] = t.view(from, to)
		if i == 0 || vs[i].length > longest.length {
			longest = vs[i]
		}
		if i == 0 || vs[i].length < shortest.length {
			shortest = vs[i]
		}
	}
	const like = 4 // times as long
	if longest.start == 0 && longest.length <= like*shortest.length {
		for i := range vs {
			vs[i].start, vs[i].length = 0, longest.length
		}
	}
	return vs
}

// view returns when the messages from up to to were under way. Of the time that they all spent in the sender's buffer,
// which can be many times that of the rest, it leaves out all but a little.
func (t outcome) view(from, to int) view {
	v := view{origin: -1}
	var arrived, end netem.Time = -1, 0
	for _, m := range t.flow.Messages {
		if m.Seq < from || m.Seq >= to {
			continue
		}
		if v.origin < 0 {
			v.origin = m.Sent
		}
		if m.Arrived >= 0 && (arrived < 0 || m.Arrived < arrived) {
			arrived = m.Arrived
		}
		end = max(end, m.Sent, m.Arrived, m.Delivered)
	}
	v.origin = max(v.origin, 0)
	if arrived >= 0 {
		if before := (end - arrived) / 3; t.flow.Proto == "tcp" && arrived-before > v.origin {
			v.start = arrived - before - v.origin
		}
	}
	v.length = axisLength(end - v.origin - v.start)
	return v
}

func (t outcome) deliveryPanel(from, to int, v view) panel {
	u, w := timeUnit(v.start+v.length), wordsOf(t.flow)
	p := newPlot(fmt.Sprintf("time since %s %d was sent (%s)", w.one, from, u.name), w.one+" number")
	p.X.Min, p.X.Max = u.time(v.start)-.03*u.time(v.length), u.time(v.start)+1.03*u.time(v.length)
	pad := .03*float64(to-from) + .5
	p.Y.Min, p.Y.Max = float64(from)-pad, float64(to-1)+pad
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 7}, ticks{most: 9, whole: true}
	if t.sent == 0 {
		p.Add(noData("nothing was sent"))
	} else {
		t.deliveryMarks(p, from, to, v, u)
	}
	return panel{p, t.protocol(), t.deliveryNote(from, to)}
}

// deliveryMarks draws the messages from up to to.
func (t outcome) deliveryMarks(p *plot.Plot, from, to int, v view, u unit) {
	var sent, lost, flights, waits plotter.XYs
	for _, m := range t.flow.Messages {
		if m.Seq < from || m.Seq >= to {
			continue
		}
		at := func(when netem.Time) plotter.XY {
			return plotter.XY{X: max(u.time(when-v.origin), p.X.Min), Y: float64(m.Seq)}
		}
		if m.Sent >= v.origin+v.start {
			sent = append(sent, at(m.Sent))
		}
		if m.Arrived >= 0 {
			flights = append(flights, at(m.Sent), at(m.Arrived))
		}
		if t.wait(m) >= t.flow.waitLeast() {
			waits = append(waits, at(m.Arrived), at(m.Delivered))
		}
		if m.Delivered < 0 {
			lost = append(lost, at(m.Sent))
		}
	}
	by := t.deliveries(from, to, v.origin, u)
	p.Add(spans{flightLine, flights}, spans{waitLine, waits}, points{sentMark, sent}, points{deliveryMark, by[inOrder]},
		points{duplicateMark, by[duplicate]}, points{reorderedMark, by[reordered]}, points{crossMark, lost})
}

// deliveries returns the receptions of the messages from up to to, by what they were.
func (t outcome) deliveries(from, to int, origin netem.Time, u unit) (by [3]plotter.XYs) {
	for i, r := range t.flow.Receptions {
		if r.Seq >= from && r.Seq < to {
			by[t.place[i]] = append(by[t.place[i]], plotter.XY{X: u.time(r.At - origin), Y: float64(r.Seq)})
		}
	}
	return by
}

// deliveryNote says what is to be seen in the panel.
func (t outcome) deliveryNote(from, to int) string {
	lost, waited, late := 0, 0, 0
	var longest netem.Time
	for _, m := range t.flow.Messages {
		if m.Seq < from || m.Seq >= to {
			continue
		}
		if m.Delivered < 0 {
			lost++
		}
		if w := t.wait(m); w >= t.flow.waitLeast() {
			waited++
			longest = max(longest, w)
		}
	}
	for i, r := range t.flow.Receptions {
		if t.place[i] == reordered && r.Seq >= from && r.Seq < to {
			late++
		}
	}
	var parts []string
	if lost > 0 || t.flow.Proto == "udp" && t.sent > 0 {
		parts = append(parts, fmt.Sprintf("%d %s", lost, t.missing()))
	}
	if late > 0 || t.flow.Proto == "udp" && t.sent > 0 {
		parts = append(parts, fmt.Sprintf("%d out of order", late))
	}
	switch {
	case waited > 0:
		parts = append(parts, fmt.Sprintf("%d waited, up to %s", waited, formatTime(longest)))
	case t.flow.Proto == "tcp" && t.sent > 0:
		parts = append(parts, "none waited")
	}
	return strings.Join(parts, ", ")
}

func deliveryCaption(all []outcome, vs []view, from, to int) string {
	var parts []string
	for _, t := range all {
		s := t.sentence()
		if t.waited > 0 {
			s += fmt.Sprintf(" but made %s of them wait behind a missing one, %s on average and %s at most",
				formatCount(t.waited), formatTime(t.total/netem.Time(t.waited)), formatTime(t.longest))
		}
		parts = append(parts, s)
	}
	w := wordsOfAll(all)
	shown := "each " + w.one + ": "
	for _, t := range all {
		if t.sent > to-from {
			shown = fmt.Sprintf("%s %d to %d, where most happened; over the whole run, ", w.many, from, to-1)
		}
	}
	s := "Sending, arrival and delivery over time of " + shown + strings.Join(parts, ", while ")
	if last := vs[len(vs)-1]; last.start != vs[0].start || last.length != vs[0].length {
		s += " (the panels' time axes differ)"
	}
	return s + "."
}

func deliveryTable(all []outcome, row func(...string)) {
	row("proto", "message", "sent_s", "arrived_s", "delivered_s", "waited_s", "lost")
	for _, t := range all {
		for _, m := range t.flow.Messages {
			row(t.flow.Proto, strconv.Itoa(m.Seq), stamp(m.Sent), stamp(m.Arrived), stamp(m.Delivered),
				stamp(t.wait(m)), bit(m.Delivered < 0))
		}
	}
}
