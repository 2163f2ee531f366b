package trace

import (
	"lossylab/netem"
	"lossylab/report"
)

// recorder gives events to a Collector, and in the place of programs and of a TCP that can be asked what can be told from
// packets: messages and triggers.
type recorder struct {
	*report.Collector
	tcp       bool
	datagrams int                 // UDP: sent up
	seq       map[uint64]datagram // UDP: by its packet, while it may arrive
	conns     conns               // TCP
	byID      map[uint64]bytes    // TCP: what a packet up carries, while it may arrive
	backData  int64               // bytes of payload sent down
	upData    int64
}

// datagram is a datagram that may still arrive.
type datagram struct{ number, left int }

// bytes is a stretch of a connection's stream.
type bytes struct {
	conn     *conn
	from, to int64
}

func newRecorder(proto, upSpec, downSpec string) *recorder {
	r := &recorder{Collector: report.NewCollector(proto, upSpec, downSpec, true), tcp: proto == "tcp"}
	r.Join()
	if r.tcp {
		r.byID = map[uint64]bytes{}
	} else {
		r.seq = map[uint64]datagram{}
	}
	return r
}

// ObserveFrame implements Observer.
func (r *recorder) ObserveFrame(e netem.Event, frame int) {
	r.Collector.ObserveFrame(e, frame)
	h, ok := e.Packet.Header()
	switch {
	case !ok || e.Packet.Corrupt && e.Kind != netem.Delivered:
	case e.Kind == netem.Sent && e.Link == up:
		r.upData += int64(len(h.Payload))
	case e.Kind == netem.Sent:
		r.backData += int64(len(h.Payload))
	}
	switch {
	case r.tcp && ok:
		r.segment(e, h)
	case !r.tcp && e.Link == up:
		r.datagram(e, h)
	}
}

// datagram makes a message of each datagram up.
func (r *recorder) datagram(e netem.Event, h *netem.Header) {
	m := report.MessageEvent{At: e.At, Bytes: len(h.Payload)}
	d := r.seq[e.Packet.ID]
	switch e.Kind {
	case netem.Sent:
		m.Kind, m.Seq = report.MessageSent, r.datagrams
		r.seq[e.Packet.ID] = datagram{r.datagrams, 1}
		r.datagrams++
	case netem.Duplicated:
		d.left++
		r.seq[e.Packet.ID] = d
		return
	case netem.Delivered, netem.Dropped:
		if d.left--; d.left > 0 {
			r.seq[e.Packet.ID] = d
		} else {
			delete(r.seq, e.Packet.ID)
		}
		if e.Kind == netem.Dropped {
			return
		}
		m.Kind, m.Seq, m.Sent = report.MessageReceived, d.number, e.Packet.Sent
		if e.Packet.Corrupt {
			m.Kind = report.MessageCorrupt
		}
	default:
		return
	}
	r.Message(m)
}

// segment follows the connections.
func (r *recorder) segment(e netem.Event, h *netem.Header) {
	switch {
	case e.Link == up && e.Kind == netem.Sent:
		r.send(e, h)
	case e.Link == up && e.Kind == netem.Delivered && !e.Packet.Corrupt:
		r.deliver(e)
	case e.Link == up && e.Kind == netem.Dropped:
		delete(r.byID, e.Packet.ID)
	case e.Link == down && e.Kind == netem.Delivered && !e.Packet.Corrupt && len(r.conns) > 0:
		r.conns[len(r.conns)-1].acknowledge(e.At, h)
	}
}

// send follows a segment that the client sends. New data are a message.
func (r *recorder) send(e netem.Event, h *netem.Header) {
	c, _ := r.conns.of(h)
	if h.Flags&netem.RST != 0 {
		return
	}
	from := c.offset(h.Seq, c.next)
	to := from + int64(len(h.Payload))
	if from < 0 && h.Flags&netem.SYN == 0 {
		return
	}
	if t, again := c.send(e.At, h, from, to); again {
		r.Infer(h.Src.Port(), e.At, t)
	}
	if from >= to || h.Flags&netem.SYN != 0 {
		return
	}
	r.byID[e.Packet.ID] = bytes{c, from, to}
	if to > c.next {
		r.Message(report.MessageEvent{Kind: report.MessageSent, At: e.At, Flow: c.number, Seq: c.sent, Bytes: int(to - c.next)})
		c.queue = append(c.queue, message{end: to, bytes: int(to - c.next), at: e.At})
		c.sent++
		c.next = to
	}
}

// deliver notes what has reached the server, and makes receptions of messages that are in order now.
func (r *recorder) deliver(e netem.Event) {
	b, ok := r.byID[e.Packet.ID]
	if !ok {
		return
	}
	delete(r.byID, e.Packet.ID)
	c := b.conn
	c.arrived.add(b.from, b.to)
	n := 0
	for ; n < len(c.queue) && c.queue[n].end <= c.arrived.whole; n++ {
		m := c.queue[n]
		r.Message(report.MessageEvent{Kind: report.MessageReceived, At: e.At, Flow: c.number, Seq: c.received, Bytes: m.bytes, Sent: m.at})
		c.received++
	}
	c.queue = c.queue[n:]
}
