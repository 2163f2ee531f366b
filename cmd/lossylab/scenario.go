package main

import (
	"math"
	"strconv"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
	"lossylab/sim/app"
)

// defaultLink is what packets meet when nothing is said about the link: a bottleneck with a finite queue, and a bit of
// everything that goes wrong on networks, in amounts that show in a few hundred messages.
const defaultLink = "rate 10mbit limit 100 delay 20ms 2ms distribution normal loss 3% reorder 2% by 3 duplicate 1%"

// scenario is one experiment, checked and complete: what is done, and nothing of where the results go. As JSON it is part
// of the results.
type scenario struct {
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
	Link     struct {
		Up   string `json:"up"`
		Down string `json:"down"`
	} `json:"link"`
	LinkFiles linkFiles `json:"link_files,omitempty"` // SHA-256 by name
	CC        string    `json:"cc"`
	SACK      bool      `json:"sack"`
	MTU       int       `json:"mtu"`
	IPv6      bool      `json:"ipv6"`
	Offload   bool      `json:"offload,omitempty"`
	TimeLimit duration  `json:"time_limit"`

	engine   string
	seed     uint64
	up, down netem.Spec
	input    []byte
	lines    [][]byte // echo
	sendRate netem.Rate
}

// duration is a time.Duration that is written with its unit.
type duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d duration) MarshalText() ([]byte, error) {
	return []byte(netem.FormatDuration(time.Duration(d))), nil
}

