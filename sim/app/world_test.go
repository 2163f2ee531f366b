package app_test

import (
	"bytes"
	"context"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
	"lossylab/sim/app"
	"lossylab/sim/netstack"
)

const (
	server = "10.0.0.2:7"
	delay  = 10 * time.Millisecond // one way, in most tests
	rtt    = 2 * delay
)

// world is two hosts with a link each way.
type world struct {
	*netstack.World
	t *testing.T
}

// perfect has links that delay and do nothing else.
func perfect(t *testing.T) world { return newWorld(t, "delay 10ms", "delay 10ms") }

func newWorld(t *testing.T, up, down string) world {
	t.Helper()
	return worldOf(t, link(t, "up", up), link(t, "down", down))
}

func link(t *testing.T, name, words string) netem.Stage {
	t.Helper()
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	l, err := netem.NewLink(name, spec, 1, nil)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func worldOf(t *testing.T, up, down netem.Stage) world {
	t.Helper()
	w, err := netstack.NewWorld(netstack.WorldConfig{Seed: 1}, up, down)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Close)
	return world{w, t}
}

// serve starts a server on port 7.
func (w world) serve(serve func(h sim.Host, port int) error) {
	w.Server.Go(func() {
		if err := serve(w.Server, 7); err != nil {
			w.t.Fatal(err)
		}
	})
}

// start starts a client that must not fail.
func (w world) start(client func(h sim.Host) error) {
	w.Start(func() {
		if err := client(w.Client); err != nil {
			w.t.Errorf("client: %v", err)
		}
	})
}

// run runs the world until its clients have returned, which they must within an hour.
func (w world) run() {
	w.t.Helper()
	if err := w.Run(context.Background(), netem.Time(time.Hour)); err != nil {
		w.t.Fatal(err)
	}
	if !w.Finished() {
		w.t.Errorf("a client still waits at %v", w.Loop.Now())
	}
}

// journal keeps events, and their data.
type journal []app.Event

func (j *journal) Observe(e app.Event) {
	e.Data = bytes.Clone(e.Data)
	*j = append(*j, e)
}

// of returns the events of a kind, of one flow or of all (-1).
func (j journal) of(kind app.Kind, flow int) (some []app.Event) {
	for _, e := range j {
		if e.Kind == kind && (flow < 0 || e.Flow == flow) {
			some = append(some, e)
		}
	}
	return some
}

// at returns the instants of events since the world began.
func at(events []app.Event) (all []time.Duration) {
	for _, e := range events {
		all = append(all, e.At.Sub(sim.Epoch))
	}
	return all
}

// seqs returns the numbers of events.
func seqs(events []app.Event) (all []int) {
	for _, e := range events {
		all = append(all, e.Seq)
	}
	return all
}

// upTo returns the numbers from 0 to n-1.
func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}

// each runs a test for both transports.
func each(t *testing.T, test func(t *testing.T, network string)) {
	for _, network := range []string{"udp", "tcp"} {
		t.Run(network, func(t *testing.T) { test(t, network) })
	}
}
