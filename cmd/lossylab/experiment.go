package main

import (
	"context"
	"errors"
	"net/netip"
	"sync"
	"sync/atomic"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/netstack"
)

// serverPort is where the first server announces.
const serverPort = 9000

// experiment is one world of a scenario: that of a protocol, with links whose chance is the same for each protocol, or
// that of a mix.
type experiment struct {
	*scenario
	name   string // of the world: "udp", "tcp" or "mix"
	world  world
	mu     sync.Mutex // of what programs tell: in real time they run side by side
	peers  []*peers
	client *report.Capture // or nil
	owner  map[netip.AddrPort]*peers
	frames report.Frames
	tag    int            // of the packet that was sent last
	shared report.Network // several pairs: the queue that all their packets wait in
}

// mixWorld is the name of the world of a mix.
const mixWorld = "mix"

// worlds returns the names of a scenario's worlds, in the order in which they run.
func (s *scenario) worlds() []string {
	if s.mix != nil {
		return []string{mixWorld}
	}
	return s.Protos
}

// newExperiment builds the world of that name. The observers are told of every packet.
func newExperiment(s *scenario, world string, observers netem.Observers) (*experiment, error) {
	x := &experiment{scenario: s, name: world}
	x.makePeers()
	if len(x.peers) == 1 {
		observers = append(netem.Observers{x.peers[0].collector}, observers...)
	} else {
		observers = append(netem.Observers{x}, observers...)
	}
	mark := x.mark
	if len(x.peers) == 1 {
		mark = nil
	} else {
		x.owner = map[netip.AddrPort]*peers{}
	}
	var err error
	x.world, err = newWorld(s, observers, x.state, mark)
	return x, err
}

// makePeers makes the pairs of the world.
func (x *experiment) makePeers() {
	add := func(p *peers) {
		p.x, p.number = x, len(x.peers)
		p.collector = report.NewCollector(p.proto, x.Link.Up, x.Link.Down, p.App != "echo")
		if x.engine == kernelEngine {
			p.collector.InRealTime()
		}
		p.collector.Start = netem.Time(p.start)
		x.peers = append(x.peers, p)
	}
	if x.mix == nil {
		add(&peers{traffic: &x.traffic, name: x.name, proto: x.name})
		return
	}
	for i := range x.mix.Traffic {
		t := &x.mix.Traffic[i]
		add(&peers{traffic: &t.traffic, name: t.Name, proto: t.Protos[0], host: t.host, start: t.Start})
	}
}

// makeLinks makes the stages up and down.
func (s *scenario) makeLinks(o netem.Observer) (links [2]netem.Stage, err error) {
	for i, spec := range []netem.Spec{s.up, s.down} {
		name := [...]string{"up", "down"}[i]
		if s.mix != nil && s.mix.accesses() {
			links[i], err = netem.NewTree(name, s.mix.tree(spec, name == "down"), s.seed, o)
		} else {
			links[i], err = netem.NewStage(name, spec, s.seed, o)
		}
		if err != nil {
			return links, err
		}
	}
	return links, nil
}

// headers is the length of a datagram's IP and UDP headers, bytes: --send-rate counts IP packets, as links do.
func (x *experiment) headers() int {
	if x.IPv6 {
		return 48
	}
	return 28
}

// run lets the world run to its end, and returns when it was over. An error is the context's, or a server's that could
// not begin; what clients met is told by the pairs.
func (x *experiment) run(ctx context.Context) error {
	if err := x.world.Begin(); err != nil {
		return err
	}
	var began atomic.Pointer[error]
	_, server := x.world.Hosts(0)
	x.world.Start(func() {
		for _, p := range x.peers {
			if err := p.program(0).Serve(p.calls.trace(server, "server", 0), int(p.port())); err != nil {
				began.Store(&err)
				return
			}
		}
		for _, p := range x.peers {
			p.clients(x.world)
		}
	})
	err := x.world.Run(ctx, x.limit())
	if e := began.Load(); e != nil {
		return errors.Join(*e, err)
	}
	return err
}

// limit is when the world ends at the latest: with the last of its pairs.
func (x *experiment) limit() (limit netem.Time) {
	for _, p := range x.peers {
		limit = max(limit, p.limit())
	}
	return limit
}

// over reports whether nothing of a pair is left to happen.
func (x *experiment) over(p *peers) bool {
	return x.world.Over() || p.running.Load() == 0 && len(x.peers) > 1
}

// alone reports whether no other pair has TCP connections on the pair's client.
func (x *experiment) alone(p *peers) bool {
	for _, q := range x.peers {
		if q != p && q.host == p.host && q.proto == "tcp" {
			return false
		}
	}
	return true
}

// pairs returns how many kinds of pairs speak a protocol: they share the server.
func (x *experiment) pairs(proto string) (n int) {
	for _, p := range x.peers {
		if p.proto == proto {
			n++
		}
	}
	return n
}

// stateOf translates a sample of a TCP sender.
func stateOf(i sim.TCPInfo) report.State {
	return report.State{At: i.At, Cwnd: i.Cwnd, Ssthresh: i.Ssthresh, Recovery: i.Recovery, Timeout: i.Timeout,
		SRTT: i.SRTT.Seconds(), RTO: i.RTO.Seconds()}
}

// state translates a sample of a client's TCP.
func (x *experiment) state(i sim.TCPInfo) {
	s := stateOf(i)
	p := x.peers[0]
	if x.owner != nil {
		p = x.owner[netip.AddrPortFrom(netstack.ClientAddress(x.IPv6, i.Host), i.Port)]
	}
	if p != nil {
		p.state(i, s)
	}
	if x.client != nil {
		x.client.State([2]uint16{i.Port, i.Peer}, s)
	}
}

// Observe implements netem.Observer in a world of several pairs: each collector is told of its own packets, and which frames
// of the captures, which hold all, they are.
func (x *experiment) Observe(e netem.Event) {
	_, frame := x.frames.Count(e)
	x.peers[e.Packet.Tag].collector.ObserveFrame(e, frame)
	x.shared.Observe(e)
}
