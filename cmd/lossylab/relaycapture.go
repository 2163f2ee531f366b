package main

import (
	"errors"
	"fmt"
	"net/netip"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/pcapng"
)

// relayFiles are what a relay leaves: captures of both ends of the link, and results.json.
type relayFiles struct {
	run      *relayRun
	dir      *folder
	page     *folder // of --report; nil without
	captures []*report.Capture
}

// newRelayFiles begins the folders. Nothing is found under their names before all is complete.
func newRelayFiles(r *relayRun) (*relayFiles, error) {
	if r.outputs == nil {
		return nil, nil
	}
	dir, err := newFolder(r.outputs.dir)
	if err != nil {
		return nil, err
	}
	f := &relayFiles{run: r, dir: dir}
	if r.relaySettings.report == "" {
		return f, nil
	}
	if f.page, err = newFolderOf("report", r.relaySettings.report); err != nil {
		f.discard()
		return nil, err
	}
	return f, nil
}

// discard removes what is not complete.
func (f *relayFiles) discard() {
	if f != nil {
		f.dir.discard()
	}
	if f != nil && f.page != nil {
		f.page.discard()
	}
}

// observers begins the captures.
func (f *relayFiles) observers() (netem.Observers, error) {
	if f == nil || f.run.outputs.capture == "" {
		return nil, nil
	}
	r := f.run
	for _, at := range []report.Vantage{report.Client, report.Server} {
		file, err := f.dir.create(fmt.Sprintf("%s.%s", at, r.outputs.capture))
		if err != nil {
			return nil, diskError(f.dir, err)
		}
		options := at.Options(f.hosts())
		options.Snaplen = r.outputs.snaplen
		options.Application = "lossylab " + version + " relay"
		options.Comment = fmt.Sprintf("lossylab %s, relay, seen at the %s's end of the link; seed %d; up: %s; down: %s", version, at, r.seed,
			orPerfect(r.Link.Up), orPerfect(r.Link.Down))
		var w pcapng.Writer = pcapng.NewNg(file, options)
		if r.outputs.capture == "pcap" {
			w = pcapng.NewClassic(file, options)
		}
		f.captures = append(f.captures, report.NewCapture(w, at, r.net.Wall.Start()))
	}
	return observersOf(f.captures), nil
}

// hosts are the addresses of TCP's hosts.
func (f *relayFiles) hosts() (client, server []netip.Addr) {
	for _, t := range f.run.targets {
		if t.proto == "tcp" {
			client = []netip.Addr{netip.AddrFrom4([4]byte{10, 0, 0, 1})}
			server = append(server, netip.AddrFrom4([4]byte{10, 0, 0, byte(2 + len(server))}))
		}
	}
	return client, server
}

// commit completes the files and puts them into their place.
func (f *relayFiles) commit(res *relayResults) error {
	if f == nil {
		return nil
	}
	var errs []error
	for _, c := range f.captures {
		errs = append(errs, c.Close())
	}
	errs = append(errs, f.dir.write("results.json", res.writeJSON))
	if err := errors.Join(errs...); err != nil {
		return diskError(f.dir, err)
	}
	m := manifest{Version: version, Stack: res.Stack, Seed: res.Seed, Scenario: map[string]any{
		"relays": f.run.commandLine(), "up": f.run.Link.Up, "down": f.run.Link.Down}}
	if err := f.dir.commit(&m); err != nil {
		return diskError(f.dir, err)
	}
	return nil
}
