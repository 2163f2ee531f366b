package netstack

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/seqnum"
)

// usage is how much of its window a connection uses, told anew when what was in flight then is acknowledged.
type usage struct {
	most    int                 // segments in flight at the most
	full    bool                // as many as the window has
	until   seqnum.Value        // SND.NXT of that time
	counted int                 // Reno's count of acknowledgments, when it was last looked at
	looked  tcpip.MonotonicTime // when that was
}

// mendGrowth keeps the window as it is where the program, or the receiver, has not let it be used, and reports whether it did.
// By RFC 9438 section 5.8 such a flow does not increase its window, and the time of it does not count for the curve; RFC 7661 has it
// for Reno. As in Linux, a window of less than twice what was in flight may grow in slow start. The stack's
// grows with every acknowledgment, so that a program that sends a little now and then has a window of hundreds of
// segments, which no path has been tried with.
func (s *sender) mendGrowth(in inner, now tcpip.MonotonicTime) bool {
	state, u := in.state, &s.usage
	if state.SndUna == s.una || state.FastRecovery.Active || s.cwnd == 0 || u.full || s.cwnd < min(state.Ssthresh, 2*u.most) {
		return false
	}
	state.SndCwnd, state.SndCAAckCount = min(state.SndCwnd, s.cwnd), u.counted
	if in.cubic != nil {
		in.cubic.T = in.cubic.T.Add(now.Sub(u.looked))
	}
	return true
}

// use takes down what is in flight when the sender has sent what it may.
func (s *sender) use(in inner, now tcpip.MonotonicTime) {
	u, state := &s.usage, in.state
	full := state.Outstanding >= state.SndCwnd
	if u.until.LessThanEq(state.SndUna) || full || !u.full && state.Outstanding > u.most {
		u.most, u.full, u.until = state.Outstanding, full, state.SndNxt
	}
	u.counted, u.looked = state.SndCAAckCount, now
}
