package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"lossylab/report"
	"lossylab/sim/netstack"
	"lossylab/sim/sweep"
)

// replaceableFolder refuses a folder in which results would replace anything else, before hours are spent on them. It makes
// none: other parts of the sweep may begin at the same instant.
func replaceableFolder(name string) error {
	_, err := folderPath("out", name)
	return err
}

// journalsOf returns the journals in a folder, sorted by name.
func journalsOf(folder string) (paths []string, err error) {
	entries, err := os.ReadDir(folder)
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "shard-") && strings.HasSuffix(e.Name(), ".rows") {
			paths = append(paths, filepath.Join(folder, e.Name()))
		}
	}
	return paths, err
}

// writeSweep makes the results of a sweep of its journals. They depend on the rows alone, not on the journals, nor on who wrote
// them where. Partial takes cells for which runs are missing.
func writeSweep(f *sweepFlags, o *outputs, s streams, journals []string, partial bool) error {
	reader, err := sweep.OpenReader(journals...)
	if err != nil {
		return usagef("%v", err)
	}
	defer reader.Close()
	w := &sweepWriter{flags: f, outputs: o, streams: s, reader: reader, plan: reader.Plan()}
	if err := w.complete(partial); err != nil {
		return err
	}
	if w.dir, err = newFolder(o.dir); err != nil {
		return err
	}
	defer w.dir.discard()
	m, err := w.write()
	if err != nil {
		return diskError(w.dir, err)
	}
	return w.tell(m)
}

// sweepWriter makes results of journals.
type sweepWriter struct {
	flags   *sweepFlags
	outputs *outputs
	streams
	reader *sweep.Reader
	plan   *sweep.Plan
	about  planScenario
	dir    *folder
	grid   *report.Grid

	rows  *report.GridRows
	sums  *report.GridSums
	pairs *report.GridPairs
	json  *report.GridJSON

	cell    int               // that is being gathered
	runs    [][]float64       // its runs
	short   int               // of them incomplete
	compare []report.GridCell // the cells of one combination, if values are compared
	noted   int               // runs with a note, of all cells
	first   string            // the first note
}

func (w *sweepWriter) write() (m manifest, err error) {
	if err := json.Unmarshal([]byte(w.plan.Scenario), &w.about); err != nil {
		return m, errors.New("the journals hold no scenario of this version: run the sweep anew")
	}
	w.grid = &report.Grid{Title: w.about.Title, Columns: w.plan.Columns, Seed: w.plan.Seed, Repeat: w.plan.Repeat,
		Confidence: w.outputs.confidence, Method: w.flags.method(), Compare: w.about.Compare}
	w.grid.Flows = w.about.flowsAbout(w.plan.Columns)
	w.grid.Asked = askedBeside(w.grid.Flows, w.plan.Columns)
	for _, a := range w.plan.Axes {
		w.grid.Axes = append(w.grid.Axes, report.GridAxis{Key: a.Key, Values: a.Values})
	}
	if err := w.tables(); err != nil {
		return m, err
	}
	if err := w.present(); err != nil {
		return m, err
	}
	m = manifest{Version: version, Stack: netstack.Version, Seed: w.plan.Seed, Scenario: w.about.Scenario}
	err = w.dir.commit(&m)
	return m, err
}

// tables writes what has a row or an entry for each run or cell, as they are read.
func (w *sweepWriter) tables() error {
	files := map[string]io.Writer{}
	for _, name := range []string{"runs.csv", "cells.csv", "results.json", "pairs.csv"} {
		if name == "pairs.csv" && w.about.Compare == "" {
			continue
		}
		file, err := w.dir.create(name)
		if err != nil {
			return err
		}
		files[name] = file
	}
	w.rows, w.sums = w.grid.NewGridRows(files["runs.csv"]), w.grid.NewGridSums(files["cells.csv"])
	w.json = w.grid.NewGridJSON(files["results.json"], version, w.about.Scenario)
	if w.about.Compare != "" {
		w.pairs = w.grid.NewGridPairs(files["pairs.csv"])
	}
	for row, err := range w.reader.Rows() {
		if err != nil {
			return err
		}
		w.row(row)
	}
	w.endCell()
	w.endPairs()
	err := errors.Join(w.rows.Flush(), w.sums.Flush(), w.json.Close())
	if w.pairs != nil {
		err = errors.Join(err, w.pairs.Flush())
	}
	return err
}

// row takes in one run.
func (w *sweepWriter) row(r sweep.Row) {
	if cell := r.Job / w.plan.Repeat; cell != w.cell {
		w.endCell()
		w.cell = cell
	}
	values, seed := w.plan.Cell(r.Job)
	w.rows.Add(values, seed, r.Values, r.Note)
	w.runs = append(w.runs, r.Values)
	if r.Note != "" {
		w.short++
		if w.noted++; w.noted == 1 {
			w.first = w.plan.Describe(r.Job) + ": " + r.Note
		}
	}
}

// endCell sums up a cell.
func (w *sweepWriter) endCell() {
	if len(w.runs) == 0 {
		return
	}
	values, _ := w.plan.Cell(w.cell * w.plan.Repeat)
	c := w.grid.NewCell(values, w.runs, w.short)
	w.runs, w.short = nil, 0
	w.sums.Add(&c)
	w.json.Add(&c)
	if w.pairs != nil {
		last := len(values) - 1
		if len(w.compare) > 0 && !slices.Equal(w.compare[0].Values[:last], values[:last]) {
			w.endPairs()
		}
		w.compare = append(w.compare, c)
	}
	if len(w.grid.Cells) == report.GridCells {
		w.grid.Omitted++
		return
	}
	w.grid.Cells = append(w.grid.Cells, c)
}

// endPairs compares the cells of one combination.
func (w *sweepWriter) endPairs() {
	if len(w.compare) > 1 {
		w.pairs.Add(w.grid.Pairs(w.compare))
	}
	w.compare = nil
}

// present writes what people look at.
func (w *sweepWriter) present() error {
	figures := report.GridFigures(w.grid)
	if err := w.outputs.figures(w.dir, figures); err != nil {
		return err
	}
	for _, t := range report.GridTables(w.grid) {
		for _, format := range w.outputs.tables {
			if err := w.dir.write("tables/"+t.Name+"."+format, func(out io.Writer) error { return t.Write(out, format) }); err != nil {
				return err
			}
		}
	}
	page := report.GridPage{Grid: w.grid, Figures: figures, Version: version, Scenario: w.about.Scenario,
		Tables: strings.Join(w.outputs.tables, ","), FigureColumns: w.outputs.columns}
	if len(w.outputs.formats) > 0 {
		page.Image = w.outputs.formats[0]
	}
	if err := w.dir.write("report.md", page.WriteMarkdown); err != nil {
		return err
	}
	return w.dir.write("report.html", page.WriteHTML)
}

// tell prints what there is.
func (w *sweepWriter) tell(m manifest) error {
	if w.outputs.json {
		b, err := os.ReadFile(filepath.Join(w.dir.path, "results.json"))
		if err == nil {
			_, err = w.out.Write(b)
		}
		return err
	}
	if w.outputs.quiet {
		return nil
	}
	if err := report.WriteGridSummary(w.out, w.grid); err != nil {
		return err
	}
	if w.noted > 0 {
		fmt.Fprintf(w.out, "\n%d runs did not end by themselves; the first: %s\n", w.noted, w.first)
	}
	_, err := fmt.Fprintf(w.out, "\nResults: %s\n  %s\n", w.dir.name, strings.Join(append(m.list(), manifestName), "  "))
	return err
}
