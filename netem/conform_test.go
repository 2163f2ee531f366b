package netem_test

import (
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// models are one of each kind and each way to use it.
var models = []netem.Model{
	&netem.Loss{},
	&netem.Loss{P: .03},
	&netem.Loss{P: .05, Rho: .25},
	&netem.Burst{P: .02, Mean: 5},
	&netem.GilbertElliott{P: .01, R: .1, H1: 1},
	&netem.GilbertElliott{P: .01, R: .1, H1: .7, K1: .001},
	&netem.Markov{P13: .01, P31: .99, P23: 1},
	&netem.Markov{P13: .01, P31: .1, P32: .3, P23: .5, P14: .005},
	&netem.List{Lost: netem.Numbers{{First: 1, Last: 1}, {First: 7, Last: 100}, {First: 2000, Last: 1 << 62}}},
	&netem.Every{N: 10},
	&netem.Every{N: 10, From: 3},
	&netem.Pattern{Bits: "0010110"},
	&netem.Delay{},
	&netem.Delay{Mean: 20 * time.Millisecond},
	&netem.Delay{Mean: 20 * time.Millisecond, Jitter: 4 * time.Millisecond},
	&netem.Delay{Mean: 5 * time.Millisecond, Jitter: 4 * time.Millisecond, Distribution: netem.Normal},
	&netem.Delay{Mean: 20 * time.Millisecond, Jitter: 4 * time.Millisecond, Rho: .25},
	&netem.Delay{Mean: 20 * time.Millisecond, Jitter: 4 * time.Millisecond, Rho: 1, Distribution: netem.Pareto},
	&netem.Delay{Mean: 2 * time.Millisecond, Jitter: 4 * time.Millisecond, Rho: .9, Distribution: netem.ParetoNormal},
	&netem.Reorder{P: .05},
	&netem.Reorder{P: .05, By: 3, Within: 200 * time.Millisecond},
	&netem.Reorder{P: .05, Late: 8 * time.Millisecond},
	&netem.Reorder{P: .05, Rho: .5, By: 3},
	&netem.Duplicate{P: .005},
	&netem.Duplicate{P: .005, Rho: .5},
	&netem.Corrupt{P: .05},
	&netem.Corrupt{P: .05, Rho: .5},
}

func TestModels(t *testing.T) {
	for _, m := range models {
		t.Run(m.String(), func(t *testing.T) {
			netemtest.TestModel(t, func() netem.Model { return m.(netem.Cloner).Clone() })
		})
	}
}

// Models that were read from files.
func TestModelsOfFiles(t *testing.T) {
	for _, words := range []string{
		"loss mask lost.mask",
		`delay 20ms 4ms distribution table "my table.txt"`,
		"delay 20ms 4ms 50% distribution samples delays.txt",
	} {
		t.Run(words, func(t *testing.T) {
			netemtest.TestModelWith(t, files.open, func() netem.Model {
				spec, err := netem.ParseWith(words, files.open)
				if err != nil {
					t.Fatal(err)
				}
				return spec.Models[0]
			})
		})
	}
}

func TestQueues(t *testing.T) {
	for _, limit := range []netem.Limit{{Packets: 1}, {Packets: 50}, {Bytes: 40_000}, {Bytes: 500}, {}} {
		t.Run(limit.String(), func(t *testing.T) {
			netemtest.TestQueue(t, func(drop func(*netem.Packet)) netem.Queue { return netem.NewDropTail(limit, drop) })
		})
	}
}

func TestLinkIsAStage(t *testing.T) {
	for _, words := range []string{
		"",
		"delay 20ms",
		"rate 5mbit limit 20",
		"rate 7mbit limit 30KB order keep delay 20ms 15ms",
		"delay 20ms 10ms reorder 10% by 5 duplicate 5%",
		"reorder 10% late 8ms duplicate 5% corrupt 5%",
		"rate 8mbit limit 100 delay 20ms 4ms distribution normal loss 5% 25% reorder 5% by 3 duplicate 5% corrupt 2%",
		"rate 8mbit delay 20ms 9ms 75% distribution pareto loss state 1% 10% 30% 50% reorder 5% 50% by 3 duplicate 5% 50% corrupt 2% 50%",
		"rate 8mbit loss gemodel 1% 10% 70% 0.1% reorder 50% by 40 within 5ms duplicate 50% corrupt 50%",
	} {
		t.Run(words, func(t *testing.T) {
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newLink(t, words, 1, o) })
		})
	}
}

// newLink returns a link called up; words that do not parse end the test.
func newLink(t testing.TB, words string, seed uint64, o netem.Observer) *netem.Link {
	t.Helper()
	spec, err := netem.Parse(words)
	if err != nil {
		t.Fatal(err)
	}
	l, err := netem.NewLink("up", spec, seed, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}
