package main

import (
	"fmt"
	"io"
	"net/netip"
	"os"
	"slices"
	"strings"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/trace"
	"lossylab/sim"
	"lossylab/sim/kernel"
)

// spool makes a file that has no name, on the disk that the results are written to.
func spool(dir *folder) (*os.File, error) {
	f, err := os.CreateTemp(dir.partial, ".spool-")
	if err != nil {
		return nil, err
	}
	return f, os.Remove(f.Name())
}

// heading is printed before the run.
func (x *executing) heading() {
	l := &lab{scenario: x.scenario, streams: x.streams}
	fmt.Fprintf(x.out, "lossylab %s  %s  (seed %d)\n", version, x.title(), x.seed)
	l.headLinks()
}

// title says what was done.
func (x *executing) title() string {
	client := "a shell"
	if len(x.Client) > 0 {
		client = strings.Join(x.Client, " ")
	}
	if len(x.Server) == 0 {
		return client
	}
	return strings.Join(x.Server, " ") + " ::: " + client
}

// report makes the results of what the links told.
func (x *executing) report(end netem.Time) error {
	for _, c := range x.captures {
		if err := c.Close(); err != nil {
			return diskError(x.dir, err)
		}
	}
	if x.log != nil {
		if err := x.log.Flush(); err != nil {
			return diskError(x.dir, err)
		}
	}
	r := &report.Results{Schema: report.Schema, Version: version, Seed: x.seed, Engine: x.engine, Stack: x.stack(), App: report.ProgramsApp,
		Scenario: x.record(), Complete: x.note == "", Note: x.note, Confidence: x.confidence,
		Programs: x.endings()}
	_, whole := x.all.Finish(end, true)
	r.Link, r.Timing = whole.Link, timingOf(x.world.Counters())
	page := &report.Page{Title: x.title(), Results: r, Captures: x.capture, World: "ip"}
	for _, proto := range []string{"udp", "tcp"} {
		if err := x.conversation(proto, page); err != nil {
			return err
		}
	}
	r.Untold = []string{
		"What programs wrote and read, and how long it waited in their sockets: messages here are datagrams and new TCP segments.",
		"How often the sender's TCP took to recoveries and timeouts: they are inferred from the packets. Its window and threshold were asked for every 5 ms, and what was shorter may not show.",
	}
	r.Verdict = r.MakeVerdict()
	m, err := x.write(page)
	if err != nil {
		return diskError(x.dir, err)
	}
	return x.tell(page, m)
}

// conversation adds the conversation of a protocol with most bytes, if there is one.
func (x *executing) conversation(proto string, page *report.Page) error {
	all := x.survey.Conversations(proto)
	if len(all) == 0 {
		return nil
	}
	of, r := all[0], page.Results
	client, _ := kernel.Addresses(x.IPv6)
	var notes []string
	if len(all) > 1 {
		notes = append(notes, fmt.Sprintf("there were %d conversations, and this is the one with most bytes, %v: the captures have all", len(all), of))
	}
	told := trace.NewTold(of, client, x.Link.Up, x.Link.Down)
	told.Confidence = x.confidence
	ends, host := [2]netip.AddrPort{of.Client, of.Server}, 0
	if of.Client.Addr() != client {
		ends[0], ends[1] = ends[1], ends[0]
	}
	if told.Sender() == ends[1] {
		host = 1
		notes = append(notes, fmt.Sprintf("most data came from the server, %v: it is the sender whose data, window and retransmissions are shown", ends[1]))
	}
	if err := x.again(told, x.states.bySender[programSender{host, ends[host].Port(), ends[1-host].Port()}]); err != nil {
		return err
	}
	flow, result := told.Finish()
	result.Notes, result.Timing = notes, r.Timing.Of(proto)
	page.Flows, r.Flows = append(page.Flows, flow), append(r.Flows, result)
	page.About = append(page.About, [2]string{proto, fmt.Sprintf("client %v, server %v; the data shown are those from the %s, and times count from the first packet, %.3f s after the link began",
		ends[0], ends[1], result.Sender, result.Start)})
	return nil
}

