package main

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/sim/app"
)

// traffic is what a client and server pair do, or several pairs of one kind.
type traffic struct {
	App      string   `json:"app"`
	Protos   []string `json:"protos"`
	Flows    int      `json:"flows"`
	Messages int      `json:"messages"` // 0: no limit
	Size     int      `json:"size"`
	Interval duration `json:"interval"`
	Duration duration `json:"duration"`
	Bytes    int      `json:"bytes"`
	Input    string   `json:"input,omitempty"`
	SendRate string   `json:"send_rate,omitempty"`
	Timeout  duration `json:"timeout,omitempty"`
	Retries  int      `json:"retries,omitempty"`

	input    []byte
	lines    [][]byte // echo
	sendRate netem.Rate
}

// trafficFlags are the flags that say what is sent.
var trafficFlags = runGroups[0].flags

// newTraffic checks what the flags say about what is sent. Up is the link that the clients send on.
func newTraffic(f *runFlags, set *pflag.FlagSet, up *netem.Spec) (t traffic, errs []error) {
	t = traffic{App: f.app, Flows: f.flows, Messages: f.messages, Retries: f.retries}
	errs = append(t.checkWords(f), t.checkCounts(f, set)...)
	errs = append(errs, t.checkTimes(f, set)...)
	errs = append(errs, t.checkSizes(f, set)...)
	return t, append(errs, t.checkApp(f, set, up)...)
}

// checkWords looks at the flags that take one of a few words.
func (t *traffic) checkWords(f *runFlags) (errs []error) {
	switch f.app {
	case "stream", "bulk", "echo":
	default:
		errs = append(errs, usagef("--app %q: there are stream, bulk and echo%s", f.app, didYouMean(f.app, []string{"stream", "bulk", "echo"}, "")))
		t.App = "stream" // for what else may be wrong
	}
	switch f.proto {
	case "both":
		t.Protos = []string{"udp", "tcp"}
	case "udp", "tcp":
		t.Protos = []string{f.proto}
	default:
		errs = append(errs, usagef("--proto %q: there are both, tcp and udp", f.proto))
	}
	return errs
}

func (t *traffic) checkCounts(f *runFlags, set *pflag.FlagSet) []error {
	return checkNumbers(set, []bounded{
		{"messages", f.messages, 1, maxMessages(f.app)},
		{"flows", f.flows, 1, 1000},
		{"retries", f.retries, 0, 1000},
	})
}

// bounded is the number that a flag gives, and its bounds.
type bounded struct {
	flag           string
	n, least, most int
}

func checkNumbers(set *pflag.FlagSet, all []bounded) (errs []error) {
	for _, c := range all {
		if set.Changed(c.flag) && (c.n < c.least || c.n > c.most) {
			errs = append(errs, usagef("--%s %d: want a number from %d to %d", c.flag, c.n, c.least, c.most))
		}
	}
	return errs
}

// maxMessages is how many messages a client may number: the lines of an echo are held in memory.
func maxMessages(program string) int {
	if program == "echo" {
		return 1_000_000
	}
	return math.MaxInt32
}

// timed is the duration that a flag gives.
type timed struct {
	flag, text string
	to         *duration
	positive   bool
}

func checkDurations(set *pflag.FlagSet, all []timed) (errs []error) {
	for _, t := range all {
		if t.text == "" && !set.Changed(t.flag) {
			continue
		}
		d, err := netem.ParseDuration(t.text)
		switch {
		case err != nil:
			errs = append(errs, place(t.flag, err))
		case t.positive && d == 0:
			errs = append(errs, usagef("--%s %s: want more than nothing, such as 10s", t.flag, t.text))
		}
		*t.to = duration(d)
	}
	return errs
}

func (t *traffic) checkTimes(f *runFlags, set *pflag.FlagSet) (errs []error) {
	interval, lasts := f.interval, f.duration
	if interval == "" && t.App == "stream" {
		interval = "20ms"
	}
	if lasts == "" && t.App == "bulk" && f.bytes == "" && f.input == "" && f.messages == 0 {
		lasts = "10s"
	}
	errs = checkDurations(set, []timed{
		{"interval", interval, &t.Interval, false},
		{"duration", lasts, &t.Duration, true},
		{"timeout", f.timeout, &t.Timeout, true},
	})
	if t.App == "bulk" && set.Changed("interval") {
		errs = append(errs, usagef("--interval %s: a bulk transfer has none: TCP sends as fast as it can, and UDP at --send-rate", f.interval))
	}
	if t.App == "stream" && t.Interval == 0 && t.Duration > 0 && f.messages == 0 && f.bytes == "" && f.input == "" && f.proto != "tcp" {
		errs = append(errs, usagef("--interval %s: nothing slows a UDP client down: give an interval, or --messages", f.interval))
	}
	if t.App != "echo" && changed(set, "timeout", "retries") {
		errs = append(errs, usagef("--%s and --%s are for --app echo: a stream's client waits for no answers", firstChanged(set, "timeout", "retries")...))
	}
	if t.App != "echo" {
		t.Timeout = 0
	}
	return errs
}

