package main

import (
	"context"
	"fmt"
	"runtime"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/netstack"
)

// world is hosts with links between them, on any engine.
type world interface {
	// Hosts returns client number n, from 0, and the server.
	Hosts(n int) (client, server sim.Host)

	// Begin has the world's time begin, on the kernel engine: before, it has been made.
	Begin() error

	// Start runs f as a program that Run waits for. On the kernel engine programs run side by side.
	Start(f func())

	// Run lets the world go on until all is over, or until limit, or until ctx ends, whose error it returns.
	Run(ctx context.Context, limit netem.Time) error

	// Tell has f called in its turn among what observers are told, with the instant; on the kernel engine from one other
	// goroutine.
	Tell(at netem.Time, f func(at netem.Time))

	Now() netem.Time
	Finished() bool // all programs given to Start have returned
	Over() bool     // and nothing was left to happen

	// Stats returns what the TCP of client number n has counted; whole says whether SYN that were sent again are among it.
	Stats(n int) (s sim.TCPStats, whole bool)

	// ServerStats returns what the server's has counted, for all connections.
	ServerStats() sim.TCPStats

	// Unmet says which faults of the links up and down met no packet.
	Unmet() [2][]netem.Unmet

	// Timing says how well a world in real time kept it, nil of one in virtual time.
	Timing() *report.Timing

	Close()
}

// newWorld makes the world of a scenario's engine. Mark, if it is not nil, is called with each packet before it is sent.
func newWorld(s *scenario, observers netem.Observers, observe func(sim.TCPInfo), mark func(*netem.Packet)) (world, error) {
	if s.engine == kernelEngine {
		return newKernelWorld(s, observers, observe)
	}
	links, err := s.makeLinks(observers)
	if err != nil {
		return nil, err
	}
	config := netstack.WorldConfig{Seed: s.seed, IPv6: s.IPv6, MTU: s.MTU, CC: s.CC, NoSACK: !s.SACK, Observe: observe, Mark: mark}
	if s.mix != nil {
		config.Clients = len(s.mix.Clients)
	}
	w, err := netstack.NewWorld(config, links[0], links[1])
	if err != nil {
		return nil, err
	}
	return virtualWorld{w, links}, nil
}

// virtualWorld is a world of netstack.
type virtualWorld struct {
	*netstack.World
	links [2]netem.Stage
}

// Hosts implements world.
func (w virtualWorld) Hosts(n int) (client, server sim.Host) { return w.Clients[n], w.Server }

// Begin implements world.
func (w virtualWorld) Begin() error { return nil }

// Tell implements world.
func (w virtualWorld) Tell(at netem.Time, f func(at netem.Time)) { f(at) }

// Now implements world.
func (w virtualWorld) Now() netem.Time { return w.Loop.Now() }

// Stats implements world.
func (w virtualWorld) Stats(n int) (sim.TCPStats, bool) { return w.Clients[n].Stats(), false }

// ServerStats implements world.
func (w virtualWorld) ServerStats() sim.TCPStats { return w.Server.Stats() }

// Unmet implements world.
func (w virtualWorld) Unmet() [2][]netem.Unmet {
	return [2][]netem.Unmet{unmetOf(w.links[0]), unmetOf(w.links[1])}
}

// Timing implements world.
func (w virtualWorld) Timing() *report.Timing { return nil }

// The engines.
const (
	netstackEngine = "netstack"
	kernelEngine   = "kernel"
)

// time says in which time a scenario's hosts live.
func (s *scenario) time() string {
	if s.engine == kernelEngine {
		return "real"
	}
	return "simulated"
}

// elapsed says how much time has passed in the world, in real time as exactly as a person's interrupt is.
func (x *experiment) elapsed() string {
	now := x.world.Now().String()
	if x.engine == kernelEngine {
		now = fmt.Sprintf("%.1f", x.world.Now().Seconds())
	}
	return now + " s of " + x.time() + " time"
}

// stack names what the hosts of a scenario run on.
func (s *scenario) stack() string {
	if s.engine == kernelEngine {
		return kernelVersion()
	}
	return netstack.Version
}

// processors sets how many processors the run uses, and returns what puts them back. Worlds in virtual time are
// single-threaded: a second processor would only be woken and put to sleep by each packet.
func (s *scenario) processors() (back func()) {
	if s.engine == kernelEngine {
		return func() {}
	}
	n := runtime.GOMAXPROCS(1)
	return func() { runtime.GOMAXPROCS(n) }
}

// checkEngine looks at what depends on the engine.
func checkEngine(engine, cc string, offload bool) error {
	switch engine {
	case kernelEngine:
		return checkKernel(cc)
	case netstackEngine:
	default:
		return usagef("--engine %q: there are netstack and kernel%s", engine, didYouMean(engine, []string{netstackEngine, kernelEngine}, ""))
	}
	switch {
	case offload:
		return usagef("--offload is for --engine kernel: netstack's packets are never larger than the MTU")
	case cc == "bbr":
		return usagef("--cc bbr: the netstack engine's TCP has no BBR: use cubic or reno, or --engine kernel")
	case cc != "cubic" && cc != "reno":
		return usagef("--cc %q: there are cubic and reno, and others with --engine kernel", cc)
	}
	return nil
}
