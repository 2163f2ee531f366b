package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

// runFlags are run's flags as they were written. Scenario checks what they say.
type runFlags struct {
	app, proto                string
	messages, flows           int
	size, interval            string
	duration, bytes           string
	input                     string
	timeout                   string
	retries                   int
	sendRate                  string
	preset, link, up, down    string
	loss, delay, jitter       string
	reorder, duplicate        string
	corrupt, rate, queue      string
	engine, cc                string
	sack, ipv6, offload       bool
	mtu                       int
	seed                      uint64
	timeLimit                 string
	out, figures, capture     string
	snaplen, columns          int
	tables, confidence        string
	traceCalls                int
	events, quiet, jsonOutput bool

	// What a sweep's cell changes beyond flags.
	edits     []linkEdit
	partEdits []partEdit
}

// group is a heading of run's help and the flags under it.
type group struct {
	title string
	flags []string
}

var runGroups = []group{
	{"What is sent", []string{"app", "proto", "messages", "size", "interval", "duration", "bytes", "flows", "input", "send-rate", "timeout", "retries"}},
	{"The link (SPEC: see below; all but --up and --down are for both directions)", []string{"preset", "link", "up", "down", "loss", "delay", "jitter", "reorder", "duplicate", "corrupt", "rate", "queue"}},
	{"The hosts", []string{"engine", "cc", "offload", "sack", "mtu", "ipv6"}},
	{"The run and its results", []string{"seed", "time-limit", "out", "figures", "columns", "capture", "snaplen", "tables", "confidence", "events", "trace-calls", "quiet", "json"}},
}

func (f *runFlags) set() *pflag.FlagSet {
	s := newFlagSet("run")
	s.StringVar(&f.app, "app", "stream", "run the program `APP`: stream (the same numbered messages over UDP and over TCP), bulk (as much as TCP can in --duration; UDP at --send-rate) or echo (lines, returned in upper case)")
	s.StringVar(&f.proto, "proto", "both", "over `PROTO`: both, tcp or udp")
	s.IntVar(&f.messages, "messages", 0, "send `N` messages, or lines of an echo, from each client (default 500; echo 20; bulk and with --duration, --bytes or --input no limit)")
	s.StringVar(&f.size, "size", "", "give each message `BYTES`, its 24-byte header included (default 1000; bulk 1448)")
	s.StringVar(&f.interval, "interval", "", "let `D` pass between messages (default 20ms; echo: between an answer and the next line, default 0s)")
	s.StringVar(&f.duration, "duration", "", "stop sending after `D` (default for bulk 10s, otherwise none)")
	s.StringVar(&f.bytes, "bytes", "", "stop sending after `BYTES`, such as 5MB (default none)")
	s.IntVar(&f.flows, "flows", 1, "let `N` clients run at once")
	s.StringVar(&f.input, "input", "", "send what is in `FILE` (- is standard input); what arrives is written to received/udp-NAME and received/tcp-NAME")
	s.StringVar(&f.sendRate, "send-rate", "", "bulk over UDP: send at `RATE`, IP and UDP headers included (default: the link's rate up, or 10mbit)")
	s.StringVar(&f.timeout, "timeout", "1s", "echo over UDP: wait `D` for an answer")
	s.IntVar(&f.retries, "retries", 0, "echo over UDP: send a line again up to `N` times when no answer comes")
	f.linkFlags(s)
	s.StringVar(&f.engine, "engine", "netstack", "let the hosts run on `ENGINE`: netstack (a userspace TCP/IP stack in virtual time) or kernel (Linux's own sockets in real time)")
	s.StringVar(&f.cc, "cc", "cubic", "TCP's congestion control is `NAME`: cubic or reno; with --engine kernel also bbr and what else the kernel has")
	s.BoolVar(&f.offload, "offload", false, "kernel engine: give the survivors of what a host sends at once to the other host at once, as network cards do; faster")
	s.BoolVar(&f.sack, "sack", true, "TCP uses selective acknowledgments (RFC 2018); --sack=false does without")
	s.IntVar(&f.mtu, "mtu", 1500, "send IP packets of at most `BYTES`: 576 (IPv6: 1280) to 65535")
	s.BoolVarP(&f.ipv6, "ipv6", "6", false, "use IPv6")
	s.Uint64Var(&f.seed, "seed", 1, "take all chance from `N`: the same seed gives the same bytes in every file (on netstack)")
	s.StringVar(&f.timeLimit, "time-limit", "10min", "end after `D` of simulated time at the latest")
	s.StringVar(&f.out, "out", "lossylab-out", "write the results to the folder `DIR`, replacing an earlier run's")
	s.StringVar(&f.figures, "figures", "png,svg,pdf", "draw the figures as `FORMATS`, or none")
	columnsFlag(s, &f.columns)
	s.StringVar(&f.capture, "capture", "pcapng", "write the captures as `FORMAT`: pcapng (with a comment on every packet that something happened to), pcap or none")
	s.IntVar(&f.snaplen, "snaplen", 0, "keep `BYTES` of each captured frame (default 262144: all)")
	tablesFlag(s, &f.tables)
	confidenceFlag(s, &f.confidence)
	s.BoolVar(&f.events, "events", true, "write events.csv, a row for each thing that happened to a packet")
	s.IntVar(&f.traceCalls, "trace-calls", 0, "write the first `N` socket calls of each protocol to calls.csv and draw those of the first client; 0: none (default for echo 2000, otherwise none)")
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	s.BoolVar(&f.jsonOutput, "json", false, "print results.json to standard output instead of the summary")
	return s
}

