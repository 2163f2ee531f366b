package netem

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math"
	"testing"
)

func TestExp(t *testing.T) {
	for x := -700.0; x < 700; x += 0.37 {
		if got, want := exp(x), math.Exp(x); math.Abs(got-want) > 4e-16*want {
			t.Errorf("exp(%v) = %v, want %v", x, got, want)
		}
	}
}

// Against the complementary error function, itself good to some 1e-15 of the result, and against probit.
func TestTail(t *testing.T) {
	for z := -8.0; z < 20; z += 0.0137 {
		if got, want := tail(z), math.Erfc(z/math.Sqrt2)/2; math.Abs(got-want) > 1e-13*want {
			t.Errorf("tail(%v) = %v, want %v", z, got, want)
		}
	}
	grid(func(p float64) {
		if got := tail(-probit(p)); math.Abs(got-p) > 2e-15*max(p, 1-p)+1e-13*p {
			t.Errorf("below the number that has %v below it there are %v", p, got)
		}
	})
}

func TestBell(t *testing.T) {
	b := theBell()
	for z := -8.9; z < 8.9; z += 0.00137 {
		if got, want := b.below(z), tail(-z); math.Abs(got-want) > 1e-15 {
			t.Errorf("below(%v) = %v, want %v", z, got, want)
		}
	}
	if b.below(-40) < 0 || b.below(40) > 1 {
		t.Errorf("from %v to %v", b.below(-40), b.below(40))
	}
}

func TestInverseCubeRoot(t *testing.T) {
	for x := math.Ldexp(1, -53); x < 8; x *= 1.0037 {
		if got, want := inverseCubeRoot(x), 1/math.Cbrt(x); math.Abs(got-want) > 5e-16*want {
			t.Errorf("inverseCubeRoot(%v) = %v, want %v", x, got, want)
		}
	}
}

func TestSine(t *testing.T) {
	for x := 0.0; x <= math.Pi/6; x += 0.001 {
		if got, want := sine(x), math.Sin(x); math.Abs(got-want) > 3e-16 {
			t.Errorf("sine(%v) = %v, want %v", x, got, want)
		}
	}
}

// moments returns the mean and the standard deviation of a shape over all draws, by the midpoint rule in steps that get
// finer towards both ends: 64 of them for each halving of what is left.
func shapeMoments(shape func(u uint64) float64) (mean, sd float64) {
	var square float64
	const parts = 64
	for half := 1; half <= 52; half++ {
		width := math.Ldexp(1, -half-1) / parts // of a step, as a share of all
		for i := range parts {
			p := math.Ldexp(1, -half-1) + (float64(i)+0.5)*width
			for _, q := range []float64{p, 1 - p} {
				x := shape(draw(q))
				mean += width * x
				square += width * x * x
			}
		}
	}
	return mean, math.Sqrt(square - mean*mean)
}

// Mean 0 and standard deviation 1, but for what the ends lack: Pareto's variance beyond one in 2^52 is 2e-5 of it.
func TestShapesAreStandard(t *testing.T) {
	for name, shape := range map[string]func(uint64) float64{"normal": normal, "pareto": pareto, "paretonormal": paretoNormal} {
		mean, sd := shapeMoments(shape)
		if math.Abs(mean) > 1e-4 || math.Abs(sd-1) > 1e-4 {
			t.Errorf("%s: mean %.6f, standard deviation %.6f", name, mean, sd)
		}
	}
	if low := pareto(0); math.Abs(low+1/sqrt3) > 1e-12 {
		t.Errorf("the least Pareto number is %v", low)
	}
	// Against tc's tables, whose middle is not cut off: entry i of 4096, in units of the construction.
	for i := 256; i < 3840; i += 256 {
		u := draw((float64(i) + 0.125) / tableSize)
		const sd = 1.05177724554164400868
		if got, want := paretoNormal(u)*sd, float64(newTable("paretonormal")[i])/tableUnit; math.Abs(got-want) > 1e-3 {
			t.Errorf("paretonormal at %d of 4096: %v, in tc's table %v", i, got, want)
		}
		if got, want := pareto(u)*2/sqrt3, float64(newTable("pareto")[i])/tableUnit; math.Abs(got-want) > 1e-3 {
			t.Errorf("pareto at %d of 4096: %v, in tc's table %v", i, got, want)
		}
	}
}

// The same bits on every machine, as for normal.
func TestShapesAreTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		name  string
		shape func(u uint64) float64
		want  string
	}{
		{"pareto", pareto, "01f3e3e4a8a3d388"},
		{"paretonormal", paretoNormal, "390244340112b1f3"},
		{"below", func(u uint64) float64 { return theBell().below(normal(u)) }, "f539372fd399e0d8"},
		{"tail", func(u uint64) float64 { return tail(normal(u)) }, "0ee60f5f571bd6a8"},
	} {
		h, rng := sha256.New(), Stream(1, c.name)
		for range 20_000 {
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], math.Float64bits(c.shape(rng.Uint64())))
			h.Write(b[:])
		}
		if got := fmt.Sprintf("%x", h.Sum(nil)[:8]); got != c.want {
			t.Errorf("SHA-256 of 20,000 numbers of %s begins %s, want %s", c.name, got, c.want)
		}
	}
}
