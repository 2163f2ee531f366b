package netstack

import (
	"context"
	"fmt"
	"net/netip"
	"strconv"

	"lossylab/netem"
	"lossylab/sim"
)

// WorldConfig says what a world of clients and a server is like. The zero value is a good start.
type WorldConfig struct {
	Seed    uint64
	IPv6    bool
	MTU     int    // bytes; 0 means 1500
	CC      string // "cubic" or "reno"; empty means cubic
	NoSACK  bool
	Clients int                 // hosts; 0 means 1
	Observe func(sim.TCPInfo)   // told of the clients' TCP senders
	Mark    func(*netem.Packet) // called with each packet before it is sent: it may set its Tag
}

// MaxClients is how many client hosts a world may have.
const MaxClients = 200

// World is clients and a server with a network between them, in virtual time.
type World struct {
	Loop           *sim.Loop
	Client, Server *Host   // the first client
	Clients        []*Host // all of them

	up, down   netem.Stage
	byAddr     map[netip.Addr]*Host // the clients, if there are several
	foreground int
	lastID     uint64
}

// Addresses returns the first client's and the server's.
func Addresses(ipv6 bool) (client, server netip.Addr) {
	return ClientAddress(ipv6, 0), hostAddress(ipv6, 2)
}

// ClientAddress returns the address of client n, from 0: 10.0.0.1, 10.0.0.3, 10.0.0.4 and so on.
func ClientAddress(ipv6 bool, n int) netip.Addr {
	if n > 0 {
		n++ // the server's is between the first two
	}
	return hostAddress(ipv6, n+1)
}

func hostAddress(ipv6 bool, n int) netip.Addr {
	if ipv6 {
		b := [16]byte{0: 0xfd, 15: byte(n)}
		return netip.AddrFrom16(b)
	}
	return netip.AddrFrom4([4]byte{10, 0, 0, byte(n)})
}

// NewWorld joins the hosts by the stages up (clients to server) and down.
func NewWorld(c WorldConfig, up, down netem.Stage) (*World, error) {
	if c.MTU == 0 {
		c.MTU = 1500
	}
	if c.CC == "" {
		c.CC = "cubic"
	}
	c.Clients = max(c.Clients, 1)
	if c.Clients > MaxClients {
		return nil, fmt.Errorf("netstack: %d clients: want at most %d", c.Clients, MaxClients)
	}
	w := &World{Loop: sim.NewLoop(), up: up, down: down}
	// The hosts exist before the first packet does, so the pipes may name them ahead.
	upPipe := sim.NewPipe(w.Loop, up, func(p *netem.Packet) { w.Server.Deliver(p) })
	downPipe := sim.NewPipe(w.Loop, down, w.deliver)
	upPipe.Back(w.deliver)
	downPipe.Back(func(p *netem.Packet) { w.Server.Deliver(p) })
	send := func(pipe *sim.Pipe) func(*netem.Packet) {
		if c.Mark == nil {
			return pipe.Send
		}
		return func(p *netem.Packet) { c.Mark(p); pipe.Send(p) }
	}
	for n := range c.Clients {
		config := Config{Name: "client", Number: n, Addr: ClientAddress(c.IPv6, n), MTU: c.MTU, CC: c.CC, NoSACK: c.NoSACK, Seed: c.Seed, Observe: c.Observe}
		if n > 0 {
			config.Name += " " + strconv.Itoa(n+1)
		}
		h, err := NewHost(w.Loop, config, w.nextID, send(upPipe))
		if err != nil {
			w.closeHosts()
			return nil, err
		}
		w.Clients = append(w.Clients, h)
	}
	w.Client = w.Clients[0]
	if c.Clients > 1 {
		w.byAddr = map[netip.Addr]*Host{}
		for _, h := range w.Clients {
			w.byAddr[h.config.Addr] = h
		}
	}
	_, server := Addresses(c.IPv6)
	config := Config{Name: "server", Addr: server, MTU: c.MTU, CC: c.CC, NoSACK: c.NoSACK, Seed: c.Seed}
	var err error
	if w.Server, err = NewHost(w.Loop, config, w.nextID, send(downPipe)); err != nil {
		w.closeHosts()
		return nil, err
	}
	return w, nil
}

// deliver gives a packet to the client whose address it bears; one that bears nobody's, since it is corrupt, to the first,
// whose stack refuses it.
func (w *World) deliver(p *netem.Packet) {
	h := w.Client
	if w.byAddr != nil {
		if to := w.byAddr[destination(p.Data)]; to != nil {
			h = to
		}
	}
	h.Deliver(p)
}

// destination returns the address that an IP packet goes to, also that of a fragment.
func destination(b []byte) (a netip.Addr) {
	switch {
	case len(b) >= 20 && b[0]>>4 == 4:
		return netip.AddrFrom4([4]byte(b[16:20]))
	case len(b) >= 40 && b[0]>>4 == 6:
		return netip.AddrFrom16([16]byte(b[24:40]))
	}
	return a
}

// ClientOf returns the number of the client that a packet comes from or goes to, 0 where that cannot be told.
func ClientOf(p *netem.Packet) int {
	b := p.Data
	if len(b) < 20 {
		return 0
	}
	from, to := int(b[15]), int(b[19])
	if b[0]>>4 == 6 && len(b) >= 40 {
		from, to = int(b[23]), int(b[39])
	}
	if from == 2 { // the server
		from = to
	}
	if from > 2 {
		return from - 2
	}
	return 0
}

func (w *World) nextID() uint64 {
	w.lastID++
	return w.lastID
}

// Start runs f as a program that Run waits for; a host's Go starts one that it does not wait for, such as a server.
func (w *World) Start(f func()) {
	w.foreground++
	w.Loop.Go(func() {
		defer func() { w.foreground-- }()
		f()
	})
}

// Finished reports whether all programs given to Start have returned.
func (w *World) Finished() bool { return w.foreground == 0 }

// Run lets the world go on until all programs given to Start have returned, what they sent has arrived or is lost, and
// their connections are closed; or until limit, or until ctx ends, whose error it returns.
func (w *World) Run(ctx context.Context, limit netem.Time) error {
	return w.Loop.Run(ctx, limit, w.Over)
}

// Over reports whether nothing is left to happen: all programs given to Start have returned, what they sent has arrived or
// is lost, and their connections are closed.
func (w *World) Over() bool { return w.Finished() && w.idle() }

func (w *World) idle() bool {
	_, up := w.up.Next()
	_, down := w.down.Next()
	if up || down || !w.Server.Quiet() {
		return false
	}
	for _, h := range w.Clients {
		if !h.Quiet() {
			return false
		}
	}
	return true
}

// Close ends the world: programs that still wait are unwound, and no goroutine is left behind.
func (w *World) Close() {
	for _, h := range w.Clients { // programs that are unwound close their connections
		h.mute()
	}
	w.Server.mute()
	w.Loop.Close()
	w.closeHosts()
}

func (w *World) closeHosts() {
	for _, h := range w.Clients {
		h.Close()
	}
	if w.Server != nil {
		w.Server.Close()
	}
}
