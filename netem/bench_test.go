package netem_test

import (
	"testing"
	"time"

	"lossylab/netem"
)

// BenchmarkJudge is one verdict of each model. That of a model that does nothing is what it costs to ask and to be answered,
// and is in all the others.
func BenchmarkJudge(b *testing.B) {
	const ms = time.Millisecond
	jitter := func(shape netem.Distribution, rho float64) netem.Model {
		return &netem.Delay{Mean: 20 * ms, Jitter: 4 * ms, Rho: rho, Distribution: shape}
	}
	spec, err := netem.ParseWith("delay 20ms 4ms distribution samples delays.txt loss mask lost.mask", files.open)
	if err != nil {
		b.Fatal(err)
	}
	for _, m := range append(spec.Models,
		none{},
		&netem.Loss{P: .05},
		&netem.Loss{P: .05, Rho: .25},
		&netem.Burst{P: .02, Mean: 5},
		&netem.GilbertElliott{P: .01, R: .1, H1: .7, K1: .001},
		&netem.Markov{P13: .01, P31: .1, P32: .3, P23: .5, P14: .005},
		&netem.List{Lost: netem.PacketSet{{First: 3, Last: 3}}},
		&netem.Pattern{Bits: "0010110"},
		&netem.Every{N: 10},
		&netem.Delay{Mean: 20 * ms},
		jitter(netem.Uniform, 0), jitter(netem.Normal, 0), jitter(netem.Pareto, 0), jitter(netem.ParetoNormal, 0),
		jitter(netem.Uniform, .25), jitter(netem.Normal, .25), jitter(netem.Pareto, .25), jitter(netem.ParetoNormal, .25),
		&netem.Reorder{P: .05, By: 3},
		&netem.Reorder{P: .05, Rho: .25, By: 3},
		&netem.Duplicate{P: .005},
		&netem.Corrupt{P: .001},
	) {
		b.Run(m.String(), func(b *testing.B) {
			b.ReportAllocs()
			rng := netem.Stream(1, "bench")
			p := &netem.Packet{Data: make([]byte, 1000)}
			lost := 0
			for b.Loop() {
				if m.Judge(0, rng, p).Drop { // used, or Loop would keep all of a Verdict, which takes longer than to judge
					lost++
				}
			}
		})
	}
}

// BenchmarkLink is one packet's way through everything, with some 250 packets under way: the allocations are those of the
// packet's few duplicates, corruptions and displacements.
func BenchmarkLink(b *testing.B) {
	b.ReportAllocs()
	const words = "rate 100mbit limit 100 delay 20ms 4ms distribution normal loss 3% reorder 5% by 3 duplicate 0.5% corrupt 0.1%"
	spec, err := netem.Parse(words)
	if err != nil {
		b.Fatal(err)
	}
	spec.Models = append(spec.Models, &netem.GilbertElliott{P: .001, R: .1, H1: 1}) // the sixth
	l, err := netem.NewLink("up", spec, 1, nil)
	if err != nil {
		b.Fatal(err)
	}
	const size = 1000
	var packets [4096]netem.Packet
	for i := range packets {
		packets[i].Data = make([]byte, size)
	}
	var now netem.Time
	i := 0
	for b.Loop() {
		now += 80_000 // the link is just busy
		fetch(l, now)
		p := &packets[i%len(packets)]
		p.ID = uint64(i)
		l.Send(now, p)
		i++
	}
}

// BenchmarkFaults is what four faults that wait cost for a packet of TCP.
func BenchmarkFaults(b *testing.B) {
	b.ReportAllocs()
	spec, err := netem.Parse("drop data 1000000 drop retransmission 1 of data 5 drop dup-ack 1000000 drop last-data")
	if err != nil {
		b.Fatal(err)
	}
	for _, links := range []struct {
		name string
		spec netem.Spec
	}{{"without", netem.Spec{}}, {"with", spec}} {
		b.Run(links.name, func(b *testing.B) {
			l, err := netem.NewLink("up", links.spec, 1, nil)
			if err != nil {
				b.Fatal(err)
			}
			packets := segments(b, "0:100 a5@100 100:200 200:300")
			for _, p := range packets {
				p.Header()
			}
			i := 0
			for b.Loop() {
				l.Send(0, packets[i%len(packets)])
				l.Recv(0)
				i++
			}
		})
	}
}

// BenchmarkChangingLinks is one packet's way through links that have what BenchmarkLink has not.
func BenchmarkChangingLinks(b *testing.B) {
	for _, words := range []string{
		"rate 100mbit delay 20ms",
		"rate 100mbit delay 20ms; every 10ms for 5ms rate 90mbit; randomly every 100ms for 10ms loss 5%",
		"trace steady-12mbit.trace delay 20ms",
		"follow train.csv interpolate linear repeat",
		"( rate 100mbit ) then ( delay 20ms )",
		"split per-flow ( rate 100mbit ) ( delay 20ms )",
	} {
		b.Run(words, func(b *testing.B) {
			b.ReportAllocs()
			s := newStage(b, words, testdata, nil)
			var packets [4096]netem.Packet
			for i := range packets {
				packets[i].Data = make([]byte, 1000)
			}
			var now netem.Time
			i := 0
			for b.Loop() {
				now += 800_000 // 10 Mbit/s, which all of them carry most of the time
				fetch(s, now)
				p := &packets[i%len(packets)]
				p.ID = uint64(i)
				s.Send(now, p)
				i++
			}
		})
	}
}
