package report

import (
	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// resentMark marks a retransmission at the foot of a panel.
var resentMark = mark{tick, orange, 2.6, .8}

// slowStart reports whether the sender is in slow start: RFC 5681 section 3.1, "The slow start algorithm is used when
// cwnd < ssthresh, while the congestion avoidance algorithm is used when cwnd > ssthresh."
func (s State) slowStart() bool {
	return !s.Recovery && !s.Timeout && (s.Ssthresh < 0 || s.Cwnd < s.Ssthresh)
}

// avoidance reports whether the sender is in congestion avoidance. When both are equal "the sender may use either".
func (s State) avoidance() bool { return !s.Recovery && !s.Timeout && !s.slowStart() }

// emptyKey is the legend of a stretch without a ground.
func emptyKey(label string) key {
	return key{label, func(c draw.Canvas, from, to vg.Point) {
		c.SetLineStyle(draw.LineStyle{Color: light, Width: .6})
		r := vg.Rectangle{Min: from.Sub(vg.Point{Y: 4}), Max: to.Add(vg.Point{Y: 4})}
		c.Stroke(r.Path())
	}}
}

// phaseLabel writes a phase's name at the head of those of its bands that are wide enough.
type phaseLabel struct {
	bands
	name string
	unit unit // of the axis
}

// Plot implements plot.Plotter.
func (l phaseLabel) Plot(c draw.Canvas, p *plot.Plot) {
	x, _ := p.Transforms(&c)
	text := style{sizeSmallOn(c), false, ink}
	for i := 0; i+1 < len(l.at); i += 2 {
		from, to := x(l.unit.time(l.at[i])), x(l.unit.time(l.at[i+1]))
		if to-from > text.width(l.name)+4 {
			text.write(c, vg.Point{X: (from + to) / 2, Y: c.Max.Y - 7}, .5, l.name)
		}
	}
}

// resentTicks returns where the first client's retransmissions are to be marked in a panel of time.
func resentTicks(p *plot.Plot, f *Flow) (at plotter.XYs) {
	end := stateEnd(f)
	u := timeUnit(end)
	for _, s := range f.Segments {
		if s.Retransmit && s.At <= end {
			at = append(at, plotter.XY{X: u.time(s.At), Y: p.Y.Min + .03*(p.Y.Max-p.Y.Min)})
		}
	}
	return at
}
