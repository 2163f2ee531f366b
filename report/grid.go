package report

import (
	"math"
	"slices"
	"strings"

	"lossylab/report/metric"
)

// Grid is what a sweep showed: cells, each a combination of values, run under the same seeds (common random numbers).
type Grid struct {
	Title      string
	Axes       []GridAxis
	Columns    []string // measures with their flow: "tcp.app.goodput_bps"
	Seed       uint64   // the first
	Repeat     int      // seeds of each cell
	Confidence float64  // of intervals, such as 0.95
	Method     string   // of the intervals of means: Student or BootstrapMethod
	Compare    string   // the key of the last axis, whose values are compared by pairs; or empty

	Flows []GridFlow // in the order of the columns; nil: as the columns have them
	Asked []string   // measures, without their flow, that every sweep does not have: they get figures of their own

	Cells   []GridCell // in the order of the sweep, the last axis fastest; at most GridCells of them
	Omitted int        // cells beyond those: figures do not show them, tables have them
}

// GridAxis is a key and the values that it takes.
type GridAxis struct {
	Key    string   `json:"key"`
	Values []string `json:"values"`
}

// GridCells is how many cells figures are drawn from: no page can show more.
const GridCells = 4096

// GridCell is one combination of values and what its runs showed.
type GridCell struct {
	Values     []string
	Samples    [][]float64 // by column, then by seed: NaN where it is not known
	Stats      []GridStat  // by column
	Incomplete int         // runs that did not end by themselves
}

// The methods by which intervals are made, as tables name them.
const (
	Student         = "Student t"            // of the mean over seeds
	BootstrapMethod = "bootstrap percentile" // of the mean, 10,000 resamples
	WilsonMethod    = "Wilson, pooled"       // of a share of all messages of all seeds
)

// GridStat is one measure over the seeds of a cell. The numbers are not known where no run knew the measure.
type GridStat struct {
	N      int     `json:"n"` // runs in which it is known
	Mean   Number  `json:"mean"`
	Median Number  `json:"median"`
	SD     Number  `json:"sd"` // standard deviation of the runs, that of n-1
	Low    Number  `json:"low"`
	High   Number  `json:"high"`   // of the interval at the grid's confidence
	Method string  `json:"method"` // of the interval; empty: none, as with one seed
	Min    float64 `json:"-"`
	Max    float64 `json:"-"`
}

// NewCell makes a cell of its runs, each with a number for each column.
func (g *Grid) NewCell(values []string, runs [][]float64, incomplete int) GridCell {
	c := GridCell{Values: values, Incomplete: incomplete, Samples: make([][]float64, len(g.Columns)), Stats: make([]GridStat, len(g.Columns))}
	for i := range g.Columns {
		for _, run := range runs {
			c.Samples[i] = append(c.Samples[i], run[i])
		}
		c.Stats[i] = g.stat(c.Samples[i])
	}
	for i, column := range g.Columns {
		if group, ok := strings.CutSuffix(column, ".loss.ratio"); ok {
			g.wilson(&c, i, slices.Index(g.Columns, group+".sent"), slices.Index(g.Columns, group+".loss.independent_packets"))
		}
	}
	return c
}

// stat sums up one measure.
func (g *Grid) stat(samples []float64) GridStat {
	known := slices.DeleteFunc(slices.Clone(samples), func(x float64) bool { return math.IsNaN(x) || math.IsInf(x, 0) })
	s := GridStat{N: len(known), Mean: noNumber, Median: noNumber, SD: noNumber, Low: noNumber, High: noNumber}
	if s.N == 0 {
		return s
	}
	mean, deviation := metric.Mean(known)
	s.Mean, s.Min, s.Max = Number(mean), slices.Min(known), slices.Max(known)
	s.Median = Number(median(known))
	if s.N < 2 {
		return s
	}
	s.SD, s.Method = Number(deviation), g.Method
	if s.Min == s.Max { // exactly, where rounding would leave a trace; and no resamples of what is always the same
		s.Mean, s.SD, s.Low, s.High = Number(s.Min), 0, Number(s.Min), Number(s.Min)
		return s
	}
	interval := metric.StudentInterval
	if g.Method == BootstrapMethod {
		interval = func(samples []float64, level float64) (metric.Estimate, bool) {
			return metric.Bootstrap(samples, level, nil)
		}
	}
	if e, ok := interval(known, g.Confidence); ok {
		s.Low, s.High = Number(e.Low), Number(e.High)
	}
	return s
}

// median returns the middle sample, or the mean of the two in the middle.
func median(samples []float64) float64 {
	sorted := slices.Sorted(slices.Values(samples))
	n := len(sorted)
	return sorted[(n-1)/2]/2 + sorted[n/2]/2
}

// Column returns the number of a column, -1 if there is none of that name.
func (g *Grid) Column(name string) int { return slices.Index(g.Columns, name) }

// GridPair compares two values of the compared axis in one measure, where all other values are equal: seed by seed, so that
// the luck that both had cancels out.
type GridPair struct {
	Others     []string // the values of the other axes
	A, B       string
	Column     int
	N          int
	MeanA      Number // of the seeds that both know
	MeanB      Number
	Difference Number // mean of B - A over the seeds
	Low, High  Number // Student's t of the differences
	Different  bool   // the interval leaves out 0
}

// Pairs compares the cells of one combination of all values but those of the compared axis, which is the last; they are given
// in its order. The first value is compared with each other one.
func (g *Grid) Pairs(cells []GridCell) (pairs []GridPair) {
	for column := range g.Columns {
		for _, b := range cells[1:] {
			if p, ok := g.pair(&cells[0], &b, column); ok {
				pairs = append(pairs, p)
			}
		}
	}
	return pairs
}

func (g *Grid) pair(a, b *GridCell, column int) (p GridPair, ok bool) {
	var xs, ys []float64
	for k, x := range a.Samples[column] {
		if k >= len(b.Samples[column]) {
			break
		}
		if y := b.Samples[column][k]; Number(x).Known() && Number(y).Known() {
			xs, ys = append(xs, x), append(ys, y)
		}
	}
	if len(xs) == 0 {
		return p, false
	}
	last := len(a.Values) - 1
	p = GridPair{Others: a.Values[:last], A: a.Values[last], B: b.Values[last], Column: column, N: len(xs), Low: noNumber, High: noNumber}
	meanA, _ := metric.Mean(xs)
	meanB, _ := metric.Mean(ys)
	p.MeanA, p.MeanB, p.Difference = Number(meanA), Number(meanB), Number(meanB-meanA)
	if e, ok := metric.PairedInterval(xs, ys, g.Confidence); ok {
		p.Difference, p.Low, p.High = Number(e.Value), Number(e.Low), Number(e.High)
		p.Different = e.Low > 0 || e.High < 0
	}
	return p, true
}