// firstChanged returns the two names, that of a flag that was given first.
func firstChanged(set *pflag.FlagSet, a, b string) []any {
	if !set.Changed(a) {
		a, b = b, a
	}
	return []any{a, b}
}

func (t *traffic) checkSizes(f *runFlags, set *pflag.FlagSet) (errs []error) {
	t.Size = map[string]int{"stream": 1000, "bulk": 1448}[t.App]
	if t.App == "echo" && changed(set, "size", "bytes") {
		return []error{usagef("--%s and --%s are for streams: an echo sends lines, --messages of them or those of --input", firstChanged(set, "size", "bytes")...)}
	}
	if set.Changed("size") {
		n, err := netem.ParseSize(f.size)
		switch {
		case err != nil:
			errs = append(errs, place("size", err))
		case n <= app.HeaderLen || n > app.MaxMessage:
			errs = append(errs, usagef("--size %s: a message has %d to %d bytes, of which %d are its header", f.size, app.HeaderLen+1, app.MaxMessage, app.HeaderLen))
		default:
			t.Size = n
		}
	}
	if set.Changed("bytes") {
		n, err := netem.ParseSize(f.bytes)
		switch {
		case err != nil:
			errs = append(errs, place("bytes", err))
		case n < 1:
			errs = append(errs, usagef("--bytes %s: want at least 1", f.bytes))
		}
		t.Bytes = n
	}
	return errs
}

// checkApp fills in what depends on the program.
func (t *traffic) checkApp(f *runFlags, set *pflag.FlagSet, up *netem.Spec) (errs []error) {
	if set.Changed("send-rate") {
		r, err := netem.ParseRate(f.sendRate)
		switch {
		case err != nil:
			errs = append(errs, place("send-rate", err))
		case t.App != "bulk" || r == 0:
			errs = append(errs, usagef("--send-rate %s is for --app bulk over UDP and more than nothing; a stream sends a message every --interval", f.sendRate))
		}
		t.sendRate = r
	}
	if t.App == "bulk" {
		if t.sendRate == 0 {
			t.sendRate = up.MeanRate()
		}
		if t.sendRate == 0 {
			t.sendRate = 10_000_000
		}
		t.SendRate = t.sendRate.String()
	}
	if t.Messages == 0 && f.input == "" && t.Duration == 0 && t.Bytes == 0 {
		t.Messages = map[string]int{"stream": 500, "echo": 20}[t.App]
	}
	if t.Bytes > 0 {
		n := (t.Bytes + t.Size - 1) / t.Size
		if t.Messages == 0 || n < t.Messages {
			t.Messages = n
		}
	}
	if t.App == "echo" && t.Duration > 0 {
		errs = append(errs, usagef("--duration %s: an echo ends with its lines: use --messages %s", f.duration, strconv.Itoa(100)))
	}
	return errs
}

// measured reports whether it is TCP's bulk transfer over its duration, within the time limit: it ends with its duration,
// whatever is still in its buffers, for that is what goodput is measured over.
func (t *traffic) measured(proto string, limit duration) bool {
	return t.App == "bulk" && proto == "tcp" && t.Duration > 0 && t.Duration <= limit
}

// title says what is done: "stream: 500 messages of 1000 bytes, one every 10ms".
func (t *traffic) title() string {
	var b strings.Builder
	b.WriteString(t.App + ": ")
	switch {
	case t.App == "echo":
		b.WriteString(strconv.Itoa(len(t.lines)) + " lines from each client")
	case t.input != nil:
		b.WriteString(t.Input + ", " + strconv.Itoa(len(t.input)) + " bytes, in messages of " + strconv.Itoa(t.Size) + " bytes")
	case t.Messages > 0:
		b.WriteString(strconv.Itoa(t.Messages) + " messages of " + strconv.Itoa(t.Size) + " bytes")
	default:
		b.WriteString("messages of " + strconv.Itoa(t.Size) + " bytes for " + text(t.Duration))
	}
	if t.App == "stream" {
		b.WriteString(", one every " + text(t.Interval))
	}
	if t.Flows > 1 {
		b.WriteString(", " + strconv.Itoa(t.Flows) + " clients")
	}
	return b.String()
}

func text(d duration) string { return netem.FormatDuration(time.Duration(d)) }
