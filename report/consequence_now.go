package report

import (
	"strconv"

	"lossylab/netem"
)

// take writes a frame that arrives here.
func (c *Capture) take(f *flight, e netem.Event, frame int) {
	p, repeats := e.Packet, false
	c.after.heard = c.after.heard[:0]
	// What a fragment acknowledges is known later; what comes behind it acknowledges that too.
	if h, ok := p.Header(); ok && !p.Corrupt && !p.Fragment {
		switch h.Proto {
		case netem.ProtoTCP:
			c.after.heard, repeats = c.sent.acknowledge(h, c.after.heard)
		case netem.ProtoUDP:
			c.hear(h, frame)
		}
	}
	c.text = c.text[:0]
	v := version(p.Data)
	if f != nil {
		v, c.text = f.version, f.appendUse(f.appendArrival(c.text, p), p, repeats)
	}
	c.wait.Settle(c.push(e, v), c.text)
	c.acknowledged(frame)
}

// appendNow appends what came of f at the other end at once, as its comment stands at the sending end.
func (f *flight) appendNow(b []byte) []byte {
	switch udp := f.proto == netem.ProtoUDP; {
	case f.parts != nil || len(b) == 0 || f.copies > 0:
	case f.copiedBy != "" && f.intact > 1 && udp:
		b = append(b, ". Consequence: delivered twice to the program"...)
	case f.copiedBy != "" && f.intact > 1 && f.stream != nil:
		b = append(b, ". Consequence: TCP dropped the copy"...)
	case f.lateBy != "" && f.overtaken > 0 && f.arrived > 0 && udp && f.message > 0 && !f.dialogue.answers:
		b = strconv.AppendInt(append(b, ". Consequence: message "...), int64(f.message-1), 10)
		b = append(append(b, " came behind "...), count(f.overtaken, "later packet")...)
	}
	return b
}

// appendUse appends what the host here makes of p, a copy of f that arrives now. Repeats says that TCP counts it as a
// duplicate ACK.
func (f *flight) appendUse(b []byte, p *netem.Packet, repeats bool) []byte {
	if f.parts != nil || p.Fragment || len(b) == 0 {
		return b
	}
	if p.Corrupt {
		if who := f.checks(); who != "" {
			b = append(append(b, ". Consequence: dropped by "...), who...)
		}
		return b
	}
	h, ok := p.Header()
	switch {
	case !ok || f.arrived == 0:
	case f.intact == 0:
		b = append(b, ". Consequence: used in place of the damaged one"...)
	case h.Proto == netem.ProtoUDP:
		b = append(b, ". Consequence: delivered twice to the program"...)
	case h.Proto != netem.ProtoTCP:
	case len(h.Payload) > 0 || h.Flags&(netem.SYN|netem.FIN) != 0:
		b = append(b, ". Consequence: dropped by TCP"...)
	case repeats:
		b = append(b, ". Consequence: counted as a duplicate ACK"...)
	default:
		b = append(b, ". No consequence: it acknowledges nothing new"...)
	}
	return b
}

// checks returns who finds a wrong checksum in f, of whose damages this is the first, and nothing where none looks or it is
// not clear.
func (f *flight) checks() string {
	h, ok := netem.ParseHeader(f.data)
	if !ok || len(f.damages) != 1 || f.damages[0].n != 1 {
		return "" // of several bits that are turned over, a sum may not tell
	}
	bit := f.damages[0].bits[0]
	switch {
	case h.Version == 4 && bit < 8*int(f.data[0]&15)*4:
		return "IP: its checksum is wrong"
	case h.Version == 6 && bit < 8*40:
		return "" // IPv6 has no checksum of its own
	case h.Proto == netem.ProtoTCP:
		return "TCP: its checksum is wrong"
	case h.Proto == netem.ProtoUDP:
		return "UDP: its checksum is wrong"
	}
	return ""
}
