package main

import (
	"fmt"
	"net/netip"
	"sync/atomic"
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/app"
	"lossylab/sim/netstack"
)

// peers are one kind of traffic over one protocol in a world, and what is gathered of it.
type peers struct {
	*traffic
	x         *experiment
	number    int    // from 0: its server's port is serverPort and so many
	name      string // of its flow in results: the protocol's, or its own in a mix
	proto     string
	host      int // number of the client that it runs on
	start     duration
	collector *report.Collector
	calls     *callKeeper  // or nil: calls are not traced
	messages  app.Observer // what is told of messages besides the collector, or nil
	failed    error        // the first error of a client
	running   atomic.Int64 // clients
	phase     map[uint16]sim.TCPInfo
	recovered uint64 // times that a connection went into fast recovery, if several pairs share a host
	timedOut  uint64
}

// program is a client and the server it talks to.
type program interface {
	Serve(h sim.Host, port int) error
	Client(h sim.Host) error
}

// program returns the pair of client number flow.
func (p *peers) program(flow int) program {
	_, server := netstack.Addresses(p.x.IPv6)
	to := netip.AddrPortFrom(server, p.port()).String()
	if p.App == "echo" {
		return app.Echo{Network: p.proto, Server: to, Flow: flow, Lines: p.lines, Gap: time.Duration(p.Interval),
			Timeout: time.Duration(p.Timeout), Retries: p.Retries, Observer: p}
	}
	s := app.Stream{Network: p.proto, Server: to, Flow: flow, Size: p.Size, Interval: time.Duration(p.Interval),
		Messages: p.Messages, Duration: time.Duration(p.Duration), Input: p.input, Observer: p}
	if p.App == "bulk" {
		s.Buffer = max(1, 64<<10/p.Size) * p.Size // whole messages, so that no write ends in a small segment
		if p.proto == "udp" {
			s.Interval = p.sendRate.Transmission(p.Size + p.x.headers())
		}
	}
	return s
}

// port is where the server announces.
func (p *peers) port() uint16 { return uint16(serverPort + p.number) }

// clients starts the clients.
func (p *peers) clients(w world) {
	p.running.Store(int64(p.Flows))
	host, _ := w.Hosts(p.host)
	for flow := range p.Flows {
		w.Start(func() {
			defer p.running.Add(-1)
			if p.start > 0 {
				host.Sleep(time.Duration(p.start))
			}
			p.fail(p.program(flow).Client(p.calls.trace(host, "client", flow)))
		})
	}
}

// fail keeps the first error of a client.
func (p *peers) fail(err error) {
	p.x.mu.Lock()
	defer p.x.mu.Unlock()
	if p.failed == nil {
		p.failed = err
	}
}

// limit is when the pair's part of the world ends at the latest.
func (p *peers) limit() netem.Time {
	if p.measured(p.proto, p.x.TimeLimit-p.start) {
		return netem.Time(p.Duration + p.start)
	}
	return netem.Time(p.x.TimeLimit)
}

// note says why what was sent is not complete, and is empty if it is.
func (p *peers) note(interrupted bool, r *report.AppResult) string {
	limit := netem.FormatDuration(time.Duration(p.limit()))
	switch {
	case interrupted:
		return "interrupted after " + p.x.elapsed()
	case p.failed != nil:
		return fmt.Sprintf("the %s client gave up: %v", p.name, p.failed)
	case p.running.Load() > 0 && r.Sent == 0:
		return fmt.Sprintf("the %s client was still trying to connect after %s", p.name, limit)
	case p.measured(p.proto, p.x.TimeLimit-p.start):
		return ""
	case !p.x.over(p):
		return fmt.Sprintf("stopped at the time limit of %s before the %s run was over", limit, p.name)
	case p.proto == "tcp" && r.Received < r.Sent:
		return fmt.Sprintf("TCP gave the connection up before it had delivered %d of %d messages", r.Sent-r.Received, r.Sent)
	}
	return ""
}

// finish closes the books.
func (p *peers) finish(interrupted bool) (*report.Flow, report.FlowResult) {
	if p.calls != nil {
		p.calls.over.Store(true)
	}
	flow, r := p.collector.Finish(p.x.world.Now(), p.running.Load() > 0)
	r.Note = p.note(interrupted, &r.App)
	r.Complete = r.Note == ""
	r.Timing = p.x.world.Timing()
	r.Notes = append(p.x.unmet(p), r.Timing.Doubts()...)
	if r.TCP != nil {
		p.count(r.TCP)
		flow.Recoveries, flow.Timeouts = int(r.TCP.FastRecoveries), int(r.TCP.Timeouts)
	}
	r.Theory = report.NewTheory(&r, report.Setting{App: p.App, CC: p.x.CC, Clients: p.Flows, Shared: len(p.x.peers) > 1, Up: p.x.up, Down: p.x.down})
	if len(p.x.peers) > 1 {
		flow.Network = p.x.shared.Finish(p.x.world.Now(), p.x.Link.Up, p.x.Link.Down)
	}
	if p.x.mix != nil {
		r.Name, flow.Name, flow.Number = p.name, p.name, p.number
	}
	return flow, r
}

// count puts in what the client's TCP has counted. A host counts for all its connections: those of pairs that share one are
// told apart by the segments, whose causes sum to the host's counter, and by the states of each sender.
func (p *peers) count(t *report.TCPResult) {
	if p.x.pairs("tcp") == 1 {
		server := p.x.world.ServerStats()
		t.Server.FastRecoveries, t.Server.Timeouts = &server.FastRecoveries, &server.Timeouts
	}
	if p.x.alone(p) {
		stats, whole := p.x.world.Stats(p.host)
		if whole {
			t.Retransmits = 0
		}
		t.Retransmits += stats.Retransmits
		t.FastRecoveries, t.Timeouts = stats.FastRecoveries, stats.Timeouts
		return
	}
	t.Retransmits = 0
	for _, n := range t.Causes {
		t.Retransmits += uint64(n)
	}
	t.FastRecoveries, t.Timeouts = p.recovered, p.timedOut
}

// Observe implements app.Observer: it translates for the collector.
func (p *peers) Observe(e app.Event) {
	m := report.MessageEvent{Kind: messageKinds[e.Kind], Flow: e.Flow, Seq: e.Seq, Bytes: e.Bytes, Sent: netem.Time(e.Sent.Sub(sim.Epoch))}
	p.x.world.Tell(netem.Time(e.At.Sub(sim.Epoch)), func(at netem.Time) {
		m.At = at
		p.collector.Message(m)
	})
	if p.messages != nil {
		p.x.mu.Lock()
		defer p.x.mu.Unlock()
		p.messages.Observe(e)
	}
}

var messageKinds = [...]report.MessageKind{
	app.Sent:     report.MessageSent,
	app.Received: report.MessageReceived,
	app.Corrupt:  report.MessageCorrupt,
	app.Retried:  report.MessageRetried,
	app.GaveUp:   report.MessageGivenUp,
}

// state takes a sample of one of the pair's TCP senders.
func (p *peers) state(i sim.TCPInfo, s report.State) {
	p.collector.State(i.Port, s)
	if p.phase == nil {
		p.phase = map[uint16]sim.TCPInfo{}
	}
	before := p.phase[i.Port]
	if i.Recovery && !before.Recovery {
		p.recovered++
	}
	if i.Timeout && !before.Timeout {
		p.timedOut++
	}
	p.phase[i.Port] = i
}
