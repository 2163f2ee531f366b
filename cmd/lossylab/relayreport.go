package main

import (
	"context"
	"fmt"
	"path/filepath"
)

// report makes the page that was asked for.
func (f *relayFiles) report(ctx context.Context, s streams, res *relayResults) error {
	if f.page == nil {
		return nil
	}
	r := f.run
	of := &reporting{streams: s, ctx: ctx, sources: map[string][2]string{}, asked: &askedReport{dir: f.page, about: f.about(res),
		others: fmt.Sprintf("'lossylab report %s --conversation N' takes others", r.outputs.dir)}}
	args := []string{"--quiet"}
	for _, at := range []string{"client", "server"} {
		args = append(args, filepath.Join(r.outputs.dir, at+"."+r.outputs.capture))
	}
	err := of.command(args)
	if err != nil {
		return fmt.Errorf("--report %s: %w; the captures are in %s", f.page.name, err, r.outputs.dir)
	}
	if !r.quiet && !r.json {
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
	return append(about, [2]string{"link to the server", orPerfect(res.Link.Up.Spec)}, [2]string{"link to clients", orPerfect(res.Link.Down.Spec)},
		[2]string{"seed", fmt.Sprint(res.Seed)})
}
