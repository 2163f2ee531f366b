package trace

import (
	"fmt"

	"lossylab/report"
)

// Both makes of a meeting what a run makes of a protocol: what the figures are drawn from, and the results.
func (m *Meeting) Both() (*report.Flow, report.FlowResult, error) {
	rec := newRecorder(m.Of.Proto, "", "")
	rec.Confidence = m.Confidence
	end, err := m.Replay(rec)
	if err != nil {
		return nil, report.FlowResult{}, err
	}
	flow, r := rec.Finish(end, rec.tcp || len(rec.seq) > 0)
	flow.Captured = true
	r.Complete, r.Vantage = true, report.BothEnds
	unknown := int64(0)
	for _, l := range r.Link {
		unknown += l.InFlight
	}
	if unknown > 0 {
		r.Notes = append(r.Notes, fmt.Sprintf("%s at the end, when the captures do not tell any more whether they arrived", plural(unknown, "packet was sent", "packets were sent")))
	}
	r.Notes = append(r.Notes, m.Steps...)
	r.Notes = append(r.Notes, m.doubts()...)
	if rec.backData > rec.upData {
		r.Notes = append(r.Notes, fmt.Sprintf("most data flow down, from the server, and retransmissions, tables and figures are those of the way up: to see the other way, call it the client, with --client %s", m.Of.Server.Addr()))
	}
	rec.tell(flow, &r)
	return flow, r, nil
}

// tell adds to the results of TCP what was inferred.
func (r *recorder) tell(flow *report.Flow, f *report.FlowResult) {
	if f.TCP == nil {
		return
	}
	f.TCP.Retransmits = 0
	for _, n := range f.TCP.Causes {
		f.TCP.Retransmits += uint64(n)
	}
	inferred(f.TCP, r.conns)
	flow.Recoveries, flow.Timeouts = int(f.TCP.FastRecoveries), int(f.TCP.Timeouts)
}

// inferred adds up what was inferred of all connections. The round-trip times are the first one's.
func inferred(t *report.TCPResult, conns conns) {
	for _, c := range conns {
		t.FastRecoveries += uint64(c.recoveries)
		t.Timeouts += uint64(c.timeouts)
	}
	if len(conns) > 0 {
		q := report.Quantiles{Distribution: conns[0].rtt.Samples}
		t.RTT = q.Summary()
	}
}

func plural(n int64, one, more string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, more)
}
