package trace

import (
	"cmp"
	"net/netip"
	"slices"

	"lossylab/netem"
	"lossylab/report"
)

// Survey finds the conversations in what a link tells. It is a netem.Observer; memory is bounded.
type Survey struct {
	known map[ends]*Conversation
	all   []*Conversation
}

// NewSurvey returns a Survey that knows of none.
func NewSurvey() *Survey { return &Survey{known: map[ends]*Conversation{}} }

// Observe implements netem.Observer: it counts what hosts send.
func (s *Survey) Observe(e netem.Event) {
	if e.Kind != netem.Sent {
		return
	}
	h, ok := e.Packet.Header()
	if !ok {
		return
	}
	of, ok := endsOfHeader(h)
	if !ok {
		return
	}
	c, way := s.known[of], 0
	if c == nil {
		c, way = s.known[of.reversed()], 1
	}
	if c == nil {
		if len(s.known) >= maxConversations {
			return
		}
		c, way = &Conversation{Proto: "udp", Client: of.src, Server: of.dst, First: int64(e.At)}, 0
		if of.proto == netem.ProtoTCP {
			c.Proto, c.Opened = "tcp", h.Flags&(netem.SYN|netem.ACK) == netem.SYN
		}
		s.known[of], s.all = c, append(s.all, c)
	}
	c.Last = int64(e.At)
	c.Packets[way]++
	c.Bytes[way] += int64(e.Packet.Size())
}

// Conversations returns those of a protocol, "udp" or "tcp", that with most bytes first.
func (s *Survey) Conversations(proto string) (all []*Conversation) {
	for _, c := range s.all {
		if c.Proto == proto {
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b *Conversation) int {
		_, x := a.All()
		_, y := b.All()
		return cmp.Compare(y, x)
	})
	return all
}

// endsOfHeader returns the ends of a packet of UDP or TCP, unless it is a later fragment.
func endsOfHeader(h *netem.Header) (e ends, ok bool) {
	if h.Proto != netem.ProtoUDP && h.Proto != netem.ProtoTCP || h.Src.Port() == 0 && h.Dst.Port() == 0 {
		return e, false
	}
	return ends{h.Proto, h.Src, h.Dst}, true
}

// Told makes of what links tell of all packets what a run makes of one conversation, whose times count from its first
// packet, as those of captures do. It is a netem.Observer.
type Told struct {
	*recorder
	of     *Conversation
	frames report.Frames
	turned bool           // the data come from the host called server: the links' names are exchanged until Finish
	parts  map[uint64]int // packets of the conversation of which fragments are under way
	end    netem.Time
}

// NewTold returns a Told of a conversation, seen from that of its ends that sends more, on links with these words. Client is
// the address of the host called client, whoever opened the conversation.
func NewTold(of *Conversation, client netip.Addr, upSpec, downSpec string) *Told {
	seen := *of
	if of.Bytes[1] > of.Bytes[0] {
		seen.Turn()
	}
	t := &Told{of: &seen, turned: seen.Client.Addr() != client, parts: map[uint64]int{}}
	if t.turned {
		upSpec, downSpec = downSpec, upSpec
	}
	t.recorder = newRecorder(of.Proto, upSpec, downSpec)
	return t
}

// Sender returns the end that sends more, and is told of as the sender.
func (t *Told) Sender() netip.AddrPort { return t.of.Client }

// Observe implements netem.Observer.
func (t *Told) Observe(e netem.Event) {
	_, frame := t.frames.Count(e)
	if !t.about(e) {
		return
	}
	zero, p := netem.Time(t.of.First), *e.Packet
	p.Sent -= zero
	e.At, e.Packet = e.At-zero, &p
	t.end = e.At
	if t.turned {
		e.Link = map[string]string{up: down, down: up}[e.Link]
	}
	t.ObserveFrame(e, frame)
}

// State takes a sample of the sender, at an instant of the links' time.
func (t *Told) State(port uint16, s report.State) {
	if s.At -= netem.Time(t.of.First); s.At >= 0 { // or it is of an earlier conversation from that port
		t.recorder.State(port, s)
	}
}

// about reports whether an event is of the conversation. What is damaged may not say so itself.
func (t *Told) about(e netem.Event) bool {
	id := e.Packet.ID
	switch e.Kind {
	case netem.Sent:
		h, ok := e.Packet.Header()
		if !ok {
			return false
		}
		of, ok := endsOfHeader(h)
		if !ok || of != t.of.up() && of != t.of.up().reversed() {
			return false
		}
		t.parts[id] = 1
		return true
	case netem.Duplicated, netem.Fragment:
		if t.parts[id] > 0 {
			t.parts[id]++
			return true
		}
		return false
	case netem.Delivered, netem.Dropped, netem.Fragmented:
		n := t.parts[id]
		if n > 1 {
			t.parts[id] = n - 1
		} else {
			delete(t.parts, id)
		}
		return n > 0
	}
	return t.parts[id] > 0
}

// Finish returns what a run returns.
func (t *Told) Finish() (*report.Flow, report.FlowResult) {
	flow, r := t.recorder.Finish(t.end, t.tcp || len(t.seq) > 0)
	flow.Captured = true
	r.Sender = report.AtClient
	if t.turned {
		report.Turn(flow, &r)
	}
	r.Complete, r.Vantage, r.Start = true, report.BothEnds, netem.Time(t.of.First).Seconds()
	t.tell(flow, &r)
	return flow, r
}
