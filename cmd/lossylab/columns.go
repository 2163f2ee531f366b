package main

import "github.com/spf13/pflag"

// columnsFlag adds --columns.
func columnsFlag(s *pflag.FlagSet, columns *int) {
	s.IntVar(columns, "columns", 2, "draw the figures as wide as `N` columns of a page: 2 (16 cm) or 1 (8.5 cm, panels one above the other)")
}

// figureColumns checks --columns; drawn is whether there are figures.
func figureColumns(set *pflag.FlagSet, columns int, drawn bool) (int, error) {
	switch {
	case columns != 1 && columns != 2:
		return 0, usagef("--columns %d: want 1 (figures of 8.5 cm) or 2 (of 16 cm)", columns)
	case set.Changed("columns") && !drawn && set.Lookup("figure") != nil:
		return 0, usagef("--columns %d: no figure is drawn: add --figure FILE", columns)
	case set.Changed("columns") && !drawn:
		return 0, usagef("--columns %d: there is nothing to draw with --figures none", columns)
	}
	return columns, nil
}
