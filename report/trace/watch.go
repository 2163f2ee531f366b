package trace

import (
	"fmt"
	"io"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/capturefile"
	"lossylab/report/match"
	"lossylab/report/metric"
)

// Place says where a capture of the conversation was taken, in the words of report.FlowResult, and how that was found.
func (c *Conversation) Place() (vantage, why string) {
	switch {
	case c.marked[0] == capturefile.Outbound || c.marked[1] == capturefile.Inbound:
		return report.AtClient, "the capture marks the client's packets as sent"
	case c.marked[0] == capturefile.Inbound || c.marked[1] == capturefile.Outbound:
		return report.AtServer, "the capture marks the client's packets as received"
	case c.answered < 0 || c.replied < 0:
		return report.AtUnknown, "no handshake was captured that would tell"
	case c.replied < c.answered/4:
		return report.AtClient, fmt.Sprintf("the SYN was answered after %v, and that after %v", ms(c.answered), ms(c.replied))
	case c.answered < c.replied/4:
		return report.AtServer, fmt.Sprintf("the SYN was answered after %v, and that after %v", ms(c.answered), ms(c.replied))
	}
	return report.AtMiddle, fmt.Sprintf("the SYN was answered after %v, and that after %v", ms(c.answered), ms(c.replied))
}

func ms(ns int64) string { return fmt.Sprintf("%.3f ms", float64(ns)/1e6) }

// watcher goes through one capture of a conversation.
type watcher struct {
	of       *Conversation
	zero     int64
	now      netem.Time
	flow     *report.Flow
	result   report.FlowResult
	seen     report.SeenResult
	conns    conns
	scale    [2]int // of windows, up and down; -1 where it was not announced
	passed   reassembly
	rate     metric.Bins
	spacing  report.Quantiles
	last     netem.Time // of the packet up before
	segments int64
	again    uint64
	synAgain bool
	packet   []byte // the one that is looked at
}

// shown is how many segments and acknowledgments the figures get to see.
const shown = 20_000

// Watch makes of one capture of a conversation what one place can tell.
func Watch(c match.Capture, of *Conversation) (*report.Flow, report.FlowResult, error) {
	w := &watcher{of: of, zero: of.First, flow: &report.Flow{Proto: of.Proto, Clients: 1, Captured: true}, scale: [2]int{-1, -1}, last: -1}
	rs, err := c.Open()
	if err != nil {
		return nil, w.result, fmt.Errorf("%s: %w", c.Name, err)
	}
	forth := of.up()
	back := forth.reversed()
	for {
		r, err := rs.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, w.result, fmt.Errorf("%s: %w", c.Name, err)
		}
		if e, _, ok := endsOf(r); ok && (e == forth || e == back) {
			w.take(r, e == forth)
		}
	}
	return w.flow, w.finish(), nil
}

// take looks at a packet of the conversation.
func (w *watcher) take(r *capturefile.Record, forth bool) {
	w.now = max(w.now, netem.Time(r.Time-w.zero))
	w.packet = whole(r, w.packet)
	h, ok := netem.ParseHeader(w.packet)
	if !ok {
		return
	}
	if forth {
		if w.last >= 0 {
			w.spacing.Add(w.now.Sub(w.last))
		}
		w.last = w.now
	}
	switch {
	case w.of.Proto == "udp" && forth:
		w.result.App.Sent++
		w.carried(len(h.Payload))
	case w.of.Proto == "udp":
	case forth:
		w.forth(&h, r.Frame)
	default:
		w.back(&h)
	}
}

// carried counts new data that pass up.
func (w *watcher) carried(n int) {
	w.result.App.Bytes += int64(n)
	w.rate.Add(w.now, n)
}

