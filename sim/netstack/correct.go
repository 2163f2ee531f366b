package netstack

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/seqnum"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// Things that the stack's TCP does other than the RFCs and Linux, mended from outside whenever the stack is quiet.
// (One more is mended by the clock, in clock.go; others are in pmtu.go and timers.go.) Each has a test that shows what happens without it, and that fails when
// the stack no longer needs it.

// mendOutstanding counts anew the segments in flight, where the stack counts too many or none.
//
// Outside recovery it leaves segments counted that were SACKed and then acknowledged (google/gvisor#14092, mended by
// #14101, which no published version has), and a path that merely reorders throttles the flow.
//
// In recovery it counts no FIN, as that has no payload. If the FIN is all that is left to be acknowledged, nothing seems to
// be in flight after it, no timer is set, and a connection whose FIN and its probe are lost is never closed.
func mendOutstanding(in inner) {
	state := in.state
	if state.SndUna == state.SndNxt || state.MaxPayloadSize == 0 {
		return
	}
	if !state.FastRecovery.Active {
		// If all segments were full there would be this many. There may be more, of smaller ones: then they are counted.
		full := (int(state.SndUna.Size(state.SndNxt)) + state.MaxPayloadSize - 1) / state.MaxPayloadSize
		if state.Outstanding > full-max(0, state.SackedOut) {
			state.Outstanding = min(state.Outstanding, in.inFlight())
		}
	}
	state.Outstanding = max(1, state.Outstanding)
}

// mendReno takes the acknowledgments that have been turned into a larger window off the counter of those that have not.
// RFC 5681 section 3.1: "during congestion avoidance, cwnd is incremented by roughly 1 full-sized segment per round-trip
// time (RTT)". The stack takes the remainder modulo the new window instead of the old one, so that the counter is never
// emptied and each further ACK adds a segment. CUBIC leaves the counter at 0.
func (s *sender) mendReno(state *tcp.TCPSenderState) {
	if state.SndCwnd > s.cwnd && s.cwnd >= state.Ssthresh && state.SndCAAckCount >= s.cwnd {
		state.SndCAAckCount -= s.cwnd
	}
}

// mendRecovery sets how much the stack may send in recovery, where it errs in three ways.
//
// It inflates the window by three segments on entry, as RFC 5681 section 3.2 step 3 has it for senders that cannot know
// what has left the network. With SACK they do know, and RFC 6675 section 5 step 4.2 says "ssthresh = cwnd =
// (FlightSize / 2)". At small windows three segments are much: at 10 % loss Reno has half as much goodput again as Linux.
//
// It counts as in flight what RACK knows to be lost: segments sent again and lost again, and the end of a burst of losses,
// above which nothing was SACKed. When they fill the window nothing is sent any more, and each two of them take a timeout
// (the three segments hide that: without them and nothing else mended, Reno's slow start into a queue of 400 ends in
// timeouts for minutes). And when the count falls at last, a burst of the difference leaves at once and overflows the
// queue again. So the window here is what is in flight and a segment more, up to ssthresh, which with the one that an ACK
// takes out makes two for each ACK: RFC 6937 section 3, "sndcnt = MIN(ssthresh - pipe, limit)". What the stack counts too
// many or too few is added to it.
//
// It enters recovery, and reduces ssthresh, for losses that a timeout has reduced it for already. RFC 6582 section 3.2
// steps 1 and 4 forbid that up to the recovery point; the stack keeps to it with duplicate ACKs and not with RACK.
func (s *sender) mendRecovery(in inner) {
	switch *in.phase {
	case tcpip.Open:
		s.timedOut = false
	case tcpip.RTORecovery:
		s.timedOut, s.ssthresh = true, in.state.Ssthresh
	case tcpip.SACKRecovery:
		if !in.state.FastRecovery.Active {
			return
		}
		if s.timedOut {
			in.state.Ssthresh = s.ssthresh
		}
		n := in.inFlight()
		in.state.SndCwnd = max(1, min(n+1, in.state.Ssthresh)+in.state.Outstanding-n)
	}
}

// window is the congestion window as the RFCs have it, segments: in recovery it is ssthresh, whatever mendRecovery lets go.
func (in inner) window() int {
	if in.state.FastRecovery.Active && *in.phase == tcpip.SACKRecovery {
		return in.state.Ssthresh
	}
	return in.state.SndCwnd
}

// sender is one connection's sender, and what it was like when it was last looked after.
type sender struct {
	port    uint16 // its own
	ep      *tcp.Endpoint
	cwnd    int
	una     seqnum.Value
	told    sample
	buffer  int64        // bytes for which there has to be room in the buffer for sending
	recover seqnum.Value // the recovery point of the recovery that was told last

	probe   tcpip.MonotonicTime // when the tail loss probe that is out was sent; zero if none is
	probeAt tcpip.MonotonicTime // when the next one was last set to be sent

	mss      int  // payload of a full segment
	timedOut bool // and what was sent before the timeout is not all acknowledged
	ssthresh int  // set by that timeout

	curve
	before before
	usage  usage
	timers timers

	zeroProbes uint32 // of a zero window, that are not answered
}
