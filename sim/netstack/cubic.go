package netstack

import (
	"math"
	"time"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// curve is what a sender knows of CUBIC's congestion avoidance beside the stack, in segments.
type curve struct {
	part     float64 // of a segment, by which the window has grown
	friendly float64 // W_est, the window that Reno would have; 0 outside congestion avoidance
	unknown  bool    // nothing has told yet how large the window may become, as at the beginning and after a timeout
}

// mendCubic lets the window grow as RFC 9438 has it, where the stack errs in four ways.
//
// Section 4.4: "cwnd MUST be incremented by (target - cwnd)/cwnd for each received new ACK". The stack does so in floating
// point and then cuts the window to whole segments, at every ACK: an increment of less than one is lost, and so is nearly
// all growth outside the Reno-friendly region. Here the parts are added up until they make a segment.
//
// Section 4.3: W_est is set to cwnd at the start of a congestion avoidance stage and then grows by alpha_cubic times the
// segments acknowledged, over cwnd. The stack begins at W_max times beta, after W_max has been reduced by fast
// convergence: at 0.6 times the old window instead of 0.7, so that it stands still until W_est has caught up.
//
// Section 4.2: K is the time from cwnd_epoch to W_max. The stack takes 0.7 times W_max for cwnd_epoch, also where fast
// convergence has reduced W_max.
//
// Section 4.10: where slow start ends without a loss, K is 0, and W_max the window at the beginning of the stage. The stack leaves both at 0 when HyStart ends it, and the window
// stands still until 0.4 t^3 has come up to it. As in Linux, it grows by a twentieth in each round trip at least, until a
// loss tells more; so too after a timeout.
func (s *sender) mendCubic(in inner, now tcpip.MonotonicTime) {
	state, cubic := in.state, in.cubic
	if cubic == nil {
		return
	}
	acked := int(s.una.Size(state.SndUna))
	switch {
	case state.FastRecovery.Active:
		s.unknown = false
	case *in.phase == tcpip.RTORecovery:
		s.unknown = true
	}
	if state.FastRecovery.Active || state.SndCwnd < state.Ssthresh || s.cwnd == 0 {
		s.friendly = 0
		return
	}
	if s.friendly == 0 {
		s.begin(state, cubic, now)
		return // what ended slow start or the recovery acknowledges what was sent before
	}
	if acked <= 0 || acked > 1<<30 || in.rtt.SRTT <= 0 {
		return
	}
	cwnd, segments := float64(s.cwnd), float64(acked)/float64(state.MaxPayloadSize)
	const alpha = 3 * (1 - .7) / (1 + .7)
	s.friendly += float64(alpha*segments) / cwnd
	target := min(max(cubicWindow(cubic, now.Sub(cubic.T)+in.rtt.SRTT), cwnd), 1.5*cwnd) // the bounds of section 4.2
	if s.unknown {
		target = max(target, 1.05*cwnd)
	}
	s.part = max(0, s.part+float64(segments*((target-cwnd)/cwnd))-float64(state.SndCwnd-s.cwnd))
	whole := int(s.part)
	state.SndCwnd = max(state.SndCwnd+whole, int(s.friendly))
	s.part -= float64(whole)
}

// begin begins a congestion avoidance stage.
func (s *sender) begin(state *tcp.TCPSenderState, cubic *tcp.TCPCubicState, now tcpip.MonotonicTime) {
	s.part, s.friendly = 0, float64(state.SndCwnd)
	if s.unknown {
		cubic.WMax = 0
	}
	cubic.T = now
	cubic.WMax = max(cubic.WMax, s.friendly)
	cubic.K = math.Cbrt((cubic.WMax - s.friendly) / cubic.C)
}

// cubicWindow is RFC 9438 section 4.2, figure 1: "W_cubic(t) = C * (t - K)^3 + W_max".
func cubicWindow(c *tcp.TCPCubicState, t time.Duration) float64 {
	x := t.Seconds() - c.K
	return float64(float64(c.C*float64(float64(x*x)*x)) + c.WMax)
}
