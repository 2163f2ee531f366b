//go:build linux

package kernel

import (
	"testing"
	"time"
)

// A quantile is at most a sixteenth below the value that it stands for.
func TestLatenessQuantiles(t *testing.T) {
	var l lateness
	for i := range 1000 {
		l.add(time.Duration(i+1) * 10 * time.Microsecond)
	}
	for _, c := range []struct {
		q    float64
		want time.Duration
	}{{0, 10 * time.Microsecond}, {.5, 5 * time.Millisecond}, {.9, 9 * time.Millisecond}, {.99, 9900 * time.Microsecond}} {
		if got := l.quantile(c.q); got > c.want+10*time.Microsecond || got < c.want*15/16 {
			t.Errorf("quantile %v: %v, want %v", c.q, got, c.want)
		}
	}
	if tm := l.timing(); tm.Packets != 1000 || tm.Over != 900 || tm.Max != 10*time.Millisecond || !tm.Slipped() {
		t.Errorf("%+v", tm)
	}
	for d := time.Duration(0); d < time.Hour; d += d/7 + 1 {
		bin := lateBin(d)
		if from, to := lateFrom(bin), lateFrom(bin+1); d < from || d >= to {
			t.Fatalf("%v is in bin %d, from %v to %v", d, bin, from, to)
		}
	}
}
