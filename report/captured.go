package report

import (
	"lossylab/netem"
)

// Join lets connections whose SYN was not seen count from the first segment that was.
func (c *Collector) Join() { c.tcp.joins = true }

// Infer says how a sender came to send what it sent at an instant, as it can be told from the packets: State tells it of a
// TCP that can be asked.
func (c *Collector) Infer(port uint16, at netem.Time, t Trigger) {
	p := map[Trigger]phase{Fast: recovering, Timeout: timedOut, Tail: calm}[t]
	c.tcp.told(port, at, p)
}

// join begins a connection whose SYN was not seen, at its first segment.
func (t *tcpTracker) join(h *netem.Header) *tcpConn {
	c := t.open(h)
	c.isn = h.Seq
	return c
}
