package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lossylab/netem"
)

// CaptureEngine is the engine of results that were made of captures from elsewhere.
const CaptureEngine = "capture"

// The values of FlowResult.Vantage.
const (
	BothEnds  = "both ends"
	AtClient  = "client"
	AtServer  = "server"
	AtMiddle  = "between client and server"
	AtUnknown = "unknown"
)

// SeenResult is what one vantage point shows of a conversation.
type SeenResult struct {
	Why         string   `json:"why"` // how it was found where the vantage point is
	DupAcks     int64    `json:"dup_acks"`
	Filled      int64    `json:"filled_holes"`        // segments that came behind later data: lost before and sent again, or overtaken
	FlightMax   int64    `json:"flight_max"`          // most bytes that were sent and not acknowledged
	WindowMax   int64    `json:"window_max"`          // the largest window that the server offered, bytes
	ZeroWindows int64    `json:"zero_windows"`        // times at which it offered none
	Throughput  [2]int64 `json:"throughput_bps"`      // up and down, of IP packets, from the first to the last
	Spacing     *Summary `json:"spacing_s,omitempty"` // between packets up, one after the other
}

// ProgramsApp is the app of results of any programs, whose messages are only known from their packets, as those of captures.
const ProgramsApp = "programs"

// captured reports whether r was made of packets alone: of captures from elsewhere, or of a run of any programs.
func (r *Results) captured() bool { return r.Engine == CaptureEngine || r.App == ProgramsApp }

// oneSided reports whether f was seen at one place only.
func (f *FlowResult) oneSided() bool { return f.Vantage != "" && f.Vantage != BothEnds }

// Join lets connections whose SYN was not seen count from the first segment that was.
func (c *Collector) Join() { c.tcp.joins = true }

// Infer says how a sender came to send what it sent at an instant, as it can be told from the packets: State tells it of a
// TCP that can be asked.
func (c *Collector) Infer(port uint16, at netem.Time, t Trigger) {
	p := [triggerCount]phase{Fast: recovering, Timeout: timedOut, Tail: calm}[t]
	c.tcp.told(port, at, p)
}

// join begins a connection whose SYN was not seen, at its first segment.
func (t *tcpTracker) join(h *netem.Header) *tcpConn {
	c := t.open(h)
	c.isn = h.Seq
	return c
}

// captureRows makes of a run's summary that of captures: other headings, and a dash for what one vantage point does not know.
func (r *Results) captureRows(rows []row) []row {
	if !r.captured() {
		return rows
	}
	rows[0].label = "What the hosts sent and got (UDP: datagrams; TCP: new segments, in order)"
	known := []string{"sent", "offered", "segments sent again", "fast recoveries", "timeouts", "goodput"}
	for i := range rows {
		switch rows[i].label {
		case "What the link did, up / down (IP packets)":
			if r.App == ProgramsApp {
				continue
			}
			rows[i].label = "What happened between the captures, up / down (IP packets)"
		case "fast recoveries", "timeouts":
			rows[i].label += " (inferred)"
			continue
		}
		for k := range rows[i].cells {
			if r.Flows[k].oneSided() && !slices.ContainsFunc(known, func(what string) bool { return strings.HasPrefix(rows[i].label, what) }) {
				rows[i].cells[k] = "–"
			}
		}
	}
	for i := range rows {
		switch rows[i].label {
		case "goodput":
			rows[i].label = "new data"
		case "messages held up by earlier ones":
			rows[i].label = "segments held up by earlier ones"
		}
	}
	rows = slices.DeleteFunc(rows, func(w row) bool { // nobody knows it
		return w.cells != nil && !slices.ContainsFunc(w.cells, func(c string) bool { return c != "–" })
	})
	if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.Seen != nil }) {
		rows = append(rows, r.seenRows()...)
	}
	if slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.TCP != nil && f.TCP.RTT != nil }) {
		for _, q := range []struct {
			label string
			of    func(*Summary) float64
		}{
			{"round trip, least", func(s *Summary) float64 { return s.Min }}, {"round trip p50", func(s *Summary) float64 { return s.P50 }},
			{"round trip p99", func(s *Summary) float64 { return s.P99 }},
		} {
			rows = append(rows, r.each(q.label, func(f *FlowResult) string {
				if f.TCP == nil || f.TCP.RTT == nil {
					return "–"
				}
				return formatSeconds(q.of(f.TCP.RTT))
			}))
		}
	}
	return rows
}

