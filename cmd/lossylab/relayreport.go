package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
)

// report makes the page that was asked for. Where nothing passed the link, there is none, and that is no fault.
func (f *relayFiles) report(ctx context.Context, s streams, res *relayResults) error {
	if f.page == nil {
		return nil
	}
	r := f.run
	nothing := func(why string) error {
		r.say(fmt.Sprintf("lossylab: --report %s: %s, so there is nothing to report\n", f.page.name, why))
		return nil
	}
	const noneArrived = "no packet has arrived over the link"
	switch {
	case res.Link.Up.Offered+res.Link.Down.Offered == 0:
		return nothing("no packet came to the link")
	case res.Link.Up.Delivered+res.Link.Down.Delivered == 0:
		return nothing(noneArrived)
	}
	of := &reporting{streams: s, ctx: ctx, sources: map[string][2]string{}, asked: &askedReport{dir: f.page, about: f.about(res),
		others: fmt.Sprintf("'lossylab report %s --conversation N' takes others", r.outputs.dir)}}
	args := []string{"--quiet"}
	for _, at := range []string{"client", "server"} {
		args = append(args, filepath.Join(r.outputs.dir, at+"."+r.outputs.capture))
	}
	err := of.command(args)
	switch {
	case errors.As(err, new(notInBoth)):
		return nothing(noneArrived)
	case errors.Is(err, errInterrupted):
		return fmt.Errorf("--report %s: %w; the captures are in %s", f.page.name, err, r.outputs.dir)
	case err != nil: // and not that the input was wrong, whatever the report takes it for
		return fmt.Errorf("--report %s: %v; the captures are in %s", f.page.name, err, r.outputs.dir)
	case !r.quiet && !r.json:
		fmt.Fprintf(r.out, "Report: %s\n", filepath.Join(f.page.name, "report.html"))
	}
	return nil
}

// about says what was relayed, over which link, and by which addresses it is to be found in the captures.
func (f *relayFiles) about(res *relayResults) (about [][2]string) {
	_, servers := f.hosts()
	for _, t := range f.run.targets {
		what := fmt.Sprintf("%s %s → %s", t.proto, t.listen, t.name)
		if t.proto == "tcp" {
			what += fmt.Sprintf("; in the captures the server is %s:%d, and its clients are 10.0.0.1", servers[0], t.server.Port())
			servers = servers[1:]
		}
		about = append(about, [2]string{"relay", what})
	}
	return append(about, [2]string{"link to the server", res.Link.Up.history()}, [2]string{"link to clients", res.Link.Down.history()},
		[2]string{"seed", fmt.Sprint(res.Seed)})
}
