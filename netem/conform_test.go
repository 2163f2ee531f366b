package netem_test

import (
	"fmt"
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
	&netem.List{Lost: netem.PacketSet{{First: 1, Last: 1}, {First: 7, Last: 100}, {First: 2000, Last: 1 << 62}}},
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
	&netem.Fault{Subject: netem.DataSegment, Numbers: netem.Numbers{{2, 2}, {5, 8}}},
	&netem.Fault{Verb: netem.Delaying, Subject: netem.PureAck, Numbers: netem.Numbers{{First: 1}}, By: 3, Within: time.Second},
	&netem.Fault{Verb: netem.Delaying, Late: 30 * time.Millisecond},
	&netem.Fault{Verb: netem.Corrupting, Subject: netem.Retransmission, Of: netem.Numbers{{1, 900}}, Flows: netem.Numbers{{2, 3}}},
	&netem.Fault{Verb: netem.Duplicating, Subject: netem.SynSegment},
	&netem.Fault{Subject: netem.LastData},
	&netem.Only{Model: &netem.Loss{P: .5, Rho: .25}, Match: netem.Match{Proto: netem.ProtoTCP, Port: netem.Range{First: 2, Last: 3}}},
	&netem.Only{Model: &netem.Corrupt{P: .5}, Match: netem.Match{Link: "up", Version: 4, Size: netem.Range{First: 1000}}},
	&netem.Only{Model: &netem.Fault{Subject: netem.DataSegment, Numbers: netem.Numbers{{3, 30}}}, Match: netem.Match{Port: netem.Range{First: 2, Last: 2}}},
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

// disciplines are one of each kind and each way to use it.
var disciplines = []netem.Discipline{
	netem.DropTail{},
	netem.HeadDrop{},
	netem.CoDel{},
	netem.CoDel{Target: time.Millisecond, Interval: 10 * time.Millisecond, ECN: true},
	netem.CoDel{CEThreshold: time.Millisecond},
	netem.FQCoDel{},
	netem.FQCoDel{Flows: 4, Quantum: 300, Target: time.Millisecond, Interval: 10 * time.Millisecond, CEThreshold: time.Second, NoECN: true},
	netem.PIE{},
	netem.PIE{Target: time.Millisecond, TUpdate: 2 * time.Millisecond, Alpha: 32, Beta: 32, ECN: true, ByteMode: true},
	netem.RED{},
	netem.RED{Min: 3000, Max: 9000, AvPkt: 700, Burst: 10, Probability: .5, ECN: true},
}

func TestDisciplines(t *testing.T) {
	for _, d := range disciplines {
		t.Run(fmt.Sprintf("%T %v", d, d), func(t *testing.T) { netemtest.TestDiscipline(t, d) })
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
		"rate 8mbit delay 20ms loss 5% for udp loss 1% for tcp duplicate 5% for size 1000- reorder 5% by 3 for tcp",
		"rate 8mbit limit 100 delay 20ms drop data 5-80 drop last-data delay ack 3- by 3 duplicate data all corrupt data 2-90 " +
			"delay retransmission all by 9ms drop retransmission 1 of data 7-800 drop packet 3-30 for udp",
		"rate 5mbit burst 3KB limit 20 delay 20ms",
		"rate 5mbit burst 1000B peakrate 20mbit limit 20 queue headdrop delay 5ms",
		"rate 3mbit limit 20 queue codel target 1ms interval 10ms ecn delay 5ms",
		"rate 3mbit limit 20 queue fq_codel target 1ms interval 10ms delay 5ms",
		"rate 3mbit limit 20 queue pie target 2ms tupdate 5ms ecn delay 5ms",
		"rate 3mbit limit 20 queue red min 2KB max 9KB probability 10% ecn duplicate 5%",
		"rate 8mbit delay 20ms 9ms 75% distribution pareto loss state 1% 10% 30% 50% reorder 5% 50% by 3 duplicate 5% 50% corrupt 2% 50%",
		"rate 8mbit loss gemodel 1% 10% 70% 0.1% reorder 50% by 40 within 5ms duplicate 50% corrupt 50%",
		"mtu 600",
		"mtu 1000 blackhole",
		"mtu 576 fragment rate 8mbit limit 30 delay 20ms 10ms loss 5% reorder 5% by 3 duplicate 5% corrupt 2%",
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
