package netem_test

import (
	"fmt"
	"strings"
	"testing"

	"lossylab/netem"
)

// What a short text may ask for is bounded: memory for queues, and time for each packet.
func TestParseBounds(t *testing.T) {
	repeat := func(n int, sep, format string) string {
		words := make([]string, n)
		for i := range words {
			words[i] = fmt.Sprintf(format, i+1)
		}
		return strings.Join(words, sep)
	}
	pair := "split per-packet " + strings.Repeat("( rate 1mbit queue fq_codel flows 65536 ) ", 8)
	for _, c := range []struct{ over, want string }{
		{"split per-packet " + strings.Repeat("( "+pair+") ", 9),
			`at 1 "split": 72 parts all in all: write at most 64, those within parts counted`},
		{repeat(1001, " ", "drop data %d"),
			`at 13894 "drop": more than 1000 words, models and faults: write fewer, as in drop data 2,5-8`},
		{repeat(1001, " ", "loss 5%% for port %d"),
			`at 20894 "loss": more than 1000 words, models and faults: write fewer, as in drop data 2,5-8`},
		{repeat(10_001, ";", "at %dms down"),
			`at 148895 "at": more than 10000 changes: write fewer, or follow link.csv`},
	} {
		if _, err := netem.Parse(c.over); err == nil || err.Error() != c.want {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