// linkFlags adds the flags that say what the link is.
func (f *runFlags) linkFlags(s *pflag.FlagSet) {
	s.StringVar(&f.preset, "preset", "", "make both directions as the preset `NAME` says; 'lossylab presets' lists them. The flags below change it")
	s.StringVar(&f.link, "link", "", "make both directions as `SPEC` says (default, if nothing is said about the link: "+defaultLink+")")
	s.StringVar(&f.up, "up", "", "make the way from client to server as `SPEC` says, instead of --link")
	s.StringVar(&f.down, "down", "", "make the way from server to client as `SPEC` says, instead of --link")
	s.StringVar(&f.loss, "loss", "", "lose a share `P` of packets: 5%, 0.05, or more words: \"2% burst 5\"")
	s.StringVar(&f.delay, "delay", "", "propagation takes `D`: 20ms, or \"20ms 4ms\" with jitter")
	s.StringVar(&f.jitter, "jitter", "", "propagation varies by `D`; needs a delay")
	s.StringVar(&f.reorder, "reorder", "", "a share `P` of packets is overtaken: 5%, \"5% by 3\" (packets) or \"5% late 8ms\"")
	s.StringVar(&f.duplicate, "duplicate", "", "a share `P` of packets arrives twice")
	s.StringVar(&f.corrupt, "corrupt", "", "one bit is turned over in a share `P` of packets")
	s.StringVar(&f.rate, "rate", "", "the link carries `RATE`: 10mbit, 1.25MB/s")
	s.StringVar(&f.queue, "queue", "", "`N` packets wait for the link at most, or as many as fit into 64KiB (default 1000); or a queue and its words: \"codel limit 100\"")
}

// newFlagSet returns a command's flags, which help shows in the order in which they are added. It prints nothing by itself.
func newFlagSet(command string) *pflag.FlagSet {
	s := pflag.NewFlagSet(command, pflag.ContinueOnError)
	s.SetOutput(io.Discard)
	s.SortFlags = false
	return s
}

// flagError says what is wrong with a flag in one line, but for a wish for help, which it returns as it is.
func flagError(set *pflag.FlagSet, err error) error {
	if errors.Is(err, pflag.ErrHelp) {
		return err
	}
	var unknown *pflag.NotExistError
	var value *pflag.InvalidValueError
	var required *pflag.ValueRequiredError
	switch {
	case errors.As(err, &unknown):
		var names []string
		set.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		name := unknown.GetSpecifiedName()
		dashes := "--"
		if len(name) == 1 {
			dashes = "-"
		}
		return usagef("unknown flag %s%s%s: 'lossylab help %s' lists the flags", dashes, name, didYouMean(name, names, "--"), set.Name())
	case errors.As(err, &value):
		f := value.GetFlag()
		return usagef("--%s %q: want %s", f.Name, value.GetValue(), kindOf(f))
	case errors.As(err, &required):
		f := required.GetFlag()
		kind, _ := pflag.UnquoteUsage(f)
		return usagef("--%s needs a value: --%s %s", f.Name, f.Name, kind)
	}
	return usageError{err}
}

func kindOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int":
		return "a whole number, such as " + sampleOf(f)
	case "uint64":
		return "a whole number from 0 to 18446744073709551615, such as " + sampleOf(f)
	case "bool":
		return "true or false"
	}
	return "a " + f.Value.Type()
}

func sampleOf(f *pflag.Flag) string {
	if f.DefValue == "0" {
		return "100"
	}
	return f.DefValue
}

