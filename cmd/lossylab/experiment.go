package main

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
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
	world     world
	collector *report.Collector
	client    *report.Capture // or nil
	messages  app.Observer    // what is told of messages besides the collector, or nil
	mu        sync.Mutex      // of what programs tell
	failed    error           // the first error of a client
}

// newExperiment builds the world. The observers are told of every packet.
func newExperiment(s *scenario, proto string, observers netem.Observers, messages app.Observer) (*experiment, error) {
	x := &experiment{scenario: s, proto: proto, messages: messages}
	x.collector = report.NewCollector(proto, s.Link.Up, s.Link.Down, s.App != "echo")
	observers = append(netem.Observers{x.collector}, observers...)
	if s.engine == kernelEngine {
		x.collector.InRealTime()
	}
	var err error
	x.world, err = newWorld(s, observers, x.state)
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
	var began atomic.Pointer[error]
	client, server := x.world.Hosts()
	x.world.Start(func() {
		if err := x.program(0).Serve(server, serverPort); err != nil {
			began.Store(&err)
			return
		}
		for flow := range x.Flows {
			x.world.Start(func() { x.fail(x.program(flow).Client(client)) })
		}
	})
	err := x.world.Run(ctx, x.limit())
	if e := began.Load(); e != nil {
		return errors.Join(*e, err)
	}
	return err
}

// fail keeps the first error of a client.
func (x *experiment) fail(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.failed == nil {
		x.failed = err
	}
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
		return fmt.Sprintf("interrupted after %s s of %s time", x.world.Now(), x.kindOfTime())
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

// kindOfTime says in which time the world lives.
func (x *experiment) kindOfTime() string {
	if x.engine == kernelEngine {
		return "real"
	}
	return "simulated"
}

// passed says how time has passed, for the progress line.
func (x *experiment) passed() string {
	if x.engine == kernelEngine {
		return "gone"
	}
	return "simulated"
}

// finish closes the books.
func (x *experiment) finish(interrupted bool) (*report.Flow, report.FlowResult) {
	flow, r := x.collector.Finish(x.world.Now(), !x.world.Finished())
	r.Note = x.note(interrupted, &r.App)
	r.Complete = r.Note == ""
	r.Timing = x.world.Timing()
	r.Notes = append(x.unmet(), r.Timing.Doubts()...)
	if r.TCP != nil {
		stats, whole := x.world.Stats()
		if whole {
			r.TCP.Retransmits = 0
		}
		r.TCP.Retransmits += stats.Retransmits
		r.TCP.FastRecoveries, r.TCP.Timeouts = stats.FastRecoveries, stats.Timeouts
		flow.Recoveries, flow.Timeouts = int(stats.FastRecoveries), int(stats.Timeouts)
	}
	r.Theory = report.NewTheory(&r, report.Setting{App: x.App, CC: x.CC, Clients: x.Flows, Up: x.up, Down: x.down})
	return flow, r
}

// Observe implements app.Observer: it translates for the collector.
func (x *experiment) Observe(e app.Event) {
	m := report.MessageEvent{Kind: messageKinds[e.Kind], Flow: e.Flow, Seq: e.Seq, Bytes: e.Bytes, Sent: netem.Time(e.Sent.Sub(sim.Epoch))}
	x.world.Tell(netem.Time(e.At.Sub(sim.Epoch)), func(at netem.Time) {
		m.At = at
		x.collector.Message(m)
	})
	if x.messages != nil {
		x.mu.Lock()
		defer x.mu.Unlock()
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

// stateOf translates a sample of a TCP sender.
func stateOf(i sim.TCPInfo) report.State {
	return report.State{At: i.At, Cwnd: i.Cwnd, Ssthresh: i.Ssthresh, Recovery: i.Recovery, Timeout: i.Timeout,
		SRTT: i.SRTT.Seconds(), RTO: i.RTO.Seconds()}
}

// state takes a sample of the client's TCP.
func (x *experiment) state(i sim.TCPInfo) {
	s := stateOf(i)
	x.collector.State(i.Port, s)
	if x.client != nil {
		x.client.State(i.Port, s)
	}
}
