package main

import (
	"fmt"
	"io"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
)

// relayFlags are relay's flags as they were written.
type relayFlags struct {
	link                 runFlags // the part of run's that is about the link, TCP and the captures
	allowRemote          bool
	duration, drain      string
	idle                 string
	clients, connections int
	control, tokenFile   string
	report               string
}

var relayGroups = []group{
	{"The link (SPEC: 'lossylab help run'; all but --up and --down are for both directions, and all relays share it)",
		[]string{"preset", "link", "up", "down", "loss", "delay", "jitter", "reorder", "duplicate", "corrupt", "rate", "queue", "seed"}},
	{"The relays", []string{"allow-remote", "idle", "clients", "connections", "cc", "sack", "mtu"}},
	{"While it runs", []string{"control", "token-file", "quiet"}},
	{"The end and the results", []string{"duration", "drain", "json", "out", "capture", "snaplen", "report"}},
}

func (f *relayFlags) set() *pflag.FlagSet {
	s := newFlagSet("relay")
	f.link.linkFlags(s)
	s.Uint64Var(&f.link.seed, "seed", 1, "take all chance from `N`; when packets come is not from there, so that two relays differ all the same")
	s.BoolVar(&f.allowRemote, "allow-remote", false, "listen on addresses that other machines can reach, --control too")
	s.StringVar(&f.idle, "idle", "60s", "UDP: forget a client that has neither sent nor got anything for `D`")
	s.IntVar(&f.clients, "clients", 16384, "UDP: remember `N` clients, each with a socket; who was idle longest is forgotten for one more")
	s.IntVar(&f.connections, "connections", 1024, "TCP: carry `N` connections of each relay at a time; others wait")
	s.StringVar(&f.link.cc, "cc", "cubic", "TCP's congestion control on the link is `NAME`: cubic or reno")
	s.BoolVar(&f.link.sack, "sack", true, "TCP uses selective acknowledgments on the link (RFC 2018); --sack=false does without")
	s.IntVar(&f.link.mtu, "mtu", 1500, "TCP: send IP packets of at most `BYTES` over the link: 576 to 65535")
	s.StringVar(&f.control, "control", "", "let the link be changed by HTTP at `ADDRESS`, such as 127.0.0.1:8000; port 0 takes a free one")
	s.StringVar(&f.tokenFile, "token-file", "", "who controls must know what is in `FILE` (default: what is in LOSSYLAB_CONTROL_TOKEN, or else a new token, printed)")
	s.BoolVarP(&f.link.quiet, "quiet", "q", false, "print nothing but errors and what was asked for")
	s.StringVar(&f.duration, "duration", "", "end after `D` (default: at an interrupt)")
	s.StringVar(&f.drain, "drain", "2s", "at the end, let connections and packets under way take up to `D`")
	s.BoolVar(&f.link.jsonOutput, "json", false, "print the results as JSON to standard output instead of the summary")
	s.StringVar(&f.link.out, "out", "", "write results.json and captures of both ends of the link to the folder `DIR` (default: no files)")
	s.StringVar(&f.link.capture, "capture", "pcapng", "with --out: write the captures as `FORMAT`: pcapng, pcap or none")
	s.IntVar(&f.link.snaplen, "snaplen", 0, "keep `BYTES` of each captured frame (default 262144: all)")
	s.StringVar(&f.report, "report", "", "at the end, write what 'lossylab report' makes of the captures to the folder `DIR`; needs --out")
	return s
}

// relaySettings are relay's flags, checked.
type relaySettings struct {
	scenario              // of which only the link and TCP are of use here
	duration, drain, idle time.Duration
	outputs               *outputs // nil without --out
	report                string
	quiet, json           bool
}

