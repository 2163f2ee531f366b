package report

import (
	"time"

	"lossylab/netem"
)

// Cause is why a segment was sent again, by what the link did to the transmission that it repeats: the truth, which the
// sender could only guess at.
type Cause uint8

// The causes. Each retransmission has one.
const (
	DataLost    Cause = iota // what it repeats never arrived, or arrived damaged
	AckLost                  // it arrived, and the acknowledgment that says so was lost
	Reordering               // it arrived, or was about to, but others overtook it, and the sender took it for lost
	Probe                    // it had arrived, or was about to: a tail loss probe asked (RFC 8985 section 7)
	Premature                // it had arrived, or was about to: a timer ran out first (RFC 6298 section 5)
	Unexplained              // none of these
	causeCount
)

var causeNames = [causeCount]string{"data_lost", "ack_lost", "reordering", "tail_loss_probe", "timeout", "other"}

// String returns the cause as it stands in results.json.
func (c Cause) String() string { return causeNames[c] }

// Trigger is how a sender came to send a segment again.
type Trigger uint8

// The triggers. Each retransmission has one.
const (
	Fast    Trigger = iota // in fast recovery: duplicate acknowledgments, SACK or RACK (RFC 5681, RFC 6675, RFC 8985)
	Timeout                // after a retransmission timeout (RFC 6298), that of a SYN included
	Tail                   // a tail loss probe (RFC 8985 section 7)
	triggerCount
)

var triggerNames = [triggerCount]string{"fast_retransmit", "timeout", "tail_loss_probe"}

// String returns the trigger as it stands in results.json.
func (t Trigger) String() string { return triggerNames[t] }

// Retransmission is one packet that the client's TCP sent again, and why.
type Retransmission struct {
	At      netem.Time
	First   netem.Time // when that was sent which it repeats
	Offset  int64      // of its first byte in the stream; -1 for a SYN
	Len     int        // bytes of data; 0 for a SYN or FIN alone
	Frame   int        // in the client's capture, and that of what it repeats; 0 where there is none
	Of      int
	Cause   Cause
	By      string // DataLost: who lost it, in the link's words
	Trigger Trigger
	DupAcks int           // duplicate acknowledgments that had come since the last one that was new
	Held    int           // messages that had arrived and waited for it at the receiving host
	HeldFor time.Duration // the longest of these waits
}

// phase is what a TCP sender is about.
type phase uint8

const (
	calm phase = iota
	recovering
	timedOut
)

func (s State) phase() phase {
	switch {
	case s.Timeout:
		return timedOut
	case s.Recovery:
		return recovering
	}
	return calm
}

// trigger returns what makes a sender in this phase send again.
func (p phase) trigger() Trigger {
	switch p {
	case timedOut:
		return Timeout
	case recovering:
		return Fast
	}
	return Tail
}

// ending is what became of a transmission.
type ending struct {
	known     bool
	arrived   bool
	at        netem.Time // of its arrival
	by        string     // who lost or damaged it
	overtaken bool       // by data of the connection that was sent later
}

// carrier is a transmission in short.
type carrier struct {
	id     uint64
	at     netem.Time
	frame  int
	ending ending
}

// repeat is what a transmission repeats.
type repeat struct {
	before  carrier
	dupAcks int
	place   int // in tcpTracker.again, or -1
}

// fill is the arrival of what data behind it had waited for.
type fill struct {
	at    netem.Time
	place int // in tcpTracker.again, or -1
	frame int // in the client's capture, or 0
}

// repeated notes that tr repeats what before has carried.
func (t *tcpTracker) repeated(tr *transmission, before carrier, frame int) {
	tr.repeat = &repeat{before: before, dupAcks: tr.conn.repeats, place: -1}
	tr.conn.again++
	if !before.ending.known {
		t.pending = append(t.pending, tr.repeat)
	}
	if tr.conn.number == 0 && len(t.again) < shown {
		tr.repeat.place = len(t.again)
		r := Retransmission{At: tr.at, First: before.at, Offset: tr.low, Frame: frame, Of: before.frame, DupAcks: tr.repeat.dupAcks}
		if tr.data {
			r.Len = int(tr.to - tr.from)
		}
		t.again = append(t.again, r)
	}
}

