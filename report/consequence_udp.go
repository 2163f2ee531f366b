package report

import (
	"strconv"

	"lossylab/netem"
)

// dialogue is the datagrams between two ports.
type dialogue struct {
	answers bool   // the other end spoke first
	said    opener // the last datagram of this end
	heard   opener // and of the other
	n       int    // messages that this end has sent: what is sent again is the same one
	pending []lostMessage
}

// opener is how a datagram begins, and its length: those of programs here begin with a number, and so tell apart all but
// the same one sent again.
type opener struct {
	text [16]byte
	len  int
}

func newOpener(payload []byte) (o opener) {
	copy(o.text[:], payload)
	o.len = len(payload)
	return o
}

// lostMessage is a datagram of this end that did not arrive.
type lostMessage struct {
	said, heard opener
	frame, n    int
	answer      bool
}

// dialogue returns the one of the datagram h, which this end sends or gets.
func (c *Capture) dialogue(h *netem.Header, out bool) *dialogue {
	here, there := h.Src.Port(), h.Dst.Port()
	if !out {
		here, there = there, here
	}
	ports := uint32(here)<<16 | uint32(there)
	if c.after.last != nil && ports == c.after.lastPorts {
		return c.after.last
	}
	if c.after.dialogues == nil {
		c.after.dialogues = map[uint32]*dialogue{}
	}
	d := c.after.dialogues[ports]
	if d == nil {
		d = &dialogue{answers: !out}
		c.after.dialogues[ports] = d
	}
	c.after.lastPorts, c.after.last = ports, d
	return d
}

// say takes a datagram that this end sends as f.
func (c *Capture) say(h *netem.Header, f *flight) {
	d, now := c.dialogue(h, true), newOpener(h.Payload)
	if now != d.said || d.n == 0 {
		d.n++
	}
	d.said, f.said, f.dialogue, f.message = now, now, d, d.n
	for _, p := range d.pending {
		c.judgeMessage(p, p.said == now && !d.answers, f.frame)
	}
	d.pending = d.pending[:0]
}

// hear takes a datagram that has come to this end as a frame. If it repeats what a lost answer answered, it is sent for want
// of that.
func (c *Capture) hear(h *netem.Header, frame int) {
	d := c.dialogue(h, false)
	d.heard = newOpener(h.Payload)
	if !d.answers {
		return
	}
	for _, p := range d.pending {
		c.judgeMessage(p, p.heard == d.heard, frame)
	}
	d.pending = d.pending[:0]
}

// awaitMessage holds f, a datagram that did not arrive, until the next one shows whether it is sent again.
func (c *Capture) awaitMessage(f *flight) bool {
	d := f.dialogue
	if d == nil {
		return false
	}
	r := c.hold(f)
	if r == nil {
		return false
	}
	r.message, r.answer = f.message, d.answers
	d.pending = append(d.pending, lostMessage{said: f.said, heard: d.heard, frame: f.frame, n: f.message, answer: d.answers})
	return true
}

func (c *Capture) judgeMessage(p lostMessage, again bool, frame int) {
	r := c.after.waiting(p.frame)
	if r == nil {
		return
	}
	b := c.after.text[:0]
	switch {
	case again:
		b = strconv.AppendInt(append(b, ". Consequence: asked again in frame "...), int64(frame), 10)
	case p.answer:
		b = append(b, ". Consequence: this answer never arrived"...)
	default:
		b = strconv.AppendInt(append(b, ". Consequence: message "...), int64(p.n-1), 10)
		b = append(b, " never arrived"...)
	}
	c.after.text = b
	c.release(r, b)
}

// closeMessages judges what was never sent again.
func (c *Capture) closeMessages() {
	for frame := max(1, c.after.newest-heldBack+1); frame <= c.after.newest; frame++ {
		if r := c.after.waiting(frame); r != nil && r.message > 0 {
			c.judgeMessage(lostMessage{frame: frame, n: r.message, answer: r.answer}, false, 0)
		}
	}
}
