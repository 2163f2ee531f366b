package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"

	"lossylab/netem"
)

var (
	queueLine   = draw.LineStyle{Color: blue, Width: .8}
	limitLine   = draw.LineStyle{Color: ink, Width: .8, Dashes: []vg.Length{4, 2}}
	sojournMark = mark{dot, blue, .8, 0}
)

// queueView is what the figure shows of one flow's queue.
type queueView struct {
	flow    *Flow
	samples LinkSamples
	packets int // the most
	sojourn time.Duration
	drops   int
}

func newQueueView(f *Flow, s LinkSamples) queueView {
	v := queueView{flow: f, samples: s}
	for _, b := range s.Queue {
		v.packets, v.sojourn, v.drops = max(v.packets, b.Packets), max(v.sojourn, b.Sojourn), v.drops+b.Drops
	}
	return v
}

// bottleneck returns the views of the link whose queue packets waited longest in, and its name; none if no queue was ever
// longer than a packet.
func bottleneck(flows []*Flow) (views []queueView, link string) {
	var ups, downs []queueView
	var longest [2]time.Duration
	waited := false
	for _, f := range flows {
		u, d := newQueueView(f, f.Samples.Up), newQueueView(f, f.Samples.Down)
		ups, downs = append(ups, u), append(downs, d)
		longest[0], longest[1] = max(longest[0], u.sojourn), max(longest[1], d.sojourn)
		waited = waited || max(u.packets, d.packets) > 1 || u.drops+d.drops > 0
	}
	switch {
	case !waited:
		return nil, ""
	case longest[1] > longest[0]:
		return downs, down
	}
	return ups, up
}

// queueFigures shows the queue in front of the bottleneck: a panel of its length and one of the time spent in it for each
// flow, with the same axes. There is none if there was no queue.
func queueFigures(flows []*Flow) []Figure {
	views, link := bottleneck(flows)
	if views == nil {
		return nil
	}
	end, longest, packets, limit := netem.Time(0), time.Duration(0), 1, 0
	for _, v := range views {
		end, longest, packets = max(end, v.flow.End), max(longest, v.sojourn), max(packets, v.packets)
		if n := v.samples.Limit.Packets; n <= 3*v.packets {
			limit = max(limit, n)
		}
	}
	s := sheet{rows: make([][]panel, 2), together: true}
	drops := 0
	for _, v := range views {
		lengths, sojourns := v.panels(axisLength(end), max(packets, limit), limit, longest)
		s.rows[0], s.rows[1] = append(s.rows[0], lengths), append(s.rows[1], sojourns)
		drops += v.drops
	}
	s.keys = legend{lineKey("waiting", queueLine), markKey("time in the queue", sojournMark)}.
		add(limit > 0, lineKey("limit of the queue", limitLine)).
		add(drops > 0, markKey("dropped by the queue", crossMark))
	return []Figure{{
		Name: "queue", Title: "Queue at the bottleneck", Caption: queueCaption(views, link),
		height: 11.5 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { queueTable(views, link, row) },
	}}
}

// panels returns the panel of the queue's length and that of the time in it.
func (v queueView) panels(end netem.Time, packets, limit int, longest time.Duration) (lengths, sojourns panel) {
	p, u := timePlot(end, "queue (packets)", 6)
	p.Y.Max = 1.1 * float64(packets)
	p.Y.Tick.Marker = ticks{most: 6, whole: true}
	var length, drops plotter.XYs
	for _, b := range v.samples.Queue {
		if b.Sojourn >= 0 {
			length = append(length, plotter.XY{X: u.time(b.Start), Y: float64(b.Packets)}, plotter.XY{X: u.time(b.End), Y: float64(b.Left)})
		}
		if b.Drops > 0 {
			drops = append(drops, plotter.XY{X: u.time(b.Start), Y: 1.04 * float64(packets)})
		}
	}
	if limit > 0 {
		p.Add(spans{limitLine, plotter.XYs{{X: p.X.Min, Y: float64(limit)}, {X: p.X.Max, Y: float64(limit)}}})
	}
	p.Add(steps{queueLine, length}, points{crossMark.among(drops), drops})
	if len(length) == 0 {
		p.Add(noData("no packet came this way"))
	}
	lengths = panel{p, v.flow.Heading(), v.note()}

	m := timeUnit(axisLength(netem.Time(longest)))
	q, _ := timePlot(end, fmt.Sprintf("time in the queue (%s)", m.name), 6)
	q.Y.Max = 1.06 * m.time(axisLength(netem.Time(longest)))
	var at plotter.XYs
	for _, b := range v.samples.Queue {
		if b.Sojourn >= 0 {
			at = append(at, plotter.XY{X: u.time(b.Start), Y: m.of(float64(b.Sojourn))})
		}
	}
	q.Add(sparse{points{sojournMark, at}})
	return lengths, panel{Plot: q}
}

func (v queueView) note() string {
	s := fmt.Sprintf("at most %s, %s", count(v.packets, "packet"), formatTime(netem.Time(max(0, v.sojourn))))
	if v.samples.Place != "" {
		s += " on " + v.samples.Place
	}
	if v.drops > 0 {
		s += fmt.Sprintf(", %s dropped", formatCount(v.drops))
	}
	return s
}

func queueCaption(views []queueView, link string) string {
	var parts []string
	for _, v := range views {
		parts = append(parts, fmt.Sprintf("%s %s", v.flow.Heading(), v.note()))
	}
	of := ""
	if views[0].samples.Delays {
		of = " or wait out their delay, which tc-netem does in its queue,"
	}
	s := fmt.Sprintf("Packets that wait for the transmitter of the %s link%s and how long they do, over time: %s", link, of, strings.Join(parts, "; "))
	for _, v := range views {
		if l := v.samples.Limit; l != (netem.Limit{}) {
			return s + fmt.Sprintf(" (%s).", l)
		}
	}
	return s + "."
}

func queueTable(views []queueView, link string, row func(...string)) {
	row("proto", "link", "start_s", "end_s", "packets_max", "packets_left", "sojourn_max_s", "drops")
	for _, v := range views {
		for _, b := range v.samples.Queue {
			row(v.flow.Proto, link, stamp(b.Start), stamp(b.End), strconv.Itoa(b.Packets), strconv.Itoa(b.Left),
				stamp(netem.Time(b.Sojourn)), strconv.Itoa(b.Drops))
		}
	}
}
