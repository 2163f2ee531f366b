package main

import (
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/pcapng"
	"lossylab/sim"
	"lossylab/sim/netstack"
)

// outputs is what a run leaves behind, and where.
type outputs struct {
	dir        string
	formats    []string // of the figures; empty: none are drawn
	columns    int      // of a page that the figures are as wide as
	capture    string   // "pcapng", "pcap" or empty
	snaplen    int
	tables     []string // formats; empty: none are written
	confidence float64  // of intervals
	events     bool
	traceCalls int // so many socket calls of each protocol are kept; 0: none
	quiet      bool
	json       bool
	printsText bool // a person reads standard output
}

// newOutputs checks what the flags say about the results.
func newOutputs(f *runFlags, set *pflag.FlagSet) (*outputs, error) {
	o := &outputs{dir: f.out, snaplen: f.snaplen, events: f.events, quiet: f.quiet, json: f.jsonOutput}
	o.printsText = !f.quiet && !f.jsonOutput
	var err error
	if o.tables, err = parseTables(f.tables); err != nil {
		return nil, err
	}
	if o.confidence, err = parseConfidence(f.confidence); err != nil {
		return nil, err
	}
	if o.traceCalls, err = callsKept(f, set); err != nil {
		return nil, err
	}
	switch f.capture {
	case "pcapng", "pcap":
		o.capture = f.capture
	case "none":
		if set.Changed("snaplen") {
			return nil, usagef("--snaplen %d: there is nothing to cut with --capture none", f.snaplen)
		}
	default:
		return nil, usagef("--capture %q: there are pcapng, pcap and none", f.capture)
	}
	if o.formats, err = figureFormats(f.figures); err != nil {
		return nil, err
	}
	o.columns, err = figureColumns(set, f.columns, len(o.formats) > 0)
	return o, err
}

// figureFormats reads --figures; none is none.
func figureFormats(figures string) (formats []string, err error) {
	if figures == "none" {
		return nil, nil
	}
	for _, format := range strings.Split(figures, ",") {
		format = strings.TrimSpace(format)
		if !slices.Contains([]string{"png", "svg", "pdf"}, format) {
			return nil, usagef("--figures %q: there are png, svg and pdf, several with commas between them, and none", format)
		}
		if !slices.Contains(formats, format) {
			formats = append(formats, format)
		}
	}
	return formats, nil
}

// captures begins the two captures of a world.
func (o *outputs) captures(dir *folder, s *scenario, world string) ([]*report.Capture, error) {
	if o.capture == "" {
		return nil, nil
	}
	_, server := netstack.Addresses(s.IPv6)
	clients := s.clientAddresses()
	var cs []*report.Capture
	for _, at := range []report.Vantage{report.Client, report.Server} {
		file, err := dir.create(fmt.Sprintf("%s/%s.%s", world, at, o.capture))
		if err != nil {
			return nil, err
		}
		options := at.Options(clients, []netip.Addr{server})
		options.Snaplen = o.snaplen
		options.Hardware, options.OS, options.Application = "virtual", s.stack(), "lossylab "+version
		options.Comment = fmt.Sprintf("lossylab %s, %s over %s seen by the %s; seed %d; up: %s; down: %s", version, s.app(), world, at, s.seed,
			orPerfect(s.Link.Up), orPerfect(s.Link.Down))
		var w pcapng.Writer = pcapng.NewNg(file, options)
		if o.capture == "pcap" {
			w = pcapng.NewClassic(file, options)
		}
		cs = append(cs, report.NewCapture(w, at, sim.Epoch))
	}
	return cs, nil
}

func orPerfect(spec string) string {
	if spec == "" {
		return "a perfect link"
	}
	return spec
}

// figures draws and writes all figures.
func (o *outputs) figures(dir *folder, figures []report.Figure) error {
	if len(o.formats) == 0 {
		return nil
	}
	for _, fig := range figures {
		fig = fig.Columns(o.columns)
		for _, format := range o.formats {
			err := dir.write("figures/"+fig.Name+"."+format, func(w io.Writer) error { return fig.Render(w, format) })
			if err != nil {
				return err
			}
		}
		if err := dir.write("figures/"+fig.Name+".csv", fig.CSV); err != nil {
			return err
		}
	}
	return nil
}

// observersOf makes observers of captures.
func observersOf(cs []*report.Capture) (os netem.Observers) {
	for _, c := range cs {
		os = append(os, c)
	}
	return os
}

// clientAddresses returns the addresses of the scenario's clients.
func (s *scenario) clientAddresses() (all []netip.Addr) {
	n := 1
	if s.mix != nil {
		n = len(s.mix.Clients)
	}
	for i := range n {
		all = append(all, netstack.ClientAddress(s.IPv6, i))
	}
	return all
}
