package report

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/vg"
	"gonum.org/v1/plot/vg/draw"
)

// lossRuns are the lengths of a flow's runs of losses and of what came through between them, in order. What came before the
// first loss and after the last is no gap: nothing is known of where it would have begun and ended.
type lossRuns struct {
	flow       *Flow
	things     string // what is counted
	runs, gaps []int
	n, lost    int
	loss, mean float64 // what the link's models lead to expect: share and mean length of a run; NaN if nothing
}

// lossRunsOf takes the losses of datagrams, or of TCP's segments, in order of sending.
func lossRunsOf(f *Flow) lossRuns {
	s := &f.Samples.Up
	if f.FromServer {
		s = &f.Samples.Down
	}
	r := lossRuns{flow: f, things: "datagram", loss: s.Loss, mean: s.Burst}
	if f.Samples.Answers || r.loss == 0 { // an answer takes both links
		r.loss, r.mean = math.NaN(), math.NaN()
	}
	if f.Proto == "udp" {
		for _, m := range f.Messages {
			r.add(m.Delivered < 0)
		}
	} else {
		r.things = "segment"
		for _, s := range f.Segments {
			r.add(s.Lost)
		}
	}
	if n := len(r.gaps); n > 0 && n == len(r.runs) {
		r.gaps = r.gaps[:n-1] // it is not known where it ends
	}
	return r
}

// add takes the next of the series.
func (r *lossRuns) add(lost bool) {
	r.n++
	if !lost {
		if len(r.runs) > 0 {
			if len(r.gaps) < len(r.runs) {
				r.gaps = append(r.gaps, 0)
			}
			r.gaps[len(r.gaps)-1]++
		}
		return
	}
	r.lost++
	if len(r.runs) == len(r.gaps) {
		r.runs = append(r.runs, 0)
	}
	r.runs[len(r.runs)-1]++
}

// meanOf returns the mean, 0 of nothing.
func meanOf(lengths []int) float64 {
	sum := 0
	for _, n := range lengths {
		sum += n
	}
	return float64(sum) / float64(max(1, len(lengths)))
}

// gap returns the mean length of a gap to be expected: with a share of loss L in runs of mean length b, a cycle is b/L long.
func (r lossRuns) gap() float64 { return r.mean * (1 - r.loss) / r.loss }

// geometric returns the chance of a length of n or more, if each further one has the same chance and the mean is given.
func geometric(mean float64, n int) float64 {
	chance := 1.0
	for range n - 1 { // the same on every machine
		chance = float64(chance * (1 - 1/mean))
	}
	return chance
}

var (
	expectedMark = mark{diamond, ink, 2, .8}
	expectedLine = draw.LineStyle{Color: ink, Width: .9, Dashes: []vg.Length{3, 2}}
	gapLine      = draw.LineStyle{Color: red, Width: 1.1}
)

// lossRunFigures shows how losses follow one another. There is none if nothing was lost.
func lossRunFigures(flows []*Flow) []Figure {
	var all []lossRuns
	var s sheet
	var parts []string
	expected := false
	for _, f := range flows {
		r := lossRunsOf(f)
		if r.lost == 0 {
			continue
		}
		all = append(all, r)
		s.rows = append(s.rows, []panel{r.runPanel(), r.gapPanel()})
		expected = expected || !math.IsNaN(r.mean)
		parts = append(parts, r.sentence())
	}
	if all == nil {
		return nil
	}
	s.keys = legend{{"runs of losses", func(c draw.Canvas, from, to vg.Point) {
		lossBars.fill(c, vg.Rectangle{Min: from.Sub(vg.Point{Y: 4}), Max: to.Add(vg.Point{Y: 4})})
	}}, lineKey("gaps between them", gapLine)}.
		add(expected, markKey("runs, geometric of the expected mean", expectedMark)).add(expected, lineKey("gaps, likewise", expectedLine))
	return []Figure{Figure{
		Name: "loss-runs", Title: "Runs of losses",
		Caption: "How many were lost in a row, and how many came through between two such runs: " + strings.Join(parts, "; ") + ".",
		height:  vg.Length(5.2*float64(len(s.rows))+1.2) * vg.Centimeter, draw: s.draw, single: s.single, table: func(row func(...string)) { lossRunTable(all, row) },
	}.ofFirst(flows)}
}

