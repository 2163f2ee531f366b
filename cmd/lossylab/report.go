package main

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"strings"
	"sync/atomic"
	"time"

	"github.com/spf13/pflag"

	"lossylab/report"
)

// reportFlags are report's flags as they were written.
type reportFlags struct {
	client, host, clockOffset string
	conversation              string
	port, columns             int
	list, quiet, json         bool
	out, figures              string
	tables, confidence        string
}

func (f *reportFlags) set() *pflag.FlagSet {
	s := newFlagSet("report")
	s.BoolVar(&f.list, "list", false, "list the conversations of the captures, and do no more")
	conversationFlag(s, &f.conversation)
	s.IntVar(&f.port, "port", 0, "look only at conversations with port `N` at either end")
	s.StringVar(&f.host, "host", "", "look only at conversations with host `ADDRESS`")
	s.StringVar(&f.client, "client", "", "the client is `ADDRESS`: retransmissions and new data are those that it sends (default: who opened the conversation)")
	s.StringVar(&f.clockOffset, "clock-offset", "", "the server's clock shows `D` more than the client's, such as 2ms or -1.5s (default: found out from packets in both directions)")
	s.StringVar(&f.out, "out", "lossylab-report", "write the results to the folder `DIR`, replacing an earlier report's")
	s.StringVar(&f.figures, "figures", "png,svg,pdf", "draw the figures as `FORMATS`, or none")
	columnsFlag(s, &f.columns)
	tablesFlag(s, &f.tables)
	confidenceFlag(s, &f.confidence)
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	s.BoolVar(&f.json, "json", false, "print results.json to standard output instead of the summary")
	return s
}

// reporting is one report as it is made.
type reporting struct {
	streams
	ctx     context.Context
	flags   reportFlags
	outputs *outputs
	client  netip.Addr
	host    netip.Addr
	offset  *time.Duration
	wanted  wantedConversations
	read    atomic.Int64

	args    []string
	inputs  []*captureInput
	jobs    []job
	listing []listedConversation // the conversations that may be chosen, by their numbers
	apartOf []string             // of those that were to be taken: not in both captures
	several bool                 // of one protocol
	flows   []*report.Flow
	asked   *askedReport // by another command; nil: by the user
	results report.Results
	sources map[string][2]string
	clocks  []string
}

// reportCommand is lossylab report: what a run shows, of captures made anywhere.
func reportCommand(ctx context.Context, args []string, s streams) error {
	return (&reporting{streams: s, ctx: ctx, sources: map[string][2]string{}}).command(args)
}

func (r *reporting) command(args []string) error {
	set := r.flags.set()
	if err := set.Parse(args); err != nil {
		return flagError(set, err)
	}
	if err := r.check(set); err != nil {
		return err
	}
	defer r.close()
	err := r.run(set.Args())
	if r.ctx.Err() != nil && err != nil {
		return fmt.Errorf("%w while reading; nothing was written", errInterrupted)
	}
	return err
}

// check looks at the flags before anything is read.
func (r *reporting) check(set *pflag.FlagSet) (err error) {
	f := &r.flags
	if n := set.NArg(); n < 1 || n > 2 {
		return usagef("report takes a capture, two of the same traffic, or a folder with captures, but there are %d arguments: 'lossylab help report' has examples", n)
	}
	if set.Changed("port") && (f.port < 1 || f.port > 65535) {
		return usagef("--port %d: want a number from 1 to 65535", f.port)
	}
	if r.wanted, err = parseConversations(f.conversation, set.Changed("conversation")); err != nil {
		return err
	}
	if r.client, err = address("client", f.client); err != nil {
		return err
	}
	if r.host, err = address("host", f.host); err != nil {
		return err
	}
	if set.Changed("clock-offset") {
		d, err := time.ParseDuration(f.clockOffset)
		if err != nil {
			return usagef("--clock-offset %q: want a duration with its unit, such as 2ms or -1.5s", f.clockOffset)
		}
		r.offset = &d
	}
	r.outputs = &outputs{dir: f.out, quiet: f.quiet, json: f.json, printsText: !f.quiet && !f.json}
	if r.outputs.tables, err = parseTables(f.tables); err != nil {
		return err
	}
	if r.outputs.confidence, err = parseConfidence(f.confidence); err != nil {
		return err
	}
	r.results.Confidence = r.outputs.confidence
	if r.outputs.formats, err = figureFormats(f.figures); err != nil {
		return err
	}
	r.outputs.columns, err = figureColumns(set, f.columns, len(r.outputs.formats) > 0)
	return err
}

