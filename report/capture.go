package report

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"lossylab/netem"
	"lossylab/report/pcapng"
)

// Capture is an Observer that writes one end's capture, with a comment on each packet that something happened to: what,
// and why in the words of whoever did it.
//
// What becomes of a packet that this end sends turns out later, and frames stand in a file in order of time. So frames
// wait until the fate of the oldest is known: memory holds what has passed since the oldest packet in flight was sent.
type Capture struct {
	at     Vantage
	epoch  time.Time
	frames Frames
	wait   *pcapng.Queue
	lines  [2]line // by the end that sends: the first is up, the other down
	sent   streams
	phases map[[2]uint16]phase // of the TCP senders here, by their own port and the other end's
	text   []byte              // memory for one comment
	now    netem.Time
	after  sequels
}

// NewCapture returns a capture of what passes the end at, written to w. The world's time 0 is epoch.
func NewCapture(w pcapng.Writer, at Vantage, epoch time.Time) *Capture {
	return &Capture{at: at, epoch: epoch, wait: pcapng.NewQueue(w), lines: [2]line{newLine(), newLine()}, sent: streams{}, phases: map[[2]uint16]phase{}}
}

// State takes a sample of a TCP sender at this end, whose port and the other end's, 0 where that is not known, tell the
// connections apart: comments on retransmissions then say how the sender came to make them. It is to be told after what the
// sender sent at that instant.
func (c *Capture) State(ports [2]uint16, s State) {
	c.phases[ports] = s.phase()
	for f := c.lines[c.at].newest; f != nil && f.sent == s.At; f = f.older {
		if f.ports == ports || ports[1] == 0 && f.ports[0] == ports[0] {
			f.how = 1 + int(s.phase().trigger())
		}
	}
}

// Observe implements netem.Observer. On each link a packet is Sent once, before anything else happens to it there. Its
// memory is not used after its last copy was Dropped or Delivered. Errors of the writer are told by Close.
func (c *Capture) Observe(e netem.Event) {
	if e.Kind == netem.Dequeued || e.Link != up && e.Link != down {
		return
	}
	if c.now = e.At; len(c.after.due) > 0 && e.At > c.after.dueAt+sequelSlack {
		c.tellDue()
	}
	l := &c.lines[Client]
	if e.Link == down {
		l = &c.lines[Server]
	}
	at, frame := c.frames.Count(e)
	if at != c.at {
		frame = 0
	}
	if l != &c.lines[c.at] {
		c.follow(e, frame)
	}
	switch f := l.flights[e.Packet.ID]; {
	case e.Kind == netem.Sent:
		c.send(l, e, frame)
	case e.Kind == netem.Delivered:
		c.deliver(l, f, e, frame)
	case e.Kind == netem.Answered:
		c.answer(f, e, frame)
	case f == nil: // sent before the capture began
	case e.Kind == netem.Dropped:
		f.lost, f.lostBy = f.lost+1, e.By
		c.gone(l, f)
	default:
		f.note(e)
	}
}

// Close completes the file, also when the run was cut short, and returns the writer's first error.
func (c *Capture) Close() error {
	l := &c.lines[c.at]
	for l.oldest != nil {
		c.settle(l.oldest)
		l.remove(l.oldest)
	}
	c.closeSequels()
	return c.wait.Close()
}

// send takes a packet on its way. If it is a frame here, the frame waits for the packet's fate.
func (c *Capture) send(l *line, e netem.Event, frame int) {
	p := e.Packet
	if l.flights[p.ID] != nil {
		panic(fmt.Sprintf("report: packet %d is sent on link %q while it is in flight there", p.ID, e.Link))
	}
	f := l.add(p)
	if frame == 0 {
		return
	}
	f.frame = c.push(e, f.version)
	h, ok := p.Header()
	if !ok {
		return
	}
	f.sent, f.proto = e.At, h.Proto
	if h.Proto == netem.ProtoUDP {
		c.say(h, f)
	}
	if h.Proto != netem.ProtoTCP {
		return
	}
	f.ports = [2]uint16{h.Src.Port(), h.Dst.Port()}
	phase, ok := c.phases[f.ports]
	if !ok {
		phase, ok = c.phases[[2]uint16{f.ports[0]}]
	}
	if ok {
		f.how = 1 + int(phase.trigger())
	} else if h.Flags&netem.SYN != 0 {
		f.how = 1 + int(Timeout)
	}
	before := c.sent.send(h, f)
	f.again, f.before = before.frame, before.fate
	switch old := before.flight; {
	case before.frame == 0 || f.before != fate{}:
	case old.frame == before.frame: // still in flight
		old.agains = append(old.agains, f)
		f.pending = true
	default:
		f.before = fate{what: "arrived"}
	}
}

