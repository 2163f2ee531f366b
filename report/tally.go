package report

import (
	"time"

	"lossylab/netem"
	"lossylab/report/metric"
)

// Tally is what the tables for lab reports are made of.
type Tally struct {
	RTT         []RTTRow // TCP: the first data segments of the first client
	Clients     []ClientTally
	Impairments []Impairment
}

// RTTRow is a segment of the first client, when it was acknowledged, and the estimates then.
type RTTRow struct {
	metric.RTTRow
	Seq                   uint32 // of its first byte, as it stands in the packet
	SentFrame, AckedFrame int    // in the client's capture; 0 where there is none
}

// ClientTally is what one client's messages came to.
type ClientTally struct {
	End         netem.Time // of the last thing that a program did with one of them
	Bytes       int64      // of those received, copies apart
	Sent        int64
	Received    int64 // different ones
	Lost        int64 // sent and never received, but for those that might still have come when the run was cut short
	Jitter      time.Duration
	Independent float64 // so many independent messages are those worth that were received or lost
	Again       int     // TCP: packets that its client sent again, SYN and FIN included; -1 for UDP
}

// tally gathers a Tally. Memory holds one entry for each client.
type tally struct {
	links   [2]*impairments
	rtt     metric.RTTTable
	rows    []RTTRow
	clients []clientTally
}

type clientTally struct {
	ClientTally
	jitter metric.Jitter
}

func newTally(upSpec, downSpec string) tally {
	return tally{links: [2]*impairments{newImpairments(up, upSpec), newImpairments(down, downSpec)}}
}

func (t *tally) observe(e netem.Event) { t.links[direction(e.Link)].observe(e) }

// segment takes a packet as the tracker has seen it; frame is its frame in the capture, or 0.
func (t *tally) segment(e netem.Event, s seen, frame int) {
	switch {
	case s.conn == nil || s.conn.number > 0:
	case e.Link == up && e.Kind == netem.Sent && s.len > 0:
		t.rtt.Sent(s.offset, s.offset+int64(s.len), e.At)
		if n := len(t.rows); n < len(t.rtt.Rows) {
			t.rows = append(t.rows, RTTRow{Seq: s.conn.isn + uint32(s.offset), SentFrame: frame})
		}
	case e.Link == down && e.Kind == netem.Delivered && s.offset > 0:
		t.rtt.Acked(s.offset, e.At)
		for i := range t.rows {
			if r := &t.rows[i]; r.AckedFrame == 0 && t.rtt.Rows[i].Acked >= 0 {
				r.AckedFrame = frame
			}
		}
	}
}

// message takes an event of the programs. Fresh says that a message was received that had not been.
func (t *tally) message(e MessageEvent, fresh bool) {
	for len(t.clients) <= e.Flow {
		t.clients = append(t.clients, clientTally{})
	}
	c := &t.clients[e.Flow]
	c.End = max(c.End, e.At)
	switch e.Kind {
	case MessageSent:
		c.Sent++
	case MessageReceived:
		c.jitter.Add(e.Sent, e.At)
	}
	if fresh {
		c.Received++
		c.Bytes += int64(e.Bytes)
	}
}

// finish closes the books; cut says that the programs had not finished.
func (t *tally) finish(conns []*tcpConn, clients []*client, cut bool) (all Tally) {
	for i := range t.rows {
		t.rows[i].RTTRow = t.rtt.Rows[i]
	}
	all.RTT = t.rows
	for i, c := range t.clients {
		c.Jitter, c.Again = c.jitter.Value(), -1
		if i < len(conns) {
			c.Again = conns[i].again
		}
		c.Lost = c.Sent - c.Received
		if i < len(clients) {
			c.Independent = clients[i].independent(cut)
		}
		if cut && i < len(clients) {
			c.Lost -= int64(clients[i].sent - clients[i].next)
		}
		all.Clients = append(all.Clients, c.ClientTally)
	}
	for _, l := range t.links {
		all.Impairments = append(all.Impairments, l.finish()...)
	}
	return all
}
