package main

import (
	"io"
	"path/filepath"
	"strings"

	"lossylab/report"
)

// figureFormat returns the format that the name of a figure's file ends with, and refuses a file that cannot be written, before
// anything is computed.
func figureFormat(path string) (string, error) {
	format := strings.TrimPrefix(strings.ToLower(filepath.Ext(path)), ".")
	switch format {
	case "svg", "png", "pdf":
		return format, writable("figure", path, nil)
	}
	return "", usagef("--figure %s: end the name with .svg, .png or .pdf", path)
}

// writeFigure draws what the link did.
func (r *tryResults) writeFigure(path, format string) error {
	fig := report.LinkFigure(&report.LinkTrial{
		Link: r.spec.String(), Spacing: r.traffic.Spacing,
		Delays: r.delay, Order: r.order, Extents: r.extents, Copies: r.copies,
		DelayShare: r.spec.DelayShare(r.traffic), MeanBurst: r.expectation().MeanBurst,
	}).Columns(r.columns)
	return saveFile("figure", path, func(w io.Writer) error { return fig.Render(w, format) })
}
