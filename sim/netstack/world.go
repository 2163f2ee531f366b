package netstack

import (
	"context"
	"net/netip"

	"lossylab/netem"
	"lossylab/sim"
)

// WorldConfig says what a world of two hosts is like. The zero value is a good start.
type WorldConfig struct {
	Seed    uint64
	IPv6    bool
	MTU     int    // bytes; 0 means 1500
	CC      string // "cubic" or "reno"; empty means cubic
	NoSACK  bool
	Observe func(sim.TCPInfo) // told of the client's TCP senders
}

// World is a client and a server with a network between them, in virtual time.
type World struct {
	Loop           *sim.Loop
	Client, Server *Host

	up, down   netem.Stage
	foreground int
	lastID     uint64
}

// Addresses returns the client's and the server's.
func Addresses(ipv6 bool) (client, server netip.Addr) {
	if ipv6 {
		return netip.MustParseAddr("fd00::1"), netip.MustParseAddr("fd00::2")
	}
	return netip.MustParseAddr("10.0.0.1"), netip.MustParseAddr("10.0.0.2")
}

// NewWorld joins two hosts by the stages up (client to server) and down.
func NewWorld(c WorldConfig, up, down netem.Stage) (*World, error) {
	if c.MTU == 0 {
		c.MTU = 1500
	}
	if c.CC == "" {
		c.CC = "cubic"
	}
	w := &World{Loop: sim.NewLoop(), up: up, down: down}
	client, server := Addresses(c.IPv6)
	// The hosts exist before the first packet does, so the pipes may name them ahead.
	upPipe := sim.NewPipe(w.Loop, up, func(p *netem.Packet) { w.Server.Deliver(p) })
	downPipe := sim.NewPipe(w.Loop, down, func(p *netem.Packet) { w.Client.Deliver(p) })
	upPipe.Back(func(p *netem.Packet) { w.Client.Deliver(p) })
	downPipe.Back(func(p *netem.Packet) { w.Server.Deliver(p) })
	config := Config{Name: "client", Addr: client, MTU: c.MTU, CC: c.CC, NoSACK: c.NoSACK, Seed: c.Seed, Observe: c.Observe}
	var err error
	if w.Client, err = NewHost(w.Loop, config, w.nextID, upPipe.Send); err != nil {
		return nil, err
	}
	config.Name, config.Addr, config.Observe = "server", server, nil
	if w.Server, err = NewHost(w.Loop, config, w.nextID, downPipe.Send); err != nil {
		w.Client.Close()
		return nil, err
	}
	return w, nil
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
	return !up && !down && w.Client.Quiet() && w.Server.Quiet()
}

// Close ends the world: programs that still wait are unwound, and no goroutine is left behind.
func (w *World) Close() {
	w.Client.mute() // programs that are unwound close their connections
	w.Server.mute()
	w.Loop.Close()
	w.Client.Close()
	w.Server.Close()
}
