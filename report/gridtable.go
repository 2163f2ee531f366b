package report

import (
	"encoding/csv"
	"io"
	"strconv"
)

// GridRows writes runs.csv: a row for each run, with the values of its cell, its seed and its numbers. What is not known is empty.
type GridRows struct{ csv *csv.Writer }

// NewGridRows writes the heading.
func (g *Grid) NewGridRows(w io.Writer) *GridRows {
	r := &GridRows{csv.NewWriter(w)}
	head := append(g.keys(), "seed")
	head = append(head, g.Columns...)
	_ = r.csv.Write(append(head, "note")) // Flush reports it
	return r
}

func (g *Grid) keys() (keys []string) {
	for _, a := range g.Axes {
		keys = append(keys, a.Key)
	}
	return keys
}

// Add writes a row.
func (r *GridRows) Add(values []string, seed uint64, numbers []float64, note string) {
	row := append(append([]string{}, values...), strconv.FormatUint(seed, 10))
	for _, x := range numbers {
		row = append(row, plainNumber(Number(x)))
	}
	_ = r.csv.Write(append(row, note))
}

// Flush writes what is left, and returns the first error.
func (r *GridRows) Flush() error {
	r.csv.Flush()
	return r.csv.Error()
}

// plainNumber writes a number for other programs: to ten digits, as the last ones depend on the machine; empty if it is
// not known.
func plainNumber(n Number) string {
	if !n.Known() {
		return ""
	}
	return strconv.FormatFloat(float64(n), 'g', 10, 64)
}

// GridSums writes cells.csv: a row for each cell and measure.
type GridSums struct {
	csv *csv.Writer
	g   *Grid
}

// NewGridSums writes the heading.
func (g *Grid) NewGridSums(w io.Writer) *GridSums {
	s := &GridSums{csv.NewWriter(w), g}
	_ = s.csv.Write(append(g.keys(), "measure", "unit", "n", "mean", "median", "sd", "low", "high", "confidence", "method"))
	return s
}

// Add writes the rows of a cell.
func (s *GridSums) Add(c *GridCell) {
	for i, column := range s.g.Columns {
		t := &c.Stats[i]
		_ = s.csv.Write(append(append([]string{}, c.Values...), column, unitOfColumn(column), strconv.Itoa(t.N), plainNumber(t.Mean),
			plainNumber(t.Median), plainNumber(t.SD), plainNumber(t.Low), plainNumber(t.High), plainNumber(Number(s.g.Confidence)), t.Method))
	}
}

// Flush writes what is left, and returns the first error.
func (s *GridSums) Flush() error {
	s.csv.Flush()
	return s.csv.Error()
}

// GridPairs writes pairs.csv: the comparison of two values of the compared axis, a row for each measure.
type GridPairs struct {
	csv *csv.Writer
	g   *Grid
}

// NewGridPairs writes the heading.
func (g *Grid) NewGridPairs(w io.Writer) *GridPairs {
	p := &GridPairs{csv.NewWriter(w), g}
	keys := g.keys()
	_ = p.csv.Write(append(keys[:len(keys)-1], "compared", "a", "b", "measure", "unit", "n", "mean_a", "mean_b", "difference", "low", "high", "confidence", "method"))
	return p
}

// Add writes the rows of one combination.
func (p *GridPairs) Add(pairs []GridPair) {
	for _, x := range pairs {
		column := p.g.Columns[x.Column]
		method := ""
		if x.Low.Known() {
			method = Student + ", paired by seed"
		}
		_ = p.csv.Write(append(append([]string{}, x.Others...), p.g.Compare, x.A, x.B, column, unitOfColumn(column), strconv.Itoa(x.N),
			plainNumber(x.MeanA), plainNumber(x.MeanB), plainNumber(x.Difference), plainNumber(x.Low), plainNumber(x.High),
			plainNumber(Number(p.g.Confidence)), method))
	}
}

// Flush writes what is left, and returns the first error.
func (p *GridPairs) Flush() error {
	p.csv.Flush()
	return p.csv.Error()
}

// unitOfColumn returns the unit of a measure with its flow's name before it.
func unitOfColumn(column string) string { return Measure{Path: column}.Unit() }
