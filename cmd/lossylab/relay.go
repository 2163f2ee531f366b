package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"lossylab/sim/splice"
)

// relayRun is a relay while it runs.
type relayRun struct {
	*relaySettings
	streams
	targets []*relayTarget
	link    relayLink
	net     *splice.Net
	files   *relayFiles
	control *control
	again   <-chan struct{} // the second interrupt
	mu      sync.Mutex      // standard error
}

// relayCommand is lossylab relay: check everything, take the ports, relay until the end comes, tell.
func relayCommand(ctx context.Context, args []string, s streams) (err error) {
	var f relayFlags
	set := f.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	if os.Getenv("GOMEMLIMIT") == "" { // a thousand connections may hold more than a run does
		debug.SetMemoryLimit(1 << 30)
	}
	r := &relayRun{streams: s, again: secondInterrupt(ctx)}
	if r.relaySettings, err = f.check(set); err != nil {
		return err
	}
	if r.targets, err = parseTargets(ctx, set.Args(), f.allowRemote); err != nil {
		return err
	}
	for _, t := range r.targets {
		defer t.close()
		if err := t.open(); err != nil {
			return err
		}
	}
	heading := r.heading()
	if f.control != "" {
		c, l, shown, err := newControl(&f, r)
		if err != nil {
			return err
		}
		defer c.close()
		r.control = c
		heading += fmt.Sprintf("control: http://%s/link\n", l.Addr())
		if shown {
			heading += fmt.Sprintf("token: %s\n", c.token)
		}
		defer l.Close()
		return r.runWith(ctx, &f, heading, func() { go c.server.Serve(l) }, shown)
	}
	return r.runWith(ctx, &f, heading, func() {}, false)
}

// runWith relays until the end, and tells. The heading is printed once clients can come.
func (r *relayRun) runWith(ctx context.Context, f *relayFlags, heading string, serve func(), must bool) (err error) {
	if r.files, err = newRelayFiles(r); err != nil {
		return err
	}
	defer r.files.discard()
	if err := r.begin(f); err != nil {
		return err
	}
	defer r.net.Close()
	serve()
	if !r.quiet || must {
		r.say(heading)
	}
	ended := r.wait(ctx)
	r.control.close()
	r.net.Close()
	res := r.results()
	res.Ended = ended
	if err := r.files.commit(&res); err != nil {
		return err
	}
	return r.tell(ctx, &res)
}

// begin makes the link, and the relays on it.
func (r *relayRun) begin(f *relayFlags) error {
	r.link.seed = r.seed
	stages, err := r.link.begin(r.up, r.down)
	if err != nil {
		return usageError{err}
	}
	r.net = splice.NewNet(splice.NetConfig{MTU: r.MTU, CC: r.CC, NoSACK: !r.SACK, Seed: r.seed, Idle: r.idle, Clients: f.clients,
		Connections: f.connections, Forgetful: r.outputs == nil || r.outputs.capture == "", Tell: r.trouble}, stages[0], stages[1], r.link.perfect())
	r.link.net = r.net
	if r.link.also, err = r.files.observers(); err != nil {
		return err
	}
	for _, t := range r.targets {
		if t.proto == "udp" {
			r.net.UDP(t.udp, t.server)
		} else if err := r.net.TCP(t.tcp, t.server.Port(), t.dial); err != nil {
			return usageError{err}
		}
	}
	return nil
}

// wait waits for the end, and returns why it came. Then nothing more is let in, and what is under way gets some time.
func (r *relayRun) wait(ctx context.Context) (why string) {
	var end <-chan time.Time
	if r.duration > 0 {
		t := time.NewTimer(r.duration)
		defer t.Stop()
		end = t.C
	}
	if !r.quiet {
		p := newProgress(r.err, func() string {
			res := r.results()
			return res.line()
		})
		defer p.done()
	}
	enough := r.again
	select {
	case <-ctx.Done():
		why = "interrupted"
	case <-end:
		why, enough = "ended", ctx.Done()
	}
	r.net.Stop()
	r.net.Drain(r.drain, enough)
	return why
}

// heading says what is relayed.
func (r *relayRun) heading() string {
	var b strings.Builder
	for _, t := range r.targets {
		server := t.name
		if t.server.String() != t.name {
			server += fmt.Sprintf(" (%s)", t.server)
		}
		fmt.Fprintf(&b, "relay: %s %s → %s\n", t.proto, t.listen, server)
	}
	if r.Link.Up == r.Link.Down {
		fmt.Fprintf(&b, "link, both ways: %s (seed %d)\n", orPerfect(r.Link.Up), r.seed)
	} else {
		fmt.Fprintf(&b, "link up: %s\nlink down: %s (seed %d)\n", orPerfect(r.Link.Up), orPerfect(r.Link.Down), r.seed)
	}
	return b.String()
}

// commandLine is what is relayed, for the manifest.
func (r *relayRun) commandLine() (all []string) {
	for _, t := range r.targets {
		all = append(all, fmt.Sprintf("%s %s %s", t.proto, t.listen, t.name))
	}
	return all
}

// trouble tells of what goes wrong while the relay runs.
func (r *relayRun) trouble(err error) {
	var unreached *unreachedServer
	if errors.As(err, &unreached) {
		err = unreached
	}
	r.say("lossylab: " + oneLine(err) + "\n")
}

// say prints to standard error, from any goroutine.
func (r *relayRun) say(text string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if isTerminal(r.err) { // the line of the counters stands there
		text = "\r\x1b[K" + text
	}
	io.WriteString(r.err, text)
}

// tell prints the results, and says how it ended.
func (r *relayRun) tell(ctx context.Context, res *relayResults) error {
	switch {
	case r.json:
		if err := res.writeJSON(r.out); err != nil {
			return err
		}
	case !r.quiet:
		if err := res.writeText(r.out); err != nil {
			return err
		}
		if r.files != nil {
			fmt.Fprintf(r.out, "\nResults: %s\n", r.outputs.dir)
		}
	}
	interrupted := ctx.Err() != nil
	if r.files != nil {
		on, cancel := untilAgain(ctx, r.again)
		defer cancel()
		if err := r.files.report(on, r.streams, res); err != nil {
			return err
		}
	}
	if interrupted {
		return errInterrupted
	}
	return nil
}
