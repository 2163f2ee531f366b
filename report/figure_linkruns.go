package report

import (
	"fmt"
	"math"
	"slices"

	"gonum.org/v1/plot/plotter"
)

// runPanel shows how many runs of losses there were of each length, and how many there would be if each loss were followed by
// another with the same probability.
func (t *LinkTrial) runPanel() (p panel, expected bool) {
	const x, y, name = "losses in a row", "number of times", "Runs of losses"
	lengths, runs, longest := t.runs()
	if runs == 0 {
		return empty(x, y, name, "nothing was lost"), false
	}
	const most = 30
	note := ""
	if longest > most {
		beyond := 0
		for _, n := range lengths[most+1:] {
			beyond += n
		}
		note = fmt.Sprintf("%s longer, up to %s", formatCount(beyond), formatCount(longest))
	}
	shown := min(longest, most)
	q := newPlot(x, y)
	q.X.Min, q.X.Max = .3, float64(max(shown, 4))+.7
	q.Y.Min, q.Y.Max = math.Log10(.5), math.Log10(1.6*float64(slices.Max(lengths)))
	q.X.Tick.Marker, q.Y.Tick.Marker = ticks{most: 8, whole: true}, countDecades{}
	for k := 1; k <= shown; k++ {
		if n := lengths[k]; n > 0 {
			at, top := float64(k), math.Log10(float64(n))
			q.Add(filled{plotter.XYs{{X: at - .36, Y: top}, {X: at + .36, Y: top}}})
		}
	}
	want := t.geometric(runs, shown)
	for _, at := range want {
		q.Y.Max = max(q.Y.Max, at.Y+.1)
	}
	q.Add(steps{expectedLine, want})
	if slices.Max(lengths[:shown+1]) == 0 {
		q.Add(noData("all are longer"))
	}
	return panel{q, name, note}, len(want) > 0
}

// runs returns how many runs of losses there were by length, in all, and the longest of them.
func (t *LinkTrial) runs() (lengths []int, all, longest int) {
	lengths = make([]int, 2)
	run := 0
	end := func() {
		if run == 0 {
			return
		}
		for len(lengths) <= run {
			lengths = append(lengths, 0)
		}
		lengths[run]++
		all++
		longest = max(longest, run)
		run = 0
	}
	for _, d := range t.Delays {
		if d < 0 {
			run++
		} else {
			end()
		}
	}
	end()
	return lengths, all, longest
}

// geometric returns how many runs of each length are expected of so many in all, as steps round each length. Less than half a
// run is not drawn.
func (t *LinkTrial) geometric(runs, shown int) (at plotter.XYs) {
	if math.IsNaN(t.MeanBurst) || t.MeanBurst < 1 || math.IsInf(t.MeanBurst, 0) {
		return nil
	}
	goesOn := 1 - 1/t.MeanBurst
	n := float64(runs) / t.MeanBurst
	for k := 1; k <= shown && n > .5; k++ {
		at = append(at, plotter.XY{X: float64(k) - .5, Y: math.Log10(n)}, plotter.XY{X: float64(k) + .5, Y: math.Log10(n)})
		n *= goesOn
	}
	return at
}