// groupedHelp prints the flags of a set under their headings.
func groupedHelp(w io.Writer, set *pflag.FlagSet, groups []group) {
	for _, g := range groups {
		fmt.Fprintf(w, "\n%s:\n", g.title)
		one := newFlagSet("")
		for _, name := range g.flags {
			one.AddFlag(set.Lookup(name))
		}
		fmt.Fprint(w, one.FlagUsagesWrapped(110))
	}
}

func runHelp(w io.Writer) {
	var f runFlags
	groupedHelp(w, f.set(), runGroups)
	fmt.Fprint(w, specWords, scenarioWords)
	fmt.Fprint(w, `
Examples:
  lossylab run --loss 5% --delay 20ms --reorder "5% by 3"
  lossylab run --app bulk --rate 100mbit --delay 20ms --up "rate 100mbit delay 20ms loss 1%" --proto tcp --cc reno
  lossylab run --app echo --flows 5 --loss 20% --retries 3 --timeout 200ms
  lossylab run --input testdata/picture.ppm --loss 5% --delay 10ms
  lossylab run testdata/scenarios/call-beside-download.yaml
`)
}

const specWords = `
A SPEC is a link in the words of tc-netem, in any order, units always said:
  rate 10mbit              transmission takes its time: 10 Mbit/s; also 1.25MB/s
  burst 16KiB              who has not used the rate may exceed it for so long; peakrate 100mbit: and no faster
  limit 100                at most 100 packets wait for it, or limit 64KiB
  queue codel ecn          and are dropped or marked early, to keep the wait short: also fq_codel, pie, red (with the
                           parameters of tc) or headdrop; pfifo, the default, drops who comes last
  mtu 1400                 larger packets are fragmented, or dropped and answered by ICMP (IPv6, and TCP's IPv4);
                           mtu 1400 fragment: all IPv4 is fragmented; mtu 1400 blackhole: dropped without a word
  delay 20ms 4ms           propagation: 16 to 24 ms, evenly; with distribution normal, pareto, paretonormal, table FILE or
                           samples FILE, 4 ms is the standard deviation; delay 20ms 4ms 25% correlates one packet with the next
  order free | keep        whether jitter may reorder (default free)
  loss 3%                  independently; loss 5% 25% with a correlation; loss 2% burst 5; loss gemodel P R 1-H 1-K; loss state
                           P13 P31 P32 P23 P14; loss list 3,7-9; loss pattern 0010; loss every 10; loss mask FILE ('lossylab mask')
  reorder 5% by 3          5 % are overtaken by exactly 3 packets; reorder 5% late 8ms: by what comes within 8 ms
  duplicate 0.5%           arrive twice
  corrupt 0.1%             one bit is turned over
  trace FILE               instead of rate: when packets may leave, in Mahimahi's format; follow FILE: rate, delay and loss over time
  ; at 2s down             behind all else, what changes: at 2.5s up; at 5s rate 1mbit; every 10s for 500ms stall;
                           randomly every 10s for 500ms loss 30%
  split per-packet ( SPEC ) ( SPEC )   two paths, also per-flow; ( SPEC ) then ( SPEC ): one hop behind the other
  preset wpt-3g up         what a preset says of that direction; words beside it replace its own
  drop data 5              a fault: the fifth data segment of each TCP connection is lost; also drop data 2,5-8, drop syn, syn-ack,
                           last-data, fin, rst, ack 3, dup-ack 2, retransmission 1 of data 5, window-update, window-probe,
                           datagram 3 (of UDP), packet 7 (any); drop data 5 flow 2: of the second connection alone
  delay data 7 by 3        it is overtaken by 3 packets; delay data 7 by 30ms: late; duplicate data 5; corrupt data 5
  loss 5% for udp          any of these for some packets: for tcp port 80, for size 1000-1500, for up, for icmp, for ipv6
  tc "delay 50ms loss 1%"  instead of all others: what Linux does with that line of tc-netem, quirks included
Durations need a unit (ns, us, ms, s), probabilities are 5% or 0.05, sizes are bytes, KB, KiB, MB, MiB.
`

// changed reports whether any of the named flags was given.
func changed(set *pflag.FlagSet, names ...string) bool {
	for _, n := range names {
		if set.Changed(n) {
			return true
		}
	}
	return false
}

// place names a flag and what it says, for an error. An error that has a position names the value itself.
func place(flag string, err error) error {
	return usagef("--%s: %s", flag, strings.TrimPrefix(err.Error(), "netem: "))
}
