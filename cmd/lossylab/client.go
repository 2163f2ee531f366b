package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/spf13/pflag"

	"lossylab/sim/app"
	"lossylab/sim/system"
)

// clientFlags are client's flags as they were written.
type clientFlags struct {
	input             string
	messages, retries int
	interval, timeout string
	numbers           bool
	expect            string
	quiet             bool
	calls             callFlag
}

func (f *clientFlags) set() *pflag.FlagSet {
	s := newFlagSet("client")
	s.StringVar(&f.input, "input", "", "send the lines of `FILE` (- is standard input, which is read to its end first)")
	s.IntVar(&f.messages, "messages", 0, "send `N` lines: the given ones over and over, or made-up ones (default: each given line once)")
	s.StringVar(&f.interval, "interval", "0s", "let `D` pass between an answer and the next line")
	s.StringVar(&f.timeout, "timeout", "", "wait `D` for an answer, and over TCP for the connection (default 1s over UDP, 10s over TCP)")
	s.IntVar(&f.retries, "retries", 0, "UDP: send a line again up to `N` times when no answer comes")
	s.BoolVar(&f.numbers, "numbers", false, "put each line behind its number and look for it in the answers, see below")
	s.StringVar(&f.expect, "expect", "", "take only what is transformed as `HOW` says for an answer: the words of 'lossylab help server' (default: anything)")
	f.calls.add(s)
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print the answers, and nothing of lines that are sent again")
	return s
}

// clientCommand is lossylab client: it sends lines and prints the answers.
func clientCommand(ctx context.Context, args []string, s streams) error {
	var f clientFlags
	set := f.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	if set.NArg() < 2 {
		return usagef("client takes a protocol and an address, such as tcp %s: 'lossylab help client' has examples", defaultEndpoint)
	}
	proto, err := protocolOf("client", set.Arg(0), "tcp", "udp")
	if err != nil {
		return err
	}
	at, err := clientEndpoint(ctx, set.Arg(1))
	if err != nil {
		return err
	}
	e, err := f.program(set, proto, at)
	if err != nil {
		return err
	}
	lines, err := f.lines(ctx, set.Args()[2:], proto, s.in)
	if err != nil {
		return err
	}
	machine := system.NewHost(max(time.Duration(e.Timeout), e.Patience))
	host, log, err := f.calls.trace(machine, "client", s.err)
	if err != nil {
		return err
	}
	k := &asking{flags: f, Echo: *e, streams: s, answered: map[int]bool{}, endpoint: at}
	k.Observer, k.Lines = k, lines
	if lines == nil {
		k.Next = newTyped(ctx, s, k.longest()).next
	}
	done := make(chan error, 1)
	go func() { done <- k.Client(host) }()
	select {
	case err = <-done:
	case <-ctx.Done():
		machine.Shutdown(0)
		err = <-done
	}
	machine.Shutdown(0)
	machine.Wait()
	return errors.Join(k.outcome(ctx, err), log.close())
}

// clientEndpoint reads where the server is. A name is looked up.
func clientEndpoint(ctx context.Context, text string) (string, error) {
	host, port, err := splitEndpoint("client", text, 1)
	if err != nil {
		return "", err
	}
	if host == "" || host == "localhost" {
		host = "127.0.0.1"
	}
	found, err := net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	if err != nil || len(found) == 0 {
		return "", usagef("client: %q: no address is known for %s: write an IP address, such as %s", text, host, defaultEndpoint)
	}
	addr := found[0].Unmap()
	for _, a := range found {
		if a = a.Unmap(); a.Is4() {
			addr = a
			break
		}
	}
	return net.JoinHostPort(addr.String(), fmt.Sprint(port)), nil
}

// program checks the flags and makes the client that they describe.
func (f *clientFlags) program(set *pflag.FlagSet, proto, at string) (*app.Echo, error) {
	e := &app.Echo{Network: proto, Server: at, Retries: f.retries, Plain: !f.numbers}
	for _, c := range []struct {
		flag           string
		n, least, most int
	}{{"messages", f.messages, 1, maxMessages("echo")}, {"retries", f.retries, 0, 1000}} {
		if set.Changed(c.flag) && (c.n < c.least || c.n > c.most) {
			return nil, usagef("--%s %d: want a number from %d to %d", c.flag, c.n, c.least, c.most)
		}
	}
	if proto == "tcp" && set.Changed("retries") {
		return nil, usagef("--retries is for udp: TCP sends again by itself")
	}
	if f.timeout == "" {
		f.timeout = map[string]string{"udp": "1s", "tcp": "10s"}[proto]
	}
	timeout, err := durationFlag("timeout", f.timeout, false)
	if err != nil {
		return nil, err
	}
	e.Timeout, e.Patience = time.Duration(timeout), time.Duration(timeout)
	gap, err := durationFlag("interval", f.interval, true)
	if err != nil {
		return nil, err
	}
	e.Gap = time.Duration(gap)
	if e.Trusting = f.expect == ""; e.Trusting {
		return e, nil
	}
	t, err := transformation("expect", f.expect)
	e.Expect = t.Apply
	return e, err
}

