package report

import (
	"net/netip"
	"slices"
	"strconv"

	"lossylab/netem"
)

// maxUnheard is how many acknowledgments that were lost are remembered of a connection. The effect of one shows within a
// timeout.
const maxUnheard = 64

// ackOf is what an acknowledgment says.
type ackOf struct {
	ack    uint32
	blocks [4][2]uint32 // SACK's
}

func newAckOf(h *netem.Header) (a ackOf) {
	a.ack = h.Ack
	copy(a.blocks[:], h.SACK())
	return a
}

// says reports whether it acknowledges the sequence numbers from up to but not including to.
func (a *ackOf) says(from, to uint32) bool {
	if !after(to, a.ack) {
		return true
	}
	return slices.ContainsFunc(a.blocks[:], func(b [2]uint32) bool {
		return b[0] != b[1] && !after(b[0], from) && !after(to, b[1])
	})
}

// in reports whether b says all that a does.
func (a *ackOf) in(b *ackOf) bool {
	if a.ack != b.ack {
		return after(b.ack, a.ack)
	}
	return !slices.ContainsFunc(a.blocks[:], func(x [2]uint32) bool { return x[0] != x[1] && !b.says(x[0], x[1]) })
}

// unheard are acknowledgments that were lost before they came to this end, the last ones.
type unheard struct {
	ring []unheardAck
	n    int
}

type unheardAck struct {
	ackOf
	sent netem.Time
}

func (u *unheard) add(a unheardAck) {
	if len(u.ring) < maxUnheard {
		u.ring = append(u.ring, a)
	} else {
		u.ring[u.n%maxUnheard] = a
	}
	u.n++
}

// cover reports whether one of them, sent from since until at, says that s has arrived.
func (u *unheard) cover(s span, since, at netem.Time) bool {
	return slices.ContainsFunc(u.ring, func(a unheardAck) bool { return since <= a.sent && a.sent <= at && a.says(s.from, s.to) })
}

// missAck notes an acknowledgment that does not come to this end, or comes damaged.
func (c *Capture) missAck(e netem.Event) {
	h, ok := e.Packet.Header()
	if !ok || h.Proto != netem.ProtoTCP || h.Flags&netem.ACK == 0 {
		return
	}
	if s := c.sent[[2]netip.AddrPort{h.Dst, h.Src}]; s != nil {
		s.unheard.add(unheardAck{newAckOf(h), e.Packet.Sent})
	}
}

// lostAnswer is an acknowledgment of this end that the other did not get, until another says as much.
type lostAnswer struct {
	ackOf
	frame int
	again uint64 // ID of the packet by which the other end repeats what it acknowledges, or 0
}

// awaitAck holds f, a segment without sequence numbers, until another says as much.
func (c *Capture) awaitAck(f *flight) bool {
	h, ok := netem.ParseHeader(f.data)
	if !ok || h.Flags&netem.RST != 0 || h.Flags&netem.ACK == 0 || c.hold(f) == nil {
		return false
	}
	key := [2]netip.AddrPort{h.Src, h.Dst}
	if c.after.unsaid == nil {
		c.after.unsaid = map[[2]netip.AddrPort][]lostAnswer{}
	}
	c.after.unsaid[key] = append(c.after.unsaid[key], lostAnswer{ackOf: newAckOf(&h), frame: f.frame})
	return true
}

// judgeUnsaid goes through the acknowledgments of a connection that were lost: consequence appends that of one, and
// returns nothing as long as there is none.
func (c *Capture) judgeUnsaid(key [2]netip.AddrPort, consequence func(b []byte, a *lostAnswer) []byte) {
	list, ok := c.after.unsaid[key]
	if !ok {
		return
	}
	list = slices.DeleteFunc(list, func(a lostAnswer) bool {
		r := c.after.waiting(a.frame)
		if r == nil {
			return true
		}
		c.after.text = consequence(c.after.text[:0], &a)
		if len(c.after.text) > 0 {
			c.release(r, c.after.text)
		}
		return len(c.after.text) > 0
	})
	if c.after.unsaid[key] = list; len(list) == 0 {
		delete(c.after.unsaid, key)
	}
}

// answered notes that the segment h, which this end sent as f, has arrived at the other.
func (c *Capture) answered(h *netem.Header, f *flight) {
	if len(c.after.unsaid) == 0 || h.Flags&netem.ACK == 0 {
		return
	}
	now := newAckOf(h)
	c.judgeUnsaid([2]netip.AddrPort{h.Src, h.Dst}, func(b []byte, a *lostAnswer) []byte {
		if a.again != 0 || a.frame > f.frame || !a.in(&now) {
			return b
		}
		return strconv.AppendInt(append(b, ". No consequence: covered by the ACK in frame "...), int64(f.frame), 10)
	})
}

// repeats notes that the other end sends h: if a lost acknowledgment says that this has come, it is sent for want of that.
func (c *Capture) repeats(h *netem.Header, id uint64) {
	to := h.Seq + uint32(len(h.Payload))
	if h.Flags&(netem.SYN|netem.FIN) != 0 {
		to++
	}
	list := c.after.unsaid[[2]netip.AddrPort{h.Dst, h.Src}]
	if to == h.Seq {
		return
	}
	for i := range list {
		if list[i].again == 0 && list[i].says(h.Seq, to) {
			list[i].again = id
		}
	}
}

// repeated notes that a packet of the other end has come as a frame, or not at all, which is 0.
func (c *Capture) repeated(h *netem.Header, id uint64, frame int) {
	c.judgeUnsaid([2]netip.AddrPort{h.Dst, h.Src}, func(b []byte, a *lostAnswer) []byte {
		switch {
		case a.again != id:
			return b
		case frame == 0:
			return append(b, ". Consequence: spurious retransmission, which never arrived"...)
		}
		return strconv.AppendInt(append(b, ". Consequence: spurious retransmission, arriving as frame "...), int64(frame), 10)
	})
}

// follow takes what happens to the packets of the other end, for what this end's lost acknowledgments lead to.
func (c *Capture) follow(e netem.Event, frame int) {
	lost := e.Kind == netem.Dropped
	if lost || e.Kind == netem.Delivered && e.Packet.Corrupt {
		c.missAck(e)
	}
	if len(c.after.unsaid) == 0 {
		return
	}
	h, ok := e.Packet.Header()
	switch {
	case !ok || h.Proto != netem.ProtoTCP || e.Packet.Corrupt:
	case e.Kind == netem.Sent:
		c.repeats(h, e.Packet.ID)
	case lost || e.Kind == netem.Delivered && frame > 0:
		c.repeated(h, e.Packet.ID, frame)
	}
}
