package main

import (
	"context"
	"io"
	"testing"

	"lossylab/netem"
	"lossylab/report"
	"lossylab/report/pcapng"
	"lossylab/sim"
)

// BenchmarkBulk is a bulk transfer over TCP at 100 Mbit/s, RTT 40 ms, 1 % loss, 100 simulated seconds to an iteration, as
// the command runs it: without captures and events, with both captures, and with events too. A packet is one that was put
// on the link, in either direction.
func BenchmarkBulk(b *testing.B) {
	for _, c := range []struct {
		name             string
		captures, events bool
	}{{"bare", false, false}, {"captures", true, false}, {"captures,events", true, true}} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var packets int64
			for range b.N {
				packets += bulkOnce(b, c.captures, c.events)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(packets), "ns/packet")
			b.ReportMetric(float64(packets)/float64(b.N), "packets/op")
		})
	}
}

func bulkOnce(b *testing.B, captures, events bool) (packets int64) {
	flags, set, _, err := runSettings([]string{"--app", "bulk", "--proto", "tcp", "--duration", "100s", "--up", "rate 100mbit delay 20ms loss 1%", "--down", "delay 20ms"}, "run")
	if err != nil {
		b.Fatal(err)
	}
	s, err := newScenario(flags, set, nil)
	if err != nil {
		b.Fatal(err)
	}
	var observers netem.Observers
	if captures {
		for _, at := range []report.Vantage{report.Client, report.Server} {
			observers = append(observers, report.NewCapture(pcapng.NewNg(io.Discard, pcapng.Options{}), at, sim.Epoch))
		}
	}
	if events {
		observers = append(observers, report.NewEventLog(io.Discard))
	}
	x, err := newExperiment(s, "tcp", observers)
	if err != nil {
		b.Fatal(err)
	}
	defer x.world.Close()
	if err := x.run(context.Background()); err != nil {
		b.Fatal(err)
	}
	_, r := x.peers[0].finish(false)
	return r.Link["up"].Offered + r.Link["down"].Offered
}
