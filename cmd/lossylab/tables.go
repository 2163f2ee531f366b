package main

import (
	"io"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/report"
)

// tablesFlag adds --tables, which says the same to each command that has it.
func tablesFlag(s *pflag.FlagSet, text *string) {
	s.StringVar(text, "tables", "csv,md,tex", "write the tables for lab reports as `FORMATS` (tex: LaTeX with booktabs), or none")
}

// parseTables reads --tables.
func parseTables(text string) (formats []string, err error) {
	if text == "none" {
		return nil, nil
	}
	for _, format := range strings.Split(text, ",") {
		format = strings.TrimSpace(format)
		if !slices.Contains(report.TableFormats, format) {
			return nil, usagef("--tables %q: there are csv, md and tex, several with commas between them, and none", text)
		}
		if !slices.Contains(formats, format) {
			formats = append(formats, format)
		}
	}
	return formats, nil
}

// writeTables writes the tables, and the colouring rules beside the captures if there are any.
func (o *outputs) writeTables(dir *folder, tables []report.Table) error {
	if o.capture != "" {
		if err := dir.write(report.ColourFile, report.WriteColours); err != nil {
			return err
		}
	}
	for _, t := range tables {
		for _, format := range o.tables {
			err := dir.write("tables/"+t.Name+"."+format, func(w io.Writer) error { return t.Write(w, format) })
			if err != nil {
				return err
			}
		}
	}
	return nil
}
