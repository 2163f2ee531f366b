package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim"
	"lossylab/sim/app"
	"lossylab/sim/netstack"
)

// serverPort is where servers announce.
const serverPort = 9000

// experiment is one protocol's part of a scenario: a world of its own, with links whose chance is the same for each
// protocol.
type experiment struct {
	*scenario
	proto     string
	world     *netstack.World
	links     [2]netem.Stage // up and down
	collector *report.Collector
	client    *report.Capture // or nil
	messages  app.Observer    // what is told of messages besides the collector, or nil
	calls     *callKeeper     // or nil: calls are not traced
	failed    error           // the first error of a client
}

// newExperiment builds the world. The observers are told of every packet.
func newExperiment(s *scenario, proto string, observers netem.Observers, messages app.Observer) (*experiment, error) {
	x := &experiment{scenario: s, proto: proto, messages: messages}
	x.collector = report.NewCollector(proto, s.Link.Up, s.Link.Down, s.App != "echo")
	observers = append(netem.Observers{x.collector}, observers...)
	up, err := netem.NewStage("up", s.up, s.seed, observers)
	if err != nil {
		return nil, err
	}
	down, err := netem.NewStage("down", s.down, s.seed, observers)
	if err != nil {
		return nil, err
	}
	x.links = [2]netem.Stage{up, down}
	x.world, err = netstack.NewWorld(netstack.WorldConfig{
		Seed: s.seed, IPv6: s.IPv6, MTU: s.MTU, CC: s.CC, NoSACK: !s.SACK, Observe: x.state,
	}, up, down)
	return x, err
}

// program is a client and the server it talks to.
type program interface {
	Serve(h sim.Host, port int) error
	Client(h sim.Host) error
}

// program returns the pair of client number flow.
func (x *experiment) program(flow int) program {
	_, server := netstack.Addresses(x.IPv6)
	to := netip.AddrPortFrom(server, serverPort).String()
	if x.App == "echo" {
		return app.Echo{Network: x.proto, Server: to, Flow: flow, Lines: x.lines, Gap: time.Duration(x.Interval),
			Timeout: time.Duration(x.Timeout), Retries: x.Retries, Observer: x}
	}
	s := app.Stream{Network: x.proto, Server: to, Flow: flow, Size: x.Size, Interval: time.Duration(x.Interval),
		Messages: x.Messages, Duration: time.Duration(x.Duration), Input: x.input, Observer: x}
	if x.App == "bulk" {
		s.Buffer = max(1, 64<<10/x.Size) * x.Size // whole messages, so that no write ends in a small segment
		if x.proto == "udp" {
			s.Interval = x.sendRate.Transmission(x.Size + x.headers())
		}
	}
	return s
}

// headers is the length of a datagram's IP and UDP headers, bytes: --send-rate counts IP packets, as links do.
func (x *experiment) headers() int {
	if x.IPv6 {
		return 48
	}
	return 28
}

// run lets the world run to its end, and returns when it was over. An error is the context's, or the server's that could
// not begin; what clients met is told by failed.
func (x *experiment) run(ctx context.Context) error {
	var began error
	x.world.Start(func() {
		if began = x.program(0).Serve(x.calls.trace(x.world.Server, "server", 0), serverPort); began != nil {
			return
		}
		for flow := range x.Flows {
			x.world.Start(func() {
				if err := x.program(flow).Client(x.calls.trace(x.world.Client, "client", flow)); err != nil && x.failed == nil {
					x.failed = err
				}
			})
		}
	})
	err := x.world.Run(ctx, x.limit())
	return errors.Join(began, err)
}

// limit is when the world ends at the latest. TCP's bulk transfer ends with its duration, whatever is still in its
// buffers: that is what goodput is measured over.
func (x *experiment) limit() netem.Time {
	if x.measured() {
		return netem.Time(x.Duration)
	}
	return netem.Time(x.TimeLimit)
}

// measured reports whether the run is TCP's bulk transfer over its --duration, within the time limit.
func (x *experiment) measured() bool {
	return x.App == "bulk" && x.proto == "tcp" && x.Duration > 0 && x.Duration <= x.TimeLimit
}

// note says why a run is not complete, and is empty if it is.
func (x *experiment) note(interrupted bool, r *report.AppResult) string {
	limit := netem.FormatDuration(time.Duration(x.limit()))
	switch {
	case interrupted:
		return fmt.Sprintf("interrupted after %s s of simulated time", x.world.Loop.Now())
	case x.failed != nil:
		return fmt.Sprintf("the %s client gave up: %v", x.proto, x.failed)
	case !x.world.Finished() && r.Sent == 0:
		return fmt.Sprintf("the %s client was still trying to connect after %s", x.proto, limit)
	case x.measured():
		return ""
	case !x.world.Over():
		return fmt.Sprintf("stopped at the time limit of %s before the %s run was over", limit, x.proto)
	case x.proto == "tcp" && r.Received < r.Sent:
		return fmt.Sprintf("TCP gave the connection up before it had delivered %d of %d messages", r.Sent-r.Received, r.Sent)
	}
	return ""
}

// finish closes the books.
func (x *experiment) finish(interrupted bool) (*report.Flow, report.FlowResult) {
	if x.calls != nil {
		x.calls.over = true
	}
	flow, r := x.collector.Finish(x.world.Loop.Now(), !x.world.Finished())
	r.Note = x.note(interrupted, &r.App)
	r.Complete = r.Note == ""
	r.Notes = x.unmet()
	if r.TCP != nil {
		stats := x.world.Client.Stats()
		r.TCP.Retransmits += stats.Retransmits
		r.TCP.FastRecoveries, r.TCP.Timeouts = stats.FastRecoveries, stats.Timeouts
		flow.Recoveries, flow.Timeouts = int(stats.FastRecoveries), int(stats.Timeouts)
	}
	r.Theory = report.NewTheory(&r, report.Setting{App: x.App, CC: x.CC, Clients: x.Flows, Up: x.up, Down: x.down})
	return flow, r
}

// Observe implements app.Observer: it translates for the collector.
func (x *experiment) Observe(e app.Event) {
	x.collector.Message(report.MessageEvent{
		Kind: messageKinds[e.Kind], At: netem.Time(e.At.Sub(sim.Epoch)), Flow: e.Flow, Seq: e.Seq, Bytes: e.Bytes,
		Sent: netem.Time(e.Sent.Sub(sim.Epoch)),
	})
	if x.messages != nil {
		x.messages.Observe(e)
	}
}

var messageKinds = [...]report.MessageKind{
	app.Sent:     report.MessageSent,
	app.Received: report.MessageReceived,
	app.Corrupt:  report.MessageCorrupt,
	app.Retried:  report.MessageRetried,
	app.GaveUp:   report.MessageGivenUp,
}

// state translates a sample of the client's TCP.
func (x *experiment) state(i sim.TCPInfo) {
	s := report.State{At: i.At, Cwnd: i.Cwnd, Ssthresh: i.Ssthresh, Recovery: i.Recovery, Timeout: i.Timeout,
		SRTT: i.SRTT.Seconds(), RTO: i.RTO.Seconds()}
	x.collector.State(i.Port, s)
	if x.client != nil {
		x.client.State(i.Port, s)
	}
}
