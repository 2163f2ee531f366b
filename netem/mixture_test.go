package netem_test

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// mixer makes up SPECs out of all words. What it makes may contradict itself: whoever asks parses it.
type mixer struct{ *rand.Rand }

// of returns one of the texts, with its marks replaced: % by a share, # by a number and @ by a time.
func (m mixer) of(texts ...string) string {
	var b strings.Builder
	for _, r := range texts[m.IntN(len(texts))] {
		switch r {
		case '%':
			fmt.Fprintf(&b, "%v%%", []any{0, 0.1, 1, 5, 33.3, 50, 100}[m.IntN(7)])
		case '#':
			fmt.Fprint(&b, 1+m.IntN(20))
		case '@':
			fmt.Fprintf(&b, "%d%s", 1+m.IntN(50), []string{"ms", "ms", "us"}[m.IntN(3)])
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

var (
	mixedDelays = []string{"delay @", "delay @ @", "delay @ @ %", "delay @ @ distribution normal", "delay @ @ % distribution pareto",
		"delay @ jitter @ distribution paretonormal", `delay @ @ distribution table "my table.txt"`, "delay @ @ % distribution samples delays.txt"}
	mixedLosses = []string{"loss %", "loss % %", "loss 5% burst #", "loss gemodel % %", "loss gemodel % % % %", "loss state % %", "loss state 1% 10% 30% 50% 0.5%",
		"loss list #,30-50", "loss pattern 0010110", "loss every #", "loss every # from #", "loss mask lost.mask"}
	mixedRest   = []string{"reorder %", "reorder % % by #", "reorder % by # within @", "reorder % late @", "duplicate %", "duplicate % %", "corrupt %", "corrupt % %"}
	mixedFaults = []string{"drop data #", "drop data #,25-30 flow #", "drop syn", "drop retransmission # of data #", "drop last-data", "drop dup-ack #",
		"delay data # by #", "delay data # flow 1 by @", "delay syn by # within @", "duplicate syn-ack", "duplicate datagram all", "corrupt data #", "drop fin"}
	mixedMatches = []string{"up", "down", "tcp", "udp", "icmp", "ipv4", "ipv6", "port #", "tcp port 1-3", "size 100-", "up udp size 500-1000", "udp port # size -700"}
	mixedQueues  = []string{"limit #", "queue pfifo limit #", "queue bfifo limit 10KiB", "queue headdrop", "queue codel target @ ecn", "queue codel",
		"queue fq_codel flows # quantum 300B", "queue fq_codel limit # noecn ce_threshold @", "queue pie target @ alpha # bytemode", "queue red", "queue red min 3KB max 9KB probability % ecn"}
	mixedPaces = []string{"rate #mbit", "rate #00kbit", "rate #mbit burst 2KiB", "rate #mbit burst 16KiB peakrate 100mbit", "trace cell.trace",
		"follow link.csv", "follow link.csv interpolate linear repeat", "preset wpt-lte", "preset wpt-3g up"}
	mixedTimes = []string{"at @", "at @ for @", "every 50ms for @", "randomly every @ for @", "randomly every @ for about @"}
	mixedMTUs  = []string{"mtu 576", "mtu 1400 fragment", "mtu 68", "mtu 1000 blackhole"}
)

// models returns some models, now and then for some packets.
func (m mixer) models(n int) (words []string) {
	for range n {
		group := [][]string{mixedDelays, mixedLosses, mixedRest, mixedRest}[m.IntN(4)]
		w := m.of(group...)
		if m.IntN(3) == 0 {
			w += " for " + m.of(mixedMatches...)
		}
		words = append(words, w)
	}
	return words
}

// link returns a link by itself.
func (m mixer) link() string {
	words := m.models(m.IntN(5))
	for _, group := range [][]string{mixedMTUs, mixedPaces, mixedQueues, mixedFaults, mixedFaults, {"order keep"}} {
		if m.IntN(3) == 0 {
			words = append(words, m.of(group...))
		}
	}
	for range m.IntN(2) {
		words = append(words, m.of(mixedFaults...)+" for "+m.of(mixedMatches...))
	}
	m.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
	text := strings.Join(words, " ")
	for range max(0, m.IntN(6)-2) {
		text += "; " + m.of(mixedTimes...) + " " + strings.Join(append(m.models(m.IntN(3)), m.of("", "down", "up", "stall", "rate #mbit")), " ")
	}
	if strings.Contains(text, "stall") { // else packets may wait for ever
		text += "; at 60ms up"
	}
	return text
}

// spec returns a link, or one made of several.
func (m mixer) spec(depth int) string {
	parts := []string{}
	for range 2 + m.IntN(2) {
		if depth > 0 && m.IntN(4) == 0 {
			parts = append(parts, "( "+m.spec(depth-1)+" )")
		} else {
			parts = append(parts, "( "+m.link()+" )")
		}
	}
	switch m.IntN(4) {
	case 0:
		return strings.Join(parts, " then ")
	case 1:
		return m.of("split per-packet ", "split per-flow ") + strings.Join(parts, " ")
	}
	return m.link()
}

// valid returns n specs that make sense.
func (m mixer) valid(t *testing.T, n int) (specs []netem.Spec) {
	for tried := 0; len(specs) < n; tried++ {
		text := m.spec(2)
		spec, err := netem.ParseWith(text, files.open)
		if _, ok := err.(*netem.SyntaxError); err != nil && (!ok || strings.Contains(err.Error(), "\n")) {
			t.Fatalf("%s: %v", text, err)
		}
		if err == nil {
			specs = append(specs, spec)
		} else if tried > 20*n {
			t.Fatalf("hardly any of these makes sense: %v", err)
		}
	}
	return specs
}

// Whatever words are said together, they read back the same.
func TestMixturesReadBack(t *testing.T) {
	m := mixer{rand.New(rand.NewPCG(3, 4))}
	for _, spec := range m.valid(t, 300) {
		again, err := netem.ParseWith(spec.String(), files.open)
		if err != nil || !reflect.DeepEqual(again, spec) || again.String() != spec.String() {
			t.Fatalf("%q reads back as %q (%v)", spec, again, err)
		}
	}
}

// Whatever words are said together, the link is a Stage.
func TestMixturesAreStages(t *testing.T) {
	m := mixer{rand.New(rand.NewPCG(5, 6))}
	for i, spec := range m.valid(t, 4) {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			defer func() {
				if t.Failed() {
					t.Log(spec)
				}
			}()
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage {
				s, err := netem.NewStage("up", spec, 7, o)
				if err != nil {
					t.Fatal(err)
				}
				return s
			})
		})
	}
}
