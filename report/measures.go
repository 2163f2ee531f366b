package report

import (
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// measures takes the field's measures of one protocol's run, in one pass: of the packets on both links, and of the first
// client's messages. What is measured, and by which document, is said in PacketMetrics.
type measures struct {
	packets  [2]packetMeasures // by direction
	messages arrivalMeasures   // of the first client
}

// observe takes an event of the links.
func (m *measures) observe(e netem.Event) {
	switch e.Kind {
	case netem.Sent, netem.Delivered, netem.Dropped, netem.Duplicated, netem.Fragmented, netem.Fragment:
		m.packets[direction(e.Link)].observe(e)
	}
}

// message takes the first reception of a message.
func (m *measures) message(e MessageEvent) {
	if e.Flow == 0 {
		m.messages.add(metric.Received{Seq: int64(e.Seq), Sent: e.Sent, At: e.At, Bytes: e.Bytes})
	}
}

// finish returns what was measured. The messages are those of the first client until the last one whose fate is known.
// Level is the confidence of the intervals.
func (m *measures) finish(c *messageCounter, cut bool, level float64) *Metrics {
	r := &Metrics{Confidence: level, Packets: map[string]*PacketMetrics{}}
	for d, link := range []string{up, down} {
		if p := &m.packets[d]; p.sent() > 0 {
			r.Packets[link] = p.result(level)
		}
	}
	if len(c.clients) > 0 {
		r.Messages = m.messages.result(level)
		losses, sent := c.clients[0].losses(cut)
		r.Messages.Sent = sent
		r.Messages.Loss = losses.result(level)
		r.Messages.Loss.Burst.Duration, r.Messages.Loss.Gap.Duration = noNumber, noNumber
	}
	return r
}

// losses goes through the messages of a client whose fate is known: all, or in a run that was cut short those before the
// last one received. When they were sent is not remembered.
func (c *client) losses(cut bool) (l lossMeasures, sent int64) {
	known := c.known(cut)
	for seq := range known {
		l.add(0, c.lost(seq))
	}
	return l, int64(known)
}

// packetMeasures takes the measures of the packets in one direction.
type packetMeasures struct {
	flights  flights
	arrivals arrivalMeasures
	losses   lossMeasures
	offered  int64      // bytes
	carried  int64      // bytes delivered, copies and fragments included
	from     netem.Time // when the first packet was sent
	to       netem.Time // the latest one
	ended    netem.Time // the latest delivery
}

func (m *packetMeasures) sent() int64 { return m.flights.end }

func (m *packetMeasures) observe(e netem.Event) {
	if e.Kind == netem.Sent {
		if m.sent() == 0 {
			m.from = e.At
		}
		m.to, m.offered = e.At, m.offered+int64(e.Packet.Size())
		m.flights.push(underway{id: e.Packet.ID, sent: e.At, copies: 1})
		return
	}
	n, ok := m.flights.find(e.Packet.ID)
	if !ok {
		return
	}
	u := m.flights.at(n)
	switch e.Kind {
	case netem.Duplicated, netem.Fragment:
		u.copies++
	case netem.Fragmented:
		u.copies--
		if u.parts == nil {
			u.parts = newFragments(e.Packet)
		}
	case netem.Dropped:
		u.copies--
	case netem.Delivered:
		u.copies--
		m.carried, m.ended = m.carried+int64(e.Packet.Size()), e.At
		m.arrive(n, u, e)
	}
	if n == m.flights.first && e.Kind != netem.Fragmented { // its fragments are told next
		m.judge()
	}
}

// arrive takes the delivery of packet n, or of a copy or fragment of it. One that arrives damaged is lost, as in RFC 7680
// section 2.5.
func (m *packetMeasures) arrive(n int64, u *underway, e netem.Event) {
	size := e.Packet.Size()
	switch {
	case u.parts != nil && e.Packet.Fragment:
		if !u.parts.arrive(e.Packet) {
			return
		}
		size = int(u.parts.size)
	case e.Packet.Corrupt:
		return
	}
	if u.arrived {
		m.arrivals.Jitter.Add(u.sent, e.At) // RFC 3550 counts copies too
		return
	}
	u.arrived = true
	m.arrivals.add(metric.Received{Seq: n, Sent: u.sent, At: e.At, Bytes: size})
}

// judge tells in the order of sending which packets were lost, as far as nothing of them is under way any more. RFC 7680
// wants a time to wait for a packet: here it is the whole run, as the link says what it loses.
func (m *packetMeasures) judge() {
	for f := &m.flights; f.first < f.end && f.at(f.first).copies == 0; f.first++ {
		u := f.at(f.first)
		m.losses.add(u.sent, !u.arrived)
		u.parts = nil
	}
}

func (m *packetMeasures) result(level float64) *PacketMetrics {
	r := m.arrivals.result(level)
	r.Sent, r.UnderWay = m.sent(), m.flights.end-m.flights.first
	r.Size = ratioOf(m.offered, m.sent())
	r.Spacing = Number(m.spacing()) / 1e9
	r.Throughput = noNumber
	if m.ended > m.from {
		r.Throughput = Number(float64(m.carried) * 8 / m.ended.Sub(m.from).Seconds())
	}
	r.Loss = m.losses.result(level)
	return r
}

// spacing returns the mean time from one packet to the next.
func (m *packetMeasures) spacing() time.Duration {
	return m.to.Sub(m.from) / time.Duration(max(1, m.sent()-1))
}
