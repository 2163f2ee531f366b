package report

import (
	"fmt"
	"math"
	"slices"
	"time"

	"gonum.org/v1/plot/plotter"

	"lossylab/netem"
)

// arrived returns the delays of what arrived, in increasing order.
func (t *LinkTrial) arrived() []int64 {
	all := slices.DeleteFunc(slices.Clone(t.Delays), func(d int64) bool { return d < 0 })
	slices.Sort(all)
	return all
}

// delayBins is how many steps the distribution of delays has.
const delayBins = 48

// delayPanel is a histogram of the delays, with what is expected of each of its steps. The longest in a thousand are left out
// where they would push the others together: a heavy tail may reach far.
func (t *LinkTrial) delayPanel() (p panel, expected bool) {
	all := t.arrived()
	if len(all) == 0 {
		return empty("delay (ms)", "share of packets", "Delays", "nothing arrived"), false
	}
	low, high, note := all[0], all[len(all)-1], ""
	if far := all[(len(all)-1)*999/1000]; high-low > 3*(far-low) && far > low {
		note = fmt.Sprintf("up to %s", formatTime(netem.Time(high)))
		high = far
	}
	if low == high {
		note = "all " + formatTime(netem.Time(low))
		low, high = max(0, low-max(low/10, 1e5)), high+max(high/10, 1e5)
	}
	u := timeUnit(netem.Time(high))
	width := float64(high-low) / delayBins
	edge := func(k int) int64 { return low + int64(math.Round(float64(float64(k)*width))) }
	bars, want, top := make(plotter.XYs, 0, delayBins+2), plotter.XYs{}, 0.0
	bars = append(bars, plotter.XY{X: u.of(float64(low))})
	for k := range delayBins {
		from, to := edge(k), edge(k+1)
		if k == delayBins-1 {
			to++
		}
		i, _ := slices.BinarySearch(all, from)
		j, _ := slices.BinarySearch(all, to)
		share := 100 * float64(j-i) / float64(len(all))
		bars = append(bars, plotter.XY{X: u.of(float64(from)), Y: share})
		top = max(top, share)
		if t.DelayShare != nil {
			share := 100 * (t.DelayShare(time.Duration(to)-1) - t.DelayShare(time.Duration(from)-1))
			want = append(want, plotter.XY{X: u.of(float64(from)), Y: share})
			top = max(top, share)
		}
	}
	bars = append(bars, plotter.XY{X: u.of(float64(high))})
	if n := len(want); n > 0 {
		want = append(want, plotter.XY{X: u.of(float64(high)), Y: want[n-1].Y})
	}
	q := newPlot(fmt.Sprintf("delay (%s)", u.name), "share of packets (%)")
	q.X.Min, q.X.Max = u.of(max(-.5*width, float64(low)-1.5*width)), u.of(float64(high)+1.5*width)
	q.Y.Min, q.Y.Max = 0, 1.08*top
	q.Add(filled{bars}, steps{expectedLine, want})
	return panel{q, "Delays", note}, len(want) > 0
}

// empty returns a panel that says why there is nothing in it.
func empty(x, y, name, why string) panel {
	p := newPlot(x, y)
	p.X.Tick.Marker, p.Y.Tick.Marker = noTicks{}, noTicks{}
	p.Add(noData(why))
	return panel{p, name, ""}
}

// fewPackets is how many a panel shows one by one. More are summed up in columns.
const fewPackets = 1000

// timePanel shows the delay as packets were sent.
func (t *LinkTrial) timePanel() panel {
	end := axisLength(netem.Time(t.Spacing) * netem.Time(len(t.Delays)))
	u, all := timeUnit(end), t.arrived()
	name, x := "Delay over time", fmt.Sprintf("sent at (%s)", u.name)
	if len(all) == 0 || t.Spacing == 0 {
		why := "nothing arrived"
		if len(all) > 0 {
			why = "all were sent at once"
		}
		return empty(x, "delay (ms)", name, why)
	}
	low, high := all[0], all[len(all)-1]
	d := timeUnit(netem.Time(high))
	p := newPlot(x, fmt.Sprintf("delay (%s)", d.name))
	p.X.Min, p.X.Max = -.01*u.time(end), 1.01*u.time(end)
	room := max(float64(high-low)*.06, float64(high)*.02, 1e3)
	p.Y.Min, p.Y.Max = max(0, d.of(float64(low)-room)), d.of(float64(high)+room)
	if len(t.Delays) <= fewPackets {
		var at plotter.XYs
		for n, v := range t.Delays {
			if v >= 0 {
				at = append(at, plotter.XY{X: u.time(netem.Time(t.Spacing) * netem.Time(n)), Y: d.of(float64(v))})
			}
		}
		p.Add(points{inOrderMark.among(at), at})
		return panel{p, name, ""}
	}
	band, median := t.columns(u, d)
	p.Add(spans{bandLine, band}, steps{medianLine, median})
	return panel{p, name, ""}
}

// columns sums up the delays in columns of time: from the least to the most of each, and the median. A column in which nothing
// arrived interrupts the line.
func (t *LinkTrial) columns(u, d unit) (band, median plotter.XYs) {
	const most = 180
	for k := range most {
		from, to := len(t.Delays)*k/most, len(t.Delays)*(k+1)/most
		part := (&LinkTrial{Delays: t.Delays[from:to]}).arrived()
		x := u.time(netem.Time(t.Spacing) * netem.Time(from))
		if len(part) == 0 {
			median = append(median, plotter.XY{X: x, Y: math.NaN()})
			continue
		}
		middle := u.time(netem.Time(t.Spacing) * netem.Time(from+to) / 2)
		band = append(band, plotter.XY{X: middle, Y: d.of(float64(part[0]))}, plotter.XY{X: middle, Y: d.of(float64(part[len(part)-1]))})
		median = append(median, plotter.XY{X: x, Y: d.of(float64(part[len(part)/2]))})
	}
	return band, median
}
