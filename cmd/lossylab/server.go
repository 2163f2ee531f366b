package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"lossylab/sim"
	"lossylab/sim/app"
	"lossylab/sim/system"
)

// serverFlags are server's flags as they were written.
type serverFlags struct {
	transform    string
	remote, once bool
	quiet        bool
	calls        callFlag
}

func (f *serverFlags) set() *pflag.FlagSet {
	s := newFlagSet("server")
	s.StringVar(&f.transform, "transform", "upper", "return what comes as `HOW` says, see below")
	s.BoolVar(&f.once, "once", false, "end after the first connection, or the first datagram")
	s.BoolVar(&f.remote, "allow-remote", false, "announce on other addresses than those that only this machine reaches")
	f.calls.add(s)
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print the addresses, and nothing of what is answered")
	return s
}

// serverCommand is lossylab server: it answers until it is interrupted.
func serverCommand(ctx context.Context, args []string, s streams) error {
	var f serverFlags
	set := f.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	proto, at := "both", defaultEndpoint
	var err error
	switch set.NArg() {
	case 2:
		at = set.Arg(1)
		fallthrough
	case 1:
		if proto, err = protocolOf("server", set.Arg(0), "tcp", "udp", "both"); err != nil {
			return err
		}
	case 0:
	default:
		return usagef("server takes a protocol and an address, but there is %q too", set.Arg(2))
	}
	if at, err = serverEndpoint(at, f.remote); err != nil {
		return err
	}
	answer, err := transformation("transform", f.transform)
	if err != nil {
		return err
	}
	machine := system.NewHost(0)
	host, log, err := f.calls.trace(machine, "server", s.err)
	if err != nil {
		return err
	}
	ctx, end := context.WithCancel(ctx)
	defer end()
	v := &serving{flags: f, host: host, streams: s, end: end}
	if err := v.start(proto, at, answer); err != nil {
		machine.Shutdown(0)
		machine.Wait()
		return errors.Join(err, log.close())
	}
	<-ctx.Done()
	machine.Shutdown(grace)
	machine.Wait()
	return errors.Join(v.tell(), log.close())
}

// transformation finds the one that a flag names.
func transformation(flag, name string) (app.Transformation, error) {
	t, ok := app.FindTransformation(name)
	if ok {
		return t, nil
	}
	var names []string
	for _, t := range app.Transformations {
		names = append(names, t.Name)
	}
	return t, usagef("--%s %q: there are %s%s", flag, name, strings.Join(names, ", "), didYouMean(name, names, ""))
}

// grace is how long an answer that is being sent may take when the server is to end.
const grace = time.Second

// serving is a server at work.
type serving struct {
	flags serverFlags
	host  sim.Host
	streams
	end func()

	mu                     sync.Mutex
	connections, datagrams int
	bytesIn, bytesOut      int
}

// start announces over one protocol or both, on the same port.
func (v *serving) start(proto, at string, answer app.Transformation) error {
	protos := []string{proto}
	if proto == "both" {
		protos = []string{"tcp", "udp"}
	}
	_, port, _ := net.SplitHostPort(at)
	for i, p := range protos {
		server := app.Server{Network: p, Address: at, Answer: answer, AtOnce: true, Once: v.flags.once, Told: v.told}
		bound, err := server.Start(v.host)
		if err != nil {
			if i > 0 && port == "0" && errors.Is(err, syscall.EADDRINUSE) {
				return fmt.Errorf("server: udp %s: the port that TCP was given is in use: start the server again", at)
			}
			return usageError{socketFailure("server", p, at, err)} // it names an address that cannot be had
		}
		at = bound.String()
		fmt.Fprintf(v.out, "listening on %s %s\n", p, at)
	}
	return nil
}

// told takes what the server has done.
func (v *serving) told(e app.Served) {
	v.mu.Lock()
	defer v.mu.Unlock()
	line := ""
	switch e.Kind {
	case app.Connected:
		v.connections++
		line = "connected"
	case app.Answered:
		v.bytesIn, v.bytesOut = v.bytesIn+e.In, v.bytesOut+e.Out
		line = fmt.Sprintf("%d bytes in, %d bytes out", e.In, e.Out)
	case app.Unanswered:
		line = fmt.Sprintf("%d bytes in, and no answer: %v", e.In, socketFailure("server", e.Network, e.Client.String(), e.Err))
	case app.Closed:
		line = "closed"
		if e.Err != nil && !errors.Is(e.Err, net.ErrClosed) {
			line += ": " + plainSocket(e.Err)
		}
	}
	if e.Network == "udp" {
		v.datagrams++
	}
	if !v.flags.quiet {
		fmt.Fprintf(v.err, "%s %s: %s\n", e.Network, e.Client, line)
	}
	if v.flags.once && (e.Network == "udp" || e.Kind == app.Closed) {
		v.end()
	}
}

// plainSocket returns the reason of a socket's error without the addresses.
func plainSocket(err error) string {
	var op *net.OpError
	var timeout net.Error
	switch {
	case errors.As(err, &timeout) && timeout.Timeout():
		return "the server ended"
	case errors.As(err, &op):
		return op.Err.Error()
	}
	return err.Error()
}

// tell prints the sums.
func (v *serving) tell() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.flags.quiet {
		return nil
	}
	_, err := fmt.Fprintf(v.out, "served: TCP connections %d, datagrams %d; bytes in %d, out %d\n", v.connections, v.datagrams, v.bytesIn, v.bytesOut)
	return err
}

func serverHelp(w io.Writer) {
	fmt.Fprint(w, `
The server returns what it gets, transformed, to many clients at once. PROTOCOL is tcp, udp or both (the default). ADDRESS:PORT
is where it announces (default 127.0.0.1:9000); port 0 is any that is free, and the server prints which. It ends when it is
interrupted, with exit status 0.

`)
	var f serverFlags
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, "\nHOW is one of\n")
	for _, t := range app.Transformations {
		fmt.Fprintf(w, "  %-9s %s\n", t.Name, t.What)
	}
	fmt.Fprint(w, serverNotes)
}

const serverNotes = `
On the wire:
  UDP   each datagram is answered by one to its sender: the same bytes, transformed.
  TCP   what comes is transformed and returned on the same connection, in order, as soon as it has come, be it a line or not;
        reverse and title wait for the end of a line, of at most 16 MiB, or of the client's sending. The server closes a
        connection when the client has closed its side.
Letters are UTF-8's; bytes that are none stay as they are. Line ends stay where they are. So nc, telnet and the clients of
textbooks work as well as 'lossylab client'.

Exit status: 0 it was interrupted, or has answered once with --once; 1 its output could not be written; 2 the input was wrong, or
names an address that cannot be had, such as a port that another program has.

Output: standard output has "listening on PROTOCOL ADDRESS:PORT" for each protocol, and at the end the sums; standard error a
line for each connection and answer.

--trace-calls writes a line for each socket call, when it returns: the second since the start at which it was made, who made
it, the call with its result, and in brackets how long it took:
  0.000171 server accept(3) = 4 [127.0.0.1:40312] <2.104220>
Data are cut after 32 bytes. EAGAIN is a timeout that has passed, or the end of the program that waited in the call. The calls are
those of Berkeley sockets for what Go's package net is asked to do; underneath, it waits with epoll or its like.

Examples:
  lossylab server
  lossylab server tcp 127.0.0.1:7000 --transform reverse --trace-calls
  lossylab server udp [::1]:0 --once
`