// deliver takes a packet, or a copy of it, off its way. f is nil if its sending was not seen.
func (c *Capture) deliver(l *line, f *flight, e netem.Event, frame int) {
	if frame != 0 {
		c.take(f, e, frame)
	}
	if f == nil {
		return
	}
	if f.arrived == 0 {
		l.overtake(f)
		f.frame = max(f.frame, frame)
	}
	f.arrived++
	if !e.Packet.Corrupt {
		f.intact++
	}
	if whole := f.parts == nil && f.intact == 1 && !e.Packet.Corrupt; whole || f.parts != nil && f.parts.arrive(e.Packet) {
		c.arrived(f, e)
	}
	c.gone(l, f)
}

func (c *Capture) push(e netem.Event, version int) (frame int) {
	frame = c.wait.Push(pcapng.Packet{
		At:      c.epoch.Add(time.Duration(e.At)),
		Inbound: e.Kind != netem.Sent,
		Version: version,
		IP:      e.Packet.Data,
	})
	c.room(frame)
	return frame
}

// answer takes a packet with which the link answers the sender of f, which is nil if its sending was not seen. It is no
// packet of the link's, and crosses it nowhere.
func (c *Capture) answer(f *flight, e netem.Event, frame int) {
	if frame == 0 {
		return
	}
	c.text = append(c.text[:0], "the link's answer"...)
	if f != nil && f.frame > 0 {
		c.text = strconv.AppendInt(append(c.text, " to frame "...), int64(f.frame), 10)
	}
	c.text = because(c.text, e.By)
	c.wait.Settle(c.push(e, version(e.Packet.Data)), c.text)
}

// gone takes note that a copy of f is not on its way any more.
func (c *Capture) gone(l *line, f *flight) {
	f.copies--
	c.finish(l, f)
}

// finish lets go of f once its fate is known. A frame that repeats an earlier one waits for that one's fate too, as its
// comment tells it.
func (c *Capture) finish(l *line, f *flight) {
	switch {
	case f.copies > 0:
		return
	case f.pending:
		c.wait.Keep(f.frame)
		return
	}
	if l == &c.lines[c.at] {
		c.settle(f)
		c.mended(f)
		what := f.fate()
		if f.stream != nil && what != (fate{what: "arrived"}) {
			f.stream.settle(f.span, what)
		}
		for _, again := range f.agains {
			again.before, again.pending = what, false
			c.finish(l, again)
		}
	}
	l.remove(f)
}

// settle writes f's comment: what it repeats, and what became of it.
func (c *Capture) settle(f *flight) {
	c.text = f.appendFate(f.appendAgain(c.text[:0]))
	if f.copies == 0 && c.await(f) {
		return
	}
	c.text = f.appendNow(c.text)
	c.wait.Settle(f.frame, c.text)
}

// note takes what happened to a copy of f on its way.
func (f *flight) note(e netem.Event) {
	switch e.Kind {
	case netem.Duplicated:
		f.copies++
		f.copiedBy = join(f.copiedBy, e.By)
	case netem.Delayed:
		f.lateBy = join(f.lateBy, e.By)
	case netem.Marked:
		f.markedBy = join(f.markedBy, e.By)
		f.data = e.Packet.Data // the mark is no damage
	case netem.Corrupted:
		d := newDamage(f.clean(e.Packet), e.Packet.Data)
		d.copy, d.offset, d.by = e.Packet.Copy, e.Packet.Offset, e.By
		f.damages = append(f.damages, d)
	case netem.Fragmented: // its fragments are told next
		f.copies--
		f.cutBy = e.By
		if f.parts == nil {
			f.parts = newFragments(e.Packet)
		}
		f.parts.cut(e.Packet)
	case netem.Fragment:
		f.copies++
		f.parts.make(e.Packet)
	}
}

// join names both causes, or the one if there is only one.
func join(a, b string) string {
	if a == "" || a == b {
		return b
	}
	return a + ", " + b
}

