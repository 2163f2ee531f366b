package netem_test

import (
	"math"
	"slices"
	"testing"

	"lossylab/netem"
)

func TestMeanRate(t *testing.T) {
	open := folder{"t": "1\n2\n2\n4\n", "f": "time,rate\n0,10mbit\n1s,0\n2s,20mbit\n4s,1mbit\n", "one": "time,rate\n0,3mbit\n",
		"free": "time,rate\n0,unlimited\n1s,1mbit\n", "delay": "time,delay\n0,1ms\n"}.open
	for _, c := range []struct {
		words  string
		want   netem.Rate
		queues bool
	}{
		{"", 0, false},
		{"rate 10mbit; at 2s rate 1mbit", 10 * netem.Mbit, true},
		{"at 2s rate 1mbit", 0, true},
		{"at 2s rate unlimited down", 0, false},
		{"every 10s for 1s stall", 0, true},
		{"trace t", 12 * netem.Mbit, true},
		{"follow f", 12_500 * netem.Kbit, true},
		{"follow one", 3 * netem.Mbit, true},
		{"follow free", 0, true},
		{"follow delay", 0, false},
		{"( rate 5mbit ) then ( ) then ( rate 2mbit ) then ( trace t )", 2 * netem.Mbit, false},
		{"( ) then ( )", 0, false},
		{"split per-packet ( rate 5mbit ) ( trace t )", 17 * netem.Mbit, false},
		{"split per-packet ( rate 5mbit ) ( )", 0, false},
		{"split per-packet ( rate 9000000tbit ) ( rate 9000000tbit )", 1<<63 - 1, false},
		{`tc "rate 10mbit"`, 10 * netem.Mbit, false},
		{`tc "delay 10ms"`, 0, false},
	} {
		spec, err := netem.ParseWith(c.words, open)
		if err != nil {
			t.Fatal(err)
		}
		if got := spec.MeanRate(); got != c.want || spec.Queues() != c.queues {
			t.Errorf("%s: %v, queues %v; want %v, %v", c.words, got, spec.Queues(), c.want, c.queues)
		}
	}
}

// Of a link that changes only its rate is known beforehand, if it has one for all time; and no line of tc comes near it.
func TestNothingIsExpectedOfChange(t *testing.T) {
	open := folder{"t": "1\n2\n2\n4\n"}.open
	for _, c := range []struct {
		words string
		rate  float64
		note  string
	}{
		{"rate 10mbit; at 2s down", math.NaN(), "at 2s down: a line of tc stays what it is; have it changed then, by tc qdisc change"},
		{"trace t loss 1%", 12e6, "trace t: a line of tc has one rate"},
		{"( rate 5mbit ) then ( loss 1% )", math.NaN(), "a link made of several: a line of tc is one; put one on each"},
	} {
		spec, err := netem.ParseWith(c.words, open)
		if err != nil {
			t.Fatal(err)
		}
		e := spec.Expect(netem.Traffic{Spacing: 1e6, Size: 1000})
		if e.Rate != c.rate && !math.IsNaN(c.rate) || math.IsNaN(c.rate) != math.IsNaN(e.Rate) || !math.IsNaN(e.Loss) {
			t.Errorf("%s: expected %+v", c.words, e)
		}
		if _, notes, ok := spec.NearestTC(); ok || !slices.Contains(notes, c.note) {
			t.Errorf("%s: notes %q", c.words, notes)
		}
	}
}
