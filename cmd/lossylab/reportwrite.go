package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"lossylab/report"
	"lossylab/report/trace"
)

// reportScenario is what a report was made of, for the results.
type reportScenario struct {
	Files         []reportFile         `json:"files"`
	Conversations []reportConversation `json:"conversations"`
	Clocks        []string             `json:"clocks,omitempty"` // how the server's differs from the client's, by conversation
}

type reportFile struct {
	Name   string `json:"name"`
	Bytes  int64  `json:"bytes"`
	SHA256 string `json:"sha256"`
	Frames int    `json:"frames"`
}

type reportConversation struct {
	Proto   string `json:"proto"`
	Client  string `json:"client"`
	Server  string `json:"server"`
	Packets int64  `json:"packets"` // both ways, in the first capture
	Bytes   int64  `json:"bytes"`
	Start   string `json:"start"` // by the clock of that capture
}

// add takes a flow that was measured.
func (r *reporting) add(j *job, flow *report.Flow, result *report.FlowResult, files [2]string) {
	r.flows, r.results.Flows = append(r.flows, flow), append(r.results.Flows, *result)
	r.sources[flow.Proto] = files
	n := len(j.listings[0].Conversations)
	if n > 1 && r.flags.flow == 0 {
		last := &r.results.Flows[len(r.results.Flows)-1]
		last.Notes = append(last.Notes, fmt.Sprintf("%s holds %d conversations, and this is %v: --list lists them, and --flow chooses", j.captures[0].name, n, j.of))
	}
}

// scenario says what the report was made of.
func (r *reporting) scenario() *reportScenario {
	s := &reportScenario{Clocks: r.clocks}
	for _, j := range r.jobs {
		packets, bytes := j.of.All()
		s.Conversations = append(s.Conversations, reportConversation{j.of.Proto, j.of.Client.String(), j.of.Server.String(), packets, bytes,
			time.Unix(0, j.of.First).UTC().Format("2006-01-02T15:04:05.000000000Z")})
		for i, c := range j.captures {
			if slices.ContainsFunc(s.Files, func(f reportFile) bool { return f.Name == c.name }) {
				continue
			}
			s.Files = append(s.Files, reportFile{c.name, c.info.Size(), c.sum, j.listings[i].Frames})
		}
	}
	return s
}

// write makes the files.
func (r *reporting) write(dir *folder) (m manifest, err error) {
	s := r.scenario()
	p := &r.results
	p.Schema, p.Version, p.Engine, p.Stack, p.App, p.Scenario, p.Complete = report.Schema, version, report.CaptureEngine, "unknown", "unknown", s, true
	r.doubts()
	p.Untold, p.Verdict = r.untold(), p.MakeVerdict()
	figures := r.choice(report.Figures(r.flows))
	if err := r.outputs.figures(dir, figures); err != nil {
		return m, err
	}
	page := report.Page{Title: "Report of " + strings.Join(r.args, " and "), Results: p, Flows: r.flows, Figures: figures, Captures: "pcap",
		About: r.about(), Sources: r.sources}
	if len(r.outputs.formats) == 0 {
		page.Figures = nil
	} else {
		page.Image = r.outputs.formats[0]
	}
	if err := dir.write("report.md", page.WriteMarkdown); err != nil {
		return m, err
	}
	if err := dir.write("report.html", page.WriteHTML); err != nil {
		return m, err
	}
	if err := dir.write("results.json", p.WriteJSON); err != nil {
		return m, err
	}
	m = manifest{Version: version, Stack: "unknown", Scenario: s}
	return m, dir.commit(&m)
}

// doubts notes what makes the captures less than whole.
func (r *reporting) doubts() {
	var parts []string
	for _, j := range r.jobs {
		for _, l := range j.listings {
			if l.Note != "" {
				if part := l.Name + ": " + l.Note; !slices.Contains(parts, part) {
					parts = append(parts, part)
				}
			}
			r.doubt(&j, l)
		}
	}
	if parts != nil {
		r.results.Complete, r.results.Note = false, strings.Join(parts, "; ")
	}
}

// doubt notes what is odd about one capture.
func (r *reporting) doubt(j *job, l *trace.Listing) {
	i := slices.IndexFunc(r.results.Flows, func(f report.FlowResult) bool { return f.Proto == j.of.Proto })
	notes := &r.results.Flows[i].Notes
	if l.Back > 0 {
		*notes = append(*notes, fmt.Sprintf("the clock of %s runs backwards, by %v in all, for the first time at frame %d: times and delays round there are wrong", l.Name, l.Back, l.BackFrame))
	}
	if l.Cut > 0 {
		*notes = append(*notes, fmt.Sprintf("%d packets of %s were cut when they were captured: what they carried is known by its length only, and damage to it does not show", l.Cut, l.Name))
	}
	if l.Fragments > 0 {
		*notes = append(*notes, fmt.Sprintf("%s has %d later IP fragments, which belong to no conversation here", l.Name, l.Fragments))
	}
}

// about is what stands at the top of the page.
func (r *reporting) about() [][2]string {
	about := [][2]string{{"captures", strings.Join(r.names(), ", ")}}
	for i, j := range r.jobs {
		f := &r.results.Flows[i]
		about = append(about, [2]string{f.Proto, fmt.Sprintf("client %v, server %v", j.of.Client, j.of.Server)})
		if f.Seen != nil {
			about = append(about, [2]string{f.Proto + " was seen at", f.Vantage + ": " + f.Seen.Why})
		}
	}
	for i, c := range r.clocks {
		about = append(about, [2]string{r.results.Flows[i].Proto + " clocks", c})
	}
	return about
}

// choice leaves out figures for which captures have no data.
func (r *reporting) choice(all []report.Figure) (figures []report.Figure) {
	one := r.results.Flows[0].Seen != nil
	for _, f := range all {
		switch {
		case f.Name == "cwnd":
			continue
		case one && f.Name != "sequence" && f.Name != "goodput":
			continue
		case one && f.Name == "sequence":
			f.Caption = "TCP time-sequence diagram, as segments passed the vantage point: which of them were lost behind it is not known."
		case one && f.Name == "goodput":
			f.Title = "New data over time"
			f.Caption = "New data over time that passed the vantage point from the client, without headers and without what was sent again."
		}
		figures = append(figures, f)
	}
	return figures
}

// untold lists what the captures do not tell.
func (r *reporting) untold() []string {
	u := []string{
		"The sender's congestion window, slow start threshold and timers: only its TCP knows them. Recoveries and timeouts are inferred from the packets.",
		"What programs wrote and read, and how long it waited in their sockets: messages here are datagrams and new TCP segments.",
		"Where on the way packets waited, were lost or were damaged, and who did it.",
		"What other traffic shared the way.",
	}
	if r.results.Flows[0].Seen == nil {
		return append(u, "How the clocks differ, other than by what is assumed at the top of the page: if one way takes longer than the other even without queues, half of the difference is in all delays.")
	}
	return append(u,
		"What became of each packet behind this place. A retransmission says that the sender took a segment for lost, and not that it was; what was lost before this place shows only as a hole that was filled later, and that may have been overtaken instead.",
		"One-way delays, duplicates, reordering and causes of retransmissions: they need a capture at the other end as well.",
		"Jitter in the sense of RFC 3550, which needs the sender's timestamps.")
}
