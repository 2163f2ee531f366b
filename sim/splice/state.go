package splice

import (
	"time"

	"lossylab/netem"
	"lossylab/netem/relay"
	"lossylab/sim"
)

// State is what a Net has counted so far.
type State struct {
	At   netem.Time
	UDP  []relay.UDPCounts // in the order of Net.UDP
	TCP  []Counts          // in the order of Net.TCP
	Late relay.Late        // of what arrived: UDP when it was written, TCP when the host got it
	Host [2]sim.TCPStats   // of the clients' host, and of the servers' together
}

// State returns what has been counted.
func (n *Net) State() State {
	s := State{UDP: n.udp.Counts(), Late: relay.Sum(append(n.udp.Lateness(), &n.late)...)}
	for _, r := range n.relays {
		s.TCP = append(s.TCP, r.Counts())
	}
	n.Wall.Enter()
	defer n.Wall.Leave()
	s.At = n.Loop.Now()
	if n.client != nil {
		s.Host[0] = n.client.Stats()
	}
	for _, h := range n.servers {
		t, all := h.Stats(), &s.Host[1]
		all.Retransmits += t.Retransmits
		all.FastRecoveries += t.FastRecoveries
		all.Timeouts += t.Timeouts
		all.Spurious += t.Spurious
		all.TailProbes += t.TailProbes
		all.ChecksumErrors += t.ChecksumErrors
	}
	return s
}

// Stop lets nothing more in: no connection, no datagram of a client.
func (n *Net) Stop() {
	for _, r := range n.relays {
		r.Stop()
	}
	n.udp.Stop()
}

// Idle reports whether no connection is left, no packet on the link, and no datagram to be written.
func (n *Net) Idle() bool {
	for _, r := range n.relays {
		if r.Counts().Active > 0 {
			return false
		}
	}
	n.Wall.Enter()
	defer n.Wall.Leave()
	return n.empty() && n.udp.Empty()
}

// Drain waits until the Net is idle, d has passed or stop is closed.
func (n *Net) Drain(d time.Duration, stop <-chan struct{}) {
	end := time.NewTimer(d)
	defer end.Stop()
	look := time.NewTicker(5 * time.Millisecond)
	defer look.Stop()
	for !n.Idle() {
		select {
		case <-end.C:
			return
		case <-stop:
			return
		case <-look.C:
		}
	}
}

// Close ends everything: what is still connected is reset. No goroutine is left behind, and nothing more happens to packets.
// What has been counted can be asked for all the same.
func (n *Net) Close() { n.ended.Do(n.close) }

func (n *Net) close() {
	for _, r := range n.relays {
		r.Close()
	}
	n.udp.Close()
	n.Wall.Close()
	n.Wall.Enter()
	n.Loop.Close()
	if n.client != nil {
		n.client.Close()
	}
	for _, h := range n.servers {
		h.Close()
	}
	n.Wall.Leave()
}
