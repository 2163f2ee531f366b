package netstack

import (
	"net"

	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"
)

// What hosts that live for long, and by the wall clock, need beside the rest.

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
