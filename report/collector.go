package report

import (
	"cmp"
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// Collector gathers what the figures and results of one protocol's run are made of, from the events of its two links, of
// its programs, and from samples of its TCP. Memory is bounded whatever the run's length: the counters count everything,
// the lists for the figures hold the first 20,000 messages, segments and acknowledgments of the first client.
type Collector struct {
	Confidence float64 // of the intervals, such as 0.95, which it is if nothing is said

	// Waited, if it is there, is told of each message that waited at the server's host for those before it, and which frame
	// of the client's capture brought what was missing.
	Waited func(frame int, d time.Duration)

	Start netem.Time // when the clients begin: goodput is over the time from then

	flow     Flow
	streamed bool // messages go one way
	byStream bool // messages travel in a TCP stream, in order of their numbers
	up, down *linkCounter
	messages messageCounter
	tcp      tcpTracker
	ladder   ladderWindow
	calls    callRecorder
	frames   Frames
	measures measures
	tally    tally
	samples  sampler

	arrivals []*arrivals // of messages in TCP streams, by client
	wait     Quantiles
	waited   int64
	srtt     Quantiles
	cwndMax  int
	port     uint16 // of the connection whose states the figures show
}

// NewCollector returns a Collector for proto, "udp" or "tcp". The specs are those of the two links, for the results.
// Streamed says that messages lie one behind the other in each client's stream, so that the arrival of each can be told
// from the packets; an echo's do not. Clients open their connections in the order of their numbers.
func NewCollector(proto, upSpec, downSpec string, streamed bool) *Collector {
	return &Collector{
		flow:     Flow{Proto: proto},
		streamed: streamed,
		byStream: streamed && proto == "tcp",
		up:       newLinkCounter(upSpec),
		down:     newLinkCounter(downSpec),
		tally:    newTally(upSpec, downSpec),
	}
}

// InRealTime says that programs need time to read what has come.
func (c *Collector) InRealTime() { c.flow.Real = true }

// Observe implements netem.Observer.
func (c *Collector) Observe(e netem.Event) {
	_, frame := c.frames.Count(e)
	c.ObserveFrame(e, frame)
}

// ObserveFrame is Observe for events that were read from captures made elsewhere, which hold other frames too: frame is the
// number of the one that e is in its capture, 0 for none.
func (c *Collector) ObserveFrame(e netem.Event, frame int) {
	if e.Link == up {
		c.up.observe(e)
	} else {
		c.down.observe(e)
	}
	c.measures.observe(e)
	c.samples.observe(e)
	c.tally.observe(e)
	full, tcp := c.ladder.full(), c.flow.Proto == "tcp" && e.Kind != netem.Dequeued
	if full && !tcp {
		return
	}
	h, ok := e.Packet.Header()
	if !ok {
		h = nil
	}
	var s seen
	if tcp {
		s = c.tcp.observe(e, h, frame)
		c.tally.segment(e, s, frame)
		if c.byStream && e.Link == up && e.Kind == netem.Delivered && s.len > 0 {
			c.stream(s.conn.number).arrive(e.At, s.offset, s.offset+int64(s.len))
		}
	}
	if !full {
		c.ladder.observe(e, h, s, frame)
	}
}

// stream returns the arrivals of one client.
func (c *Collector) stream(flow int) *arrivals {
	for len(c.arrivals) <= flow {
		c.arrivals = append(c.arrivals, &arrivals{})
	}
	return c.arrivals[flow]
}

// Message takes an event of the programs.
func (c *Collector) Message(e MessageEvent) {
	before := c.messages.result.Received
	c.messages.observe(e)
	first := c.messages.result.Received > before
	if first {
		c.measures.message(e)
	}
	c.tally.message(e, first)
	switch {
	case c.byStream && e.Kind == MessageSent:
		c.stream(e.Flow).send(e.Bytes)
	case c.byStream && e.Kind == MessageReceived:
		c.read(e)
	case e.Kind == MessageReceived:
		if m := c.messages.message(e.Flow, e.Seq); m != nil && m.Arrived < 0 {
			m.Arrived = e.At // it waits for no other
		}
	}
}

// read notes how long a message of a stream that had arrived waited for those before it.
func (c *Collector) read(e MessageEvent) {
	a := c.stream(e.Flow)
	at := a.at(e.Seq)
	a.forget(e.Seq)
	if at < 0 {
		return
	}
	if m := c.messages.message(e.Flow, e.Seq); m != nil {
		m.Arrived = at
	}
	c.wait.Add(e.At.Sub(at))
	if e.At-at >= c.flow.waitLeast() {
		c.waited++
		if frame := c.tcp.waited(e.Flow, e.At, e.At.Sub(at)); frame > 0 && c.Waited != nil {
			c.Waited(frame, e.At.Sub(at))
		}
	}
}

// State takes a sample of a TCP sender, whose port tells the connections apart.
func (c *Collector) State(port uint16, s State) {
	c.cwndMax = max(c.cwndMax, s.Cwnd)
	c.tcp.told(port, s.At, s.phase())
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
	for i := range c.messages.messages { // those that the program had no time to read
		if m := &c.messages.messages[i]; c.byStream && m.Delivered < 0 {
			m.Arrived = c.stream(0).at(m.Seq)
		}
	}
	f := &c.flow
	if cut && len(c.messages.clients) > 0 {
		f.Unfinished = max(0, len(c.messages.messages)-c.messages.clients[0].next)
	}
	f.Messages, f.Receptions = c.messages.messages, c.messages.receptions
	f.Segments, f.Acks, f.Again = c.tcp.shown, c.tcp.acks, c.tcp.again
	f.Transits, f.Packets = c.ladder.transits(), named(c.ladder.log)
	f.Calls, f.CallTotal = c.calls.calls, c.calls.total
	f.Tally = c.tally.finish(c.tcp.conns, c.messages.clients, cut)
	f.End, f.Clients = end, len(c.messages.clients)
	if last := c.messages.last; last > 0 {
		f.Goodput = c.messages.rate.Series(last)
	}
	f.Start, c.messages.start = c.Start, c.Start
	r := FlowResult{
		Proto:    f.Proto,
		Start:    c.Start.Seconds(),
		Duration: max(0, c.messages.last-c.Start).Seconds(),
		App:      c.messages.finish(cut),
		Link:     map[string]*LinkResult{up: c.up.finish(), down: c.down.finish()},
	}
	f.Samples = c.samples.finish(c.messages.last, f.Goodput, r.Link[up], r.Link[down])
	f.Samples.Answers = !c.streamed
	if c.byStream {
		r.App.HeadOfLine, r.App.HeldBack = c.wait.Summary(), c.waited
	}
	level := cmp.Or(c.Confidence, metric.Confidence)
	if f.Proto != "tcp" {
		r.App.LostShare = c.messages.lostShare(cut, level)
	}
	r.Metrics = c.measures.finish(&c.messages, cut, level)
	if f.Proto == "tcp" {
		r.TCP = &TCPResult{Segments: c.tcp.segments, Retransmits: uint64(c.tcp.synAgain), Spurious: c.tcp.spurious,
			SRTT: c.srtt.Summary(), CwndMax: c.cwndMax, Causes: c.tcp.byCause(), Triggers: c.tcp.byTrigger(),
			Server: &TCPServer{Retransmits: uint64(c.tcp.answers)}}
		r.Metrics.TCP = c.tcp.metrics(&r)
	}
	return f, r
}
