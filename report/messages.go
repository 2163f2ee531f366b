package report

import (
	"lossylab/netem"
	"lossylab/report/metric"
)

// MessageKind says what a program did with a message, or saw of it.
type MessageKind uint8

// The kinds, in the words of the programs that tell them.
const (
	MessageSent MessageKind = iota
	MessageReceived
	MessageCorrupt
	MessageRetried
	MessageGivenUp
)

// MessageEvent is one thing that a program did with a message or saw of it.
type MessageEvent struct {
	Kind  MessageKind
	At    netem.Time
	Flow  int // number of the client, from 0
	Seq   int // number of the message in its flow, from 0
	Bytes int
	Sent  netem.Time // MessageReceived: when it was handed to the sender's socket
}

// shown is how many messages, segments and samples the figures get to see: the first ones of a run. What the counters
// count has no such bound.
const shown = 20_000

// messageCounter counts messages as the programs see them, and keeps the first client's for the figures.
type messageCounter struct {
	result  AppResult
	latency Quantiles
	clients []*client
	last    netem.Time // of the last event
	rate    metric.Bins

	messages   []Message // of the first client
	receptions []Reception
}

// client is what is remembered of one client's messages: a bit each, and the next expected number.
type client struct {
	seen []uint64
	next int // one more than the greatest number received
	sent int
}

// first notes message seq and reports whether it had not been seen.
func (c *client) first(seq int) bool {
	word, bit := seq/64, uint64(1)<<(seq%64)
	for len(c.seen) <= word {
		c.seen = append(c.seen, 0)
	}
	old := c.seen[word]
	c.seen[word] |= bit
	return old&bit == 0
}

func (m *messageCounter) client(flow int) *client {
	for len(m.clients) <= flow {
		m.clients = append(m.clients, &client{})
	}
	return m.clients[flow]
}

func (m *messageCounter) observe(e MessageEvent) {
	m.last = max(m.last, e.At)
	switch e.Kind {
	case MessageSent:
		m.result.Sent++
		m.client(e.Flow).sent++
		if e.Flow == 0 && len(m.messages) < shown {
			m.messages = append(m.messages, Message{Seq: e.Seq, Sent: e.At, Arrived: -1, Delivered: -1})
		}
	case MessageReceived:
		m.receive(e)
	case MessageCorrupt:
		m.result.Corrupted++
	case MessageRetried:
		m.result.Retries++
	}
}

// receive applies the definitions of RFC 4737 section 3.3 (reordered: smaller than the next expected number, counted over
// first copies) to the messages of one client.
func (m *messageCounter) receive(e MessageEvent) {
	c := m.client(e.Flow)
	if e.Flow == 0 && len(m.receptions) < shown {
		m.receptions = append(m.receptions, Reception{Seq: e.Seq, At: e.At})
	}
	if !c.first(e.Seq) {
		m.result.Duplicated++
		return
	}
	m.result.Received++
	m.result.Bytes += int64(e.Bytes)
	m.latency.Add(e.At.Sub(e.Sent))
	m.rate.Add(e.At, e.Bytes)
	if e.Seq < c.next {
		m.result.Reordered++
	} else {
		m.result.InOrder++
		c.next = e.Seq + 1
	}
	if s := m.message(e.Flow, e.Seq); s != nil {
		s.Delivered = e.At
	}
}

// message returns message seq of a client if the figures get to see it, or nil.
func (m *messageCounter) message(flow, seq int) *Message {
	if flow != 0 || seq >= len(m.messages) {
		return nil
	}
	return &m.messages[seq]
}

// lasted returns the time from the clients' start to the programs' last event, seconds.
func (m *messageCounter) lasted(start netem.Time) float64 { return max(0, m.last-start).Seconds() }

// finish returns the counts. Goodput is over the time from the clients' start to the programs' last event. If the run was
// cut short, messages behind the last one received might still have come and are not counted as lost.
func (m *messageCounter) finish(cut bool, start netem.Time) AppResult {
	r := m.result
	for _, c := range m.clients {
		if cut {
			r.Unfinished += int64(c.sent - c.next)
		}
	}
	r.Lost = r.Sent - r.Received - r.Unfinished
	r.Latency = m.latency.Summary()
	if t := m.lasted(start); t > 0 {
		r.Goodput = round9(float64(r.Bytes) * 8 / t)
	}
	return r
}
