package report

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// none is a cell with nothing in it.
var none = Cell{"", "–"}

func textCell(s string) Cell { return Cell{s, s} }

func countCell[N int | int64](n N) Cell { return Cell{strconv.FormatInt(int64(n), 10), formatCount(n)} }

// secondsCell is an instant: "0.040118".
func secondsCell(t netem.Time) Cell {
	if t < 0 {
		return none
	}
	return Cell{t.String(), strconv.FormatFloat(t.Seconds(), 'f', 6, 64)}
}

// millisecondsCell is a length of time; a negative one is none.
func millisecondsCell(d time.Duration) Cell {
	if d < 0 {
		return none
	}
	s := strconv.FormatFloat(float64(d)/1e6, 'f', 3, 64)
	return Cell{strconv.FormatFloat(float64(d)/1e6, 'f', 6, 64), s}
}

// startCell is when a flow began: "0", of most.
func startCell(t netem.Time) Cell {
	if t == 0 {
		return Cell{"0", "0"}
	}
	return secondsCell(t)
}

func frameCell(frame int) Cell {
	if frame == 0 {
		return none
	}
	return Cell{strconv.Itoa(frame), strconv.Itoa(frame)}
}

// percentCell is a share, in CSV of 1.
func percentCell(share float64) Cell {
	if math.IsNaN(share) {
		return none
	}
	text := formatPercent(share)
	return Cell{strconv.FormatFloat(share, 'f', 6, 64), text + " %"}
}

// rttTable is the table of the Wireshark laboratory on TCP of Kurose and Ross.
func rttTable(flows []*Flow, r *Results) Table {
	by := senders(flows)
	if r.anyTurned() {
		by = "the sender"
	}
	t := Table{Name: "rtt", Title: "Round-trip times of the first TCP segments",
		Caption: "The first data segments of the first client, by the numbers that Wireshark shows in " + by + "'s capture. " +
			"SampleRTT is from sending a segment to the first ACK of its last byte; a segment that was sent again has none. " +
			"EstimatedRTT = 0.875 EstimatedRTT + 0.125 SampleRTT and DevRTT = 0.75 DevRTT + 0.25 |SampleRTT - EstimatedRTT|, as in " +
			"Kurose and Ross, begun with the first sample and half of it.",
		Columns: []Column{{"segment", "segment", true}, {"sent_frame", "frame", true}, {"seq_relative", "seq", true},
			{"seq", "", true}, {"bytes", "", true}, {"sent_s", "sent (s)", true}, {"acked_s", "ACKed (s)", true},
			{"ack_frame", "ACK's frame", true}, {"sample_rtt_ms", "SampleRTT (ms)", true}, {"estimated_rtt_ms", "EstimatedRTT (ms)", true},
			{"dev_rtt_ms", "DevRTT (ms)", true}, {"timeout_ms", "", true}}}
	for _, f := range flows {
		for i, r := range f.Tally.RTT {
			sample := millisecondsCell(r.Sample)
			if r.Again {
				sample.Text = "sent again"
			}
			seq := strconv.FormatUint(uint64(r.Seq), 10)
			t.Rows = append(t.Rows, []Cell{countCell(i + 1), frameCell(r.SentFrame), countCell(r.From + 1), {seq, seq}, countCell(r.To - r.From),
				secondsCell(r.Sent), secondsCell(r.Acked), frameCell(r.AckedFrame), sample, millisecondsCell(r.Estimated),
				millisecondsCell(r.Dev), millisecondsCell(r.Timeout())})
			if n := len(t.Rows) - 1; f.Name != "" {
				t.Rows[n] = append([]Cell{textCell(f.Name)}, t.Rows[n]...)
			}
		}
	}
	if len(flows) > 0 && flows[0].Name != "" {
		t.Columns = append([]Column{{"flow", "flow", false}}, t.Columns...)
	}
	return t
}