// asking is a client at work.
type asking struct {
	flags clientFlags
	app.Echo
	streams
	endpoint         string
	sent, unanswered int
	wrong            int
	answered         map[int]bool
	failed           error // of standard output
}

// Observe implements app.Observer.
func (k *asking) Observe(e app.Event) {
	note := func(format string, args ...any) {
		if !k.flags.quiet {
			fmt.Fprintf(k.err, format+"\n", args...)
		}
	}
	switch e.Kind {
	case app.Sent:
		k.sent++
	case app.Received:
		if k.answered[e.Seq] {
			note("another answer to line %d", e.Seq+1)
			return
		}
		k.answered[e.Seq] = true
		if _, err := k.out.Write(append(e.Data[:len(e.Data):len(e.Data)], '\n')); err != nil && k.failed == nil {
			k.failed = err
		}
	case app.Retried:
		note("no answer to line %d within %s: sent again", e.Seq+1, k.flags.timeout)
	case app.GaveUp:
		k.unanswered++
		note("no answer to line %d within %s", e.Seq+1, k.flags.timeout)
	case app.Corrupt:
		k.wrong++
		note("not the answer that was expected: %s", oneLine(fmt.Errorf("%.100q", e.Data)))
	}
}

// outcome says how it went.
func (k *asking) outcome(ctx context.Context, err error) error {
	what := fmt.Sprintf("client: %s %s", k.Network, k.endpoint)
	switch {
	case ctx.Err() != nil:
		return fmt.Errorf("%w: %s: %d of %d lines were answered", errInterrupted, what, len(k.answered), k.sent)
	case k.failed != nil:
		return fmt.Errorf("standard output: %v", plain(k.failed))
	case errors.Is(err, io.ErrUnexpectedEOF), len(k.answered) > 0 && (errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE)):
		return fmt.Errorf("%s: the server closed the connection after %d of %d answers: if it answers once for each connection, send one line at a time",
			what, len(k.answered), k.sent)
	case k.sent == 0 && timedOut(err):
		return fmt.Errorf("%s: no connection within %s: is the address right?", what, k.flags.timeout)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fmt.Errorf("%s: no answer to line %d within %s: raise --timeout, or is this another kind of server?", what, k.sent, k.flags.timeout)
	case err != nil:
		return socketFailure("client", k.Network, k.endpoint, err)
	case k.unanswered > 0:
		return fmt.Errorf("%s: no answer to %d of %d lines: is the server running? Datagrams may be lost: try --retries 3", what, k.unanswered, k.sent)
	}
	return nil
}

func timedOut(err error) bool {
	var t net.Error
	return errors.As(err, &t) && t.Timeout()
}

func clientHelp(w io.Writer) {
	fmt.Fprint(w, `
The client sends lines one after the other's answer and prints the answers. Lines are the arguments, or those of --input, or of
standard input as they come: on a terminal it asks for them.

`)
	var f clientFlags
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, clientNotes)
}

const clientNotes = `
On the wire, without --numbers:
  TCP   the line and a line feed; the answer is what comes up to the next line feed, or until the server closes the connection or
        pauses for --timeout.
  UDP   a datagram with the line alone; the answer is the next datagram, without a line feed at its end.
Lines end at a line feed, and all else is sent as it is: a carriage return before it, too.
This is the default because every server understands it: nc, a textbook's, your own. But whatever comes next counts as the answer:
over UDP an answer that is late is taken for that to the next line. --expect upper helps as long as lines differ.
With --numbers, a line travels as "17 the line" and a line feed, in a datagram too, as in 'lossylab run --app echo', and each answer
is known by its number; the client waits --timeout more at the end for late ones. It needs a server that leaves digits where they are.

Exit status: 0 each line was answered; 1 one was not, or the connection failed; 2 the input was wrong; 130 interrupted.
--trace-calls writes what 'lossylab help server' says; a UDP client connects its socket, which sends nothing, and so it uses send and recv.

Examples:
  lossylab client tcp 127.0.0.1:9000 "hello, world"
  lossylab client udp [::1]:9000 --messages 5 --interval 200ms --timeout 500ms --retries 2 --numbers
  lossylab client tcp 127.0.0.1:9000 --input lines.txt --expect upper
  lossylab client udp 127.0.0.1:9000 --trace-calls hello
`
