package netem

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

// grid calls f for probabilities near 0, near 1 and in between.
func grid(f func(p float64)) {
	for i := range 1000 {
		f((float64(i) + 0.5) / 1000)
	}
	for p := 1e-3; p > 1e-16; p *= 0.7 {
		f(p)
		f(1 - p)
	}
}

// AS 241 promises about 1 part in 10^16; the reference is itself good to a few. It is none in the tails, where 2p-1 has
// lost most of p.
func TestProbitIsTheInverse(t *testing.T) {
	grid(func(p float64) {
		want := math.Sqrt2 * math.Erfinv(2*p-1)
		if got := probit(p); p > 0.02 && p < 0.98 && math.Abs(got-want) > 4e-15*math.Abs(want)+1e-16 {
			t.Errorf("probit(%v) = %v, want %v", p, got, want)
		}
	})
}

// The other way round, where nothing of AS 241 is in the reference.
func TestProbitBackToProbability(t *testing.T) {
	grid(func(p float64) {
		z := probit(p)
		if got := math.Erfc(-z/math.Sqrt2) / 2; math.Abs(got-p) > 1e-13*p {
			t.Errorf("the probability of %v is %v, want %v", z, got, p)
		}
	})
}

func TestLog(t *testing.T) {
	for x := 1e-300; x < 1e300; x *= 1.37 {
		if got, want := log(x), math.Log(x); math.Abs(got-want) > 6e-16*math.Abs(want) {
			t.Errorf("log(%v) = %v, want %v", x, got, want)
		}
	}
	if log(1) != 0 {
		t.Errorf("log(1) = %v", log(1))
	}
}

func TestNormalEnds(t *testing.T) {
	low, high := normal(0), normal(math.MaxUint64)
	if low != -high || high < 8.2 || high > 8.3 {
		t.Errorf("from %v to %v", low, high)
	}
}

// The same bits on every machine: if this fails on one processor and not on another, a multiply-add has been fused.
func TestNormalIsTheSameEverywhere(t *testing.T) {
	h, rng := sha256.New(), Stream(1, "normal")
	for range 100_000 {
		var b [8]byte
		binary.LittleEndian.PutUint64(b[:], math.Float64bits(normal(rng.Uint64())))
		h.Write(b[:])
	}
	const want = "d7befb929aeae6cf18dbbae2b61d37d9"
	if got := fmt.Sprintf("%x", h.Sum(nil)[:16]); got != want {
		t.Errorf("SHA-256 of 100,000 normals begins %s, want %s", got, want)
	}
}