// seenRows are what one vantage point adds.
func (r *Results) seenRows() []row {
	seen := func(label string, tcp bool, f func(*SeenResult) string) row {
		return r.each(label, func(fl *FlowResult) string {
			if fl.Seen == nil || tcp && fl.TCP == nil {
				return "–"
			}
			return f(fl.Seen)
		})
	}
	rows := []row{
		{label: "What the vantage point saw"},
		r.each("where it is", func(f *FlowResult) string { return f.Vantage }),
		seen("throughput, up / down", false, func(s *SeenResult) string {
			return formatRate(float64(s.Throughput[0])) + " / " + formatRate(float64(s.Throughput[1]))
		}),
		seen("longest pause between packets up", false, func(s *SeenResult) string {
			if s.Spacing == nil {
				return "–"
			}
			return formatSeconds(s.Spacing.Max)
		}),
	}
	if !slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.TCP != nil }) {
		return rows
	}
	return append(rows,
		seen("segments that filled a hole", true, func(s *SeenResult) string { return formatCount(s.Filled) }),
		seen("duplicate ACKs", true, func(s *SeenResult) string { return formatCount(s.DupAcks) }),
		seen("most bytes in flight", true, func(s *SeenResult) string { return formatCount(s.FlightMax) }),
		seen("largest window offered, bytes", true, func(s *SeenResult) string { return formatCount(s.WindowMax) }),
		seen("times without a window", true, func(s *SeenResult) string { return formatCount(s.ZeroWindows) }))
}

// captureVerdict says in a sentence what captures show.
func (r *Results) captureVerdict() string {
	var clauses []string
	for i := range r.Flows {
		clause := r.Flows[i].captureClause()
		if r.Flows[i].Turned { // the server is the sender
			clause = strings.Replace(clause, "the client sent", "the sender sent", 1)
		}
		clauses = append(clauses, clause)
	}
	if n := r.Timing.lostBy(""); n > 0 && clauses != nil {
		clauses = append(clauses, plural(n, "packet of any protocol was lost outside the link", "packets of any protocol were lost outside the link"))
	}
	if clauses == nil {
		return "There was neither UDP nor TCP."
	}
	return strings.Join(clauses, "; ") + "."
}

func (f *FlowResult) captureClause() string {
	way, proto := f.dataLink(), f.Heading()
	l := f.Link[way]
	var s string
	switch {
	case f.oneSided():
		s = fmt.Sprintf("%s sent %s up and %s down, seen at one place", proto, count(l.Offered, "packet"), count(f.Link[down].Offered, "packet"))
	case l.Dropped == 0:
		s = fmt.Sprintf("%s lost none of %s %s", proto, count(l.Offered, "packet"), way)
	default:
		s = fmt.Sprintf("%s lost %s of %s %s (%s %%)", proto, formatCount(l.Dropped), count(l.Offered, "packet"), way,
			formatPercent(float64(l.Dropped)/float64(l.Offered)))
	}
	if n := f.Timing.lostBy(f.Proto); n > 0 {
		s += fmt.Sprintf(" on the link and %s outside it", formatCount(n))
	}
	if f.TCP != nil && f.TCP.Retransmits > 0 {
		s += fmt.Sprintf(", and the %s sent %s again", cmp.Or(f.Sender, AtClient), count(f.TCP.Retransmits, "segment"))
		if f.oneSided() && f.Vantage != AtServer {
			s += ", from which losses are inferred"
		}
	}
	return s
}

