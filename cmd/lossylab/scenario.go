package main

import (
	"slices"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
)

// defaultLink is what packets meet when nothing is said about the link: a bottleneck with a finite queue, and a bit of
// everything that goes wrong on networks, in amounts that show in a few hundred messages.
const defaultLink = "rate 10mbit limit 100 delay 20ms 2ms distribution normal loss 3% reorder 2% by 3 duplicate 1%"

// scenario is one experiment, checked and complete: what is done, and nothing of where the results go. As JSON it is part
// of the results.
type scenario struct {
	traffic
	Link struct {
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
	name     string        // that its file gives it, or empty
	mix      *mix          // several kinds of traffic at once, or several clients; nil: traffic alone
	expect   []expectation // of the results
	file     *scenarioFile // that it was read from, or nil
}

// duration is a time.Duration that is written with its unit.
type duration time.Duration

// MarshalText implements encoding.TextMarshaler.
func (d duration) MarshalText() ([]byte, error) {
	return []byte(netem.FormatDuration(time.Duration(d))), nil
}

// newScenario checks what the flags say about the experiment, before anything is read or written; file, if it is not nil, is
// where some of them come from. All that is wrong with a file is told at once.
func newScenario(f *runFlags, set *pflag.FlagSet, file *scenarioFile) (*scenario, error) {
	s := &scenario{CC: f.cc, SACK: f.sack, MTU: f.mtu, IPv6: f.ipv6, Offload: f.offload, engine: f.engine, seed: f.seed, file: file}
	var errs []error
	for _, check := range []func(*runFlags, *pflag.FlagSet) []error{s.checkHosts, s.checkTimeLimit, s.checkLink, s.checkTraffic} {
		errs = append(errs, check(f, set)...)
	}
	return s, file.explain(errs)
}

// checkTraffic looks at what is sent.
func (s *scenario) checkTraffic(f *runFlags, set *pflag.FlagSet) (errs []error) {
	if s.file.mixes() {
		if f.engine == kernelEngine {
			errs = append(errs, usagef("--engine kernel: several kinds of traffic, and clients, are for netstack: leave it out, or run each by itself"))
		}
		mix, wrong := newMix(s, f, set)
		s.mix, errs = mix, append(errs, wrong...)
	} else {
		s.traffic, errs = newTraffic(f, set, &s.up)
		if len(errs) == 0 && s.timeless(&s.traffic) {
			errs = append(errs, usagef("--app bulk: over a link without a rate and without delay TCP sends without end in no time at all: give the link a rate or a delay, or say how much with --bytes"))
		}
	}
	errs = append(errs, s.strayEdits(f.partEdits)...)
	if s.file != nil {
		s.name = s.file.word("name")
		if names := s.flowNames(); len(names) > 0 {
			expect, wrong := newExpectations(s.file.root.Get("expect").Words(), names)
			s.expect, errs = expect, append(errs, wrong...)
		}
	}
	return errs
}

// timeless reports whether a TCP transfer that only time ends meets a link on which none passes. On the kernel's hosts it does.
func (s *scenario) timeless(t *traffic) bool {
	if s.engine != netstackEngine || t.App != "bulk" || t.Messages > 0 || t.Duration == 0 || !slices.Contains(t.Protos, "tcp") {
		return false
	}
	delay := 0.
	for _, spec := range []*netem.Spec{&s.up, &s.down} {
		if spec.MeanRate() > 0 {
			return false
		}
		delay += spec.Expect(netem.Traffic{Spacing: time.Millisecond, Size: s.MTU}).DelayMean
	}
	return delay == 0
}

// flowNames returns the names by which results speak of the flows: protocols, or the names of a mix.
func (s *scenario) flowNames() []string {
	if s.mix == nil {
		return s.Protos
	}
	return s.mix.names()
}

// checkHosts looks at the engine and its TCP.
func (s *scenario) checkHosts(f *runFlags, set *pflag.FlagSet) (errs []error) {
	if err := checkEngine(f.engine, f.cc, f.offload); err != nil {
		errs = append(errs, err)
	}
	least := 576 // RFC 791: every host takes that much
	if f.ipv6 {
		least = 1280 // RFC 8200 section 5
	}
	return append(errs, checkNumbers(set, []bounded{
		{"mtu", f.mtu, least, 65535},
		{"snaplen", f.snaplen, 54, 262144},
	})...)
}

func (s *scenario) checkTimeLimit(f *runFlags, set *pflag.FlagSet) []error {
	return checkDurations(set, []timed{{"time-limit", f.timeLimit, &s.TimeLimit, true}})
}

// words are the flags that stand for a word of --link, in the order in which they are applied: jitter needs a delay.
func (f *runFlags) words() [][2]string {
	return [][2]string{{"rate", f.rate}, {"queue", f.queue}, {"delay", f.delay}, {"jitter", f.jitter}, {"loss", f.loss},
		{"reorder", f.reorder}, {"duplicate", f.duplicate}, {"corrupt", f.corrupt}}
}

// checkLink makes the two directions: --link or --preset, changed by the shorthands; --up and --down stand for themselves.
func (s *scenario) checkLink(f *runFlags, set *pflag.FlagSet) (errs []error) {
	var err error
	if s.up, s.down, err = f.base(set, s.open); err != nil {
		errs = append(errs, err)
	}
	for _, w := range f.words() {
		if !set.Changed(w[0]) {
			continue
		}
		for _, to := range []*netem.Spec{&s.up, &s.down} {
			if *to, err = to.Set(w[0], w[1], s.open(w[0])); err != nil {
				errs = append(errs, place(w[0], err))
				break
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
		if *d.to, err = netem.ParseWith(d.text, s.open(d.flag)); err != nil {
			errs = append(errs, place(d.flag, err))
		}
	}
	errs = append(errs, s.edit(f.edits)...)
	s.Link.Up, s.Link.Down = s.up.String(), s.down.String()
	if err := s.checkMTU(); err != nil {
		errs = append(errs, err)
	}
	return errs
}

// open returns what opens the files that the words of a flag name: those of a scenario file lie beside it.
func (s *scenario) open(flag string) netem.Open {
	return func(name string) ([]byte, error) { return s.LinkFiles.openAt(s.file.path(flag, name), name) }
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
func (f *runFlags) base(set *pflag.FlagSet, open func(flag string) netem.Open) (up, down netem.Spec, err error) {
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
	if len(f.edits) == 0 && !changed(set, "link", "up", "down", "rate", "queue", "delay", "jitter", "loss", "reorder", "duplicate", "corrupt") {
		text = defaultLink
	}
	if up, err = netem.ParseWith(text, open("link")); err != nil {
		return up, down, place("link", err)
	}
	return up, up.Clone(), nil
}
