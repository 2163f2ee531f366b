//go:build linux

package kernel

import (
	"context"
	"fmt"
	"os"
	"syscall"
	"time"

	"lossylab/netem"
)

// Port is one on which a program waits for others.
type Port struct {
	Network string // "tcp" or "udp"
	Number  int
}

// String returns "tcp 80".
func (p Port) String() string { return fmt.Sprintf("%s %d", p.Network, p.Number) }

// Program is a program that runs on a host.
type Program struct {
	host   *Host
	number int
	ended  chan struct{}
	status int
	err    error
}

// Run starts any program on the host, with the three files as its standard streams, and with the hosts' addresses in the
// environment variables LOSSYLAB_CLIENT and LOSSYLAB_SERVER. It ends with the world at the latest.
func (h *Host) Run(args []string, stdin, stdout, stderr *os.File) (*Program, error) {
	return h.run(&program{Args: args}, stdin, stdout, stderr)
}

// Shell is Run for a shell at a terminal: its prompt shows the name of the host, which is the host's own there.
func (h *Host) Shell(shell string, stdin, stdout, stderr *os.File) (*Program, error) {
	p := &program{Args: []string{shell}, Named: true}
	if os.Getenv("PS1") == "" { // shells that have another prompt set it themselves
		p.Env = []string{"PS1=" + hostNames[h.number] + "$ "}
	}
	return h.run(p, stdin, stdout, stderr)
}

func (h *Host) run(start *program, stdin, stdout, stderr *os.File) (*Program, error) {
	client, server := Addresses(h.world.config.IPv6)
	start.Env = append(start.Env, "LOSSYLAB_CLIENT="+client.String(), "LOSSYLAB_SERVER="+server.String())
	a, err := h.world.ask(request{Op: "start", Host: h.number, Program: start}, stdin, stdout, stderr)
	if err != nil {
		return nil, fmt.Errorf("starting %s: %w", start.Args[0], err)
	}
	p := &Program{host: h, number: a.Number, ended: make(chan struct{})}
	go func() {
		a, err := h.world.ask(request{Op: "wait", Number: p.number})
		p.status, p.err = a.Number, err
		close(p.ended)
	}()
	return p, nil
}

// Ended is closed when the program has ended.
func (p *Program) Ended() <-chan struct{} { return p.ended }

// Status returns, once it has ended, the program's exit status, or 128 and the number of the signal that ended it.
func (p *Program) Status() (int, error) { return p.status, p.err }

// Signal sends the program a signal, unless it has ended.
func (p *Program) Signal(s syscall.Signal) {
	p.host.world.ask(request{Op: "signal", Number: p.number, Signal: int(s)})
}

// Ports returns on which ports programs of the host wait for others.
func (h *Host) Ports() ([]Port, error) {
	a, err := h.world.ask(request{Op: "ports", Host: h.number})
	return a.Ports, err
}

// Quiet waits until nothing is on the links and no TCP connection is open, or until ctx ends.
func (w *World) Quiet(ctx context.Context) {
	var before quiet
	for {
		a, err := w.ask(request{Op: "quiet"})
		if err != nil {
			return
		}
		if q := *a.Quiet; q.Idle && q.Open == 0 && q == before {
			return
		}
		before = *a.Quiet
		select {
		case <-ctx.Done():
			return
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// End ends the links of a world whose Run is not called, waits until all that happened is told, and returns when that was.
func (w *World) End() (netem.Time, error) {
	at := w.clock.Load().now()
	err := w.stop()
	w.end.Store(int64(at))
	return at, err
}

// Failed is closed when the helper has ended, and with it the world.
func (w *World) Failed() <-chan struct{} { return w.helper.ended }