// about writes what is told at the top of the page.
func (p *Page) about(b *bufio.Writer) {
	fmt.Fprint(b, "\n| | |\n|---|---|\n")
	for _, f := range p.aboutFacts() {
		fmt.Fprintf(b, "| %s | %s |\n", f.Name, strings.ReplaceAll(f.Value, "|", `\|`))
	}
}

func (p *Page) aboutFacts() (facts []fact) {
	for _, a := range p.About {
		facts = append(facts, fact{Name: a[0], Value: a[1]})
	}
	return append(facts, fact{Name: "lossylab", Value: p.Results.Version})
}

// source names a capture: of the run's own folder, or from elsewhere.
func (p *Page) source(proto string, at Vantage) string {
	if s, ok := p.Sources[proto]; ok {
		return s[at]
	}
	if p.World != "" {
		proto = p.World
	}
	return fmt.Sprintf("%s/%s.%s", proto, at, p.Captures)
}

// NoFlows stands in the place of a summary where there is nothing to sum up.
func (p *Page) NoFlows() string {
	s := p.Results.MakeVerdict()
	if p.Results.captured() {
		s += " All packets are counted at the top of the page."
	}
	return s
}

// Captured and Remarks are for the page's template.
func (v *webPage) Captured() bool { return v.Results.captured() }

// Remarks are the notes of all flows.
func (v *webPage) Remarks() (all []string) {
	for _, f := range v.Results.Flows {
		for _, note := range f.Notes {
			all = append(all, f.Heading()+": "+note+".")
		}
	}
	return all
}

// untold lists what captures do not tell.
func (p *Page) untold(b *bufio.Writer) {
	if !p.Results.captured() {
		return
	}
	fmt.Fprint(b, "\n## What these captures do not tell\n\n")
	for _, u := range p.Results.Untold {
		fmt.Fprintf(b, "- %s\n", u)
	}
}

// filters returns the display filters that suit the captures.
func (p *Page) filters() []filter {
	if p.Results.Engine != CaptureEngine {
		return filters(p.Flows)
	}
	near, far := ends(p.Results.anyTurned())
	return []filter{
		{`tcp.analysis.retransmission || tcp.analysis.out_of_order`, "what Wireshark itself takes for retransmissions, to compare"},
		{`tcp.analysis.duplicate_ack`, "duplicate acknowledgments (in the " + near + "'s capture)"},
		{`tcp.analysis.lost_segment`, "where something is missing before a segment (in the " + far + "'s capture)"},
		{`tcp.analysis.zero_window`, "where the receiver could take no more"},
	}
}

// captureWords are the definitions for captures.
func (p *Page) captureWords() []fact {
	words := []fact{
		{Name: "sent, received", Value: "of UDP datagrams; of TCP segments with new data, each of which counts as received when all before it has arrived: the earliest that a program could read it."},
		{Name: "lost", Value: "a packet that is in the capture of its sender and not in that of its receiver, though that went on for long enough."},
		{Name: "duplicated", Value: "it arrived once more; corrupted: with a wrong checksum, or with other bytes than were sent."},
		{Name: "reordered", Value: "it arrived after one that was sent later (RFC 4737 section 3.3)."},
		{Name: "new data", Value: "bits of payload that arrived for the first time, IP, UDP and TCP headers apart, a second, from the first packet to the last that counts."},
		{Name: "latency", Value: "from a datagram's or new segment's passing the sender's capture until it could be read at the receiver's, by the clocks as the top of the page says."},
		{Name: "sent again", Value: "segments whose first byte had been sent before, SYN and FIN included; needlessly: those with data of which an earlier transmission arrived."},
		{Name: "inferred", Value: "told from duplicate acknowledgments and pauses and not by the sender: a recovery begins with the first retransmission behind duplicate acknowledgments or SACK, a timeout is a retransmission after a pause of at least the retransmission timeout of RFC 6298, 200 ms at least."},
		{Name: "round trip", Value: "from the sending of a segment until its acknowledgment, without those that were sent again (Karn's algorithm, RFC 6298 section 3)."},
		{Name: "quantiles", Value: "of the nearest rank."},
	}
	return slices.Insert(words, 2, p.Results.lostWords()...)
}
