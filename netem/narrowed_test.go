package netem

import (
	"math"
	"testing"
)

// Values of the distribution of averaged uniforms, measured on a kernel and computed by others, to the digits given.
func TestNarrowed(t *testing.T) {
	for _, c := range []struct{ p, rho, want, tolerance float64 }{
		{0.05, 0.25, 0.00193, 0.02}, {0.10, 0.25, 0.0175, 0.005}, {0.25, 0.25, 0.1667, 0.001}, {0.01, 0.25, 2.4e-6, 0.03},
		{0.10, 0.10, 0.0556, 0.002}, {0.05, 0.50, 1.6e-5, 0.04}, {0.10, 0.50, 0.00108, 0.01}, {0.30, 0.50, 0.129, 0.005},
		{0.25, 0.75, 0.0080, 0.02}, {0.30, 0.75, 0.032, 0.02}, {0.10, 0.75, 5e-7, 0.15}, {0.30, 0.90, 8e-4, 0.1},
		{0.75, 0.50, 0.9305, 0.001}, {0.90, 0.25, 0.9825, 0.001}, {0.50, 0.90, 0.5, 1e-9}, {0.50, 0.99, 0.5, 1e-9},
		{0.05, 0, 0.05, 0}, {0, 0.5, 0, 0}, {1, 0.5, 1, 0}, {0.05, 1, 0.05, 0},
	} {
		if got := narrowed(c.p, c.rho); math.Abs(got-c.want) > c.tolerance*c.want {
			t.Errorf("narrowed(%v, %v) = %v, want %v", c.p, c.rho, got, c.want)
		}
	}
}

// It is also what the generator does: a million numbers, and so a standard error of 0.0005 at most.
func TestNarrowedIsAveraged(t *testing.T) {
	for _, rho := range []float64{0.1, 0.5, 0.9, 0.985} {
		g, a, n := newTaus(1<<40+12345), averaged{rho: toShare(rho), last: 1 << 31}, 0
		p := toShare(0.45)
		for range 1_000_000 {
			if share(a.next(&g)) <= p {
				n++
			}
		}
		if got, want := float64(n)/1e6, narrowed(0.45, rho); math.Abs(got-want) > 0.01 { // correlated: fewer than a million count
			t.Errorf("rho %v: %v of the numbers, computed %v", rho, got, want)
		}
	}
}
