package report

import (
	"strings"
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// Samples is what figures show of the links, beside the lists of a Flow. It covers the whole run.
type Samples struct {
	Up, Down   LinkSamples
	Throughput []Bin // IP bytes that the link of the data delivered, duplicates included, in bins as wide as those of Goodput where that is possible
	Answers    bool  // messages are delivered when their answer has come: an echo's
}

// LinkSamples is what figures show of one link.
type LinkSamples struct {
	Place  string      // of the queue, on a link of several parts: "hop 2"
	Limit  netem.Limit // of the queue; zero where it is not known
	Delays bool        // packets wait out their delay in the queue too: that of a tc line
	Loss   float64     // share of packets that its models lose in the long run, and
	Burst  float64     // the mean length of a run of losses, packets; NaN or 0 where nothing is known (see netem.Expectation)
	Queue  []QueueBin  // in order of time; stretches without events are left out
}

// QueueBin is what happened to a link's queue in a short stretch of time.
type QueueBin struct {
	Start, End netem.Time
	Packets    int           // waiting when it was longest, of the times at which one left to be transmitted
	Left       int           // waiting behind the last packet that left
	Sojourn    time.Duration // of the packet that had waited longest; negative if none left
	Drops      int           // packets that the queue dropped
}

const (
	queueBins  = 4096
	queueWidth = 100 * time.Microsecond // of a bin at first
)

// queueSampler follows a queue in bins of equal width. Whenever more than queueBins are needed they become twice as wide.
type queueSampler struct {
	bins  []QueueBin
	width netem.Time
}

// observe takes an event of the link.
func (q *queueSampler) observe(e netem.Event) {
	switch e.Kind {
	case netem.Dequeued:
		b := q.bin(e.At)
		sojourn := e.At.Sub(e.Packet.Sent)
		b.Sojourn, b.Left = max(b.Sojourn, sojourn), e.Waiting
		if sojourn > 0 { // or it went straight through
			b.Packets = max(b.Packets, e.Waiting+1)
		}
	case netem.Dropped:
		if ofQueue(e.By) {
			q.bin(e.At).Drops++
		}
	}
}

// ofQueue reports whether a cause of a loss is a queue: its discipline, or that it is full.
func ofQueue(by string) bool {
	return strings.HasPrefix(by, "queue ") || strings.HasPrefix(by, "limit ")
}

// bin returns the bin of an instant that is not before those of earlier calls.
func (q *queueSampler) bin(at netem.Time) *QueueBin {
	if n := len(q.bins); n > 0 && at < q.bins[n-1].End {
		return &q.bins[n-1]
	}
	if q.width == 0 {
		q.width = netem.Time(queueWidth)
	}
	for len(q.bins) == queueBins {
		q.merge()
	}
	start := at - at%q.width
	if n := len(q.bins); n > 0 && start < q.bins[n-1].End { // that has become wider
		return &q.bins[n-1]
	}
	q.bins = append(q.bins, QueueBin{Start: start, End: start + q.width, Sojourn: -1})
	return &q.bins[len(q.bins)-1]
}

// merge doubles the width.
func (q *queueSampler) merge() {
	q.width *= 2
	merged := q.bins[:0]
	for _, b := range q.bins {
		b.Start -= b.Start % q.width
		b.End = b.Start + q.width
		if n := len(merged); n > 0 && merged[n-1].Start == b.Start {
			m := &merged[n-1]
			m.Packets, m.Sojourn = max(m.Packets, b.Packets), max(m.Sojourn, b.Sojourn)
			m.Drops += b.Drops
			if b.Sojourn >= 0 {
				m.Left = b.Left
			}
			continue
		}
		merged = append(merged, b)
	}
	q.bins = merged
}

// sampler gathers the Samples.
type sampler struct {
	up, down queuePlaces
	rate     metric.Bins
}

func (s *sampler) observe(e netem.Event) {
	if e.Link != up {
		s.down.observe(e)
		return
	}
	s.up.observe(e)
	if e.Kind == netem.Delivered {
		s.rate.Add(e.At, e.Packet.Size())
	}
}

// finish returns the samples of a run that ended at last, whose links did what up and down say.
func (s *sampler) finish(last netem.Time, goodput []Bin, up, down *LinkResult) Samples {
	all := Samples{Up: s.up.finish(up), Down: s.down.finish(down)}
	ok := false
	if len(goodput) > 0 {
		all.Throughput, ok = s.rate.Every(goodput[0].End.Sub(goodput[0].Start), last)
	}
	if !ok && last > 0 {
		all.Throughput = s.rate.Series(last)
	}
	return all
}

func (q *queueSampler) finish(r *LinkResult) LinkSamples {
	s := LinkSamples{Queue: q.bins}
	spec, err := netem.Parse(r.Spec)
	if err != nil || r.Offered == 0 { // a SPEC that needs files
		return s
	}
	s.Delays = spec.TC != nil
	if s.Limit = spec.Limit; s.Limit == (netem.Limit{}) && spec.Queue == nil && !s.Delays {
		s.Limit.Packets = netem.DefaultLimit
	}
	if r.Dropped > 0 && r.Corrupted == 0 { // to the programs, damaged is lost
		e := spec.Expect(netem.Traffic{Spacing: time.Second, Size: int(r.Bytes / r.Offered)})
		s.Loss, s.Burst = e.Loss, e.MeanBurst
	}
	return s
}

// scaling notes what a SYN of either end says about window scaling. RFC 7323 section 2.2: "both sides MUST send Window Scale
// options in their <SYN> segments to enable window scaling in either direction."
func (c *tcpConn) scaling(h *netem.Header, client bool) {
	shift, ok := h.WindowScale()
	switch {
	case client:
		c.scales = ok
	case ok && c.scales:
		c.shift = shift
	default:
		c.shift = 0
	}
}

// caller is what the SYN of a connection that the receiver of the data opens says about window scaling.
type caller struct {
	port  uint16 // to which it goes
	shift uint8
	ok    bool
}

func (l *caller) call(h *netem.Header) {
	l.port = h.Dst.Port()
	l.shift, l.ok = h.WindowScale()
}

// scale has a connection scale the windows that the caller tells, if the SYN that answers permits it.
func (l *caller) scale(c *tcpConn, h *netem.Header) {
	if l.ok && c.scales && h.Flags&netem.ACK != 0 && h.Src.Port() == l.port {
		c.shift = l.shift
	}
}

// window returns the window that the server tells, bytes. RFC 7323 section 2.2: that in a SYN "MUST NOT be scaled".
func (c *tcpConn) window(h *netem.Header) int64 {
	if h.Flags&netem.SYN != 0 {
		return int64(h.Window)
	}
	return int64(h.Window) << c.shift
}

// ack returns what an acknowledgment that arrived at the client says, whose offset is known.
func (c *tcpConn) ack(at netem.Time, h *netem.Header, offset int64) Ack {
	a := Ack{At: at, Offset: min(offset, c.next), Window: c.window(h)} // a FIN takes a number too
	for _, b := range h.SACK() {
		if from, to := c.offset(b[0], c.acked), c.offset(b[1], c.acked); from < to {
			a.SACK = append(a.SACK, [2]int64{from, to})
		}
	}
	return a
}