// forth looks at a segment from the client.
func (w *watcher) forth(h *netem.Header, frame int) {
	c, begun := w.conns.of(h)
	if begun {
		w.passed, w.synAgain = reassembly{}, false
	}
	if h.Flags&netem.RST != 0 {
		return
	}
	if h.Flags&netem.SYN != 0 {
		w.scale[0] = scaleOf(h)
		w.again += uint64(one(w.synAgain))
		w.synAgain = true
		c.send(w.now, h, -1, 0)
		return
	}
	from := c.offset(h.Seq, c.next)
	to := from + int64(len(h.Payload))
	if from < 0 {
		return
	}
	_, later := c.send(w.now, h, from, to)
	repeated := later && w.passed.has(from)
	switch {
	case repeated:
		w.again++
	case later:
		w.seen.Filled++
	}
	w.passed.add(from, to+int64(one(h.Flags&netem.FIN != 0)))
	if from == to {
		return
	}
	w.segments++
	if c.number == 0 && len(w.flow.Segments) < shown {
		w.flow.Segments = append(w.flow.Segments, report.Segment{At: w.now, Offset: from, Len: int(to - from), Arrived: -1, Retransmit: repeated, Frame: frame})
	}
	if to > c.next {
		w.result.App.Sent++
		w.carried(int(to - c.next))
		c.next = to
	}
	w.seen.FlightMax = max(w.seen.FlightMax, c.next-c.acked)
}

// back looks at a segment from the server.
func (w *watcher) back(h *netem.Header) {
	if h.Flags&netem.SYN != 0 {
		w.scale[1] = scaleOf(h)
	}
	if len(w.conns) == 0 || h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return
	}
	c := w.conns[len(w.conns)-1]
	before := c.repeats
	c.acknowledge(w.now, h)
	w.seen.DupAcks += int64(one(c.repeats > before))
	if c.number == 0 && len(w.flow.Acks) < shown {
		w.flow.Acks = append(w.flow.Acks, report.Ack{At: w.now, Offset: min(c.acked, c.next)})
	}
	if h.Flags&netem.SYN != 0 {
		return
	}
	window := int64(h.Window)
	if w.scale[0] >= 0 && w.scale[1] >= 0 { // RFC 7323 section 2.2: both must announce it
		window <<= w.scale[1]
	}
	w.seen.WindowMax = max(w.seen.WindowMax, window)
	w.seen.ZeroWindows += int64(one(window == 0))
}

func one(b bool) int {
	if b {
		return 1
	}
	return 0
}

// scaleOf returns the shift of windows that a SYN announces, -1 if none.
func scaleOf(h *netem.Header) int {
	if shift, ok := h.WindowScale(); ok {
		return int(shift)
	}
	return -1
}

// finish sums up.
func (w *watcher) finish() report.FlowResult {
	r := &w.result
	seconds := w.now.Seconds()
	rate := func(bytes int64) int64 {
		if seconds <= 0 {
			return 0
		}
		return int64(float64(bytes) * 8 / seconds)
	}
	r.Proto, r.Complete, r.Duration = w.of.Proto, true, seconds
	r.Vantage, w.seen.Why = w.of.Place()
	w.seen.Throughput = [2]int64{rate(w.of.Bytes[0]), rate(w.of.Bytes[1])}
	w.seen.Spacing = w.spacing.Summary()
	r.App.Goodput = float64(rate(r.App.Bytes))
	r.Seen = &w.seen
	r.Link = map[string]*report.LinkResult{
		up:   {Offered: w.of.Packets[0], Bytes: w.of.Bytes[0], DroppedBy: map[string]int64{}},
		down: {Offered: w.of.Packets[1], Bytes: w.of.Bytes[1], DroppedBy: map[string]int64{}},
	}
	if w.of.Proto == "tcp" {
		r.TCP = &report.TCPResult{Segments: w.segments, Retransmits: w.again}
		inferred(r.TCP, w.conns)
		w.flow.Recoveries, w.flow.Timeouts = int(r.TCP.FastRecoveries), int(r.TCP.Timeouts)
	}
	w.flow.End = w.now
	if w.now > 0 {
		w.flow.Goodput = w.rate.Series(w.now)
	}
	return *r
}