// newScenario checks what the flags say about the experiment, before anything is read or written.
func newScenario(f *runFlags, set *pflag.FlagSet) (*scenario, error) {
	s := &scenario{App: f.app, Flows: f.flows, Messages: f.messages, CC: f.cc, SACK: f.sack, MTU: f.mtu, IPv6: f.ipv6, Offload: f.offload,
		Retries: f.retries, engine: f.engine, seed: f.seed}
	for _, check := range []func(*runFlags, *pflag.FlagSet) error{
		s.checkWords, s.checkCounts, s.checkTimes, s.checkSizes, s.checkLink, s.checkApp,
	} {
		if err := check(f, set); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// checkWords looks at the flags that take one of a few words.
func (s *scenario) checkWords(f *runFlags, _ *pflag.FlagSet) error {
	switch f.app {
	case "stream", "bulk", "echo":
	default:
		return usagef("--app %q: there are stream, bulk and echo", f.app)
	}
	switch f.proto {
	case "both":
		s.Protos = []string{"udp", "tcp"}
	case "udp", "tcp":
		s.Protos = []string{f.proto}
	default:
		return usagef("--proto %q: there are both, tcp and udp", f.proto)
	}
	return checkEngine(f.engine, f.cc, f.offload)
}

func (s *scenario) checkCounts(f *runFlags, set *pflag.FlagSet) error {
	least := 576 // RFC 791: every host takes that much
	if f.ipv6 {
		least = 1280 // RFC 8200 section 5
	}
	for _, c := range []struct {
		flag           string
		n, least, most int
	}{
		{"messages", f.messages, 1, maxMessages(f.app)},
		{"flows", f.flows, 1, 1000},
		{"retries", f.retries, 0, 1000},
		{"mtu", f.mtu, least, 65535},
		{"snaplen", f.snaplen, 54, 262144},
	} {
		if set.Changed(c.flag) && (c.n < c.least || c.n > c.most) {
			return usagef("--%s %d: want a number from %d to %d", c.flag, c.n, c.least, c.most)
		}
	}
	return nil
}

// maxMessages is how many messages a client may number: the lines of an echo are held in memory.
func maxMessages(program string) int {
	if program == "echo" {
		return 1_000_000
	}
	return math.MaxInt32
}

func (s *scenario) checkTimes(f *runFlags, set *pflag.FlagSet) error {
	if f.interval == "" && s.App == "stream" {
		f.interval = "20ms"
	}
	if f.duration == "" && s.App == "bulk" && f.bytes == "" && f.input == "" && f.messages == 0 {
		f.duration = "10s"
	}
	for _, t := range []struct {
		flag, text string
		to         *duration
		positive   bool
	}{
		{"interval", f.interval, &s.Interval, false},
		{"duration", f.duration, &s.Duration, true},
		{"timeout", f.timeout, &s.Timeout, true},
		{"time-limit", f.timeLimit, &s.TimeLimit, true},
	} {
		if t.text == "" && !set.Changed(t.flag) {
			continue
		}
		d, err := netem.ParseDuration(t.text)
		if err != nil {
			return place(t.flag, err)
		}
		if t.positive && d == 0 {
			return usagef("--%s %s: want more than nothing, such as 10s", t.flag, t.text)
		}
		*t.to = duration(d)
	}
	if s.App == "bulk" && set.Changed("interval") {
		return usagef("--interval %s: a bulk transfer has none: TCP sends as fast as it can, and UDP at --send-rate", f.interval)
	}
	if s.App == "stream" && s.Interval == 0 && s.Duration > 0 && f.messages == 0 && f.bytes == "" && f.input == "" && f.proto != "tcp" {
		return usagef("--interval %s: nothing slows a UDP client down: give an interval, or --messages", f.interval)
	}
	if s.App != "echo" && changed(set, "timeout", "retries") {
		return usagef("--timeout and --retries are for --app echo: a stream's client waits for no answers")
	}
	if s.App != "echo" {
		s.Timeout = 0
	}
	return nil
}

func (s *scenario) checkSizes(f *runFlags, set *pflag.FlagSet) error {
	s.Size = map[string]int{"stream": 1000, "bulk": 1448}[s.App]
	if set.Changed("size") {
		n, err := netem.ParseSize(f.size)
		if err != nil {
			return place("size", err)
		}
		if n <= app.HeaderLen || n > app.MaxMessage {
			return usagef("--size %s: a message has %d to %d bytes, of which %d are its header", f.size, app.HeaderLen+1, app.MaxMessage, app.HeaderLen)
		}
		s.Size = n
	}
	if set.Changed("bytes") {
		n, err := netem.ParseSize(f.bytes)
		if err != nil {
			return place("bytes", err)
		}
		if n < 1 {
			return usagef("--bytes %s: want at least 1", f.bytes)
		}
		s.Bytes = n
	}
	if s.App == "echo" && changed(set, "size", "bytes") {
		return usagef("--size and --bytes are for streams: an echo sends lines, --messages of them or those of --input")
	}
	return nil
}

// words are the flags that stand for a word of --link, in the order in which they are applied: jitter needs a delay.
func (f *runFlags) words() [][2]string {
	return [][2]string{{"rate", f.rate}, {"queue", f.queue}, {"delay", f.delay}, {"jitter", f.jitter}, {"loss", f.loss},
		{"reorder", f.reorder}, {"duplicate", f.duplicate}, {"corrupt", f.corrupt}}
}

// checkLink makes the two directions: --link or --preset, changed by the shorthands; --up and --down stand for themselves.
func (s *scenario) checkLink(f *runFlags, set *pflag.FlagSet) (err error) {
	if s.up, s.down, err = f.base(set, s.LinkFiles.open); err != nil {
		return err
	}
	for _, w := range f.words() {
		if !set.Changed(w[0]) {
			continue
		}
		for _, to := range []*netem.Spec{&s.up, &s.down} {
			if *to, err = to.Set(w[0], w[1], s.LinkFiles.open); err != nil {
				return place(w[0], err)
			}
		}
	}
	for _, d := range []struct {
		flag, text string
		to         *netem.Spec
	}{{"up", f.up, &s.up}, {"down", f.down, &s.down}} {
		if !set.Changed(d.flag) {
			continue
		}
		if *d.to, err = netem.ParseWith(d.text, s.LinkFiles.open); err != nil {
			return place(d.flag, err)
		}
	}
	s.Link.Up, s.Link.Down = s.up.String(), s.down.String()
	return s.checkMTU()
}

// checkMTU refuses links that no IPv6 packet of a full size would pass, whatever the hosts learn of them.
func (s *scenario) checkMTU() error {
	for _, d := range []struct {
		way string
		mtu int
	}{{"up", s.up.MTU.Bytes}, {"down", s.down.MTU.Bytes}} {
		if s.IPv6 && d.mtu != 0 && d.mtu < netem.MinMTU6 {
			return usagef("-6: the link %s has mtu %d, and IPv6 needs %d at least (RFC 8200 section 5): write mtu %d, or leave out -6",
				d.way, d.mtu, netem.MinMTU6, netem.MinMTU6)
		}
	}
	return nil
}

// base returns the two directions that the shorthands change: those of the preset, or of --link, or the default link if
// nothing is said about links.
func (f *runFlags) base(set *pflag.FlagSet, open netem.Open) (up, down netem.Spec, err error) {
	if set.Changed("preset") {
		if set.Changed("link") {
			return up, down, usagef("--preset %s and --link both say what both directions are: leave one out", f.preset)
		}
		preset, err := netem.FindPreset(f.preset)
		if err != nil {
			return up, down, place("preset", err)
		}
		if up, err = netem.Parse(preset.Up); err == nil {
			down, err = netem.Parse(preset.Down)
		}
		return up, down, err
	}
	text := f.link
	if !changed(set, "link", "up", "down", "rate", "queue", "delay", "jitter", "loss", "reorder", "duplicate", "corrupt") {
		text = defaultLink
	}
	if up, err = netem.ParseWith(text, open); err != nil {
		return up, down, place("link", err)
	}
	return up, up.Clone(), nil
}

// checkApp fills in what depends on the program.
func (s *scenario) checkApp(f *runFlags, set *pflag.FlagSet) error {
	if set.Changed("send-rate") {
		r, err := netem.ParseRate(f.sendRate)
		if err != nil {
			return place("send-rate", err)
		}
		if s.App != "bulk" || r == 0 {
			return usagef("--send-rate %s is for --app bulk over UDP and more than nothing; a stream sends a message every --interval", f.sendRate)
		}
		s.sendRate = r
	}
	if s.App == "bulk" {
		if s.sendRate == 0 {
			s.sendRate = s.up.MeanRate()
		}
		if s.sendRate == 0 {
			s.sendRate = 10_000_000
		}
		s.SendRate = s.sendRate.String()
	}
	if s.Messages == 0 && f.input == "" && s.Duration == 0 && s.Bytes == 0 {
		s.Messages = map[string]int{"stream": 500, "echo": 20}[s.App]
	}
	if s.Bytes > 0 {
		n := (s.Bytes + s.Size - 1) / s.Size
		if s.Messages == 0 || n < s.Messages {
			s.Messages = n
		}
	}
	if s.App == "echo" && s.Duration > 0 {
		return usagef("--duration %s: an echo ends with its lines: use --messages %s", f.duration, strconv.Itoa(100))
	}
	return nil
}
