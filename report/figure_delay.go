package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"lossylab/netem"
)

// delaysOf returns the delays of a flow's messages from their sender's write to their receiver's read, in order of sending,
// and the same in rising order.
func delaysOf(f *Flow) (sent []Message, sorted []time.Duration) {
	for _, m := range f.Messages {
		if m.Delivered >= 0 {
			sent, sorted = append(sent, m), append(sorted, m.Delivered.Sub(m.Sent))
		}
	}
	slices.Sort(sorted)
	return sent, sorted
}

// quantile returns the quantile of the nearest rank of values in rising order.
func quantile(sorted []time.Duration, p float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(len(sorted)-1, max(0, int(math.Ceil(p*float64(len(sorted))-1e-9))-1))]
}

// delayFigures shows the delays of messages: each over time, and how they are distributed, in the middle and at the tail.
func delayFigures(flows []*Flow) []Figure {
	var longest time.Duration
	var end netem.Time
	some := false
	for _, f := range flows {
		sent, sorted := delaysOf(f)
		if len(sent) > 0 {
			some = true
			longest, end = max(longest, sorted[len(sorted)-1]), max(end, sent[len(sent)-1].Sent)
		}
	}
	if !some {
		return nil
	}
	m := timeUnit(axisLength(netem.Time(longest)))
	top := m.time(axisLength(netem.Time(longest)))
	label := "delay (" + m.name + ")"
	cdf, tail := sharePlot(label, top), tailPlot(label, top, flows)
	w := wordsOf(flows...)
	s := sheet{rows: [][]panel{nil, {{Plot: cdf, note: "share of the " + w.many + " with at most this delay"}, {Plot: tail, note: "share with a greater delay"}}}}
	var parts []string
	for _, f := range flows {
		sent, sorted := delaysOf(f)
		p := delayPanel(f, sent, sorted, m, top, axisLength(end))
		s.rows[0] = append(s.rows[0], p)
		cdf.Add(steps{flowLine(f), cdfSteps(sorted, m, top)})
		tail.Add(steps{flowLine(f), tailSteps(sorted, m, tail.Y.Min)})
		s.keys = append(s.keys, markKey(f.Heading()+" "+wordsOf(f).one, delayMark(f)), lineKey(f.Heading(), flowLine(f)))
		if len(sorted) > 0 {
			parts = append(parts, fmt.Sprintf("%s %s in the median, %s for one in a hundred, %s at most", f.Heading(),
				durationText(quantile(sorted, .5)), durationText(quantile(sorted, .99)), durationText(sorted[len(sorted)-1])))
		}
	}
	if len(flows) == 1 {
		s.rows = [][]panel{{s.rows[0][0]}, {s.rows[1][0]}, {s.rows[1][1]}}
	}
	return []Figure{Figure{
		Name: "delay", Title: "Delay of the " + w.many,
		Caption: fmt.Sprintf("Delay of each %s, %s, over the time of sending, its distribution, and the tail on a logarithmic scale: %s.",
			w.one, w.delay, strings.Join(parts, "; ")),
		height: vg.Length(5.6*float64(len(s.rows))+.8) * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { delayTable(flows, row) },
	}.ofFirst(flows)}
}

func delayMark(f *Flow) mark {
	if f.Proto == "udp" {
		return mark{dot, blue, 1, 0}
	}
	return mark{diamond, green, 1, 0}
}

func delayPanel(f *Flow, sent []Message, sorted []time.Duration, m unit, top float64, end netem.Time) panel {
	p, u := timePlot(end, "delay ("+m.name+")", 6)
	p.X.Label.Text = "time of sending (" + u.name + ")"
	p.Y.Max = 1.06 * top
	var at plotter.XYs
	for _, s := range sent {
		at = append(at, plotter.XY{X: u.time(s.Sent), Y: m.time(s.Delivered - s.Sent)})
	}
	if len(at) == 0 {
		p.Add(noData("nothing was delivered"))
		return panel{Plot: p, name: f.Heading()}
	}
	p.Add(sparse{points{delayMark(f), at}})
	return panel{p, f.Heading(), "median " + durationText(quantile(sorted, .5)) + ", 99 % within " + durationText(quantile(sorted, .99))}
}

// sharePlot returns an empty plot of shares in percent over values up to top.
func sharePlot(label string, top float64) *plot.Plot {
	p := newPlot(label, "share (%)")
	p.X.Min, p.X.Max = 0, 1.02*top
	p.Y.Min, p.Y.Max = 0, 103
	p.Y.Tick.Marker = ticks{most: 6}
	return p
}

// tailPlot is sharePlot with a logarithmic scale, down to the share of one message.
func tailPlot(label string, top float64, flows []*Flow) *plot.Plot {
	p := newPlot(label, "share (%)")
	p.X.Min, p.X.Max = 0, 1.02*top
	most := 10
	for _, f := range flows {
		most = max(most, len(f.Messages))
	}
	p.Y.Min, p.Y.Max = -math.Ceil(math.Log10(float64(most))-1e-9), .1
	p.Y.Tick.Marker = decades{}
	return p
}

// cdfSteps returns the share of the values up to each, in percent; the last share holds up to top.
func cdfSteps(sorted []time.Duration, m unit, top float64) plotter.XYs {
	var at plotter.XYs
	for i, d := range sorted {
		if i == 0 {
			at = append(at, plotter.XY{X: m.of(float64(d)), Y: 0})
		}
		if i+1 == len(sorted) || sorted[i+1] != d {
			at = append(at, plotter.XY{X: m.of(float64(d)), Y: 100 * float64(i+1) / float64(len(sorted))})
		}
	}
	if at != nil {
		at = append(at, plotter.XY{X: max(top, at[len(at)-1].X), Y: 100})
	}
	return at
}

// tailSteps returns the decimal logarithm of the share of the values beyond each, as far as low.
func tailSteps(sorted []time.Duration, m unit, low float64) plotter.XYs {
	if len(sorted) == 0 {
		return nil
	}
	at := plotter.XYs{{X: 0, Y: 0}}
	for i, d := range sorted {
		if i+1 < len(sorted) && sorted[i+1] == d {
			continue
		}
		y := low
		if more := len(sorted) - 1 - i; more > 0 {
			y = math.Log10(float64(more) / float64(len(sorted)))
		}
		at = append(at, plotter.XY{X: m.of(float64(d)), Y: y})
	}
	return at
}

// decades puts a number at each power of ten of an axis of decimal logarithms of shares: 100 is 0.
type decades struct{}

// Ticks implements plot.Ticker.
func (decades) Ticks(lo, hi float64) (out []plot.Tick) {
	for k := int(math.Ceil(lo - 1e-9)); float64(k) <= hi+1e-9; k++ {
		out = append(out, plot.Tick{Value: float64(k), Label: number(math.Pow10(k+2), max(0, -k-2))})
	}
	return out
}

func delayTable(flows []*Flow, row func(...string)) {
	row("proto", "message", "sent_s", "delay_s")
	for _, f := range flows {
		for _, m := range f.Messages {
			if m.Delivered >= 0 {
				row(f.Proto, fmt.Sprint(m.Seq), stamp(m.Sent), stamp(m.Delivered-m.Sent))
			}
		}
	}
}
