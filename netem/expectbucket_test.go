package netem_test

import (
	"testing"
	"time"

	"lossylab/netem"
)

// A bucket has a packet wait for the wire and not for tokens, as long as they come in fast enough; and what it can never
// hold is lost.
func TestExpectBuckets(t *testing.T) {
	stream := netem.Traffic{Spacing: time.Millisecond, Size: 200}
	for _, c := range []struct {
		words             string
		delay, loss, rate float64
	}{
		{"rate 10mbit delay 5ms", 5.16e6, 0, 1e7},
		{"rate 10mbit burst 16KiB delay 5ms", 5e6, 0, 1e7},
		{"rate 10mbit burst 2KiB peakrate 100mbit", 16e3, 0, 1e7},
		{"rate 1mbit limit 20 duplicate 10%", -1, .375, 1.1e6},
		{"rate 10mbit burst 199B", -1, 1, 1e7},
	} {
		spec, err := netem.Parse(c.words)
		if err != nil {
			t.Fatal(err)
		}
		e := spec.Expect(stream)
		if c.delay >= 0 && e.DelayMean != c.delay || e.DelayMean == e.DelayMean && c.delay < 0 || e.Loss != c.loss || e.Rate != c.rate {
			t.Errorf("%s: delay %v, loss %v, rate %v", c.words, e.DelayMean, e.Loss, e.Rate)
		}
	}
}