// address reads an address of a flag, if there is one.
func address(flag, s string) (a netip.Addr, err error) {
	if s == "" {
		return a, nil
	}
	if a, err = netip.ParseAddr(s); err != nil {
		return a, usagef("--%s %q: want an IPv4 or IPv6 address, such as 10.0.0.1", flag, s)
	}
	return a.Unmap().WithZone(""), nil
}

func (r *reporting) close() {
	for _, in := range r.inputs {
		in.file.Close()
	}
}

// run makes the report.
func (r *reporting) run(args []string) error {
	stop := func() {}
	if !r.flags.quiet {
		p := newProgress(r.err, func() string { return fmt.Sprintf("read %d MB", r.read.Load()>>20) })
		stop = p.done
	}
	defer func() { stop() }()
	r.args = args
	if err := r.open(args); err != nil {
		return err
	}
	if r.flags.list {
		return r.list(mostListed, "--port and --host choose")
	}
	if err := r.choose(); err != nil {
		return err
	}
	if err := r.apart(); err != nil {
		return err
	}
	dir, err := r.folder()
	if err != nil {
		return err
	}
	defer dir.discard()
	if err := r.measureAll(); err != nil {
		return err
	}
	m, err := r.write(dir)
	if err != nil {
		return diskError(dir, err)
	}
	stop()
	stop = func() {}
	return r.tell(dir, m)
}

// folder begins the folder of the results, unless it is there already.
func (r *reporting) folder() (*folder, error) {
	if r.asked != nil {
		return r.asked.dir, nil
	}
	return newFolder(r.outputs.dir)
}

// tell prints the results.
func (r *reporting) tell(dir *folder, m manifest) error {
	if r.flags.json {
		return r.results.WriteJSON(r.out)
	}
	if r.flags.quiet {
		return nil
	}
	fmt.Fprintf(r.out, "lossylab %s  report of %s\n", version, strings.Join(r.args, " and "))
	for _, a := range r.about()[1:] { // the captures have been named
		fmt.Fprintf(r.out, "%s: %s\n", a[0], a[1])
	}
	if err := r.tellConversations(); err != nil {
		return err
	}
	fmt.Fprintln(r.out)
	if err := r.results.WriteSummary(r.out); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "\n%s\n", r.results.Verdict)
	if r.results.Note != "" {
		fmt.Fprintf(r.out, "Not complete: %s\n", r.results.Note)
	}
	for _, f := range r.results.Flows {
		for _, note := range f.Notes {
			fmt.Fprintf(r.out, "Note (%s): %s\n", strings.ToLower(f.Heading()), note)
		}
	}
	_, err := fmt.Fprintf(r.out, "\nResults: %s\n  %s\n", dir.name, strings.Join(append(m.list(), manifestName), "  "))
	return err
}

func reportHelp(w io.Writer) {
	fmt.Fprint(w, `
Of two captures of the same traffic, one taken at the client and one at the server, the report has all that a run has of the
network: losses, delays, reordering, why TCP sent again, figures and tables. Of one capture it has what one place can tell.
DIR is a run's results folder, or any folder with one capture or two.

`)
	var f reportFlags
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, `
Captures are pcap or pcapng files of any program, of Ethernet, raw IP, Linux cooked or BSD loopback. They may be cut, and the
clocks may differ: how they do is learned from packets in both directions, and told. Which capture is the client's is found
out too; where nothing tells, it is the first. The page says what the captures do not tell.

Examples:
  lossylab report client.pcap server.pcap
  lossylab report trace.pcapng --list
  lossylab report trace.pcapng --conversation 1,3
  lossylab report trace.pcapng --port 443 --figures svg --out page
  lossylab report lossylab-out --json
`)
}
