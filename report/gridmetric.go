package report

import (
	"math"
	"slices"
	"strings"
)

// GridFlow is a flow of a sweep: what its columns begin with, and what is the same in all cells or, where an axis says
// otherwise, in none of them.
type GridFlow struct {
	Name    string // "udp", "tcp" or that of a traffic
	Proto   string // "udp" or "tcp"
	App     string // "stream", "bulk" or "echo"
	CC      string // of TCP: "cubic", "reno"
	Clients int
}

// label names the flow for people.
func (f *GridFlow) label() string {
	if f.Name == f.Proto {
		return strings.ToUpper(f.Proto)
	}
	return f.Name + " (" + strings.ToUpper(f.Proto) + ")"
}

// flows returns the flows, those of the columns if nobody has named them.
func (g *Grid) flows() []GridFlow {
	if g.Flows != nil {
		return g.Flows
	}
	var all []GridFlow
	for _, c := range g.Columns {
		if name, ok := strings.CutSuffix(c, ".app.goodput_bps"); ok {
			f := GridFlow{Name: name, Proto: "udp"}
			if slices.Contains(g.Columns, name+".tcp.retransmits") {
				f.Proto = "tcp"
			}
			all = append(all, f)
		}
	}
	return all
}

// gridMetric is a measure that people look at.
type gridMetric struct {
	path     string // within a flow
	name     string // of an axis and a column: "goodput"
	kind     gridKind
	better   int    // 1: more of it, -1: less, 0: nobody can say
	expected string // path of what the link's models do in the long run, if there is that
	packets  bool   // what is expected is of packets, and the measure of messages
}

// gridTopic is a figure and its measures, which are side by side.
type gridTopic struct {
	name, title, words string // words: what the caption says of the axis
	metrics            []gridMetric
}

// gridTopics are the figures of a sweep in their order.
var gridTopics = []gridTopic{
	{name: "goodput", title: "Goodput", words: "Goodput is the bits of the messages that were received, over the time from the start to the last event.",
		metrics: []gridMetric{gridGoodput}},
	{name: "loss", title: "Messages lost", words: "Loss ratio: messages sent and never received, of those sent.",
		metrics: []gridMetric{gridLoss}},
	{name: "link-loss", title: "Packets lost on the link up", words: "Packets are IP packets, dropped for any reason or damaged.",
		metrics: []gridMetric{{path: "theory.link.up.loss.measured", name: "packets lost, link up", kind: gridShare, better: -1, expected: "theory.link.up.loss.expected"}}},
	{name: "latency", title: "Latency of messages", words: "Latency is from the sender's write to the receiver's read, of an echo until its answer is read, by nearest rank.",
		metrics: []gridMetric{gridMedianLatency, gridTailLatency}},
	{name: "reordering", title: "Messages out of order", words: "Reordering ratio of RFC 4737 section 4.1, of the messages received.",
		metrics: []gridMetric{gridReordering}},
	{name: "link-reordering", title: "Packets out of order on the link up", words: "Reordering ratio of RFC 4737 section 4.1, of the IP packets that arrived.",
		metrics: []gridMetric{{path: "theory.link.up.reordered.measured", name: "packets reordered, link up", kind: gridShare, better: -1, expected: "theory.link.up.reordered.expected"}}},
	{name: "retransmissions", title: "What TCP repeated", words: "Segments sent again include SYN and FIN.",
		metrics: []gridMetric{gridRetransmits, {path: "tcp.timeouts", name: "timeouts", better: -1}}},
	{name: "queue", title: "Time in the queue of the link up", words: "Time of a packet from its arrival at the queue until its transmission begins.",
		metrics: []gridMetric{
			{path: "link.up.sojourn_s.mean", name: "time in queue, mean", kind: gridTime, better: -1},
			{path: "link.up.sojourn_s.p95", name: "time in queue, 95 %", kind: gridTime, better: -1}}},
	{name: "completion", title: "Time to completion", words: "Time from the start to the last event of the programs.",
		metrics: []gridMetric{gridCompletion}},
}

