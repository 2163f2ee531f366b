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
	asIs    bool      // tests show what the stack does by itself
}

// sample is what was last told of a sender, but for the time of it.
type sample = sim.TCPInfo

// add puts a connection with remote under care.
func (ss *senders) add(ep tcpip.Endpoint, remote tcpip.FullAddress) {
	local, err := ep.GetLocalAddress()
	if err != nil {
		return // closed before it was accepted: there is nothing to look after
	}
	s := &sender{port: local.Port, ep: ep.(*tcp.Endpoint)}
	ss.byID[connBetween(local.Port, remote)] = s
	ss.ordered = append(ss.ordered, s)
}

// after looks after the connection that a packet from the network belonged to.
func (ss *senders) after(id connID) {
	if s := ss.byID[id]; s != nil {
		ss.lookAfter(s)
	}
}

// all looks after every connection: any of them may have had its timer fire.
func (ss *senders) all() {
	for _, s := range ss.ordered {
		ss.lookAfter(s)
	}
}

func (ss *senders) lookAfter(s *sender) {
	in, ok := look(s.ep, ss.host.config.CC)
	if !ok {
		return
	}
	if !ss.asIs {
		s.mendReno(in.state)
		s.mendRecovery(in)
		s.mendCubic(in, ss.host.clock.NowMonotonic())
		mendOutstanding(in.state)
	}
	s.cwnd, s.una = in.state.SndCwnd, in.state.SndUna
	if ss.host.config.Observe != nil {
		ss.tell(s, in)
	}
}

// tell passes a sample to the host's observer if anything in it has changed.
func (ss *senders) tell(s *sender, in inner) {
	now := sample{
		At:       s.told.At,
		Port:     s.port,
		Cwnd:     in.state.SndCwnd,
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
	if now == s.told {
		return
	}
	now.At = ss.host.loop.Now()
	s.told = now
	ss.host.config.Observe(now)
}

// quiet reports whether no connection has anything left to send or to wait for but its TIME-WAIT.
func (ss *senders) quiet() bool {
	for _, s := range ss.ordered {
		switch s.ep.EndpointState() {
		case tcp.StateClose, tcp.StateError, tcp.StateTimeWait, tcp.StateInitial:
		default:
			return false
		}
	}
	return true
}
