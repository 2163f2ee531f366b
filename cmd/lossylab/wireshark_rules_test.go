package main

import "slices"

// wiresharkRules are how Wireshark 4.0 judges a TCP connection's packets, as far as captures of lossylab show it: found by
// experiment, and compared frame by frame with what tshark says. It looks at one capture and no other, so the same packet
// may be judged differently at the two ends. It goes by what an end has seen of each direction so far.
type wiresharkRules struct {
	to             [2]*direction // by direction: 0 is inbound at the capturing end, 1 outbound
	syn, handshake int64         // ns; 0 while not known
	keepAlive      int           // 1 more than the direction of the packet before, if that was taken for a keep-alive
}

// direction is one direction of a connection.
type direction struct {
	begun    bool
	next     uint32 // furthest sequence number seen, and one more
	nextAt   int64  // when it was first seen
	ack, top uint32 // last acknowledgment number; furthest that may be acknowledged
	acked    bool
	ackAt    int64
	window   int
	repeats  int // duplicate acknowledgments
	sacked   int64
	flying   []sighting
}

type sighting struct {
	from, to uint32
	at       int64
}

// dissected is one TCP frame: what its header says, and what Wireshark's analysis of it is.
type dissected struct {
	frame, stream, direction int
	at                       int64 // ns
	seq, ack                 uint32
	len, flags, window       int
	sacked                   int64 // bytes in its SACK blocks
	comment                  string
	analysis
}

// analysis is Wireshark's opinion of a frame, in the names of tcp.analysis.*.
type analysis struct {
	retransmission, fast, spurious, outOfOrder       bool
	duplicateAck, windowUpdate, keepAlive, lost, gap bool  // lost: lost_segment; gap: ack_lost_segment
	rtt                                              int64 // ns; 0 for none
	inFlight                                         int64 // bytes; 0 for none
}

const (
	flagFIN = 1 << iota
	flagSYN
	flagRST
	_
	flagACK
)

func newWiresharkRules() *wiresharkRules {
	return &wiresharkRules{to: [2]*direction{{}, {}}}
}

// judge returns what Wireshark says about the next frame of the capture.
func (w *wiresharkRules) judge(p *dissected) (a analysis) {
	f, r := w.to[p.direction], w.to[1-p.direction]
	w.measureHandshake(p)
	length, bare := uint32(p.len), p.flags&(flagSYN|flagFIN|flagRST) == 0
	if p.flags&(flagSYN|flagFIN) != 0 {
		length++
	}
	next := p.seq + length
	// A previous segment was not captured: this one begins beyond all that was seen of its direction.
	a.lost = f.begun && after(p.seq, f.next) && p.flags&flagRST == 0
	// A keep-alive is one byte or none, of the number before the next.
	a.keepAlive = f.begun && p.len <= 1 && p.seq == f.next-1 && bare
	// Neither data nor news but for the window is a window update, and without that a duplicate acknowledgment: unless it
	// follows a keep-alive from the other end, which it answers. Window updates do not end a series of duplicates.
	if f.begun && p.len == 0 && p.window != 0 && p.seq == f.next && f.acked && p.ack == f.ack && bare {
		switch {
		case p.window != f.window:
			a.windowUpdate = true
		case w.keepAlive != 1+(1-p.direction):
			a.duplicateAck = true
			f.repeats++
		}
	}
	if !f.acked || p.ack != f.ack {
		f.repeats = 0
	}
	// What is acknowledged was not captured.
	if p.flags&flagACK != 0 && r.begun && after(p.ack, r.top) {
		a.gap, r.top = true, p.ack
	}
	if length > 0 && f.begun && after(f.next, p.seq) && !a.keepAlive {
		w.again(p, next, &a)
	}
	f.see(p, length, next)
	if p.flags&flagACK != 0 {
		a.rtt = r.acknowledge(p)
		r.sacked = p.sacked
	}
	if p.len > 0 && !a.lost { // it is not told where something is missing
		a.inFlight = max(0, f.inFlight()) // 0 is not shown
	}
	w.keepAlive = 0
	if a.keepAlive {
		w.keepAlive = 1 + p.direction
	}
	return a
}

// again says what a frame is that brings nothing beyond what was seen. The first that applies is it.
func (w *wiresharkRules) again(p *dissected, next uint32, a *analysis) {
	f, r := w.to[p.direction], w.to[1-p.direction]
	near := int64(3e6) // ns; or the round-trip time of the handshake, if that was seen
	if w.handshake > 0 {
		near = w.handshake
	}
	switch {
	case r.repeats >= 2 && r.ack == p.seq && p.at-r.ackAt < 20e6: // within 20 ms of the last duplicate acknowledgment that asks for it
		a.retransmission, a.fast = true, true
	case p.len > 0 && r.acked && !after(next, r.ack): // all of it was acknowledged before it came
		a.retransmission, a.spurious = true, true
	case p.at-f.nextAt < near && next != f.next: // soon after the furthest segment, and not that one
		a.outOfOrder = true
	default:
		a.retransmission = true
	}
}

// measureHandshake takes the time from the SYN to the first ACK that is no SYN: tcp.analysis.initial_rtt.
func (w *wiresharkRules) measureHandshake(p *dissected) {
	switch {
	case p.flags&(flagSYN|flagACK) == flagSYN && w.syn == 0:
		w.syn = 1 + p.at // the first frame's time is 0
	case p.flags&(flagSYN|flagACK) == flagACK && w.syn > 0 && w.handshake == 0:
		w.handshake = 1 + p.at - w.syn
	}
}

// see takes note of a frame of the direction.
func (f *direction) see(p *dissected, length, next uint32) {
	if length > 0 {
		f.flying = append(f.flying, sighting{p.seq, next, p.at})
		if !f.begun || after(next, f.top) {
			f.top = next
		}
	}
	if !f.begun || after(next, f.next) {
		f.next, f.nextAt = next, p.at
	}
	f.begun = true
	if p.flags&flagACK != 0 {
		f.ack, f.acked = p.ack, true
	}
	f.ackAt, f.window = p.at, p.window
}

// acknowledge takes out what an acknowledgment of the other direction covers, and returns the round-trip time: from the
// first sending of the segment that ends where the acknowledgment says.
func (f *direction) acknowledge(p *dissected) (rtt int64) {
	if i := slices.IndexFunc(f.flying, func(s sighting) bool { return s.to == p.ack }); i >= 0 {
		rtt = p.at - f.flying[i].at
	}
	f.flying = slices.DeleteFunc(f.flying, func(s sighting) bool { return !after(s.to, p.ack) })
	return rtt
}

// inFlight is from the first byte that is not acknowledged to the furthest, less what the blocks of the last acknowledgment
// that was seen cover, be it an old one.
func (f *direction) inFlight() int64 {
	low, high := f.flying[0].from, f.flying[0].to
	for _, s := range f.flying {
		if after(low, s.from) {
			low = s.from
		}
		if after(s.to, high) {
			high = s.to
		}
	}
	return int64(high-low) - f.sacked
}

// after compares sequence numbers: RFC 9293 section 3.4.
func after(a, b uint32) bool { return int32(a-b) > 0 }
