package main

import (
	"context"
	"math"
	"testing"

	"lossylab/report"
)

// measured runs a scenario over one protocol and returns its result.
func measured(t *testing.T, proto string, args ...string) report.FlowResult {
	t.Helper()
	flags, set, _, err := runSettings(append([]string{"--proto", proto}, args...), "run")
	if err != nil {
		t.Fatal(err)
	}
	s, err := newScenario(flags, set, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.readInputs(context.Background(), flags.input, nil); err != nil {
		t.Fatal(err)
	}
	x, err := newExperiment(s, proto, nil)
	if err != nil {
		t.Fatal(err)
	}
	defer x.world.Close()
	if err := x.run(context.Background()); err != nil {
		t.Fatal(err)
	}
	_, r := x.peers[0].finish(false)
	return r
}

// The measures say what the counters say, where both speak of the same: no copies and no damage.
func TestMeasuresFitTheCounters(t *testing.T) {
	for _, args := range [][]string{
		{"--link", "rate 10mbit limit 100 delay 20ms loss 3% reorder 5% by 3"},
		{"--link", "delay 20ms 15ms order free loss 5% burst 3", "--interval", "2ms"},
		{"--app", "echo", "--messages", "100", "--link", "delay 20ms loss 3%"},
		{"--app", "bulk", "--bytes", "1000000", "--link", "rate 10mbit limit 20 delay 10ms loss 1%"},
	} {
		for _, proto := range []string{"udp", "tcp"} {
			if proto == "udp" && args[1] == "bulk" {
				continue // without --send-rate it takes none
			}
			r := measured(t, proto, args...)
			for link, p := range r.Metrics.Packets {
				l := r.Link[link]
				if p.Sent != l.Offered || p.Received != l.Delivered || p.Loss.Packets != l.Dropped || p.Reordering.Packets != l.Reordered || p.UnderWay != 0 {
					t.Errorf("%s %q: %s: %+v, but the link counted %+v", proto, args, link, p, l)
				}
				if want := float64(l.Dropped) / float64(l.Offered); math.Abs(float64(p.Loss.Ratio)-want) > 1e-12 {
					t.Errorf("%s %q: %s: loss %v, want %v", proto, args, link, p.Loss.Ratio, want)
				}
				if g := p.Reordering.Degree; g[0] > p.Reordering.Ratio || g[1] > g[0] || g[2] > g[1] {
					t.Errorf("%s %q: %s: degrees %v of %v", proto, args, link, g, p.Reordering.Ratio)
				}
			}
			m, a := r.Metrics.Messages, r.App
			if m.Sent != a.Sent || m.Received != a.Received || m.Loss.Packets != a.Lost || m.Reordering.Packets != a.Reordered {
				t.Errorf("%s %q: messages %+v, the programs counted %+v", proto, args, m, a)
			}
			if r.TCP != nil && r.Metrics.TCP.Segments != r.TCP.Segments {
				t.Errorf("%q: %d segments with data, want %d", args, r.Metrics.TCP.Segments, r.TCP.Segments)
			}
		}
	}
}

// A bulk transfer of Reno with random loss of 0.5 %, far below what the link can carry, goes at the rate of the laws: with
// some 60 loss events their mean rate has a standard deviation of a seventh, and √p half of that. The seed is the default.
func TestRenoKeepsTheLaws(t *testing.T) {
	r := measured(t, "tcp", "--app", "bulk", "--cc", "reno", "--link", "rate 100mbit limit 1000 delay 20ms loss 0.5%", "--duration", "30s")
	tcp := r.Theory.TCP
	for name, law := range map[string]*report.Law{"Mathis": tcp.Mathis, "PFTK": tcp.PFTK} {
		if law.Ratio < .8 || law.Ratio > 1.25 {
			t.Errorf("%s: %+v: %+v", name, law, tcp)
		}
	}
	if !tcp.Mathis.Holds || tcp.CUBIC.Holds || tcp.Product < 500_000 || tcp.Product > 503_000 {
		t.Errorf("%+v: %+v, %+v", tcp, tcp.Mathis, tcp.CUBIC)
	}
	if l := r.Theory.Link["up"]; math.Abs(float64(l.Loss.Expected-.005)) > 1e-12 || math.Abs(float64(l.Loss.Measured-.005)) > .002 {
		t.Errorf("%+v", l)
	}
}
