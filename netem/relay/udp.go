package relay

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"runtime"
	"sync"
	"syscall"
	"time"

	"lossylab/netem"
)

// UDPConfig says where the datagrams of a UDP go.
type UDPConfig struct {
	Wall *Wall
	// Up and Down offer a packet to the link. They are called within the Wall, as Serial is, which numbers packets.
	Up, Down func(*netem.Packet)
	Serial   func() uint64
	// Clear reports, within the Wall, whether the link has no packet and nobody else has one that was on it: then the memory of
	// datagrams is used again. Nil never does.
	Clear func() bool
	// Idle is how long a client is remembered that neither says nor hears anything.
	Idle time.Duration
	// Clients is how many are remembered; the one that has been idle longest is forgotten for one more.
	Clients int
	// Tell is told of what goes wrong, once of each kind, from any goroutine.
	Tell func(error)
}

// UDP relays datagrams between clients and servers through a link: as many Relays as are wanted, which share it.
type UDP struct {
	UDPConfig
	flows      flows
	reassembly reassembly
	listeners  []*listener
	readers    sync.WaitGroup
	stop       chan struct{}
	told       sync.Map // what Tell has been told of
	closed     bool     // guarded by the wall
}

// UDPCounts counts what became of the datagrams of one relay, beside what the link did to them.
type UDPCounts struct {
	Clients    uint64 `json:"clients"`   // that have sent anything; one that was forgotten counts again
	Forgotten  uint64 `json:"forgotten"` // of these, because they were idle, or too many
	FromClient uint64 `json:"from_client"`
	ToServer   uint64 `json:"to_server"`
	FromServer uint64 `json:"from_server"`
	ToClient   uint64 `json:"to_client"`
	Refused    uint64 `json:"refused"` // "port unreachable" from the server
	Unsent     uint64 `json:"unsent"`  // the system did not take them
	Corrupt    uint64 `json:"corrupt"` // thrown away on arrival: a checksum was wrong
	Overrun    uint64 `json:"overrun"` // thrown away: more waited for a socket than there is room for
	Stale      uint64 `json:"stale"`   // came when the client had been forgotten
}

// listener is one relay: a socket for all its clients.
type listener struct {
	udp      *UDP
	socket   *socket
	server   netip.AddrPort
	up, down outbox
	counts   UDPCounts // guarded by the wall
}

// NewUDP returns a UDP without any relay.
func NewUDP(c UDPConfig) *UDP {
	u := &UDP{UDPConfig: c, stop: make(chan struct{})}
	u.readers.Add(1)
	go u.sweep()
	return u
}

// Relay begins to relay datagrams that come to conn, to server and back. It owns conn from then on.
func (u *UDP) Relay(conn *net.UDPConn, server netip.AddrPort) {
	l := &listener{udp: u, socket: newSocket(conn), server: server}
	conn.SetReadBuffer(4 << 20) // as much as the system allows: what does not fit is lost before anybody sees it
	l.up = outbox{wall: u.Wall, listener: l}
	l.down = outbox{wall: u.Wall, listener: l, way: down}
	u.listeners = append(u.listeners, l)
	u.readers.Add(1)
	go l.read()
}

// Counts returns the counters of the relays, in the order of Relay.
func (u *UDP) Counts() (all []UDPCounts) {
	u.Wall.Enter()
	defer u.Wall.Leave()
	for _, l := range u.listeners {
		c := l.counts
		c.ToServer, c.ToClient = l.up.sent.Load(), l.down.sent.Load()
		c.Unsent += l.up.unsent.Load() + l.down.unsent.Load()
		all = append(all, c)
	}
	return all
}

// Empty reports whether no datagram waits to be written. It is called within the Wall.
func (u *UDP) Empty() bool {
	for _, l := range u.listeners {
		for _, o := range []*outbox{&l.up, &l.down} {
			if o.busy || len(o.waiting) > 0 {
				return false
			}
		}
	}
	return true
}

// Lateness returns how late datagrams were written.
func (u *UDP) Lateness() (ls []*Lateness) {
	for _, l := range u.listeners {
		ls = append(ls, &l.up.late, &l.down.late)
	}
	return ls
}

// Stop lets nothing more in; what is on the link still gets out.
func (u *UDP) Stop() {
	for _, l := range u.listeners {
		l.socket.SetReadDeadline(time.Unix(1, 0))
	}
}

// Close ends everything, and waits until it has.
func (u *UDP) Close() {
	close(u.stop)
	u.Wall.Enter()
	u.closed = true
	for _, l := range u.listeners {
		l.socket.Close()
	}
	for u.flows.oldest != nil {
		u.flows.forget(u.flows.oldest)
	}
	u.Wall.Leave()
	u.readers.Wait()
}

// sweep forgets clients that are idle.
func (u *UDP) sweep() {
	defer u.readers.Done()
	t := time.NewTicker(max(u.Idle/8, 10*time.Millisecond))
	defer t.Stop()
	for {
		select {
		case <-u.stop:
			return
		case <-t.C:
		}
		u.Wall.Enter()
		before := u.Wall.now.Add(-u.Idle)
		for f := u.flows.oldest; f != nil && f.used < before; f = u.flows.oldest {
			f.at.counts.Forgotten++
			u.flows.forget(f)
		}
		u.Wall.Leave()
	}
}

// tell tells of a trouble once.
func (u *UDP) tell(kind string, server netip.AddrPort, err error) {
	if _, told := u.told.LoadOrStore(kind+server.String(), true); !told && u.Tell != nil {
		u.Tell(fmt.Errorf("udp %s: %s: %v (told once; the summary counts)", server, kind, err))
	}
}

// gone says whether a socket has been closed, or is to be read no more.
func gone(err error) bool {
	var timeout net.Error
	return errors.Is(err, net.ErrClosed) || errors.As(err, &timeout) && timeout.Timeout()
}

// refused says whether an error is "port unreachable". Windows tells it as a reset.
func refused(err error) bool {
	const reset, refused = syscall.Errno(10054), syscall.Errno(10061) // WSAECONNRESET, WSAECONNREFUSED
	return errors.Is(err, syscall.ECONNREFUSED) || runtime.GOOS == "windows" && (errors.Is(err, reset) || errors.Is(err, refused))
}