// leastExpected is the number of runs of a length below which nothing is said to be expected, which would be a row of marks on
// the axis.
const leastExpected = .05

var lossBars = bands{color: blush, hatch: red}

func (r lossRuns) sentence() string {
	s := fmt.Sprintf("%s lost %s in %s, %s long on average", r.flow.Heading(), count(r.lost, r.things),
		count(len(r.runs), "run"), significant(meanOf(r.runs)))
	if !math.IsNaN(r.mean) {
		s += fmt.Sprintf(" where the link's model leads to expect %s", significant(r.mean))
	}
	return s
}

func (r lossRuns) runPanel() panel {
	longest := slices.Max(r.runs)
	if !math.IsNaN(r.mean) {
		longest = max(longest, 3)
	}
	longest = min(longest, mostBars)
	counts := make(plotter.XYs, longest)
	var expected plotter.XYs
	for i := range counts {
		counts[i].X = float64(i + 1)
		if !math.IsNaN(r.mean) {
			chance := geometric(r.mean, i+1) - geometric(r.mean, i+2)
			if i+1 == mostBars {
				chance = geometric(r.mean, mostBars)
			}
			if n := float64(len(r.runs)) * chance; i < 3 || n >= leastExpected {
				expected = append(expected, plotter.XY{X: float64(i + 1), Y: n})
			}
		}
	}
	note := fmt.Sprintf("%s, mean %s", count(len(r.runs), "run"), significant(meanOf(r.runs)))
	for _, n := range r.runs {
		counts[min(n, longest)-1].Y++
		if n > longest {
			note = fmt.Sprintf("last bar: %d and more", longest)
		}
	}
	p := barPanel(fmt.Sprintf("%ss lost in a row", r.things), "runs", counts, note)
	p.name = r.flow.Heading()
	for _, v := range expected {
		p.Y.Max = max(p.Y.Max, 1.06*v.Y)
	}
	p.Add(columnsOf{lossBars, .7, counts}, points{expectedMark, expected})
	return p
}

// gapPanel shows the share of gaps of at least a length, on a logarithmic scale, where geometric ones lie on a line.
func (r lossRuns) gapPanel() panel {
	p := newPlot(fmt.Sprintf("%ss between two runs, at least", r.things), "gaps (%)")
	if len(r.gaps) == 0 {
		p.X.Tick.Marker, p.Y.Tick.Marker = noTicks{}, noTicks{}
		p.Add(noData("only one run"))
		return panel{Plot: p}
	}
	sorted := slices.Sorted(slices.Values(r.gaps))
	longest := sorted[len(sorted)-1]
	p.X.Min, p.X.Max = 0, 1.04*float64(longest)
	p.Y.Min, p.Y.Max = -math.Ceil(math.Log10(float64(max(10, len(sorted))))-1e-9), .1
	p.X.Tick.Marker, p.Y.Tick.Marker = ticks{most: 6, whole: true}, decades{}
	at := plotter.XYs{{X: 0, Y: 0}}
	for i, n := range sorted {
		y := p.Y.Min
		if more := len(sorted) - 1 - i; more > 0 {
			y = math.Log10(float64(more) / float64(len(sorted)))
		}
		at = append(at, plotter.XY{X: float64(n), Y: y})
	}
	p.Add(steps{gapLine, at})
	note := fmt.Sprintf("mean %s", significant(meanOf(r.gaps)))
	if gap := r.gap(); gap > 1 {
		slope := math.Log10(1 - 1/gap)
		end := min(float64(longest), 1+p.Y.Min/slope)
		p.Add(spans{expectedLine, plotter.XYs{{X: 1, Y: 0}, {X: end, Y: slope * (end - 1)}}})
		note += fmt.Sprintf(", expected %s", significant(gap))
	}
	return panel{Plot: p, note: note}
}

func lossRunTable(all []lossRuns, row func(...string)) {
	row("proto", "what", "number", "length")
	for _, r := range all {
		for i, n := range r.runs {
			row(r.flow.Proto, "run", strconv.Itoa(i), strconv.Itoa(n))
		}
		for i, n := range r.gaps {
			row(r.flow.Proto, "gap", strconv.Itoa(i), strconv.Itoa(n))
		}
	}
}
