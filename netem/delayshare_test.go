package netem

import (
	"math"
	"testing"
	"time"
)

// The share of delays is that of the jitter, behind the time of transmission, and unknown where packets wait.
func TestDelayShare(t *testing.T) {
	traffic := Traffic{Spacing: time.Millisecond, Size: 125}
	for _, c := range []struct {
		words string
		d     time.Duration
		want  float64 // negative: not known
	}{
		{"", 0, 1},
		{"", -1, 0},
		{"delay 20ms", 20*time.Millisecond - 1, 0},
		{"delay 20ms loss 5%", 20 * time.Millisecond, 1},
		{"delay 20ms 4ms", 18 * time.Millisecond, .25},
		{"rate 10mbit delay 20ms 4ms", 18*time.Millisecond + 100*time.Microsecond, .25},
		{"delay 20ms 4ms 25% distribution normal", 24 * time.Millisecond, .841345},
		{"delay 20ms reorder 5% by 3", 0, -1},
		{"delay 20ms reorder 5% late 3ms", 0, -1},
		{"delay 20ms 4ms order keep", 0, -1},
		{"rate 100kbit", 0, -1},
		{"drop data 5", 0, -1},
		{"delay 20ms; at 2s delay 50ms", 0, -1},
		{"split per-packet ( delay 20ms ) ( delay 40ms )", 0, -1},
		{`tc "delay 20ms"`, 0, -1},
	} {
		spec, err := Parse(c.words)
		if err != nil {
			t.Fatal(err)
		}
		share := spec.DelayShare(traffic)
		switch {
		case (share == nil) != (c.want < 0):
			t.Errorf("%q: known is %v", c.words, share != nil)
		case share != nil && math.Abs(share(c.d)-c.want) > 5e-3: // the knots of a law are a 32nd of a standard deviation apart
			t.Errorf("%q: %v of the delays are at most %v, want %v", c.words, share(c.d), c.d, c.want)
		}
	}
}
