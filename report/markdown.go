package report

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Page is what report.md is made of.
type Page struct {
	Title    string
	Results  *Results
	Flows    []*Flow
	Figures  []Figure
	Image    string // extension of the figures to show: "png"; empty shows none
	Captures string // extension of the captures; empty: there are none
	World    string // their folder, if flows share a network; otherwise it is called after the protocol
	Tables   string // formats of the files in tables/, with commas; empty: there are none

	More [][2]string // of a mix: what shares the link, and the clients' access links, names and values

	FigureColumns int // 1 if the files in figures/ are one column wide; the figures within report.html never are

	// Of captures made elsewhere: what is told at the top, names and values, and by protocol the files at the client's and at
	// the server's end.
	About   [][2]string
	Sources map[string][2]string
}

// WriteMarkdown writes the page: summary, figures, and the frames of the ladder to look up in the captures.
func (p *Page) WriteMarkdown(w io.Writer) error {
	b := bufio.NewWriter(w)
	r := p.Results
	fmt.Fprintf(b, "# %s\n\n%s\n", p.Title, r.Verdict)
	if r.Note != "" {
		fmt.Fprintf(b, "\n**Not complete:** %s.\n", r.Note)
	}
	for _, f := range r.Flows {
		for _, note := range f.Notes {
			fmt.Fprintf(b, "\n**Note (%s):** %s.\n", f.Heading(), note)
		}
	}
	if p.About != nil {
		p.about(b)
	} else {
		fmt.Fprintf(b, "\n| | |\n|---|---|\n| program | %s |\n| seed | %d |\n| engine | %s (%s) |\n| lossylab | %s |\n", r.App, r.Seed, r.Engine, r.Stack, r.Version)
	}
	if p.About == nil && len(r.Flows) > 0 {
		fmt.Fprintf(b, "| link up | `%s` |\n| link down | `%s` |\n", orPerfect(r.Flows[0].Link[up].Spec), orPerfect(r.Flows[0].Link[down].Spec))
	}
	for _, fact := range p.More {
		fmt.Fprintf(b, "| %s | `%s` |\n", fact[0], fact[1])
	}
	p.summary(b)
	p.expectations(b)
	for _, f := range p.Figures {
		f = f.Columns(p.FigureColumns)
		fmt.Fprintf(b, "\n## %s\n\n", f.Title)
		if p.Image != "" {
			fmt.Fprintf(b, "![%s](figures/%s.%s)\n\n", f.Title, f.Name, p.Image)
		}
		fmt.Fprintf(b, "%s Data: [`%s.csv`](figures/%s.csv)\n", f.Caption, f.Name, f.Name)
	}
	p.tables(b)
	for i, f := range p.Flows {
		p.retransmissions(b, f, p.Results.Flows[i].TCP)
		p.sequenceDiagram(b, f)
		p.frames(b, f)
	}
	p.untold(b)
	p.documents(b)
	p.wireshark(b)
	p.definitions(b)
	return b.Flush()
}

func orPerfect(spec string) string {
	if spec == "" {
		return "perfect"
	}
	return spec
}

func (p *Page) summary(b *bufio.Writer) {
	if len(p.Results.Flows) == 0 {
		fmt.Fprintf(b, "\n## Summary\n\n%s\n", p.NoFlows())
		return
	}
	fmt.Fprint(b, "\n## Summary\n\n| |")
	for _, f := range p.Results.Flows {
		fmt.Fprintf(b, " %s |", f.Heading())
	}
	fmt.Fprint(b, "\n|---|", strings.Repeat("---:|", len(p.Results.Flows)), "\n")
	for _, row := range p.Results.summaryRows() {
		if row.cells == nil {
			fmt.Fprintf(b, "| **%s** |%s\n", row.label, strings.Repeat(" |", len(p.Results.Flows)))
			continue
		}
		fmt.Fprintf(b, "| %s | %s |\n", row.label, strings.Join(row.cells, " | "))
	}
	for _, f := range p.Results.Flows {
		for _, in := range f.Input {
			fmt.Fprintf(b, "\nOver %s, `%s` (%s, SHA-256 `%s`) arrived as [`%s`](%s) (SHA-256 `%s`): %s.\n", f.Heading(),
				in.Name, count(in.Bytes, "byte"), in.SHA256, in.Received, target(in.Received), in.Arrived, in.verdict())
		}
	}
}

// target writes a file's name as the target of a link: CommonMark section 6.3 wants it in pointed brackets if it has spaces.
func target(name string) string {
	if strings.ContainsAny(name, " ()") {
		return "<" + name + ">"
	}
	return name
}