// summaryTable has a row for each client as iperf3 would sum it up.
func summaryTable(flows []*Flow, r *Results) Table {
	level := formatLevel(r.confidence())
	t := Table{Name: "summary", Title: "Summary by client",
		Caption: r.ofCaptures("From the first packet until the client's last event; transfer and bitrate are of the payload of the datagrams and new segments "+
			"that were received, copies left out; jitter is RFC 3550's, of the last of them; lost counts those that were sent and never received; ",
			"From the start of the run until the client's last event; transfer and bitrate are of the messages that were received, their headers included and copies left out; "+
				"jitter is RFC 3550's, of the last message; lost counts messages that were sent and never received; ") +
			"the share is of those whose fate is known, and the interval Wilson's score interval for it, as if of n (1 - r) / (1 + r) of them where the " +
			"fates of neighbours correlate by r > 0; TCP loses none by chance and has no interval; Retr counts the packets that TCP sent again, " +
			"SYN and FIN included.",
		Columns: []Column{{"proto", "protocol", false}, {"client", "client", true}, {"start_s", "", true}, {"end_s", "until (s)", true},
			{"bytes", "transfer (bytes)", true}, {"bits_per_second", "bitrate", true}, {"jitter_ms", "jitter (ms)", true},
			{"lost", "lost", true}, {"total", "total", true}, {"lost_share", "lost (share, " + level + " interval)", true},
			{"lost_low", "", true}, {"lost_high", "", true}, {"retransmits", "Retr", true}}}
	if slices.ContainsFunc(flows, func(f *Flow) bool { return f.Start > 0 }) {
		t.Caption = strings.Replace(t.Caption, "From the start of the run", "From the start of the flow", 1)
	}
	for i, f := range flows {
		sum := ClientTally{Again: -1, Jitter: -1}
		for n, c := range f.Tally.Clients {
			t.Rows = append(t.Rows, c.cells(f, r.confidence(), Cell{strconv.Itoa(n), strconv.Itoa(n + 1)}))
			sum.End = max(sum.End, c.End)
			sum.Bytes, sum.Sent, sum.Lost = sum.Bytes+c.Bytes, sum.Sent+c.Sent, sum.Lost+c.Lost
			sum.Received, sum.Independent = sum.Received+c.Received, sum.Independent+c.Independent
		}
		if tcp := r.Flows[i].TCP; tcp != nil {
			sum.Again = int(tcp.Retransmits)
		}
		if len(f.Tally.Clients) > 1 {
			t.Rows = append(t.Rows, sum.cells(f, r.confidence(), Cell{"sum", "sum"}))
		}
	}
	return t
}

func (c *ClientTally) cells(f *Flow, level float64, client Cell) []Cell {
	rate, again := none, none
	if c.End > f.Start {
		bps := float64(c.Bytes) * 8 / (c.End - f.Start).Seconds()
		rate = Cell{strconv.FormatFloat(bps, 'f', 0, 64), formatRate(bps)}
	}
	if c.Again >= 0 {
		again = countCell(c.Again)
	}
	cells := []Cell{{cmp.Or(f.Name, f.Proto), headingOf(f.Name, f.Proto, 0)}, client, startCell(f.Start), secondsCell(c.End), countCell(c.Bytes), rate,
		millisecondsCell(c.Jitter), countCell(c.Lost), countCell(c.Sent)}
	return append(append(cells, c.lostCells(f.Proto, level)...), again)
}

// impairmentsTable compares what the links' words ask for with what happened.
func impairmentsTable(flows []*Flow, r *Results) Table {
	confidence := r.confidence()
	level := formatLevel(confidence)
	t := Table{Name: "impairments", Title: "What the link was asked to do, and did",
		Caption: "Packets are those that the model judged and no model before it had dropped; expected is the share in the long run. The " +
			level + " interval is Wilson's score interval for the share, as if of n (1 - r) / (1 + r) packets where the fates of neighbours " +
			"are to correlate by r > 0. Within says whether the expected share is in it; of many intervals, a few miss by chance.",
		Columns: []Column{{"proto", "protocol", false}, {"link", "link", false}, {"words", "asked", false}, {"effect", "effect", false},
			{"packets", "packets", true}, {"expected_share", "expected", true}, {"counted", "counted", true}, {"share", "share", true},
			{"low", level + " interval, from", true}, {"high", "to", true}, {"within", "within", false}}}
	for _, f := range flows {
		for i := range f.Tally.Impairments {
			m := &f.Tally.Impairments[i]
			if m.Of > 0 {
				t.Rows = append(t.Rows, m.cells(f, confidence))
			}
		}
	}
	return t
}

func (i *Impairment) cells(f *Flow, confidence float64) []Cell {
	n, within := float64(i.Of), none
	if i.ACF1 > 0 {
		n = metric.Independent(int(i.Of), i.ACF1)
	}
	interval := metric.WilsonAt(min(1, i.Share()), n, confidence)
	if interval.Known() && !math.IsNaN(i.Expected) {
		yes := interval.Low <= i.Expected && i.Expected <= interval.High
		within = Cell{bit(yes), map[bool]string{true: "yes", false: "no"}[yes]}
	}
	return []Cell{{cmp.Or(f.Name, f.Proto), headingOf(f.Name, f.Proto, 0)}, textCell(i.Link), textCell(i.Words), textCell(i.Effect), countCell(i.Of),
		percentCell(i.Expected), countCell(i.Counted), percentCell(i.Share()), percentCell(interval.Low), percentCell(interval.High), within}
}

// formatLevel writes a confidence level: "95 %".
func formatLevel(level float64) string {
	return strconv.FormatFloat(math.Round(level*1e8)/1e6, 'f', -1, 64) + " %"
}

// confidence returns the level of the results' intervals, 95 % if none is said.
func (r *Results) confidence() float64 {
	if r.Confidence == 0 {
		return metric.Confidence
	}
	return r.Confidence
}
