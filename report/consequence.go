package report

import (
	"net/netip"
	"strconv"
	"time"

	"lossylab/netem"
)

// heldBack is how many frames of a capture may wait for the consequence of the first of them. With packets of 1500 bytes
// that is 12 MB. A frame that waits for longer than so many others is written without its consequence.
const heldBack = 1 << 13

// sequelSlack is for how long it is waited for what programs and senders do at an instant. They do it at that instant, but the
// packets that a host sends then are a nanosecond later each, and are seen first.
const sequelSlack = netem.Time(time.Millisecond)

// sequels are what is known of the consequences of the last frames: a ring by frame number.
type sequels struct {
	ring   []sequel   // heldBack of them
	newest int        // frame
	due    []int      // frames of which all is told once time moves on
	dueAt  netem.Time // when the last of them was added
	text   []byte     // memory for what is added to a comment

	heard  []int                              // frames whose data the segment that arrives now acknowledges
	unsaid map[[2]netip.AddrPort][]lostAnswer // acknowledgments of this end that the other did not get

	dialogues map[uint32]*dialogue // of UDP, by their ports
	last      *dialogue            // a datagram mostly belongs to the same one as the one before
	lastPorts uint32
}

// sequel is what became of a frame after its own crossing.
type sequel struct {
	frame   int
	open    bool // the frame is held until its consequence is known
	missing bool // its data never arrived intact; otherwise they came late
	mute    bool // nothing else is said of the frame
	late    bool // it is said to be late
	sent    netem.Time

	again   int // the frame that carries its data again
	how     int // as flight.how
	dupAcks int
	unhurt  bool // that frame arrived intact
	came    bool // it arrived at all

	message int  // of UDP: its number, from 1
	answer  bool // it answers another

	held    int // messages that waited for this frame at the other end
	heldFor time.Duration
}

// at returns the sequel of a frame, an empty one if nothing is known of it, and nil if that was too long ago.
func (s *sequels) at(frame int) *sequel {
	if frame == 0 || frame+heldBack <= s.newest {
		return nil
	}
	r := &s.ring[frame&(heldBack-1)]
	if r.frame != frame {
		*r = sequel{frame: frame}
	}
	return r
}

// waiting returns the sequel of a frame that is held, or nil.
func (s *sequels) waiting(frame int) *sequel {
	if r := &s.ring[frame&(heldBack-1)]; r.frame == frame && r.open {
		return r
	}
	return nil
}

// make room for a new frame: one that is held where it will stand has waited for too long.
func (c *Capture) room(frame int) {
	if c.after.ring == nil {
		c.after.ring = make([]sequel, heldBack)
	}
	if old := &c.after.ring[frame&(heldBack-1)]; old.open {
		c.release(old, nil)
	}
	c.after.newest = frame
}

// release has a frame written that was held, with the rest of its comment.
func (c *Capture) release(r *sequel, rest []byte) {
	r.open = false
	c.wait.Release(r.frame, rest)
}

// hold keeps f, of which c.text says what it can, until release. It reports whether it did.
func (c *Capture) hold(f *flight) *sequel {
	r := c.after.at(f.frame)
	if r == nil {
		return nil
	}
	r.open, r.mute, r.sent = true, len(c.text) == 0, f.sent
	c.wait.Hold(f.frame, c.text)
	return r
}

// await holds f, which is not on its way any more, if something may come of what happened to it.
func (c *Capture) await(f *flight) bool {
	what := f.fate().what
	missing := what != "arrived" && what != "arrived late"
	switch {
	case f.proto == netem.ProtoUDP:
		return missing && c.awaitMessage(f)
	case f.proto != netem.ProtoTCP:
		return false
	case f.stream == nil:
		return missing && c.awaitAck(f)
	case missing || f.lateBy != "" || f.overtaken > 0:
		return c.awaitSegment(f, missing)
	}
	return false
}

// awaitSegment holds f until its data are sent again or acknowledged.
func (c *Capture) awaitSegment(f *flight, missing bool) bool {
	if len(f.agains) == 0 && !f.stream.carries(f) {
		if missing {
			c.text = append(c.text, ". No consequence: its data had come before"...)
		}
		return false
	}
	r := c.hold(f)
	if r != nil {
		r.missing, r.late = missing, f.lateBy != ""
	}
	return r != nil
}

// carries reports whether f was the last to carry any of its sequence numbers, and they are not acknowledged.
func (s *stream) carries(f *flight) bool {
	for i := s.find(f.span.from); i < len(s.spans) && after(f.span.to, s.spans[i].from); i++ {
		if s.spans[i].frame == f.frame {
			return true
		}
	}
	return false
}

