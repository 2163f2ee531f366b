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
	srtt     float64 // nanoseconds, RFC 6298
	rttvar   float64
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
		c.permits = hasOption(h.Options, 4, 2)
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

// The senders' timers, as far as the RFCs and Linux set them.
const (
	leastRTO   = 200 * time.Millisecond // of Linux; RFC 6298 section 2.4 would have a second
	firstRTO   = time.Second            // RFC 6298 section 2.1
	dupAcksFor = 3                      // RFC 5681 section 3.2
)

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
	if c.srtt == 0 {
		return firstRTO
	}
	return max(leastRTO, time.Duration(c.srtt+max(4*c.rttvar, 0)))
}

// acknowledge follows a segment that has arrived from the server.
func (c *conn) acknowledge(at netem.Time, h *netem.Header) {
	if h.Flags&netem.ACK == 0 || h.Flags&netem.RST != 0 {
		return
	}
	if h.Flags&netem.SYN != 0 && c.syns == 1 && c.srtt == 0 {
		c.smooth(float64(at.Sub(c.armed)))
	}
	ack := c.offset(h.Ack, c.acked)
	if ack <= c.acked {
		if ack == c.acked && len(h.Payload) == 0 && h.Flags&(netem.SYN|netem.FIN) == 0 && c.next > c.acked {
			c.repeats++
			c.sacked = c.sacked || hasSACK(h.Options)
		}
		return
	}
	if sample, ok := c.rtt.Acked(ack, at); ok {
		c.smooth(float64(sample))
	}
	c.acked, c.repeats, c.sacked, c.probed, c.armed = ack, 0, hasSACK(h.Options), false, at
	if c.recovers && ack >= c.until {
		c.recovers = false
	}
}

// smooth takes a sample of the round-trip time, RFC 6298 sections 2.2 and 2.3.
func (c *conn) smooth(r float64) {
	if c.srtt == 0 {
		c.srtt, c.rttvar = r, r/2
		return
	}
	d := c.srtt - r
	if d < 0 {
		d = -d
	}
	c.rttvar += (d - c.rttvar) / 4
	c.srtt += (r - c.srtt) / 8
}

// hasSACK reports whether TCP options tell of data beyond a hole, RFC 2018 section 3.
func hasSACK(options []byte) bool { return hasOption(options, 5, 10) }

// hasOption reports whether there is a TCP option of this kind and at least this length.
func hasOption(options []byte, kind byte, length int) bool {
	for len(options) > 1 && options[0] != 0 {
		if options[0] == 1 {
			options = options[1:]
			continue
		}
		n := int(options[1])
		if n < 2 || n > len(options) {
			return false
		}
		if options[0] == kind && n >= length {
			return true
		}
		options = options[n:]
	}
	return false
}