var (
	gridGoodput       = gridMetric{path: "app.goodput_bps", name: "goodput", kind: gridRate, better: 1}
	gridLoss          = gridMetric{path: "metrics.messages.loss.ratio", name: "messages lost", kind: gridShare, better: -1, expected: "theory.link.up.loss.expected", packets: true}
	gridMedianLatency = gridMetric{path: "app.latency_s.p50", name: "latency, median", kind: gridTime, better: -1}
	gridTailLatency   = gridMetric{path: "app.latency_s.p95", name: "latency, 95 %", kind: gridTime, better: -1}
	gridReordering    = gridMetric{path: "metrics.messages.reordering.ratio", name: "messages reordered", kind: gridShare, better: -1, expected: "theory.link.up.reordered.expected", packets: true}
	gridRetransmits   = gridMetric{path: "tcp.retransmits", name: "segments sent again", better: -1}
	gridCompletion    = gridMetric{path: "duration_s", name: "time to completion", kind: gridTime, better: -1}
)

// gridMain are the measures of tables and of comparisons.
var gridMain = []gridMetric{gridGoodput, gridLoss, gridMedianLatency, gridTailLatency, gridReordering, gridRetransmits, gridCompletion}

// topics returns the figures, and one for each measure that was asked for beside those of every sweep.
func (g *Grid) topics() []gridTopic {
	all := slices.Clone(gridTopics)
	for _, path := range g.Asked {
		name := strings.ReplaceAll(strings.ReplaceAll(path, "_", "-"), ".", "-")
		all = append(all, gridTopic{name: name, title: path, words: "It is the number of that name in a run's results.json.", metrics: []gridMetric{askedMetric(path)}})
	}
	return all
}

// askedMetric is a measure of which nothing is known but its name.
func askedMetric(path string) gridMetric {
	m := gridMetric{path: path, name: path}
	switch (Measure{Path: path}).Unit() {
	case "s":
		m.kind = gridTime
	case "bit/s":
		m.kind = gridRate
	case "bytes":
		m.kind = gridBytes
	default:
		if strings.HasSuffix(path, "ratio") {
			m.kind = gridShare
		}
	}
	return m
}

// columnOf returns where the metric of a flow stands, -1 if nowhere.
func (g *Grid) columnOf(f *GridFlow, path string) int { return g.Column(f.Name + "." + path) }

// meansOf returns the least and the greatest mean of a column; known is false if no cell knows it.
func (g *Grid) meansOf(column int) (low, high float64, known bool) {
	low, high = math.Inf(1), math.Inf(-1)
	if column < 0 {
		return 0, 0, false
	}
	for i := range g.Cells {
		if m := g.Cells[i].Stats[column].Mean; m.Known() {
			low, high, known = min(low, float64(m)), max(high, float64(m)), true
		}
	}
	return low, high, known
}

// showing returns the flows of which the metric is known and not 0 in every cell, and the names of those where it is 0.
func (g *Grid) showing(m gridMetric) (flows []GridFlow, nothing []string) {
	for _, f := range g.flows() {
		low, high, known := g.meansOf(g.columnOf(&f, m.path))
		switch {
		case known && (low != 0 || high != 0):
			flows = append(flows, f)
		case known:
			nothing = append(nothing, f.label())
		}
	}
	return flows, nothing
}

// shown reports whether a metric is one to be looked at: known, not 0 everywhere, and, of the time to completion, not the
// same everywhere.
func (g *Grid) shown(m gridMetric) bool {
	flows, _ := g.showing(m)
	if m.path != gridCompletion.path {
		return len(flows) > 0
	}
	return slices.ContainsFunc(flows, func(f GridFlow) bool {
		low, high, _ := g.meansOf(g.columnOf(&f, m.path))
		return high-low > .01*high
	})
}

// setting returns what a cell says of a flow's setting, or what is the same in all cells.
func (g *Grid) setting(c *GridCell, f *GridFlow, word, otherwise string) string {
	for i, a := range g.Axes {
		if a.Key == word || a.Key == "tcp."+word || a.Key == "traffic."+f.Name+"."+word {
			return c.Values[i]
		}
	}
	return otherwise
}
