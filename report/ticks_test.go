package report

import (
	"strings"
	"testing"
)

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		ticks  ticks
		lo, hi float64
		want   string
	}{
		{ticks{most: 6}, 0, 1, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{ticks{most: 6}, -.02, 1.02, "0.0 0.2 0.4 0.6 0.8 1.0"},
		{ticks{most: 10}, 0, .3, "0.00 0.05 0.10 0.15 0.20 0.25 0.30"},
		{ticks{most: 6}, 2.63, 3.79, "2.8 3.0 3.2 3.4 3.6"},
		{ticks{most: 5}, 0, 1000, "0 200 400 600 800 1000"},
		{ticks{most: 6}, -7, 7, "−5 0 5"},
		{ticks{most: 5}, 0, 50000, "0 10\u2009000 20\u2009000 30\u2009000 40\u2009000 50\u2009000"},
		{ticks{most: 2}, 0, 2e6, "0 1\u2009000\u2009000 2\u2009000\u2009000"},
		{ticks{most: 6}, 0, 1e-3, "0.0000 0.0002 0.0004 0.0006 0.0008 0.0010"},
		{ticks{most: 6, whole: true}, 0, 2, "0 1 2"},
		{ticks{most: 6, whole: true}, -.5, .5, "0"},
		{ticks{most: 6}, 3, 3, ""},
	} {
		var labels []string
		for _, tick := range test.ticks.Ticks(test.lo, test.hi) {
			labels = append(labels, tick.Label)
		}
		if got := strings.Join(labels, " "); got != test.want {
			t.Errorf("%+v from %g to %g: %s, want %s", test.ticks, test.lo, test.hi, got, test.want)
		}
	}
}
