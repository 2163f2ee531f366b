package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
)

// execFlags are exec's flags as they were written. Those of the link, the hosts and the results are run's.
type execFlags struct {
	run               runFlags
	timeout, waitPort string
	timeLimit         string
	shell             bool
}

// execOfRun are the flags that exec has from run.
var execOfRun = []string{"preset", "link", "up", "down", "loss", "delay", "jitter", "reorder", "duplicate", "corrupt", "rate", "queue",
	"cc", "offload", "sack", "mtu", "ipv6", "seed"}

// execResults are those about results.
var execResults = []string{"out", "figures", "capture", "snaplen", "tables", "confidence", "events", "quiet", "json"}

func (f *execFlags) set() *pflag.FlagSet {
	s, of := newFlagSet("exec"), f.run.set()
	s.BoolVar(&f.shell, "shell", false, "instead of a client, start a shell on the client's host")
	s.StringVar(&f.timeout, "timeout", "10s", "give up if the server does not wait for clients within `D`")
	s.StringVar(&f.waitPort, "wait-port", "any", "start the client when the server waits on `PORT`: a number, any, or none (at once)")
	s.StringVar(&f.timeLimit, "time-limit", "", "end both programs after `D` (default: when the client ends)")
	for _, name := range execOfRun {
		s.AddFlag(of.Lookup(name))
	}
	s.Lookup("seed").Usage = "take all chance from `N`"
	s.Lookup("cc").Usage = "TCP's congestion control is `NAME`, of those that the kernel has: cubic, reno, bbr"
	s.Lookup("offload").Usage = "give the survivors of what a host sends at once to the other host at once, as network cards do; faster"
	for _, name := range execResults {
		s.AddFlag(of.Lookup(name))
	}
	s.Lookup("quiet").Usage = "print nothing but errors and, without labels, what the client prints"
	s.Lookup("json").Usage = "print results.json to standard output instead of the summary; what the programs print goes to standard error, and with --quiet nowhere"
	return s
}

// execScenario is one run of programs, checked and complete.
type execScenario struct {
	Server   []string
	Client   []string // empty: a shell
	WaitPort string
	*scenario

	timeout, timeLimit time.Duration
	port               int // 0: any; -1: none
}

// record is what the run was, as a part of the results.
func (x *execScenario) record() any {
	var limit *duration
	if x.timeLimit > 0 {
		limit = (*duration)(&x.timeLimit)
	}
	return struct {
		App       string    `json:"app"`
		Server    []string  `json:"server"`
		Client    []string  `json:"client"` // null: a shell
		WaitPort  string    `json:"wait_port"`
		Timeout   duration  `json:"timeout"`
		TimeLimit *duration `json:"time_limit,omitempty"`
		Link      any       `json:"link"`
		LinkFiles linkFiles `json:"link_files,omitempty"`
		CC        string    `json:"cc"`
		SACK      bool      `json:"sack"`
		MTU       int       `json:"mtu"`
		IPv6      bool      `json:"ipv6"`
		Offload   bool      `json:"offload,omitempty"`
	}{x.App, x.Server, x.Client, x.WaitPort, duration(x.timeout), limit, x.Link, x.LinkFiles, x.CC, x.SACK, x.MTU, x.IPv6, x.Offload}
}

// newExecScenario checks what the flags say, before anything is read or written.
func newExecScenario(f *execFlags, set *pflag.FlagSet) (x *execScenario, err error) {
	f.run.app, f.run.engine = "exec", kernelEngine
	s := &scenario{traffic: traffic{App: f.run.app}, CC: f.run.cc, SACK: f.run.sack, MTU: f.run.mtu, IPv6: f.run.ipv6, Offload: f.run.offload,
		engine: f.run.engine, seed: f.run.seed}
	x = &execScenario{scenario: s, WaitPort: f.waitPort}
	if err := x.specs(f, set); err != nil {
		return nil, err
	}
	for _, check := range []func(*runFlags, *pflag.FlagSet) []error{s.checkHosts, s.checkLink} {
		if errs := check(&f.run, set); len(errs) > 0 {
			return nil, errs[0]
		}
	}
	if x.timeout, err = positive("timeout", f.timeout); err != nil {
		return nil, err
	}
	if f.timeLimit != "" {
		if x.timeLimit, err = positive("time-limit", f.timeLimit); err != nil {
			return nil, err
		}
	}
	switch f.waitPort {
	case "any":
	case "none":
		x.port = -1
	default:
		if x.port, err = strconv.Atoi(f.waitPort); err != nil || x.port < 1 || x.port > 65535 {
			return nil, usagef("--wait-port %q: want a number from 1 to 65535, any or none", f.waitPort)
		}
	}
	if err := x.commands(f, set); err != nil {
		return nil, err
	}
	return x, x.find()
}

