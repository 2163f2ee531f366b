package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// measureGroup is a heading of the table "Measured by the documents" and the rows under it.
type measureGroup struct {
	Label string
	Rows  []measureRow
}

// measureRow is a measure: a cell for each flow, and the document that defines it.
type measureRow struct {
	Label    string
	Cells    []string
	Document string
}

// measureGroups returns the table, empty if nothing was measured.
func (r *Results) measureGroups() (groups []measureGroup) {
	from := func(link string) bool {
		return slices.ContainsFunc(r.Flows, func(f FlowResult) bool { return f.dataLink() == link })
	}
	near, far := ends(r.anyTurned())
	for _, g := range []struct {
		label string
		rows  []measureRow
	}{
		{"Packets from " + near + " to " + far, r.packetRows(func(m *Metrics) *PacketMetrics { return m.Packets[up] }, from(up))},
		{"Packets from " + far + " to " + near, r.packetRows(func(m *Metrics) *PacketMetrics { return m.Packets[down] }, from(down))},
		{r.ofCaptures("Datagrams and new segments", r.either("Lines and their answers", "Messages")) + ", of the first client", r.packetRows(func(m *Metrics) *PacketMetrics { return m.Messages }, false)},
		{"TCP, of the first client", r.measuredTCP()},
	} {
		if len(g.rows) > 0 {
			groups = append(groups, measureGroup{g.label, g.rows})
		}
	}
	return groups
}

// measure returns a row whose cells are made by f of what of finds; nothing is found where nothing was measured.
func measure[T any](r *Results, label, document string, of func(*Metrics) *T, f func(*T) string) (row measureRow, some bool) {
	row = measureRow{Label: label, Document: document, Cells: make([]string, len(r.Flows))}
	for i := range r.Flows {
		row.Cells[i] = "–"
		if m := r.Flows[i].Metrics; m != nil {
			if t := of(m); t != nil {
				row.Cells[i], some = f(t), true
			}
		}
	}
	return row, some
}

