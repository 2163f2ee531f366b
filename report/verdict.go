package report

import (
	"fmt"
	"strings"
)

// MakeVerdict returns one sentence that says what the run showed: what UDP did not bring, and what TCP did and paid.
func (r *Results) MakeVerdict() string {
	if r.captured() {
		return r.captureVerdict()
	}
	var clauses []string
	for i := range r.Flows {
		f := &r.Flows[i]
		clause := r.udpClause(f)
		if f.Proto == "tcp" {
			clause = r.tcpClause(f)
		}
		if f.Name != "" {
			clause = f.Name + ": " + clause
		}
		clauses = append(clauses, clause)
	}
	if clauses == nil {
		return "Nothing was run."
	}
	return strings.Join(clauses, "; ") + "."
}

// things counts what the programs count: "1 message", "20 answers".
func (r *Results) things(n int64) string { return count(n, r.either("answer", "message")) }

// all is things for whatever there was to come: "all 20 answers".
func (r *Results) all(n int64) string {
	if n == 1 {
		return "the only " + r.either("answer", "message")
	}
	return "all " + r.things(n)
}

func (r *Results) allInOrder(n int64) string {
	if n == 1 {
		return r.all(n)
	}
	return r.all(n) + " in order"
}

func (r *Results) udpClause(f *FlowResult) string {
	a := &f.App
	how := howDelivered(a)
	switch {
	case a.Sent == 0:
		return "UDP sent nothing" + f.why()
	case a.Unfinished > 0:
		s := fmt.Sprintf("UDP had delivered %s of %s when the run ended", orNone(a.Received), r.things(a.Sent))
		if a.Lost > 0 {
			s += fmt.Sprintf(", and lost %s", formatCount(a.Lost))
		}
		return s
	case a.Received == 0:
		return "UDP lost " + r.all(a.Sent)
	case a.Lost > 0:
		s := fmt.Sprintf("UDP lost %s of %s (%s %%) and delivered ", formatCount(a.Lost), r.things(a.Sent),
			formatPercent(float64(a.Lost)/float64(a.Sent)))
		switch {
		case how != "":
			return s + "the others, " + how
		case a.Received == 1:
			return s + "the other"
		}
		return s + "the others in order"
	case how == "":
		return "UDP delivered " + r.allInOrder(a.Sent)
	}
	return "UDP delivered " + r.all(a.Sent) + ", " + how
}

// why says what stopped a flow, if that is known.
func (f *FlowResult) why() string {
	if f.Note == "" {
		return ""
	}
	return ": " + f.Note
}

func orNone(n int64) string {
	if n == 0 {
		return "none"
	}
	return formatCount(n)
}

// howDelivered says what was wrong with what came, and is empty if nothing was.
func howDelivered(a *AppResult) string {
	var faults []string
	if a.Reordered > 0 {
		faults = append(faults, formatCount(a.Reordered)+" of them out of order")
	}
	if a.Duplicated > 0 {
		faults = append(faults, "with "+count(a.Duplicated, "duplicate"))
	}
	if a.Retries > 0 {
		faults = append(faults, "after the program had sent "+plural(a.Retries, "line again", "lines again"))
	}
	return enumerate(faults)
}

func (r *Results) tcpClause(f *FlowResult) string {
	a := &f.App
	switch {
	case a.Received == 0:
		return "TCP delivered nothing" + f.why()
	case a.Unfinished > 0 && a.Lost == 0 && r.App == "bulk":
		return fmt.Sprintf("TCP delivered %s in %s, in order and without a gap, at %s%s", r.things(a.Received), formatSeconds(f.Duration),
			formatRate(a.Goodput), f.price())
	case a.Received < a.Sent:
		return fmt.Sprintf("TCP had delivered %s of %s in order when the run ended", formatCount(a.Received), r.things(a.Sent))
	case a.Reordered > 0 || a.Duplicated > 0:
		return fmt.Sprintf("TCP delivered %s, but not once and in order, which is a fault of the stack", r.all(a.Sent))
	}
	return "TCP delivered " + r.allInOrder(a.Sent) + f.price()
}

// price says what TCP paid.
func (f *FlowResult) price() string {
	var costs []string
	if f.TCP != nil && f.TCP.Retransmits > 0 {
		cost := "sending " + plural(f.TCP.Retransmits, "segment again", "segments again")
		if n := f.TCP.Spurious; n > 0 {
			cost += fmt.Sprintf(" (%s needlessly)", formatCount(n))
		}
		costs = append(costs, cost)
	}
	if f.App.HeldBack > 0 {
		costs = append(costs, fmt.Sprintf("holding up %s behind missing ones for up to %s",
			count(f.App.HeldBack, "message"), formatSeconds(f.App.HeadOfLine.Max)))
	}
	if n := f.TCP.server().retransmits(); n != nil && *n > 0 {
		costs = append(costs, "the server sending "+plural(*n, "segment again", "segments again"))
	}
	if costs == nil {
		return ""
	}
	return ", " + enumerate(costs)
}

// enumerate joins with commas and an "and".
func enumerate(parts []string) string {
	if len(parts) < 2 {
		return strings.Join(parts, "")
	}
	return strings.Join(parts[:len(parts)-1], ", ") + " and " + parts[len(parts)-1]
}
