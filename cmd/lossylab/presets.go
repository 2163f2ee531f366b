package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"text/tabwriter"

	"lossylab/netem"
)

// presetsCommand lists the presets, or tells all about one.
func presetsCommand(_ context.Context, args []string, s streams) error {
	set := newFlagSet("presets")
	asJSON := set.Bool("json", false, "")
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	presets := netem.Presets()
	switch {
	case set.NArg() > 1:
		return usagef("presets takes one name, but there is also %q: leave it out", set.Arg(1))
	case set.NArg() == 1:
		one, err := netem.FindPreset(set.Arg(0))
		if err != nil {
			return usagef("presets: %v", err)
		}
		presets = []netem.Preset{one}
	}
	if *asJSON {
		return presetsJSON(s.out, presets)
	}
	return presetsTable(s.out, presets)
}

// presetsTable prints the presets under their sources.
func presetsTable(w io.Writer, presets []netem.Preset) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	var source *netem.Source
	for _, p := range presets {
		if p.Source != source {
			if source != nil {
				fmt.Fprintln(tab)
			}
			source = p.Source
			tab.Flush() // each source's columns by themselves
			fmt.Fprintf(w, "%s (%s)\n  %s\n  Read as: %s.\n", source.Name, source.Date, source.Address, source.Reading)
		}
		if p.Up == p.Down {
			fmt.Fprintf(tab, "  %s\t%s\tboth ways: %s\n", p.Name, p.Title, p.Up)
			continue
		}
		fmt.Fprintf(tab, "  %s\t%s\tup: %s\tdown: %s\n", p.Name, p.Title, p.Up, p.Down)
	}
	return tab.Flush()
}

// presetsJSON prints a list of objects.
func presetsJSON(w io.Writer, presets []netem.Preset) error {
	type source struct {
		Name    string `json:"name"`
		Address string `json:"address"`
		Date    string `json:"date"`
		Reading string `json:"reading"`
	}
	type preset struct {
		Name   string `json:"name"`
		Title  string `json:"title"`
		Up     string `json:"up"`
		Down   string `json:"down"`
		Source source `json:"source"`
	}
	var all []preset
	for _, p := range presets {
		all = append(all, preset{p.Name, p.Title, p.Up, p.Down, source(*p.Source)})
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(all)
}

func presetsHelp(w io.Writer) {
	fmt.Fprint(w, `
Each preset is two SPECs, one for each direction, with the source and the date of its numbers and how they were read. A
preset says no more than its source: most name no loss, and none the length of the queue, which is then 1000 packets.

  --json   print a list of objects instead of a table

Examples:
  lossylab presets
  lossylab presets wpt-3g
  lossylab run --preset wpt-3g
  lossylab run --preset comcast-edge --loss "2% burst 5"
  lossylab run --up "preset wpt-3g up limit 50" --down "preset wpt-3g down"
`)
}
