// Package calls tells of the socket calls that a program makes: it wraps a sim.Host and is one. The calls have the names of
// Berkeley sockets, in which textbooks speak of them and strace shows them, whatever the host below makes of them.
//
//	program ── Dial, Read, … ──▶ calls.Host ── Dial, Read, … ──▶ Host below
//	                                 │
//	                                 └── Begin, End ──▶ Observer
package calls

import (
	"net"
	"time"
)

// Call is one socket call. What is known of it at its beginning are Name to Size; the rest is there at its end.
type Call struct {
	Host    string // "client", "server"
	Program int    // number of the program on that host
	Name    string // "socket", "bind", "listen", "accept", "connect", "send", "sendto", "recv", "recvfrom", "shutdown", "close"
	FD      int    // descriptor of the socket; -1 for socket, which makes one
	Network string // "tcp" or "udp"
	IPv6    bool
	Peer    net.Addr // connect, sendto: to; bind: the address; accept, recvfrom: from, at the end
	Size    int      // send: bytes to be sent; recv: bytes that there is room for
	Begin   time.Time

	End   time.Time
	Data  []byte // what was sent or received; valid until Begin or End returns
	Value int    // result: a descriptor, a number of bytes, or 0
	Err   error  // instead of a result. That the other side has finished is the result 0, no error
}

// Observer is told of calls. A Call is the same at its beginning and its end; one that blocks for ever has no end. On engines
// in real time it is called from several goroutines.
type Observer interface {
	Begin(*Call)
	End(*Call)
}
