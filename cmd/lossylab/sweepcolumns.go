package main

import (
	"slices"
	"strings"

	"lossylab/report"
)

// keptAlways are the measures of each flow that a sweep keeps without being asked: those that reports are made of.
var keptAlways = []string{
	"app.goodput_bps", "duration_s", "app.sent", "app.received", "app.lost", "app.duplicated", "app.reordered", "app.corrupted",
	"metrics.messages.loss.ratio", "metrics.messages.sent", "metrics.messages.loss.independent_packets",
	"app.latency_s.mean", "app.latency_s.p50", "app.latency_s.p95", "app.latency_s.p99",
	"metrics.messages.reordering.ratio", "metrics.messages.jitter_rfc3550_s",
	"link.up.dropped", "link.up.queue_max", "link.up.sojourn_s.mean", "link.up.sojourn_s.p95", "link.up.reordered",
	"theory.link.up.loss.expected", "theory.link.up.loss.measured", "theory.link.up.loss_period_packets.expected",
	"theory.link.up.loss_period_packets.measured", "theory.link.up.reordered.expected", "theory.link.up.reordered.measured",
}

// keptTCP are those of TCP flows.
var keptTCP = []string{
	"tcp.retransmits", "tcp.fast_recoveries", "tcp.timeouts", "tcp.spurious", "tcp.cwnd_max", "tcp.srtt_s.mean", "app.hol_wait_s.mean",
	"metrics.tcp.rtt_s.mean", "metrics.tcp.loss_events", "metrics.tcp.loss_event_rate", "metrics.tcp.throughput_bps",
	"theory.tcp.delay_bandwidth_product_bytes",
	"theory.tcp.link_rate_bps", "theory.tcp.window_segments", "theory.tcp.mss_bytes", "theory.tcp.rtt_s", // why a law need not hold
	"theory.tcp.mathis.rate_bps", "theory.tcp.mathis.goodput_over_rate", "theory.tcp.mathis.holds",
	"theory.tcp.pftk_full.rate_bps", "theory.tcp.pftk_full.goodput_over_rate", "theory.tcp.pftk_full.holds",
	"theory.tcp.cubic.rate_bps", "theory.tcp.cubic.goodput_over_rate", "theory.tcp.cubic.holds",
}

// unmetColumn counts the expectations of a scenario that a run has not met.
const unmetColumn = "expectations_unmet"

// chooseColumns decides what is kept of each run.
func (w *sweepSettings) chooseColumns() error {
	flows, tcp := w.flows()
	for _, flow := range flows {
		paths := keptAlways
		if tcp[flow] {
			paths = slices.Concat(keptAlways, keptTCP)
		}
		for _, path := range paths {
			m, err := report.ParseMeasure(path)
			if err != nil {
				return err // the lists are of this version
			}
			w.columns = append(w.columns, ofFlow{flow, m})
		}
	}
	var errs []error
	for _, path := range w.flags.metrics {
		m, err := parseOfFlow(path, flows)
		if err != nil {
			_, why, _ := strings.Cut(err.Error(), ": ")
			errs = append(errs, usagef("--metric %s: %s", path, why))
			continue
		}
		if !slices.ContainsFunc(w.columns, func(c ofFlow) bool { return c.String() == m.String() }) {
			w.columns = append(w.columns, m)
		}
	}
	return w.file.explain(errs)
}

// flows returns the names of all flows that any cell has, and which of them may be TCP's.
func (w *sweepSettings) flows() (names []string, tcp map[string]bool) {
	tcp = map[string]bool{}
	if m := w.base.mix; m != nil {
		for _, p := range m.Traffic {
			names = append(names, p.Name)
			key := "traffic." + p.Name + ".proto"
			tcp[p.Name] = p.Protos[0] == "tcp" || slices.ContainsFunc(w.axes, func(a sweepAxis) bool { return a.Key == key })
		}
		return names, tcp
	}
	for _, name := range []string{"udp", "tcp"} {
		varied := slices.ContainsFunc(w.axes, func(a sweepAxis) bool { return a.Key == "proto" })
		if varied || slices.Contains(w.base.Protos, name) {
			names = append(names, name)
		}
	}
	tcp["tcp"] = true
	return names, tcp
}

// columnNames returns the names of the columns.
func (w *sweepSettings) columnNames() (names []string) {
	for _, c := range w.columns {
		names = append(names, c.String())
	}
	if len(w.base.expect) > 0 {
		names = append(names, unmetColumn)
	}
	return names
}

// numbers takes the columns' numbers from a run's results.
func (w *sweepSettings) numbers(s *scenario, flows []report.FlowResult) []float64 {
	values := make([]float64, 0, len(w.columns)+1)
	for _, c := range w.columns {
		values = append(values, c.of(flows))
	}
	if len(w.base.expect) > 0 {
		unmet := 0.
		for i := range s.expect {
			if ok, _ := s.expect[i].met(flows); !ok {
				unmet++
			}
		}
		values = append(values, unmet)
	}
	return values
}
