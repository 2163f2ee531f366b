package netstack

import "gvisor.dev/gvisor/pkg/tcpip"

// before is what a sender's congestion control was like before it entered recovery, segments.
type before struct{ cwnd, ssthresh int }

// mendSpurious takes a recovery back that was begun for nothing: the segment was not lost but late.
//
// The stack notices that by the Eifel detection algorithm (RFC 3522: the acknowledgment echoes a time stamp from before
// the retransmission), counts it, and goes on in recovery with its window halved, so that a late packet costs as much as a
// lost one, and slow start ends with the first. Here window and threshold are again what they were, as in RFC 9438 section
// 4.9.2 and in Linux; like there, and other than in the RFC, CUBIC begins a new curve. RACK learns from it that packets are
// reordered and waits for them (RFC 8985 section 6.2 steps 3 and 4), as Linux does; the stack learns that from segments alone that
// were never sent again.
//
// A timeout that was needless is not taken back: by then the stack has begun to send everything again.
func (s *sender) mendSpurious(in inner) {
	state := in.state
	switch {
	case state.FastRecovery.Active && *in.spurious() && s.before.cwnd > 0:
		if *in.spurious() = false; in.resent() {
			return // as to these, the next acknowledgments will tell
		}
		state.FastRecovery.Active, state.FastRecovery.MaxCwnd = false, 0
		*in.phase = tcpip.Open
		state.SndCwnd, state.Ssthresh = s.before.cwnd, s.before.ssthresh
		in.rack().Reord = true
		for g := in.segments(); g.at != nil; g = g.following() {
			*g.lost() = false
		}
	case *in.phase == tcpip.RTORecovery:
		s.before = before{}
	case !state.FastRecovery.Active:
		s.before = before{state.SndCwnd, state.Ssthresh}
	}
}

// resent reports whether a segment that has been sent more than once is neither acknowledged nor SACKed.
func (in inner) resent() bool {
	for g := in.segments(); g.at != nil; g = g.following() {
		if g.sent() > 1 && !g.acked() {
			return true
		}
	}
	return false
}

// mendZeroWindow takes back what the stack does to the window when it probes a receiver that has closed its own, and reports
// whether such a probe has just been sent. The stack sends it when the retransmission timer goes off, and takes that for a
// timeout: it counts one, and begins with a window of one segment again. Nothing has been lost, and neither RFC 9293
// section 3.8.6.1 nor Linux has any of that.
func (s *sender) mendZeroWindow(in inner) (probed bool) {
	n := in.zeroProbes()
	probed = n > s.zeroProbes
	s.zeroProbes = n
	if probed && in.state.SndUna == in.state.SndNxt && s.before.cwnd > 0 {
		in.state.SndCwnd, in.state.Ssthresh = s.before.cwnd, s.before.ssthresh
		*in.phase = tcpip.Open
	}
	return probed
}
