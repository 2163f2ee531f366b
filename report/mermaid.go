package report

import (
	"bufio"
	"cmp"
	"fmt"
	"slices"
	"strings"

	"lossylab/netem"
)

// diagramLength is how many lines of messages a diagram has at most.
const diagramLength = 32

// crossingEnd is a packet's sending or its arrival, as a line of the diagram.
type crossingEnd struct {
	at   netem.Time
	line string
}

// sequenceDiagram writes the ladder's window as a diagram of Mermaid, which GitHub draws. Its arrows have no slope: a
// packet stands where it arrives, in the order of arrivals, and one that does not arrive where it was sent.
func (p *Page) sequenceDiagram(b *bufio.Writer, f *Flow) {
	if len(f.Transits) == 0 {
		return
	}
	var lines []crossingEnd
	for i := range f.Transits {
		lines = append(lines, f.Transits[i].arrow())
	}
	slices.SortStableFunc(lines, func(a, b crossingEnd) int { return cmp.Compare(a.at, b.at) })
	from := 0
	if first := slices.IndexFunc(lines, func(l crossingEnd) bool { return strings.Contains(l.line, "--x") }); first > windowBefore {
		from = min(first-windowBefore, max(0, len(lines)-diagramLength))
	}
	lines = lines[from:min(len(lines), from+diagramLength)]
	near, far := ends(f.Turned)
	fmt.Fprintf(b, "\n## The packets as a diagram, %s\n\nIn the order of arrivals; a packet that does not arrive stands where it was sent.\n\n"+
		"```mermaid\nsequenceDiagram\n    participant C as %s\n    participant S as %s\n", f.Heading(), upperFirst(near), upperFirst(far))
	for _, l := range lines {
		fmt.Fprintf(b, "    %s\n", l.line)
	}
	b.WriteString("```\n")
}

// arrow returns the packet as a message of the diagram: "C->>S: data 5", "C--xS: data 6 (lost: loss 3%)".
func (t *Transit) arrow() crossingEnd {
	from, to := "C", "S"
	if !t.Up {
		from, to = to, from
	}
	at, arrow := t.Arrived, "->>"
	switch {
	case t.Arrived < 0:
		at, arrow = t.Sent, "--x"
	case t.Retransmit || t.Duplicate:
		arrow = "-->>"
	}
	label := t.Label
	if t.Arrived < 0 && !t.Lost {
		label += " (still on its way at the end)"
	}
	if story := t.story(); story != "" && story != "retransmission" {
		label += " (" + story + ")"
	}
	return crossingEnd{at, fmt.Sprintf("%s%s%s: %s ms, %s", from, arrow, to, fixedMilliseconds(at), mermaidText(label))}
}

func fixedMilliseconds(t netem.Time) string { return fmt.Sprintf("%.1f", t.Seconds()*1e3) }

// mermaidText escapes what ends a message's text or begins an entity or markup there: ";" ends a statement as a line's end
// does, "#" begins an entity, and "<" a tag.
func mermaidText(s string) string {
	return mermaidEscapes.Replace(s)
}

var mermaidEscapes = strings.NewReplacer(";", ",", "#", "#35;", "\n", " ", "\r", " ", "<", "#lt;", ">", "#gt;", "%%", "#37;#37;", "$$", "#36;#36;", "`", "'")
