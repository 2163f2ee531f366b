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
	Number  int    `json:"number"` // in the list
	Proto   string `json:"proto"`
	Client  string `json:"client"`
	Server  string `json:"server"`
	Packets int64  `json:"packets"` // both ways, in the first capture
	Bytes   int64  `json:"bytes"`
	Start   string `json:"start"` // by the clock of that capture
}

// add takes a flow that was measured.
func (r *reporting) add(j *job, flow *report.Flow, result *report.FlowResult, files [2]string) {
	if r.several {
		flow.Conversation, result.Conversation = j.number, j.number
	}
	flow.Turned, result.Turned = j.turned, j.turned
	if j.turned {
		result.Notes = append([]string{turnedNote(j.of.Client)}, result.Notes...)
	}
	r.flows, r.results.Flows = append(r.flows, flow), append(r.results.Flows, *result)
	r.sources[strings.ToLower(flow.Heading())] = files
}

// scenario says what the report was made of.
func (r *reporting) scenario() *reportScenario {
	s := &reportScenario{Clocks: r.clocks}
	for _, j := range r.jobs {
		packets, bytes := j.of.All()
		s.Conversations = append(s.Conversations, reportConversation{j.number, j.of.Proto, j.of.Client.String(), j.of.Server.String(), packets, bytes,
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
	r.doubts(s.Files)
	p.Untold, p.Verdict = r.untold(), p.MakeVerdict()
	figures := r.figures()
	if err := r.outputs.figures(dir, figures); err != nil {
		return m, err
	}
	page := report.Page{Title: "Report of " + strings.Join(r.args, " and "), Results: p, Flows: r.flows, Figures: figures, FigureColumns: r.outputs.columns, Captures: "pcap",
		About: r.about(), Sources: r.sources, Tables: strings.Join(r.outputs.tables, ",")}
	if len(r.outputs.formats) == 0 {
		page.Figures = nil
	} else {
		page.Image = r.outputs.formats[0]
	}
	if err := r.outputs.writeTables(dir, report.Tables(r.flows, p)); err != nil {
		return m, err
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
func (r *reporting) doubts(files []reportFile) {
	var parts []string
	for i, j := range r.jobs {
		for _, l := range j.listings {
			if l.Note != "" {
				if part := l.Name + ": " + l.Note; !slices.Contains(parts, part) {
					parts = append(parts, part)
				}
			}
			r.doubt(&r.results.Flows[i].Notes, l)
		}
		if note := sameBytes(&j, files); note != "" {
			notes := &r.results.Flows[i].Notes
			*notes = append(*notes, note)
		}
	}
	if parts != nil {
		r.results.Complete, r.results.Note = false, strings.Join(parts, "; ")
	}
}

// sameBytes says that both captures are one, if they are.
func sameBytes(j *job, files []reportFile) string {
	var sums []string
	for _, c := range j.captures {
		i := slices.IndexFunc(files, func(f reportFile) bool { return f.Name == c.name })
		sums = append(sums, files[i].SHA256)
	}
	if len(sums) < 2 || sums[0] != sums[1] {
		return ""
	}
	return fmt.Sprintf("%s and %s hold the same bytes: if one is a copy of the other, nothing here tells of the way between", j.captures[0].name, j.captures[1].name)
}

// doubt notes what is odd about one capture, unless a flow before has it.
func (r *reporting) doubt(notes *[]string, l *trace.Listing) {
	say := func(note string) {
		if !slices.ContainsFunc(r.results.Flows, func(f report.FlowResult) bool { return slices.Contains(f.Notes, note) }) {
			*notes = append(*notes, note)
		}
	}
	if l.Back > 0 {
		say(fmt.Sprintf("the clock of %s runs backwards, by %v in all, for the first time at frame %d: times and delays round there are wrong", l.Name, l.Back, l.BackFrame))
	}
	if l.Cut > 0 {
		say(fmt.Sprintf("%d packets of %s were cut when they were captured: what they carried is known by its length only, and damage to it does not show", l.Cut, l.Name))
	}
	if l.Fragments > 0 {
		say(fmt.Sprintf("%s has %d later IP fragments, which belong to no conversation here", l.Name, l.Fragments))
	}
}

// about is what stands at the top of the page.
func (r *reporting) about() [][2]string {
	about := [][2]string{{"captures", strings.Join(r.names(), ", ")}}
	if r.asked != nil {
		about = append(about, r.asked.about...)
	}
	if s := r.taken(); s != "" {
		about = append(about, [2]string{"conversations", s})
	}
	for i, j := range r.jobs {
		f := &r.results.Flows[i]
		about = append(about, [2]string{strings.ToLower(f.Heading()), j.ends()})
		if f.Seen != nil {
			about = append(about, [2]string{strings.ToLower(f.Heading()) + " was seen at", f.Vantage + ": " + f.Seen.Why})
		}
	}
	for i, c := range r.clocks {
		about = append(about, [2]string{strings.ToLower(r.results.Flows[i].Heading()) + " clocks", c})
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
		"What programs wrote and read, and how long it waited in their sockets: what is counted as sent and received here are datagrams and new TCP segments.",
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
