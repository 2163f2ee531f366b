package netstack

import (
	"net"

	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"lossylab/netem"
)

// What hosts that live for long, and by the wall clock, need beside the rest.

// Take gives the host a packet from the network, with which it deals in Settle: several that arrive at one instant cost a
// third of what they cost one by one, and are acknowledged together, as behind a network card that joins segments. It is
// for links on which nothing is lost and nothing out of order: elsewhere the corrections want to see each packet.
func (h *Host) Take(p *netem.Packet) {
	if len(p.Data) == 0 {
		return
	}
	h.nic.receive(p)
	if id, ok := connOf(p.Data); ok && (len(h.taken) == 0 || h.taken[len(h.taken)-1] != id) {
		h.taken = append(h.taken, id)
	}
}

// Settle deals with all that Take has taken.
func (h *Host) Settle() {
	if len(h.taken) == 0 {
		return
	}
	h.settle()
	for _, id := range h.taken {
		h.senders.after(id)
	}
	h.taken = h.taken[:0]
}

// Aborter is a connection that can be reset: those of a Host can.
type Aborter interface {
	net.Conn
	// Abort closes the connection with a RST, as closing one with SO_LINGER 0 does.
	Abort()
}

// Abort implements Aborter.
func (c *conn) Abort() {
	if c.closed {
		return
	}
	c.ep.Abort()
	c.Close()
}

// Forget lets go of the TCP connections that are over, which a host otherwise keeps for its statistics.
func (h *Host) Forget() { h.senders.forget() }

func (ss *senders) forget() {
	kept := ss.ordered[:0]
	for _, s := range ss.ordered {
		if state := s.ep.EndpointState(); state != tcp.StateClose && state != tcp.StateError {
			kept = append(kept, s)
		}
	}
	if len(kept) == len(ss.ordered) {
		return
	}
	clear(ss.ordered[len(kept):])
	ss.ordered, ss.last = kept, nil
	alive := make(map[*sender]bool, len(kept))
	for _, s := range kept {
		alive[s] = true
	}
	for id, s := range ss.byID {
		if !alive[s] {
			delete(ss.byID, id)
		}
	}
}
