package netem

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
	"time"
)

// What is calculated beside the packets is the same on every machine as well: weights of copulas and expectations.
func TestCalculationsAreTheSameEverywhere(t *testing.T) {
	h := sha256.New()
	put := func(x float64) {
		if math.IsNaN(x) {
			x = -1 // there are many NaNs
		}
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(x))
		h.Write(b[:])
	}
	for _, words := range []string{
		"delay 20ms 4ms 25% loss 5% 25% duplicate 1% 25%",
		"delay 20ms 4ms distribution normal loss 2% burst 5",
		"delay 5ms 4ms distribution pareto loss gemodel 2% 20% 80% 5%",
		"delay 5ms 4ms 75% distribution paretonormal loss state 1% 10% 30% 50% 0.5%",
		"order keep delay 5ms 4ms distribution normal loss 20% burst 10",
		"rate 10mbit reorder 20% 30% by 3 loss 20% burst 10",
		"rate 3mbit reorder 20% 30% late 5ms delay 3ms 1ms loss state 1% 10% 30% 50% 0.5%",
	} {
		spec, err := Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		e := spec.Expect(Traffic{Spacing: time.Millisecond, Size: 1000})
		for _, x := range []float64{e.Loss, e.MeanBurst, e.LossACF1, e.Duplicates, e.DelayMean, e.DelaySD, e.DelayACF1, e.Reordered} {
			put(x)
		}
		if d := spec.delay(); d != nil && d.Rho > 0 {
			c := d.newCopula()
			put(c.old)
			put(c.fresh)
		}
	}
	const want = "fb69c8cc543790fc"
	if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != want {
		t.Errorf("SHA-256 of all numbers begins %s, want %s", got, want)
	}
}
