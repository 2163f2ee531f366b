package trace

import (
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/metric"
)

// conn is a TCP connection as its client's packets tell it. Offsets count bytes of the stream from 0.
type conn struct {
	number int
	isn    uint32 // number of the first data byte

	next     int64 // behind the furthest byte sent
	acked    int64
	fin      bool
	arrived  reassembly
	queue    []message // sent, and not received in order
	sent     int       // messages
	received int

	rtt      metric.RoundTrip
	repeats  int        // duplicate acknowledgments since acked grew
	sacked   bool       // one of them said what has arrived beyond a hole
	permits  bool       // the client's SYN permits SACK, without which there are no probes
	syns     int        // sent
	probed   bool       // since something was acknowledged
	armed    netem.Time // when the retransmission timer was set anew, as far as can be told
	trigger  report.Trigger
	until    int64 // a recovery ends when this is acknowledged
	recovers bool

	recoveries, timeouts int64
}

// conns are the connections that a client opened from one port, one after the other.
type conns []*conn

// of returns the connection of a segment from the client. A SYN with another number than the last one's begins a new one.
func (cs *conns) of(h *netem.Header) (c *conn, begun bool) {
	n := len(*cs)
	if n > 0 && (h.Flags&netem.SYN == 0 || (*cs)[n-1].isn == h.Seq+1) {
		return (*cs)[n-1], false
	}
	c = &conn{number: n, isn: h.Seq}
	if h.Flags&netem.SYN != 0 {
		c.isn++
	}
	*cs = append(*cs, c)
	return c, true
}

// message is a segment of new data.
type message struct {
	end   int64
	bytes int
	at    netem.Time
}

// offset turns a sequence number into an offset of the stream, the one nearest to a known one, RFC 9293 section 3.4.
func (c *conn) offset(seq uint32, near int64) int64 {
	return near + int64(int32(seq-c.isn-uint32(near)))
}

// send follows a segment, and says whether it repeats another and what it looks as if the sender acted on.
func (c *conn) send(at netem.Time, h *netem.Header, from, to int64) (t report.Trigger, again bool) {
	end := to
	if h.Flags&netem.FIN != 0 {
		end++
	}
	known := c.next
	if c.fin {
		known++
	}
	switch {
	case h.Flags&netem.SYN != 0:
		_, c.permits = netem.TCPOption(h.Options, netem.OptionSACKPermitted)
		c.syns++
		c.armed = at
		return t, false
	case from == end:
		return t, false
	}
	if from < known {
		t, again = c.why(at, end >= known), true
	}
	c.rtt.Sent(from, end, at, again)
	c.fin = c.fin || h.Flags&netem.FIN != 0
	c.armed = at
	return t, again
}

// dupAcksFor is how many duplicate acknowledgments make a sender repeat a segment, RFC 5681 section 3.2.
const dupAcksFor = 3

// why infers what made the sender repeat a segment. In a recovery, that is what began it. Otherwise duplicate acknowledgments
// ask for a fast retransmit; the end of the data, repeated alone after a pause, is a tail loss probe, once until something is
// acknowledged, RFC 8985 section 7.3; and what else comes after a time as long as a timeout was one.
func (c *conn) why(at netem.Time, tail bool) report.Trigger {
	expired := at.Sub(c.armed) >= c.timeout()
	switch {
	case c.recovers && !expired:
		return c.trigger
	case !c.recovers && (c.sacked || c.repeats >= dupAcksFor) && !expired:
		c.recoveries++
		return c.recover(report.Fast)
	case !c.recovers && tail && c.permits && !c.probed:
		c.probed = true
		return report.Tail
	case expired:
		c.timeouts++
		return c.recover(report.Timeout)
	}
	c.recoveries++
	return c.recover(report.Fast)
}

func (c *conn) recover(t report.Trigger) report.Trigger {
	c.recovers, c.trigger, c.until = true, t, c.next
	return t
}

// timeout returns how long the sender waits at least for an acknowledgment, RFC 6298 section 2 with the least of Linux.
func (c *conn) timeout() time.Duration {
	c.rtt.RTO.Min = metric.LinuxMinRTO
	return c.rtt.RTO.Timeout()
}

// acknowledge follows a segment that has arrived from the server.
func (c *conn) acknowledge(at netem.Time, h *netem.Header) {
	if h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return
	}
	if h.Flags&netem.SYN != 0 && c.syns == 1 && c.rtt.RTO.SRTT() == 0 {
		c.rtt.RTO.Add(at.Sub(c.armed))
	}
	ack := c.offset(h.Ack, c.acked)
	if ack <= c.acked {
		if ack == c.acked && len(h.Payload) == 0 && h.Flags&(netem.SYN|netem.FIN) == 0 && c.next > c.acked {
			c.repeats++
			c.sacked = c.sacked || len(h.SACK()) > 0
		}
		return
	}
	c.rtt.Acked(ack, at)
	c.acked, c.repeats, c.sacked, c.probed, c.armed = ack, 0, len(h.SACK()) > 0, false, at
	if c.recovers && ack >= c.until {
		c.recovers = false
	}
}
