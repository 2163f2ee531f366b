package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"
	"syscall"
	"time"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/sim/kernel"
)

// programs runs the server and then the client, and returns the client's exit status. Both have ended then.
func (x *executing) programs(ctx context.Context) (status int, err error) {
	if x.timeLimit > 0 {
		var stop context.CancelFunc
		ctx, stop = context.WithTimeout(ctx, x.timeLimit)
		defer stop()
	}
	if len(x.Server) > 0 {
		if x.server, err = x.start("server", x.world.Server, x.Server, nil); err != nil {
			return 0, err
		}
		if err := x.await(ctx); err != nil || ctx.Err() != nil {
			x.cutShort()
			x.end(x.server)
			return 1, err
		}
	}
	stdin, _ := x.in.(*os.File)
	if len(x.Client) > 0 {
		x.client, err = x.start("client", x.world.Client, x.Client, stdin)
	} else {
		x.client, err = x.shell(stdin)
	}
	if err != nil {
		return 0, err
	}
	select {
	case <-x.client.Ended():
	case <-x.world.Failed():
	case <-ctx.Done():
		x.cutShort()
		x.end(x.client)
	}
	status, err = x.client.Status()
	if err == nil && x.server != nil {
		x.settle(ctx)
	}
	return status, err
}

// drain ends all that the programs have left behind, and waits until what any of them printed is copied: to its end, unless
// the run is cut short, since a pipe may be held by one that is not ours to end.
func (x *executing) drain(ctx context.Context) {
	x.world.Close()
	copied := make(chan struct{})
	go func() {
		x.copying.Wait()
		close(copied)
	}()
	if x.note == "" {
		select {
		case <-copied:
			return
		case <-ctx.Done():
			x.cutShort()
		}
	}
	select {
	case <-copied:
	case <-time.After(endMost):
	}
}

// cutShort notes why the programs do not end by themselves.
func (x *executing) cutShort() {
	at := x.world.Now()
	x.note = fmt.Sprintf("interrupted after %.1f s", at.Seconds())
	if x.timeLimit > 0 && time.Duration(at) >= x.timeLimit {
		x.note = "stopped at --time-limit " + netem.FormatDuration(x.timeLimit)
	}
}

// start starts a program whose output is labelled, unless the run is quiet: then the client's is left as it is, and the server's
// is left out. With --json standard output is for the results.
func (x *executing) start(label string, h *kernel.Host, args []string, stdin *os.File) (*kernel.Program, error) {
	if stdin == nil {
		null, err := os.Open(os.DevNull)
		if err != nil {
			return nil, err
		}
		defer null.Close()
		stdin = null
	}
	var ends [2]*os.File
	for i, w := range []io.Writer{x.out, x.err} {
		switch f, ok := w.(*os.File); {
		case x.quiet && (x.json || label == "server"):
			w = io.Discard
		case x.quiet && ok:
			ends[i] = f
			continue
		case x.json:
			w = x.err
		}
		end, err := x.pipe(label, w)
		if err != nil {
			return nil, err
		}
		defer end.Close()
		ends[i] = end
	}
	p, err := h.Run(args, stdin, ends[0], ends[1])
	if err != nil {
		return nil, usagef("%s: %v: is it installed, and is its name right?", label, err)
	}
	return p, nil
}

// pipe returns the end of a pipe for a program to print to, and copies what it prints.
func (x *executing) pipe(label string, to io.Writer) (*os.File, error) {
	r, w, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	l := &labelled{to: &x.printing, label: label, w: to}
	if x.quiet {
		l.label = ""
	}
	x.copying.Add(1)
	go func() {
		defer x.copying.Done()
		defer r.Close()
		l.copy(r)
	}()
	return w, nil
}

// shell starts a shell on the client's host, at the terminal.
func (x *executing) shell(stdin *os.File) (*kernel.Program, error) {
	shell := os.Getenv("SHELL")
	if shell == "" {
		shell = "/bin/sh"
	}
	out, ok := x.out.(*os.File)
	errs, ok2 := x.err.(*os.File)
	if !ok || !ok2 || stdin == nil {
		return nil, usagef("--shell needs a terminal: run lossylab from one, or name a client behind :::")
	}
	if x.json {
		out = errs
	}
	return x.world.Client.Shell(shell, stdin, out, errs)
}

// await waits until the server waits for clients.
func (x *executing) await(ctx context.Context) error {
	if x.port < 0 {
		return nil
	}
	limit := time.NewTimer(x.timeout)
	defer limit.Stop()
	for {
		ports, err := x.world.Server.Ports()
		if err != nil {
			return err
		}
		if len(ports) > 0 && x.port == 0 || slices.ContainsFunc(ports, func(p kernel.Port) bool { return p.Number == x.port }) {
			return nil
		}
		select {
		case <-ctx.Done():
			return nil
		case <-x.server.Ended():
			status, _ := x.server.Status()
			see := "see what it printed"
			if x.quiet {
				see = "what it printed is shown without -q"
			}
			return fmt.Errorf("the server ended with exit status %d before it waited for clients: %s", status, see)
		case <-limit.C:
			x.end(x.server)
			if len(ports) > 0 {
				return fmt.Errorf("the server waits on %v, and not on --wait-port %d: correct one of them", ports, x.port)
			}
			return fmt.Errorf("the server waits on no port after %s: give it longer with --timeout, or start the client at once with --wait-port none", netem.FormatDuration(x.timeout))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// The time that programs have to come to an end.
const (
	settleMost = 2 * time.Second // for packets on their way and connections that are being closed, once the client has ended
	endMost    = time.Second     // after a request to end
)

// settle lets the server finish what it is doing once the client has ended, and ends it.
func (x *executing) settle(ctx context.Context) {
	ctx, stop := context.WithTimeout(ctx, settleMost)
	defer stop()
	x.world.Quiet(ctx)
	x.end(x.server)
}

// endings returns how the programs that were started have ended, by their hosts.
func (x *executing) endings() map[string]report.ProgramResult {
	all := map[string]report.ProgramResult{}
	for host, p := range map[string]*kernel.Program{"client": x.client, "server": x.server} {
		if p == nil {
			continue
		}
		all[host] = report.ProgramResult{Status: 128 + int(syscall.SIGKILL), Stopped: true} // with the world
		select {
		case <-p.Ended():
			if status, err := p.Status(); err == nil {
				all[host] = report.ProgramResult{Status: status, Stopped: x.stopped[p]}
			}
		default:
		}
	}
	return all
}

// failures says which programs ended by themselves and not well.
func (x *executing) failures(all map[string]report.ProgramResult) (notes []string) {
	for _, host := range []string{"server", "client"} {
		if r := all[host]; r.Status != 0 && !r.Stopped && !(host == "client" && len(x.Client) == 0) {
			notes = append(notes, fmt.Sprintf("the %s ended with status %d", host, r.Status))
		}
	}
	return notes
}

// end ends a program: politely, and then not.
func (x *executing) end(p *kernel.Program) {
	for _, s := range []syscall.Signal{syscall.SIGTERM, syscall.SIGKILL} {
		select {
		case <-p.Ended():
			return
		default:
		}
		if x.stopped == nil {
			x.stopped = map[*kernel.Program]bool{}
		}
		x.stopped[p] = true
		p.Signal(s)
		select {
		case <-p.Ended():
		case <-time.After(endMost):
		}
	}
}