// fate sums up what became of f after its last copy is off its way.
func (f *flight) fate() fate {
	switch {
	case f.arrived == 0:
		return fate{"never arrived", f.lostBy}
	case f.parts != nil && !f.parts.whole() && f.lost > 0:
		return fate{"never arrived whole", f.lostBy}
	case len(f.damages) > 0 && (f.intact == 0 || f.parts != nil && !f.parts.whole()):
		return fate{"arrived corrupted", f.damages[0].by}
	case f.lateBy != "":
		return fate{"arrived late", f.lateBy}
	}
	return fate{"arrived", ""}
}

// appendAgain appends what f repeats.
func (f *flight) appendAgain(b []byte) []byte {
	if f.again == 0 {
		return b
	}
	b = strconv.AppendInt(begin(b, "retransmission of frame "), int64(f.again), 10)
	if f.how > 0 {
		b = append(append(append(b, " ("...), triggerWords[f.how-1]...), ')')
	}
	if f.before.what == "" {
		return b
	}
	b = append(append(b, ", which "...), f.before.what...) // not "lost": a filter for that finds what was dropped
	if f.before.by == "" {
		return b
	}
	return append(append(append(b, " ("...), f.before.by...), ')')
}

// appendFate appends what is known of f's fate at the sending end.
func (f *flight) appendFate(b []byte) []byte {
	if f.copiedBy != "" {
		b = because(begin(b, "duplicated"), f.copiedBy)
	}
	if f.markedBy != "" {
		b = because(begin(b, "marked"), f.markedBy)
	}
	if f.parts != nil {
		b = because(strconv.AppendInt(begin(b, "fragmented into "), int64(len(f.parts.made)), 10), f.cutBy)
	}
	for _, d := range f.damages {
		b = d.append(begin(b, "corrupted"))
	}
	if f.lateBy != "" {
		b = because(begin(b, "late"), f.lateBy)
	}
	switch {
	case f.lost > 0 && f.arrived+f.copies == 0:
		b = because(begin(b, "lost"), f.lostBy)
		if full(f.lostBy) {
			b = append(b, " (the queue was full)"...)
		}
		if strings.HasPrefix(f.lostBy, "mtu ") {
			b = append(b, " (the packet was too big)"...)
		}
	case f.lost > 0 && f.parts != nil:
		b = strconv.AppendInt(begin(b, ""), int64(f.lost), 10)
		b = strconv.AppendInt(append(b, " of "...), int64(len(f.parts.made)), 10)
		b = because(append(b, " fragments lost"...), f.lostBy)
	case f.lost > 0:
		b = because(begin(b, "one copy lost"), f.lostBy)
	}
	if f.copies > 0 {
		b = begin(b, "still on its way when the capture ended")
	}
	return b
}

// appendArrival appends what happened to p, a copy of f that arrives now.
func (f *flight) appendArrival(b []byte, p *netem.Packet) []byte {
	if p.Fragment && f.parts != nil {
		b = f.appendPart(b, p)
	}
	switch {
	case p.Fragment:
	case f.arrived > 0 && f.frame > 0:
		b = strconv.AppendInt(begin(b, "duplicate of frame "), int64(f.frame), 10)
		b = because(b, f.copiedBy)
	case f.overtaken > 0:
		b = strconv.AppendInt(begin(b, "overtaken by "), int64(f.overtaken), 10)
		b = because(b, f.lateBy)
	case f.lateBy != "":
		b = because(begin(b, "late"), f.lateBy)
	}
	if f.markedBy != "" {
		b = because(begin(b, "marked"), f.markedBy)
	}
	if p.Corrupt {
		b = begin(b, "corrupted on the way")
	}
	for _, d := range f.damages {
		switch {
		case d.copy != p.Copy || d.offset != p.Offset:
		case p.Corrupt:
			b = d.append(b)
		default: // in the Ethernet header, of which the packet shows nothing
			b = d.append(begin(b, "corrupted"))
		}
	}
	return b
}

// begin appends the start of a remark.
func begin(b []byte, text string) []byte {
	if len(b) > 0 {
		b = append(b, "; "...)
	}
	return append(b, text...)
}

// because appends a cause in its own words.
func because(b []byte, by string) []byte {
	if by == "" {
		return b
	}
	return append(append(b, ": "...), by...)
}
