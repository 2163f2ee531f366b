package netem_test

import (
	"testing"

	"lossylab/netem"
)

func TestMeanRate(t *testing.T) {
	open := files{"t": "1\n2\n2\n4\n", "f": "time,rate\n0,10mbit\n1s,0\n2s,20mbit\n4s,1mbit\n", "one": "time,rate\n0,3mbit\n",
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