// specs takes the SPECs before the programs for --link, or for --up and --down.
func (x *execScenario) specs(f *execFlags, set *pflag.FlagSet) error {
	n := set.ArgsLenAtDash()
	if n < 0 && set.NArg() > 0 {
		return usagef("%s: write -- before the server, so that its flags are not taken for lossylab's", set.Arg(0))
	}
	specs := set.Args()[:max(0, n)]
	for _, spec := range specs {
		_, err := netem.ParseWith(spec, x.open("link"))
		if err == nil {
			continue
		}
		if whole := strings.Join(specs, " "); n > 1 {
			if _, err := netem.ParseWith(whole, x.open("link")); err == nil {
				return usagef("SPEC %q: put its words in quotes: lossylab exec \"%s\" -- …", spec, whole)
			}
		}
		return usagef("SPEC %q: %s", spec, strings.TrimPrefix(err.Error(), "netem: "))
	}
	if n > 2 {
		return usagef("there are %d SPECs before --: want one for both directions, or two, up and down", n)
	}
	flags := [][]string{nil, {"link"}, {"up", "down"}}[len(specs)]
	for i, flag := range flags {
		if set.Changed(flag) {
			return usagef("--%s and the SPEC %q both say what the link is: leave one out", flag, specs[i])
		}
		set.Set(flag, specs[i])
	}
	return nil
}

// positive reads a duration that must be more than nothing.
func positive(flag, text string) (time.Duration, error) {
	d, err := netem.ParseDuration(text)
	if err != nil {
		return 0, place(flag, err)
	}
	if d == 0 {
		return 0, usagef("--%s %s: want more than nothing, such as 10s", flag, text)
	}
	return d, nil
}

// commands finds the two programs: SERVER ARGS ::: CLIENT ARGS.
func (x *execScenario) commands(f *execFlags, set *pflag.FlagSet) error {
	args, to := set.Args()[max(0, set.ArgsLenAtDash()):], &x.Server
	seen := false
	for _, a := range args {
		if a == ":::" && !seen {
			seen, to = true, &x.Client
			continue
		}
		*to = append(*to, a)
	}
	const usage = "write: lossylab exec [flags] [SPEC] -- SERVER ARGUMENTS ::: CLIENT ARGUMENTS"
	switch {
	case f.shell && len(x.Client) > 0:
		return usagef("--shell and a client %q: leave one out", x.Client[0])
	case f.shell:
		return nil
	case len(args) == 0:
		return usagef("exec needs two programs: %s", usage)
	case !seen:
		return usagef("there is no ::: between the server and the client: %s", usage)
	case len(x.Client) == 0:
		return usagef("there is no client behind ::: : %s, or leave ::: out with --shell", usage)
	}
	return nil
}

// find says which program is not there.
func (x *execScenario) find() error {
	for _, p := range []struct {
		who  string
		args []string
	}{{"server", x.Server}, {"client", x.Client}} {
		if len(p.args) == 0 {
			continue
		}
		if _, err := exec.LookPath(p.args[0]); err != nil {
			return usagef("the %s %s: %v: install it, or correct its name", p.who, p.args[0], errors.Unwrap(err))
		}
	}
	return nil
}

func execHelp(w io.Writer) {
	var f execFlags
	fmt.Fprint(w, `
Two programs as they are, the first on a host called server, the second on a host called client, with a link between them
through which every packet passes: as SPEC says, or with two of them, UP from the client and DOWN to it. Needs Linux, and
root or unprivileged user namespaces. The programs find the addresses 10.0.0.1 (client) and 10.0.0.2 (server), or fd00::1 and
fd00::2 with -6, in LOSSYLAB_CLIENT and LOSSYLAB_SERVER, and as the names client and server. The client is started when the
server waits on a port. The exit status is the client's. What the programs print has "client|" or "server|" before each line,
and "client|…" where a line goes on that was broken off.

`)
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, specWords)
	fmt.Fprint(w, `
Examples:
  lossylab exec --link "loss 5% delay 20ms" -- python3 server.py ::: python3 client.py 10.0.0.2
  lossylab exec --rate 10mbit --delay 20ms --cc bbr -- iperf3 -s -1 ::: iperf3 -c server
  lossylab exec --loss 10% -- python3 -m http.server 80 ::: curl -sS -o /dev/null http://server/
  lossylab exec -q --rate 2mbit -- python3 -m http.server 80 ::: curl -sS http://server/file | sha256sum
  lossylab exec --delay 50ms --shell
`)
}
