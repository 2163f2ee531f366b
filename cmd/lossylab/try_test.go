package main

import (
	"context"
	"errors"
	"math"
	"sync/atomic"
	"testing"
	"time"

	"lossylab/netem"
)

// newTestTrial returns a trial of a tc line.
func newTestTrial(t *testing.T, words string, packets int, spacing time.Duration, size int) *trial {
	t.Helper()
	line, err := netem.ParseTC(words)
	if err != nil {
		t.Fatal(err)
	}
	return &trial{spec: netem.Spec{TC: &line}, seed: 0x9e3779b97f4a7c15, packets: packets, traffic: netem.Traffic{Spacing: spacing, Size: size}}
}

// What is expected of a line is what is measured: within twice the interval's width (which is four standard errors, of 20
// batches), or within what is given where the interval is nothing. Lines are sent 30,000 packets; the seed is fixed.
func TestTryExpected(t *testing.T) {
	for _, c := range []struct {
		line    string
		spacing time.Duration
		size    int
		unknown string // quantities about which nothing is expected
	}{
		{"", time.Millisecond, 200, ""},
		{"loss 5%", time.Millisecond, 200, ""},
		{"loss 30% 25%", time.Millisecond, 200, ""},
		{"loss 70% 50%", time.Millisecond, 200, ""},
		{"loss gemodel 2% 20%", time.Millisecond, 200, ""},
		{"loss gemodel 5% 20% 80% 1%", time.Millisecond, 200, ""},
		{"loss state 2% 10% 30% 50% 1%", time.Millisecond, 200, ""},
		{"loss 20% duplicate 30%", time.Millisecond, 200, ""},
		{"loss gemodel 20% 40% duplicate 50%", time.Millisecond, 200, ""},
		{"loss state 10% 20% 30% 50% 2% duplicate 50%", time.Millisecond, 200, ""},
		{"duplicate 20% 40% corrupt 30% 20%", time.Millisecond, 200, ""},
		{"delay 50ms 10ms", time.Millisecond, 200, ""},
		{"delay 50ms 10ms", 3 * time.Millisecond, 200, ""},
		{"delay 50ms 20ms distribution normal", 5 * time.Millisecond, 200, ""},
		{"delay 50ms 20ms distribution pareto loss 10%", 5 * time.Millisecond, 200, ""},
		{"delay 50ms 20ms distribution paretonormal duplicate 10%", 5 * time.Millisecond, 200, ""},
		{"delay 10ms 20ms duplicate 50% loss 20%", time.Millisecond, 200, ""},
		{"delay 300ms 250ms", 10 * time.Millisecond, 200, ""},
		{"delay 1500ms 1s", 10 * time.Millisecond, 200, ""},
		{"delay 2200ms 2147ms 50%", 100 * time.Millisecond, 200, "reordered_ratio"},
		{"delay 1500ms 1s 50%", 10 * time.Millisecond, 200, "reordered_ratio"},
		{"delay 10ms reorder 25%", 3 * time.Millisecond, 200, ""},
		{"delay 10ms 4ms reorder 25% loss 10%", 3 * time.Millisecond, 200, ""},
		{"delay 10ms reorder 30% duplicate 20%", 3 * time.Millisecond, 200, ""},
		{"delay 10ms reorder 30% 40%", 3 * time.Millisecond, 200, "reordered_ratio"},
		{"delay 10ms reorder 30% gap 3", 3 * time.Millisecond, 200, ""},
		{"delay 10ms reorder 30% gap 9", 3 * time.Millisecond, 200, ""},
		{"delay 10ms reorder 100% gap 4", 3 * time.Millisecond, 200, ""},
		{"delay 10ms rate 1mbit reorder 30%", 3 * time.Millisecond, 200, ""},
		{"delay 10ms 2ms rate 1mbit loss 10%", 10 * time.Millisecond, 200, ""},
		{"rate 1mbit duplicate 10%", 10 * time.Millisecond, 200, ""},
		{"delay 100ms limit 50", 1013747, 200, ""},
		{"rate 1mbit limit 5", 1013747, 200, ""},
		{"rate 1mbit limit 5", 300 * time.Microsecond, 200, ""},
		{"delay 2ms rate 1mbit limit 60 loss 10%", time.Millisecond, 200, "mean_burst loss_acf1 delay"},
		{"slot 10ms 20ms", 50 * time.Millisecond, 200, ""},
		{"slot 1ms 2ms bytes 1000 limit 60", 100 * time.Microsecond, 200, "mean_burst loss_acf1 delay"},
	} {
		tr := newTestTrial(t, c.line, 30_000, c.spacing, c.size)
		rec, err := tr.run(context.Background(), new(atomic.Int64))
		if err != nil {
			t.Fatal(err)
		}
		known := 0
		for _, q := range newTryResults(tr, rec).quantities {
			if math.IsNaN(q.expected) || math.IsNaN(q.measured) {
				continue
			}
			known++
			bound := 1e-3*math.Abs(q.expected) + 2.0/float64(tr.packets)
			if q.interval.Known() {
				bound += q.interval.High - q.interval.Low
			} else if q.name == "mean_burst" || q.name == "loss_acf1" {
				continue // too few
			}
			if math.Abs(q.expected-q.measured) > bound {
				t.Errorf("%s, one each %v: %s is expected to be %.6g and was %.6g, in %.6g to %.6g", c.line, c.spacing, q.name, q.expected,
					q.measured, q.interval.Low, q.interval.High)
			}
		}
		e := tr.expectation()
		if math.IsNaN(e.Loss) || math.IsNaN(e.DelayMean) && c.unknown == "" || math.IsNaN(e.Reordered) && c.unknown == "" ||
			e.Loss > 0 && math.IsNaN(e.MeanBurst) && c.unknown == "" {
			t.Errorf("%s, one each %v: too little is expected: %+v", c.line, c.spacing, e)
		}
		if known < 3 {
			t.Errorf("%s: nothing was compared", c.line)
		}
	}
}

