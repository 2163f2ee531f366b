package report

import (
	"sort"

	"lossylab/netem"
)

// Collector gathers what the figures and results of one protocol's run are made of, from the events of its two links, of
// its programs, and from samples of its TCP. Memory is bounded whatever the run's length: the counters count everything,
// the lists for the figures hold the first 20,000 messages, segments and acknowledgments of the first client.
type Collector struct {
	flow     Flow
	byStream bool // messages travel in a TCP stream, in order of their numbers
	up, down *linkCounter
	messages messageCounter
	tcp      tcpTracker
	ladder   ladderWindow
	frames   Frames

	ends    []int64 // TCP stream: where each shown message ends in the first client's stream
	missing []int   // and how many of its bytes have not arrived
	wait    Quantiles
	waited  int64
	srtt    Quantiles
	cwndMax int
	port    uint16 // of the connection whose states the figures show
}

// NewCollector returns a Collector for proto, "udp" or "tcp". The specs are those of the two links, for the results.
// Streamed says that messages lie one behind the other in the client's stream, so that the arrival of each can be told
// from the packets; an echo's do not.
func NewCollector(proto, upSpec, downSpec string, streamed bool) *Collector {
	return &Collector{
		flow:     Flow{Proto: proto},
		byStream: streamed && proto == "tcp",
		up:       newLinkCounter(upSpec),
		down:     newLinkCounter(downSpec),
	}
}

// Observe implements netem.Observer.
func (c *Collector) Observe(e netem.Event) {
	if e.Link == up {
		c.up.observe(e)
	} else {
		c.down.observe(e)
	}
	_, frame := c.frames.Count(e)
	tcp := c.flow.Proto == "tcp" && (e.Kind == netem.Sent || e.Kind == netem.Dropped || e.Kind == netem.Delivered)
	if !tcp && c.ladder.full() {
		return
	}
	h, ok := e.Packet.Header()
	if !ok {
		h = nil
	}
	var s seen
	if tcp && ok && h.Proto == netem.ProtoTCP {
		s = c.track(e, h, frame)
	}
	if !c.ladder.full() {
		c.ladder.observe(e, h, s, frame)
	}
}

func (c *Collector) track(e netem.Event, h *netem.Header, frame int) seen {
	if e.Link == down {
		return c.tcp.down(e, h)
	}
	s := c.tcp.up(e, h, frame)
	if c.byStream && e.Kind == netem.Delivered && !e.Packet.Corrupt && s.len > 0 && s.conn == c.tcp.first {
		s.conn.arrived.add(s.offset, s.offset+int64(s.len), func(from, to int64) { c.arrive(e.At, from, to) })
	}
	return s
}

// arrive notes that the bytes [from, to) of the first client's stream have reached the server's host.
func (c *Collector) arrive(at netem.Time, from, to int64) {
	i := sort.Search(len(c.ends), func(i int) bool { return c.ends[i] > from })
	for ; i < len(c.ends) && from < to; i++ {
		n := min(to, c.ends[i]) - from
		from += n
		if c.missing[i] -= int(n); c.missing[i] == 0 {
			c.messages.messages[i].Arrived = at
		}
	}
}

// Message takes an event of the programs.
func (c *Collector) Message(e MessageEvent) {
	before := len(c.messages.messages)
	c.messages.observe(e)
	switch {
	case c.byStream && len(c.messages.messages) > before:
		end := int64(e.Bytes)
		if before > 0 {
			end += c.ends[before-1]
		}
		c.ends, c.missing = append(c.ends, end), append(c.missing, e.Bytes)
	case e.Kind == MessageReceived && e.Flow == 0 && e.Seq < len(c.messages.messages):
		c.delivered(&c.messages.messages[e.Seq], e.At)
	}
}

// delivered notes how long a message that had arrived waited for those before it. A message that does not travel in a
// stream waits for none.
func (c *Collector) delivered(m *Message, at netem.Time) {
	if !c.byStream {
		if m.Arrived < 0 {
			m.Arrived = at
		}
		return
	}
	if m.Arrived >= 0 && m.Delivered == at {
		c.wait.Add(at.Sub(m.Arrived))
		if at > m.Arrived {
			c.waited++
		}
	}
}

// State takes a sample of a TCP sender, whose port tells the connections apart.
func (c *Collector) State(port uint16, s State) {
	c.cwndMax = max(c.cwndMax, s.Cwnd)
	if s.SRTT > 0 {
		c.srtt.Add(fromSeconds(s.SRTT))
	}
	if c.port == 0 {
		c.port = port
	}
	if port == c.port && len(c.flow.States) < shown {
		c.flow.States = append(c.flow.States, s)
	}
}

// Finish closes the books at the end of the run and returns what the figures are drawn from, and the results but for what
// only the engine knows: of TCP's retransmissions, those of SYN are counted here. Cut says that the programs had not finished.
func (c *Collector) Finish(end netem.Time, cut bool) (*Flow, FlowResult) {
	c.tcp.finish()
	f := &c.flow
	f.Messages, f.Receptions = c.messages.messages, c.messages.receptions
	f.Segments, f.Acks = c.tcp.shown, c.tcp.acks
	f.Transits = c.ladder.transits()
	f.End = end
	if last := c.messages.last; last > 0 {
		f.Goodput = c.messages.rate.series(last)
	}
	r := FlowResult{
		Proto:    f.Proto,
		Duration: c.messages.last.Seconds(),
		App:      c.messages.finish(cut),
		Link:     map[string]*LinkResult{up: c.up.finish(), down: c.down.finish()},
	}
	if c.byStream {
		r.App.HeadOfLine, r.App.HeldBack = c.wait.Summary(), c.waited
	}
	if f.Proto == "tcp" {
		r.TCP = &TCPResult{Segments: c.tcp.segments, Retransmits: uint64(c.tcp.synAgain), Spurious: c.tcp.spurious, SRTT: c.srtt.Summary(), CwndMax: c.cwndMax}
	}
	return f, r
}
