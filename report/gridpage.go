package report

import (
	"fmt"
	"io"
)

// GridPage is what people read of a sweep.
type GridPage struct {
	Grid    *Grid
	Figures []Figure
	Image   string // format of the figures that the page links to; empty: none
	Version string // of lossylab
}

// WriteMarkdown writes report.md.
func (p *GridPage) WriteMarkdown(w io.Writer) error {
	_, err := fmt.Fprintf(w, "# %s\n", p.Grid.Title)
	return err
}

// GridFigures returns the figures of a sweep.
func GridFigures(g *Grid) []Figure { return nil }

// GridTables returns the tables of a sweep.
func GridTables(g *Grid) []Table { return nil }

// WriteGridSummary writes a table for a terminal: a line for each cell.
func WriteGridSummary(w io.Writer, g *Grid) error { return nil }
