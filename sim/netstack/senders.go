package netstack

import (
	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"lossylab/sim"
)

// senders are the TCP connections of a host, looked after whenever the stack is quiet: corrected, and sampled for the
// host's observer.
type senders struct {
	host    *Host
	byID    map[connID]*sender
	ordered []*sender // in order of opening
	lastID  connID    // a packet mostly belongs to the same connection as the one before
	last    *sender
	asIs    asIs

	zeroProbes uint64 // that were sent, of a zero window: the stack counts them as timeouts
}

// asIs leaves single corrections out: tests show by it what the stack does without them.
type asIs struct{ outstanding, zeroWindow, spurious, growth, reno, recovery, cubic, tooBig, timers bool }

// sample is what was last told of a sender, but for the time of it.
type sample = sim.TCPInfo

// add puts a connection with remote under care.
func (ss *senders) add(ep tcpip.Endpoint, remote tcpip.FullAddress) {
	local, err := ep.GetLocalAddress()
	if err != nil {
		return // closed before it was accepted: there is nothing to look after
	}
	s := &sender{port: local.Port, ep: ep.(*tcp.Endpoint), curve: curve{unknown: true}}
	if in, ok := look(s.ep, ss.host.config.CC); ok {
		s.mss = in.state.MaxPayloadSize // what it sends before the first packet comes may be too big for the path
	}
	ss.byID[connBetween(local.Port, remote)], ss.last = s, nil
	ss.ordered = append(ss.ordered, s)
}

// after looks after the connection that a packet from the network belonged to.
func (ss *senders) after(id connID) {
	if ss.last == nil || id != ss.lastID {
		ss.lastID, ss.last = id, ss.byID[id]
	}
	if ss.last != nil {
		ss.lookAfter(ss.last)
	}
}

// all looks after every connection: any of them may have had its timer fire.
func (ss *senders) all() {
	for _, s := range ss.ordered {
		ss.lookAfter(s)
	}
}

// wrote looks after the timers of s, which the stack sets when a program hands it something to send.
func (ss *senders) wrote(s *sender) {
	if s == nil {
		return
	}
	if in, ok := look(s.ep, ss.host.config.CC); ok {
		now := ss.host.clock.NowMonotonic()
		switch {
		case ss.asIs.timers:
		case in.state.SndNxt == s.timers.next:
			s.timers.keepTimers(in, now)
		default:
			s.mendTimers(in, now)
		}
		s.use(in, now)
		s.timers.note(in)
	}
}

func (ss *senders) lookAfter(s *sender) {
	in, ok := look(s.ep, ss.host.config.CC)
	if !ok {
		return
	}
	if !ss.asIs.tooBig {
		s.mendTooBig(in)
	}
	if !ss.asIs.zeroWindow && s.mendZeroWindow(in) {
		ss.zeroProbes++
	}
	if !ss.asIs.spurious {
		s.mendSpurious(in)
	}
	now := ss.host.clock.NowMonotonic()
	idle := !ss.asIs.growth && s.mendGrowth(in, now)
	if !ss.asIs.reno {
		s.mendReno(in.state)
	}
	if !ss.asIs.recovery {
		s.mendRecovery(in)
	}
	if !ss.asIs.cubic && !idle {
		s.mendCubic(in, now)
	}
	if !ss.asIs.outstanding {
		mendOutstanding(in)
	}
	if !ss.asIs.timers {
		s.mendTimers(in, now)
	}
	s.mendBuffer(in)
	s.use(in, now)
	s.timers.note(in)
	s.cwnd, s.una, s.mss = in.state.SndCwnd, in.state.SndUna, in.state.MaxPayloadSize
	if !ss.asIs.recovery {
		s.cwnd = in.window()
	}
	if ss.host.config.Observe != nil {
		ss.tell(s, in)
	}
}

// tell passes a sample to the host's observer if anything in it has changed.
func (ss *senders) tell(s *sender, in inner) {
	now := sample{
		At:       s.told.At,
		Host:     ss.host.config.Number,
		Port:     s.port,
		Cwnd:     s.cwnd,
		Ssthresh: in.state.Ssthresh,
		Recovery: *in.phase == tcpip.FastRecovery || *in.phase == tcpip.SACKRecovery,
		Timeout:  *in.phase == tcpip.RTORecovery,
		SRTT:     in.rtt.SRTT,
		RTTVar:   in.rtt.RTTVar,
		RTO:      in.state.RTO,
	}
	if now.Ssthresh == tcp.InitialSsthresh {
		now.Ssthresh = -1
	}
	anew := now.Recovery && in.state.FastRecovery.Last != s.recover
	if now == s.told && !anew {
		return
	}
	now.At = ss.host.loop.Now()
	if anew {
		if s.told.Recovery { // what ended one recovery began another
			between := now
			between.Recovery = false
			ss.host.config.Observe(between)
		}
		s.recover = in.state.FastRecovery.Last
	}
	s.told = now
	ss.host.config.Observe(now)
}

// quiet reports whether no connection has anything left to send or to wait for but its TIME-WAIT.
func (ss *senders) quiet() bool {
	for _, s := range ss.ordered {
		switch s.ep.EndpointState() {
		case tcp.StateClose, tcp.StateError, tcp.StateTimeWait, tcp.StateInitial:
		case tcp.StateClosing, tcp.StateLastAck:
			// Where the acknowledgment of our FIN overtakes the peer's, the stack takes it in and stays here for ever.
			if in, ok := look(s.ep, ss.host.config.CC); !ok || in.state.SndUna != in.state.SndNxt {
				return false
			}
		default:
			return false
		}
	}
	return true
}
