package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"lossylab/netem"
)

// tryFlags are try's flags as they were written, and the SPEC.
type tryFlags struct {
	words         []string
	tc            bool
	seed          uint64
	packets       int
	spacing, size string
	ecn           bool
	json, noLists bool
	figure        string
	columns       int
	confidence    string
	quiet         bool
}

func (f *tryFlags) set() *pflag.FlagSet {
	s := newFlagSet("try")
	s.BoolVar(&f.tc, "tc", false, "read SPEC as a line of tc-netem, as tc \"LINE\" does")
	s.Uint64Var(&f.seed, "seed", 1, "take all chance from `N`; of a tc line this is the kernel's seed, and one in the line is stronger")
	s.IntVar(&f.packets, "packets", 100_000, "send `N` datagrams")
	s.StringVar(&f.spacing, "spacing", "1ms", "let `D` pass from one datagram to the next")
	s.StringVar(&f.size, "size", "200", "give each datagram `BYTES` as the link counts them: the IP packet's, of a tc line with the Ethernet header's 14")
	s.BoolVar(&f.ecn, "ecn", false, "let the datagrams say that their sender heeds congestion marks (ECT(0))")
	s.BoolVar(&f.json, "json", false, "print the numbers as JSON")
	s.BoolVar(&f.noLists, "no-lists", false, "leave the lists of packets out of the JSON")
	confidenceFlag(s, &f.confidence)
	s.StringVar(&f.figure, "figure", "", "draw what the link did to `FILE`, whose name ends with .svg, .png or .pdf")
	columnsFlag(s, &f.columns)
	s.BoolVarP(&f.quiet, "quiet", "q", false, "print nothing but errors")
	return s
}

// parseTryFlags reads try's arguments. Flags and words of the SPEC may stand in any order.
func parseTryFlags(args []string) (f tryFlags, set *pflag.FlagSet, err error) {
	set = f.set()
	if err := set.Parse(args); err != nil {
		var unknown *pflag.NotExistError
		if errors.As(err, &unknown) && strings.Trim(unknown.GetSpecifiedName(), "0123456789") == "" {
			return f, set, usagef("-%s is no flag: put a SPEC with a negative number in quotes", unknown.GetSpecifiedShortnames())
		}
		return f, set, flagError(set, err)
	}
	f.words = set.Args()
	if len(f.words) == 0 {
		return f, set, usagef("a SPEC is missing: write lossylab try \"delay 20ms 4ms loss 3%%\", or --tc and a line of tc-netem")
	}
	return f, set, nil
}

// newTrial checks what the flags say.
func newTrial(f *tryFlags, set *pflag.FlagSet) (*trial, error) {
	t := &trial{seed: f.seed, chosen: set.Changed("seed"), packets: f.packets, ecn: f.ecn}
	if err := t.parse(f); err != nil {
		return nil, err
	}
	if t.packets < 1 || t.packets > maxPackets {
		return nil, usagef("--packets %d: want a number from 1 to %d", t.packets, maxPackets)
	}
	spacing, err := netem.ParseDuration(f.spacing)
	if err != nil {
		return nil, place("spacing", err)
	}
	if total := float64(spacing) * float64(t.packets); total > float64(maxSpan) {
		return nil, usagef("--spacing %s: %d packets would take %.0f days, and 365 is the most: send fewer or faster", f.spacing, t.packets,
			total/float64(24*time.Hour))
	}
	size, err := netem.ParseSize(f.size)
	if err != nil {
		return nil, place("size", err)
	}
	if least := 28 + t.header(); size < least || size > 65535+t.header() {
		what := "an IP packet with a UDP datagram"
		if t.header() > 0 {
			what = "an Ethernet frame with a UDP datagram"
		}
		return nil, usagef("--size %s: %s has %d to %d bytes", f.size, what, least, 65535+t.header())
	}
	if t.level, err = parseConfidence(f.confidence); err != nil {
		return nil, err
	}
	if f.figure != "" {
		if t.format, err = figureFormat(f.figure); err != nil {
			return nil, err
		}
	}
	if t.columns, err = figureColumns(set, f.columns, f.figure != ""); err != nil {
		return nil, err
	}
	if f.noLists && !f.json {
		return nil, usagef("--no-lists: there are lists in the JSON only: add --json")
	}
	t.traffic = netem.Traffic{Spacing: spacing, Size: size}
	return t, nil
}

const (
	maxPackets = 10_000_000 // some 50 bytes of memory each
	maxSpan    = 365 * 24 * time.Hour
)

// parse reads the SPEC. The word tc by itself, as a shell makes it of tc "LINE", is --tc.
func (t *trial) parse(f *tryFlags) (err error) {
	words := f.words
	if !f.tc && words[0] == "tc" && len(words) > 1 && !strings.ContainsAny(words[1][:min(1, len(words[1]))], `"'`) {
		f.tc, words = true, words[1:]
	}
	text := strings.Join(words, " ")
	if f.tc {
		line, err := netem.ParseTC(text)
		if err != nil {
			return specError(err)
		}
		t.spec.TC = &line
	} else if t.spec, err = netem.ParseWith(text, openLinkFile); err != nil {
		return specError(err)
	}
	if t.spec.TC != nil {
		if seed, ok := t.spec.TC.Seed(); ok {
			t.seed = seed
		}
	}
	return nil
}

func specError(err error) error {
	return usagef("SPEC: %s", strings.TrimPrefix(err.Error(), "netem: "))
}

func tryHelp(w io.Writer) {
	var f tryFlags
	fmt.Fprint(w, `
Numbered UDP datagrams go through one link, evenly spaced, without any hosts. What is expected of the link in the long run, where
theory has something to say, stands beside what was measured and its interval.

`)
	fmt.Fprint(w, f.set().FlagUsagesWrapped(110))
	fmt.Fprint(w, specWords)
	fmt.Fprint(w, `
Examples:
  lossylab try "delay 20ms 4ms loss 2% burst 5"
  lossylab try --tc "delay 50ms 10ms 25% loss 0.3% 25%"           what Linux really does with that line
  lossylab try --tc --seed 3207296026000306913 --json "loss 5%"   which packets a kernel with that seed loses
  lossylab try --figure link.svg "delay 20ms 4ms distribution normal loss 2% burst 5"
  lossylab try --size 1500 --spacing 1ms "rate 10mbit limit 50"   12 Mbit/s offered to 10
`)
}