// again tells an observer all that the links have told, and samples of a TCP sender where they belong.
func (x *executing) again(to *trace.Told, states []sim.TCPInfo) error {
	if _, err := x.spool.Seek(0, io.SeekStart); err != nil {
		return diskError(x.dir, err)
	}
	return kernel.Replay(x.spool, observerFunc(func(e netem.Event) {
		for len(states) > 0 && states[0].At < e.At {
			to.State(states[0].Port, stateOf(states[0]))
			states = states[1:]
		}
		to.Observe(e)
	}))
}

// observerFunc is a function that is told of events.
type observerFunc func(netem.Event)

// Observe implements netem.Observer.
func (f observerFunc) Observe(e netem.Event) { f(e) }

// write makes the files.
func (x *executing) write(page *report.Page) (m manifest, err error) {
	r := page.Results
	page.About = slices.Concat([][2]string{
		{"programs", x.title()}, {"engine", r.Engine + " (" + r.Stack + ")"}, {"seed", fmt.Sprint(r.Seed)},
		{"link up", orPerfect(x.Link.Up)}, {"link down", orPerfect(x.Link.Down)},
	}, x.totals(r), page.About)
	page.Figures = report.Figures(page.Flows)
	if len(r.Flows) == 0 {
		page.Figures = nil
	}
	if err := x.figures(x.dir, page.Figures); err != nil {
		return m, err
	}
	if len(x.formats) == 0 {
		page.Figures = nil
	} else {
		page.Image = x.formats[0]
	}
	var tables []report.Table
	if len(page.Flows) > 0 {
		page.Tables = strings.Join(x.tables, ",")
		tables = report.Tables(page.Flows, r)
	}
	if err := x.writeTables(x.dir, tables); err != nil {
		return m, err
	}
	if err := x.dir.write("report.md", page.WriteMarkdown); err != nil {
		return m, err
	}
	if err := x.dir.write("report.html", page.WriteHTML); err != nil {
		return m, err
	}
	if err := x.dir.write("results.json", r.WriteJSON); err != nil {
		return m, err
	}
	m = manifest{Version: version, Stack: r.Stack, Seed: x.seed, Scenario: x.record()}
	return m, x.dir.commit(&m)
}

// totals says what the links did to all packets of all programs.
func (x *executing) totals(r *report.Results) (all [][2]string) {
	for _, way := range []string{"up", "down"} {
		all = append(all, [2]string{"all packets " + way, r.Link[way].Sentence()})
	}
	for _, note := range slices.Concat(x.failures(r.Programs), r.Timing.Doubts()) {
		all = append(all, [2]string{"note", note})
	}
	return all
}

// tell prints the results.
func (x *executing) tell(page *report.Page, m manifest) error {
	r := page.Results
	switch {
	case x.json:
		return r.WriteJSON(x.out)
	case x.quiet:
		return nil
	}
	fmt.Fprintln(x.out)
	for _, t := range x.totals(r) {
		fmt.Fprintf(x.out, "%s: %s\n", upperFirst(t[0]), t[1])
	}
	if len(r.Flows) > 0 {
		fmt.Fprintln(x.out)
		for i, f := range r.Flows {
			fmt.Fprintf(x.out, "%s: %s\n", f.Proto, page.About[len(page.About)-len(r.Flows)+i][1])
		}
		if err := r.WriteSummary(x.out); err != nil {
			return err
		}
		fmt.Fprintf(x.out, "\n%s\n", r.Verdict)
	}
	if r.Note != "" {
		fmt.Fprintf(x.out, "Not complete: %s\n", r.Note)
	}
	for _, f := range r.Flows {
		for _, note := range f.Notes {
			fmt.Fprintf(x.out, "Note (%s): %s\n", f.Proto, note)
		}
	}
	_, err := fmt.Fprintf(x.out, "\nResults: %s\n  %s\n", x.dir.name, strings.Join(append(m.list(), manifestName), "  "))
	return err
}