// ended passes on what became of tr: to the stretches of the stream that it was the last to carry, and to those that
// repeat it already.
func (t *tcpTracker) ended(tr *transmission) {
	tr.ending.known = true
	tr.conn.ended(tr)
	rest := t.pending[:0]
	for _, r := range t.pending {
		if r.before.id == tr.id {
			r.before.ending = tr.ending
		} else {
			rest = append(rest, r)
		}
	}
	t.pending = rest
}

// explain counts why tr was sent, whose predecessors' fates are all known.
func (t *tcpTracker) explain(tr *transmission) {
	cause, trigger := t.cause(tr), tr.trigger()
	t.causes[cause]++
	t.triggers[trigger]++
	if tr.repeat.place >= 0 {
		r := &t.again[tr.repeat.place]
		r.Cause, r.Trigger = cause, trigger
		if cause == DataLost {
			r.By = tr.repeat.before.ending.by
		}
	}
}

func (tr *transmission) trigger() Trigger {
	if tr.low < 0 {
		return Timeout
	}
	return tr.phase.trigger()
}

func (t *tcpTracker) cause(tr *transmission) Cause {
	before := tr.repeat.before.ending
	switch {
	case !before.known:
		return Unexplained
	case !before.arrived:
		return DataLost
	case t.lostAcks.cover(tr, before.at):
		return AckLost
	case before.overtaken:
		return Reordering
	case tr.trigger() == Tail:
		return Probe
	case tr.trigger() == Timeout:
		return Premature
	}
	return Unexplained
}

// byCause returns how many retransmissions had each cause.
func (t *tcpTracker) byCause() map[string]int64 {
	m := map[string]int64{}
	for c, n := range t.causes {
		m[Cause(c).String()] = n
	}
	return m
}

// byTrigger returns how many retransmissions each trigger brought about.
func (t *tcpTracker) byTrigger() map[string]int64 {
	m := map[string]int64{}
	for c, n := range t.triggers {
		m[Trigger(c).String()] = n
	}
	return m
}

// told takes the sender's phase, as it is after all that it sent at that instant.
func (t *tcpTracker) told(port uint16, at netem.Time, p phase) {
	c := t.byPort[port]
	if c == nil {
		return
	}
	c.phase = p
	for i := len(t.sending) - 1; i >= 0 && t.sending[i].at == at; i-- {
		if t.sending[i].conn == c {
			t.sending[i].phase = p
		}
	}
}

// waited notes that a message of a client's stream was read at an instant, for which it had waited. It returns the frame
// for which it had, or 0.
func (t *tcpTracker) waited(client int, at netem.Time, d time.Duration) (frame int) {
	if client >= len(t.conns) || t.conns[client].filled.at != at {
		return 0
	}
	f := t.conns[client].filled
	if f.place >= 0 && f.place < len(t.again) {
		r := &t.again[f.place]
		r.Held++
		r.HeldFor = max(r.HeldFor, d)
	}
	return f.frame
}

// maxLostAcks is how many acknowledgments that were lost are remembered. The effect of one shows within a timeout.
const maxLostAcks = 512

// lostAcks are the acknowledgments that were lost last.
type lostAcks struct {
	ring [maxLostAcks]lostAck
	n    int
}

// lostAck is an acknowledgment that the client did not get.
type lostAck struct {
	conn   *tcpConn
	sent   netem.Time
	offset int64
	blocks [4][2]int64 // SACK's
}

func (l *lostAcks) add(c *tcpConn, p *netem.Packet, h *netem.Header) {
	a := lostAck{conn: c, sent: p.Sent, offset: c.offset(h.Ack, c.acked)}
	for i, b := range h.SACK() {
		a.blocks[i] = [2]int64{c.offset(b[0], c.acked), c.offset(b[1], c.acked)}
	}
	l.ring[l.n%maxLostAcks] = a
	l.n++
}

// cover reports whether one of them, sent from since until tr was, says that all of tr has arrived.
func (l *lostAcks) cover(tr *transmission, since netem.Time) bool {
	for i := max(0, l.n-maxLostAcks); i < l.n; i++ {
		a := &l.ring[i%maxLostAcks]
		if a.conn != tr.conn || a.sent < since || a.sent > tr.at {
			continue
		}
		if a.offset >= tr.high {
			return true
		}
		for _, b := range a.blocks {
			if b[0] <= tr.low && tr.high <= b[1] && b[0] < b[1] {
				return true
			}
		}
	}
	return false
}