// packetRows are the rows about packets or messages: the main ones, or all.
func (r *Results) packetRows(of func(*Metrics) *PacketMetrics, all bool) (rows []measureRow) {
	for _, w := range packetMeasured {
		if !all && !w.main {
			continue
		}
		if row, ok := measure(r, w.label, w.document, of, w.cell); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// measuredPacket says how a measure of packets is told.
type measuredPacket struct {
	label, document string
	main            bool
	cell            func(*PacketMetrics) string
}

var packetMeasured = []measuredPacket{
	{"lost", "RFC 7680 §4.1", true, func(p *PacketMetrics) string { return withInterval(p.Loss.Ratio, p.Loss.Interval) }},
	{"from one loss to the next, mean", "RFC 3357 §4", false, func(p *PacketMetrics) string { return p.Loss.DistanceMean.packets() }},
	{"loss periods: number, mean and longest", "RFC 3357 §4", false, func(p *PacketMetrics) string {
		return together(formatCount(p.Loss.Periods), p.Loss.PeriodMean.decimal(), count(p.Loss.PeriodMax, "packet"))
	}},
	{"lost within bursts; bursts last", "RFC 3611 §4.7.2", false, func(p *PacketMetrics) string { return p.Loss.Burst.text() }},
	{"lost within gaps; gaps last", "RFC 3611 §4.7.2", false, func(p *PacketMetrics) string { return p.Loss.Gap.text() }},
	{"reordered", "RFC 4737 §4.1", true, func(p *PacketMetrics) string { return withInterval(p.Reordering.Ratio, p.Reordering.Interval) }},
	{"extent, mean and greatest", "RFC 4737 §4.2", false, func(p *PacketMetrics) string {
		return p.Reordering.pair(p.Reordering.ExtentMean.decimal(), count(p.Reordering.ExtentMax, "packet"))
	}},
	{"late time, mean and longest", "RFC 4737 §4.3", false, func(p *PacketMetrics) string {
		return p.Reordering.pair(p.Reordering.LateMean.duration(), p.Reordering.LateMax.duration())
	}},
	{"byte offset, mean and greatest", "RFC 4737 §4.4", false, func(p *PacketMetrics) string {
		return p.Reordering.pair(p.Reordering.OffsetMean.whole(), count(p.Reordering.OffsetMax, "byte"))
	}},
	{"1-, 2- and 3-reordered", "RFC 4737 §5", false, func(p *PacketMetrics) string {
		d := p.Reordering.Degree
		return p.Reordering.pair(d[0].percent(), d[1].percent(), d[2].percent())
	}},
	{"between reordering discontinuities, mean", "RFC 4737 §4.5", false, func(p *PacketMetrics) string {
		if !p.Reordering.GapMean.Known() {
			return p.Reordering.GapMean.packets()
		}
		return together(p.Reordering.GapMean.packets(), formatSeconds(float64(p.Reordering.GapTime)))
	}},
	{"run without reordering, mean", "RFC 4737 §4.6", false, func(p *PacketMetrics) string { return p.Reordering.FreeRunMean.packets() }},
	{"discontinuities", "RFC 4737 §3.4", false, func(p *PacketMetrics) string { return formatCount(p.Reordering.Discontinuities) }},
	{"displaced early, and late", "RFC 5236", false, func(p *PacketMetrics) string {
		early, late := p.Density.displaced()
		return p.Reordering.pair(early.percent(), late.percent())
	}},
	{"buffer to put them in order, mean", "RFC 5236", false, func(p *PacketMetrics) string { return p.Density.Occupancy.packets() }},
	{"one-way delay p50, p95, p99", "RFC 7679", true, func(p *PacketMetrics) string { return p.Delay.text() }},
	{"delay variation of neighbours (IPDV) p50, p95, p99", "RFC 3393", false, func(p *PacketMetrics) string { return p.IPDV.text() }},
	{"above the least delay (PDV) p50, p95, p99", "RFC 5481 §4.2", false, func(p *PacketMetrics) string { return p.PDV.text() }},
	{"PDV p99.9", "RFC 5481 §4.2", true, func(p *PacketMetrics) string {
		if p.PDV == nil {
			return "–"
		}
		return formatSeconds(p.PDV.P999)
	}},
	{"jitter, at the end", "RFC 3550 §6.4.1", true, func(p *PacketMetrics) string { return p.Jitter.duration() }},
	{"throughput", "IP bytes", false, func(p *PacketMetrics) string { return p.Throughput.rate() }},
}

// pair joins cells if anything was reordered.
func (m *ReorderingMetrics) pair(cells ...string) string {
	if m.Packets == 0 {
		return "–"
	}
	return together(cells...)
}

// displaced returns the shares of packets that came at an earlier and at a later place than their own.
func (d *DensityMetrics) displaced() (early, late Number) {
	for i := 1; i <= d.Threshold; i++ {
		early += d.RD[strconv.Itoa(-i)]
		late += d.RD[strconv.Itoa(i)]
	}
	return early, late
}

func (s *StretchMetrics) text() string {
	if s.N == 0 {
		return "–"
	}
	if !s.Duration.Known() {
		return together(s.Density.percent(), s.Length.packets())
	}
	return together(s.Density.percent(), s.Duration.duration())
}

func (s *SpreadMetrics) text() string {
	if s == nil {
		return "–"
	}
	return together(formatSeconds(s.P50), formatSeconds(s.P95), formatSeconds(s.P99))
}

func (r *Results) measuredTCP() (rows []measureRow) {
	for _, w := range []struct {
		label, document string
		cell            func(*TCPMetrics) string
	}{
		{"round trips measured, and refused by Karn", "RFC 6298 §3", func(m *TCPMetrics) string {
			if m.RTT == nil {
				return together("0", formatCount(m.Karn))
			}
			return together(formatCount(m.RTT.N), formatCount(m.Karn))
		}},
		{"round trip p50, p95, p99", "RFC 6298 §3", func(m *TCPMetrics) string { return m.RTT.text() }},
		{"SRTT and RTTVAR, at the end", "RFC 6298 §2", func(m *TCPMetrics) string { return together(m.SRTT.duration(), m.RTTVar.duration()) }},
		{"RTO of 1 s at least; of SRTT + 200 ms, as on Linux", "RFC 6298 §2", func(m *TCPMetrics) string { return together(m.RTO.duration(), m.RTOLinux.duration()) }},
		{"duplicate acknowledgments", "RFC 5681 §2", func(m *TCPMetrics) string { return formatCount(m.Duplicates) }},
		{"FlightSize, mean and most", "RFC 5681 §2", func(m *TCPMetrics) string {
			return together(m.FlightMean.whole(), count(m.FlightMax, "byte"))
		}},
		{"receive window, least", "RFC 7323 §2", func(m *TCPMetrics) string { return count(m.WindowMin, "byte") }},
		{"loss events", "RFC 5348 §5.2", func(m *TCPMetrics) string {
			return fmt.Sprintf("%s (%s)", formatCount(m.LossEvents), m.EventRate.percent())
		}},
		{"throughput; " + r.ofCaptures("new data", "goodput"), "IP bytes; " + r.ofCaptures("payload", "messages"), func(m *TCPMetrics) string { return together(m.Throughput.rate(), m.Goodput.rate()) }},
	} {
		if row, ok := measure(r, w.label, w.document, func(m *Metrics) *TCPMetrics { return m.TCP }, w.cell); ok {
			rows = append(rows, row)
		}
	}
	return rows
}

// together puts the parts of a cell beside each other; without any that is known there is nothing to tell.
func together(parts ...string) string {
	if strings.Trim(strings.Join(parts, ""), "–") == "" {
		return "–"
	}
	return strings.Join(parts, ", ")
}

// withInterval writes a share and its interval: "2.6 % (1.5 to 4.4 %)".
func withInterval(x Number, i [2]Number) string {
	if !x.Known() || !i[0].Known() {
		return x.percent()
	}
	return fmt.Sprintf("%s (%s to %s)", x.percent(), formatPercent(float64(i[0])), i[1].percent())
}
