package report

import (
	"fmt"
	"strings"
)

// MakeVerdict returns one sentence that says what the run showed: what UDP did not bring, and what TCP did and paid.
func (r *Results) MakeVerdict() string {
	var clauses []string
	for _, f := range r.Flows {
		if f.Proto == "tcp" {
			clauses = append(clauses, r.tcpClause(&f))
		} else {
			clauses = append(clauses, r.udpClause(&f))
		}
	}
	return upperStart(strings.Join(clauses, "; ")) + "."
}

func upperStart(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// things names what is counted.
func (r *Results) things() string {
	if r.App == "echo" {
		return "answers"
	}
	return "messages"
}

func (r *Results) udpClause(f *FlowResult) string {
	a := &f.App
	var faults []string
	if a.Lost > 0 {
		faults = append(faults, fmt.Sprintf("lost %s of %s %s (%s %%)", formatCount(a.Lost), formatCount(a.Sent), r.things(),
			formatPercent(float64(a.Lost)/float64(a.Sent))))
	}
	if a.Reordered > 0 {
		faults = append(faults, fmt.Sprintf("delivered %s out of order", formatCount(a.Reordered)))
	}
	if a.Duplicated > 0 {
		faults = append(faults, fmt.Sprintf("delivered %s twice", formatCount(a.Duplicated)))
	}
	if a.Retries > 0 {
		faults = append(faults, fmt.Sprintf("made the program itself send %s", countOf(a.Retries, "line again", "lines again")))
	}
	if len(faults) == 0 {
		return fmt.Sprintf("UDP delivered all %s %s in order: nothing happened to them on this link", formatCount(a.Sent), r.things())
	}
	return "UDP " + enumerate(faults)
}

func (r *Results) tcpClause(f *FlowResult) string {
	a := &f.App
	switch {
	case a.Received == 0:
		return "TCP delivered nothing: " + f.Note
	case a.Unfinished > 0 && a.Lost == 0 && r.App == "bulk":
		return fmt.Sprintf("TCP delivered %s in %s, without a gap, at %s%s", formatCount(a.Received)+" "+r.things(),
			formatSeconds(f.Duration), formatRate(a.Goodput), f.price())
	case a.Received < a.Sent:
		return fmt.Sprintf("TCP had delivered %s of %s %s in order when it ended", formatCount(a.Received), formatCount(a.Sent), r.things())
	case a.Reordered > 0 || a.Duplicated > 0:
		return fmt.Sprintf("TCP delivered all %s %s, but not in order, which is a fault of the stack", formatCount(a.Sent), r.things())
	}
	return fmt.Sprintf("TCP delivered all %s %s in order%s", formatCount(a.Sent), r.things(), f.price())
}

// price says what TCP paid.
func (f *FlowResult) price() string {
	var costs []string
	if f.TCP != nil && f.TCP.Retransmits > 0 {
		costs = append(costs, "sending "+countOf(int64(f.TCP.Retransmits), "segment again", "segments again"))
	}
	if f.App.HeldBack > 0 {
		costs = append(costs, fmt.Sprintf("holding up %s behind missing ones for up to %s",
			countOf(f.App.HeldBack, "message", "messages"), formatSeconds(f.App.HeadOfLine.Max)))
	}
	if len(costs) == 0 {
		return ""
	}
	return ", " + enumerate(costs)
}

func countOf(n int64, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return formatCount(n) + " " + many
}

// enumerate joins with commas and an "and".
func enumerate(parts []string) string {
	if len(parts) == 1 {
		return parts[0]
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
