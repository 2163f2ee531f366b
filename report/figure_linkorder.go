package report

import (
	"fmt"

	"gonum.org/v1/plot/plotter"
)

// happenings count what there is to see in a window.
type happenings struct{ lost, late, twice int }

// orderPanel sets the order of arrival against the order of sending, for the part in which most happened.
func (t *LinkTrial) orderPanel() (panel, happenings) {
	const x, y, name = "order of sending", "order of arrival among them", "Order"
	if len(t.Order) == 0 {
		return empty(x, y, name, "nothing arrived"), happenings{}
	}
	from, to := t.window()
	var by [3]plotter.XYs
	var lost plotter.XYs
	place := from
	for i, seq := range t.Order {
		n := int(seq)
		if n < from || n >= to {
			continue
		}
		at := plotter.XY{X: float64(n), Y: float64(place)}
		kind := inOrder
		if t.Extents[i] > 0 {
			kind = reordered
		}
		by[kind] = append(by[kind], at)
		if t.Copies[n] > 1 {
			by[duplicate] = append(by[duplicate], at)
		}
		place++
	}
	length := float64(to - from)
	for n := from; n < to; n++ {
		if t.Delays[n] < 0 {
			lost = append(lost, plotter.XY{X: float64(n), Y: float64(from) - .05*length})
		}
	}
	p := newPlot(x, y)
	p.X.Min, p.X.Max = float64(from)-.03*length, float64(to-1)+.03*length
	p.Y.Min, p.Y.Max = float64(from)-.1*length, float64(to-1)+.05*length
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 4, whole: true}, ticks{most: 5, whole: true}
	ends := plotter.XYs{{X: float64(from), Y: float64(from)}, {X: float64(to - 1), Y: float64(to - 1)}}
	p.Add(spans{asSent, ends}, points{inOrderMark, by[inOrder]}, points{duplicateMark, by[duplicate]},
		points{reorderedMark, by[reordered]}, points{lossMark, lost})
	note := fmt.Sprintf("packets %s to %s", number(float64(from), 0), number(float64(to-1), 0))
	return panel{p, name, note}, happenings{len(lost), len(by[reordered]), len(by[duplicate])}
}

// window returns the part of orderLength packets in which most was lost, late or twice; the first of several.
func (t *LinkTrial) window() (from, to int) {
	weight := make([]int, len(t.Delays))
	for n, d := range t.Delays {
		if d < 0 || t.Copies[n] > 1 {
			weight[n]++
		}
	}
	for i, seq := range t.Order {
		if t.Extents[i] > 0 {
			weight[seq] += 2
		}
	}
	sum, most := 0, -1
	for n, w := range weight {
		sum += w
		if n >= orderLength {
			sum -= weight[n-orderLength]
		}
		if start := max(0, n-orderLength+1); sum > most && (n >= orderLength-1 || n == len(weight)-1) {
			most, from = sum, start
		}
	}
	return from, min(from+orderLength, len(weight))
}