func (f *relayFlags) check(set *pflag.FlagSet) (*relaySettings, error) {
	s := &relaySettings{report: f.report, quiet: f.link.quiet, json: f.link.jsonOutput}
	s.CC, s.SACK, s.MTU, s.seed = f.link.cc, f.link.sack, f.link.mtu, f.link.seed
	if s.CC != "cubic" && s.CC != "reno" {
		return nil, usagef("--cc %s: there are cubic and reno%s", s.CC, didYouMean(s.CC, []string{"cubic", "reno"}, ""))
	}
	f.link.app, f.link.proto, f.link.engine, f.link.columns = "stream", "tcp", "netstack", 2
	for _, check := range []func(*runFlags, *pflag.FlagSet) []error{s.checkHosts, s.checkLink} {
		if errs := check(&f.link, set); len(errs) > 0 {
			return nil, errs[0]
		}
	}
	for _, c := range []struct {
		flag    string
		n, most int
	}{{"clients", f.clients, 1 << 16}, {"connections", f.connections, 1 << 16}} {
		if c.n < 1 || c.n > c.most {
			return nil, usagef("--%s %d: want a number from 1 to %d", c.flag, c.n, c.most)
		}
	}
	for _, t := range []struct {
		flag, text string
		to         *time.Duration
		positive   bool
	}{{"duration", f.duration, &s.duration, true}, {"drain", f.drain, &s.drain, false}, {"idle", f.idle, &s.idle, true}} {
		if t.text == "" && !set.Changed(t.flag) {
			continue
		}
		d, err := netem.ParseDuration(t.text)
		if err != nil {
			return nil, place(t.flag, err)
		}
		if t.positive && d == 0 {
			return nil, usagef("--%s %s: want more than nothing, such as 10s", t.flag, t.text)
		}
		*t.to = d
	}
	return s, f.checkOut(set, s)
}

// checkOut checks what is said about files.
func (f *relayFlags) checkOut(set *pflag.FlagSet, s *relaySettings) (err error) {
	if set.Changed("token-file") && f.control == "" {
		return usagef("--token-file %s is for --control: give that too", f.tokenFile)
	}
	if !set.Changed("out") {
		for _, name := range []string{"capture", "snaplen", "report"} {
			if set.Changed(name) {
				return usagef("--%s needs --out DIR, where the captures are written", name)
			}
		}
		return nil
	}
	f.link.figures, f.link.tables, f.link.confidence = "none", "none", "95%"
	if s.outputs, err = newOutputs(&f.link, set); err != nil {
		return err
	}
	if set.Changed("report") && s.outputs.capture == "" {
		return usagef("--report %s is made of captures: leave out --capture none", f.report)
	}
	if set.Changed("report") {
		return folderPair(s.outputs.dir, f.report)
	}
	return nil
}

func relayHelp(w io.Writer) {
	fmt.Fprint(w, `
Clients connect to LISTEN instead of the SERVER, and everything between them goes over the link. LISTEN is an address of this
machine with a port (0: any that is free), SERVER a host and a port. Each UDP datagram is a packet of the link. A TCP connection
is carried over the link by two TCP stacks: what the link loses is sent again, so that no byte is ever missing.
`)
	var f relayFlags
	groupedHelp(w, f.set(), relayGroups)
	fmt.Fprint(w, `
An interrupt (or SIGTERM) ends the relay in good order, with the exit status 130; a second one ends the wait of --drain at once.
The status is 2 if the input is wrong, or names an address that cannot be had, such as a port that another program has.
docs/relay.md tells more.

Examples:
  lossylab relay tcp 127.0.0.1:8080 127.0.0.1:80 --link "delay 50ms loss 2%"
  lossylab relay udp 127.0.0.1:5353 192.0.2.1:53 --loss 20%
  lossylab relay tcp 127.0.0.1:8443 example.org:443 udp 127.0.0.1:8443 example.org:443 --preset wpt-3g
  lossylab relay tcp 127.0.0.1:8080 127.0.0.1:80 --delay 20ms --out captured --report page
  lossylab relay udp 127.0.0.1:9000 127.0.0.1:9001 --loss 1% --control 127.0.0.1:8000
`)
}