// verdict says in words how what arrived compares with what was sent.
func (in *InputResult) verdict() string {
	switch {
	case in.Same:
		return "the same bytes"
	case in.Missing == 0:
		return "other bytes"
	}
	return plural(in.Missing, "byte is missing, and a zero stands in its place", "bytes are missing, and zeros stand in their place")
}

// frames lists what happened in the ladder's window, by the numbers that Wireshark shows.
func (p *Page) frames(b *bufio.Writer, f *Flow) {
	if p.Captures == "" || len(f.Transits) == 0 {
		return
	}
	which := "the first packets, as nothing happened to any"
	switch {
	case slices.ContainsFunc(f.Transits, func(t Transit) bool { return t.Lost }):
		which = "round the first packet that was lost"
	case slices.ContainsFunc(f.Transits, func(t Transit) bool { return t.story() != "" }):
		which = "round the first packet that something happened to"
	}
	fmt.Fprintf(b, "\n## Frames to look up, %s\n\nIn `%s` and `%s`, %s:\n\n",
		f.Heading(), p.source(f.key(), Client), p.source(f.key(), Server), which)
	near, far := ends(f.Turned)
	fmt.Fprintf(b, "| sent at | packet | %s frame | %s frame | what happened |\n|---:|---|---:|---:|---|\n", near, far)
	for _, t := range f.Transits {
		client, server, arrow := t.SentFrame, t.RecvFrame, "→"
		if !t.Up {
			client, server, arrow = t.RecvFrame, t.SentFrame, "←"
		}
		fmt.Fprintf(b, "| %.3f ms | %s %s | %s | %s | %s |\n", t.Sent.Seconds()*1e3, arrow, t.Label, orDash(client), orDash(server), t.story())
	}
}

func orDash(frame int) string {
	if frame == 0 {
		return "–"
	}
	return fmt.Sprint(frame)
}

// story says in words what became of a packet.
func (t *Transit) story() string {
	var parts []string
	say := func(what string) {
		if t.Cause != "" { // said once, with what it was the cause of
			what += ": " + t.Cause
		}
		parts = append(parts, what)
	}
	if t.Retransmit {
		parts = append(parts, "retransmission")
	}
	switch {
	case t.Lost:
		say("lost")
	case t.Duplicate:
		say("duplicate")
	case t.Corrupt && t.Overtaken:
		say("corrupted")
		parts = append(parts, "overtaken")
	case t.Corrupt:
		say("corrupted")
	case t.Overtaken:
		say("overtaken")
	case t.Cause != "":
		say("late")
	}
	return strings.Join(parts, "; ")
}

// definitions says what the words of the summary mean.
func (p *Page) definitions(b *bufio.Writer) {
	fmt.Fprint(b, "\n## What the words mean\n\n")
	for _, w := range p.words() {
		fmt.Fprintf(b, "- **%s**: %s\n", w.Name, w.Value)
	}
}

// words are the definitions of what the summary counts.
func (p *Page) words() []fact {
	if p.Results.captured() {
		return p.captureWords()
	}
	words := []fact{
		{Name: "lost", Value: "sent by the program and never received, from app.* of results.json; dropped counts IP packets on the link."},
		{Name: "duplicated", Value: "received once more; corrupted: received with other content than was sent."},
		{Name: "reordered", Value: "received after one that was sent later (RFC 4737 section 3.3: a number smaller than the next expected one)."},
		{Name: "overtaken", Value: "the same of a packet on the link: one that was sent later arrived earlier."},
		{Name: "goodput", Value: "bits of the messages that were received, headers of the messages included, over the time from the start to the last event of the programs; throughput would count IP packets."},
	}
	words = slices.Insert(words, 1, p.Results.lostWords()...)
	if p.Results.App == "echo" {
		words = append(words, fact{Name: "time to answer", Value: "from first sending a line until its answer has been read, retries included."})
	} else {
		words = append(words, fact{Name: "latency", Value: "from handing a message to the sender's socket until the receiving program has read it."})
	}
	words = append(words, fact{Name: "data 5, datagram 5", Value: "packets are numbered from 1 in the order in which each end sent them; messages from 0, as in their headers. ack 6: the acknowledgment that expects data 6 next."})
	if slices.ContainsFunc(p.Results.Flows, func(f FlowResult) bool { return f.TCP != nil }) {
		words = append(words,
			fact{Name: "sent again", Value: "segments that TCP repeated, SYN and FIN included; needlessly: those with data of which an earlier transmission arrived."},
			fact{Name: "held up", Value: "the message had arrived whole at the receiving host, and TCP kept it until earlier data had come (head-of-line blocking)."})
	}
	return append(words, fact{Name: "quantiles", Value: "of the nearest rank. Round-trip times are smoothed as in RFC 6298."})
}