// mended notes that f, whose fate is known, has carried again what the frames f.mends had carried.
func (c *Capture) mended(f *flight) {
	for _, frame := range f.mends {
		r := c.after.waiting(frame)
		if r == nil || r.again > 0 { // the first part of it counts
			continue
		}
		if !r.missing && f.stream.unheard.cover(f.span, r.sent, f.sent) {
			c.release(r, nil) // that one is the consequence of an acknowledgment that was lost
			continue
		}
		r.again, r.how, r.dupAcks = f.frame, f.how, f.dupAcks
		r.unhurt, r.came = f.whole(), f.arrived > 0
		c.after.due, c.after.dueAt = append(c.after.due, frame), c.now
	}
}

// whole reports whether all of f has arrived, intact.
func (f *flight) whole() bool {
	if f.parts != nil {
		return f.parts.whole()
	}
	return f.intact > 0
}

// tellDue writes the frames of which all is known: programs have read what they could at that instant.
func (c *Capture) tellDue() {
	for _, frame := range c.after.due {
		if r := c.after.waiting(frame); r != nil {
			c.after.text = c.after.appendAgain(c.after.text[:0], r)
			c.release(r, c.after.text)
		}
	}
	c.after.due = c.after.due[:0]
}

// Words for what made the sender send again, in the order of Trigger.
var sequelWords = [triggerCount]string{"fast retransmit", "retransmit after a timeout", "tail loss probe"}

// appendAgain appends that r's data were sent again. It has none of the words by which filters find what was dropped,
// duplicated, damaged, overtaken or late: the frame may be none of these.
func (s *sequels) appendAgain(b []byte, r *sequel) []byte {
	if !r.missing && !r.late {
		if !r.mute {
			b = append(b, "; "...)
		}
		b = append(b, "arrived out of order"...)
	}
	b = append(b, ". Consequence: "...)
	if r.dupAcks > 0 && r.how == 1+int(Fast) {
		b = append(append(b, count(r.dupAcks, "duplicate ACK")...), ", "...)
	}
	if !r.missing {
		b = append(b, "spurious "...)
	}
	words := "retransmit"
	if r.how > 0 {
		words = sequelWords[r.how-1]
	}
	b = strconv.AppendInt(append(append(b, words...), " in frame "...), int64(r.again), 10)
	switch {
	case r.unhurt:
	case r.came:
		b = append(b, ", which came damaged"...)
	default:
		b = append(b, ", which never arrived"...)
	}
	if by := s.at(r.again); by != nil && by.held > 0 {
		b = appendHeld(append(b, ", "...), by)
	}
	return b
}

// appendHeld appends which messages waited for a frame.
func appendHeld(b []byte, r *sequel) []byte {
	b = append(append(b, "delivery of "...), count(r.held, "message")...)
	return append(append(b, " held up to "...), formatTime(netem.Time(r.heldFor))...)
}

// acknowledged notes that frame says that what the frames of c.after.heard carried has arrived.
func (c *Capture) acknowledged(frame int) {
	for _, of := range c.after.heard {
		r := c.after.waiting(of)
		if r == nil || r.again > 0 {
			continue
		}
		b := c.after.text[:0]
		switch {
		case r.missing:
			b = append(b, ". No consequence: its data had come otherwise, says frame "...)
			b = strconv.AppendInt(b, int64(frame), 10)
		case !r.late:
		case r.held > 0:
			b = appendHeld(append(b, ". Consequence: "...), r)
		default:
			b = append(b, ". No consequence: acknowledged in frame "...)
			b = strconv.AppendInt(b, int64(frame), 10)
		}
		c.after.text = b
		c.release(r, b)
	}
}

// Waited takes a message of a TCP stream from this end that had to wait at the other for those before it, and for how long:
// frame brought what was missing. It is to be told at the instant at which that arrived.
func (c *Capture) Waited(frame int, d time.Duration) {
	if r := c.after.at(frame); r != nil {
		r.held++
		r.heldFor = max(r.heldFor, d)
	}
}

// closeSequels writes the frames whose consequences the capture did not live to see.
func (c *Capture) closeSequels() {
	c.tellDue()
	c.closeMessages()
	for i := range c.after.ring {
		if r := &c.after.ring[i]; r.open {
			c.release(r, nil)
		}
	}
}

// arrived notes that f has just come whole. It is this end's if it has a frame here and was sent.
func (c *Capture) arrived(f *flight, e netem.Event) {
	if f.sent == 0 && f.proto == 0 { // the other end's
		return
	}
	if h, ok := e.Packet.Header(); ok && h.Proto == netem.ProtoTCP && !e.Packet.Fragment {
		c.answered(h, f)
	}
}
