package report

import (
	"cmp"
	"fmt"
	"image/color"
	"math"
	"strconv"
	"strings"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"

	"lossylab/netem"
)

// mixMarks are the points of flows that share a panel, in their order: no two alike in shape.
var mixMarks = []mark{
	{diamond, green, 1.1, 0}, {dot, blue, 1, 0}, {triangle, red, 1.2, 0}, {cross, purple, 1.1, .6},
	{diamond, orange, 1.5, .5}, {dot, sky, 1.4, .5}, {triangle, ink, 1.4, .5}, {tick, grey, 1.5, .6},
}

// mixMark returns the mark of flow number n of a mix, in the colour of its line.
func mixMark(n int) mark {
	m := mixMarks[n%len(mixMarks)]
	m.color = mixLine(n).Color
	return m
}

// mixDelayFigures shows the delays of all flows of a mix in one panel, on a logarithmic scale: beside a bulk transfer, whose
// messages wait in its own buffer for seconds, a call's are short. It is over the time of delivery, since such a transfer writes its messages in a few bursts.
func mixDelayFigures(flows []*Flow) []Figure {
	var end netem.Time
	low, high := math.Inf(1), math.Inf(-1)
	for _, f := range flows {
		sent, sorted := delaysOf(f)
		if len(sent) == 0 {
			continue
		}
		for _, m := range sent {
			end = max(end, m.Delivered)
		}
		low, high = min(low, logSeconds(sorted[0])), max(high, logSeconds(sorted[len(sorted)-1]))
	}
	if low > high {
		return nil
	}
	p, u := timePlot(axisLength(end), "delay", 10)
	p.X.Label.Text = "time of delivery (" + u.name + ")"
	p.Y.Min, p.Y.Max = low-.05, high+.05
	p.Y.Tick.Marker = durationTicks{}
	s := sheet{rows: [][]panel{{{Plot: p}}}}
	var parts []string
	for _, f := range flows {
		sent, sorted := delaysOf(f)
		var at plotter.XYs
		for _, m := range sent {
			at = append(at, plotter.XY{X: u.time(m.Delivered), Y: logSeconds(m.Delivered.Sub(m.Sent))})
		}
		p.Add(sparse{points{mixMark(f.Number), at}})
		if len(sorted) == 0 {
			continue
		}
		bigger := mixMark(f.Number)
		bigger.radius *= 2
		s.keys = append(s.keys, markKey(f.Heading()+": median "+durationText(quantile(sorted, .5)), bigger))
		parts = append(parts, fmt.Sprintf("%s %s in the median, %s at most", f.Heading(), durationText(quantile(sorted, .5)), durationText(sorted[len(sorted)-1])))
	}
	w := wordsOf(flows...)
	return []Figure{Figure{Name: "delay", Title: "Delay of the " + w.many + " of all flows",
		Caption: fmt.Sprintf("Delay of each %s, %s, over the time of delivery, on a logarithmic scale: %s.", w.one, w.delay, strings.Join(parts, "; ")),
		height:  8 * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { mixDelayTable(flows, row) },
	}.ofFirst(flows)}
}

// logSeconds is the decimal logarithm of a delay in seconds; none is shorter than a nanosecond.
func logSeconds(d time.Duration) float64 { return math.Log10(float64(max(d, 1)) / 1e9) }

// durationTicks puts lengths of time on an axis of decimal logarithms of seconds: powers of ten, and twice and five times
// these where there are few.
type durationTicks struct{}

// Ticks implements plot.Ticker.
func (durationTicks) Ticks(lo, hi float64) (out []plot.Tick) {
	steps := []float64{1, 2, 5}
	if hi-lo > 3 {
		steps = steps[:1]
	}
	for k := int(math.Floor(lo)); float64(k) <= hi; k++ {
		for _, m := range steps {
			if v := float64(k) + math.Log10(m); lo <= v && v <= hi {
				exp := k + 9 // of nanoseconds
				unit := []string{"ns", "µs", "ms", "s"}[min(max(exp/3, 0), 3)]
				value := m * math.Pow10(exp-3*min(max(exp/3, 0), 3))
				out = append(out, plot.Tick{Value: v, Label: number(value, 0) + " " + unit})
			}
		}
	}
	return out
}

func mixDelayTable(flows []*Flow, row func(...string)) {
	row("flow", "message", "sent_s", "delay_s")
	for _, f := range flows {
		for _, m := range f.Messages {
			if m.Delivered >= 0 {
				row(cmp.Or(f.Name, f.Proto), strconv.Itoa(m.Seq), stamp(m.Sent), stamp(m.Delivered-m.Sent))
			}
		}
	}
}

// mixQueueFigures shows the queue that the packets of all flows of a mix wait in.
func mixQueueFigures(flows []*Flow) []Figure {
	if flows[0].Network == nil {
		return nil
	}
	all := &Flow{Proto: flows[0].Proto, as: "all packets", Samples: *flows[0].Network}
	for _, f := range flows {
		all.End = max(all.End, f.End)
	}
	figures := queueFigures([]*Flow{all})
	for i := range figures {
		figures[i].Title = "Queue at the bottleneck, of all flows"
	}
	return figures
}

// lighter is half way from a colour to white.
func lighter(c color.Color) color.Color {
	r, g, b, _ := c.RGBA()
	half := func(x uint32) uint8 { return uint8((x>>8 + 255) / 2) }
	return color.RGBA{half(r), half(g), half(b), 255}
}