// An interrupt ends a trial.
func TestTryInterrupted(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := newTestTrial(t, "", 100, time.Millisecond, 200).run(ctx, new(atomic.Int64)); !errors.Is(err, errInterrupted) {
		t.Errorf("%v", err)
	}
	if _, stderr := output(t, ctx, exitInterrupted, "try", "loss 1%"); stderr != "lossylab: interrupted\n" {
		t.Errorf("%q", stderr)
	}
}

// What is under way for longer than anybody waits is lost, and is told so.
func TestTryNeverArrives(t *testing.T) {
	tr := newTestTrial(t, "rate 8bit", 10, time.Millisecond, 65549)
	tr.spec.TC = mustTC(t, "rate 8bit limit 1000000")
	tr.packets = 1000 // each takes 18 hours
	rec, err := tr.run(context.Background(), new(atomic.Int64))
	if err != nil {
		t.Fatal(err)
	}
	r := newTryResults(tr, rec)
	if lost := r.lost.Hits(); lost < 800 || lost != r.droppedBy[neverArrived] || lost+r.arrived != 1000 {
		t.Errorf("%d lost, of which %v; %d arrived", lost, r.droppedBy, r.arrived)
	}
}

func mustTC(t *testing.T, words string) *netem.TC {
	t.Helper()
	line, err := netem.ParseTC(words)
	if err != nil {
		t.Fatal(err)
	}
	return &line
}

// The datagrams are those that a host would send: a header that can be read, and whose checksum is right.
func TestDatagram(t *testing.T) {
	for _, ecn := range []bool{false, true} {
		b := datagram(186, ecn)
		h, ok := netem.ParseHeader(b)
		if !ok || h.Proto != netem.ProtoUDP || len(h.Payload) != 158 || (b[1] == 2) != ecn {
			t.Errorf("%+v, %v", h, ok)
		}
		sum := uint32(0)
		for i := 0; i < 20; i += 2 {
			sum += uint32(b[i])<<8 | uint32(b[i+1])
		}
		if sum = sum&0xffff + sum>>16; sum != 0xffff {
			t.Errorf("checksum: the sum is %#x", sum)
		}
	}
}

// BenchmarkTry is what a trial of 100,000 packets takes, with its JSON.
func BenchmarkTry(b *testing.B) {
	for b.Loop() {
		output(b, context.Background(), exitDone, "try", "--tc", "--json", "delay 50ms 10ms loss 5%")
	}
}
