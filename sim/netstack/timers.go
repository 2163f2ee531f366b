package netstack

import (
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/seqnum"
)

// What Linux has for G in RFC 6298 section 2.3, "RTO <- SRTT + max (G, K*RTTVAR)": TCP_RTO_MIN.
const minVariance = 200 * time.Millisecond

// mendTimers sets the retransmission timeout, and the probe's timer by it, where the stack errs in four ways.
//
// It holds 200 ms to be the least timeout, where Linux adds them to SRTT. In virtual time RTTVAR goes to nothing, and a
// round trip of more than 200 ms then takes just as long as the timeout.
//
// It sets the probe's timer anew with each segment that it sends, and forgets in doing so when the timeout would be. RFC
// 8985 section 7.2: "If Now() + PTO > TCP_RTO_expiration(): PTO = TCP_RTO_expiration() - Now()". As in Linux, that is a
// timeout after an acknowledgment of new data, and after the oldest segment was sent if that is still to come.
//
// When the probe's timer goes off once more while a probe is out, it sends nothing and sets the timeout, from then. RFC
// 8985 section 7.3: "the sender MUST re-arm the RTO timer" after it has sent the probe; so a timeout after that is enough.
//
// It sets no timer when it sends a FIN again in a recovery, since it counts that as nothing in flight; when that is lost too,
// the connection is never closed. RFC 6298 section 5.1: "Every time a packet containing data is sent (including a
// retransmission), if the timer is not running, start it running".
func (s *sender) mendTimers(in inner, now tcpip.MonotonicTime) {
	if in.rtt.SRTTInited {
		least := in.rtt.SRTT + minVariance
		*in.minRTO(), in.state.RTO = least, max(in.state.RTO, least)
	}
	switch {
	case !in.probed():
		s.probe = tcpip.MonotonicTime{}
	case s.probe == tcpip.MonotonicTime{}:
		s.probe = now
	}
	if in.state.SndUna == in.state.SndNxt {
		return
	}
	if r := in.resend(); !r.enabled() && !in.probe().enabled() {
		r.set(now.Add(in.state.RTO), now)
	}
	if t := in.probe(); t.enabled() && *t.target() != s.probeAt { // the stack has set it
		at := s.timeout(in, now)
		if !in.probed() {
			at = later(at, now)
		}
		if !at.Before(now) && at.Before(*t.target()) {
			t.bringForward(at, now)
		}
		s.probeAt = *t.target()
	}
	if t := in.resend(); t.enabled() && in.probed() && !now.Before(s.probeAt) && in.state.SackedOut == 0 {
		if at := s.probe.Add(in.state.RTO); at.Before(*t.target()) {
			t.bringForward(later(at, now), now)
		}
	}
}

// timers is when the retransmission timer and the probe's are to go off; zero if they are not set.
type timers struct {
	resend, probe tcpip.MonotonicTime
	next          seqnum.Value // SND.NXT of that time
}

// note takes down the timers, to be set so again by keepTimers.
func (t *timers) note(in inner) {
	*t = timers{next: in.state.SndNxt}
	if r := in.resend(); r.enabled() {
		t.resend = *r.target()
	}
	if p := in.probe(); p.enabled() {
		t.probe = *p.target()
	}
}

// keepTimers sets the timers as they were before a write that sent nothing, as the window is full. The stack sets the
// probe's timer anew and takes the retransmission timer off, at every write, so that a program that goes on writing in an
// outage has no timeout until its socket buffer is full.
func (t *timers) keepTimers(in inner, now tcpip.MonotonicTime) {
	none := tcpip.MonotonicTime{}
	r, p := in.resend(), in.probe()
	switch {
	case t.resend != none && !r.enabled():
		p.disable()
		r.set(later(t.resend, now), now)
	case t.probe != none && p.enabled() && t.probe.Before(*p.target()):
		p.bringForward(t.probe, now)
	}
}

// timeout returns the instant at which the oldest segment is to be sent again. RFC 6298 section 5.3: "When an ACK is
// received that acknowledges new data, restart the retransmission timer so that it will expire after RTO seconds".
func (s *sender) timeout(in inner, now tcpip.MonotonicTime) tcpip.MonotonicTime {
	at := now
	if oldest := in.segments(); s.una == in.state.SndUna && oldest.at != nil {
		at = *oldest.when()
	}
	return at.Add(in.state.RTO)
}

func later(a, b tcpip.MonotonicTime) tcpip.MonotonicTime {
	if a.Before(b) {
		return b
	}
	return a
}
