package netem_test

import (
	"math"
	"testing"
	"time"

	"lossylab/netem"
)

// judged returns the verdicts of m on n packets of size bytes.
func judged(m netem.Model, n, size int) []netem.Verdict {
	rng := netem.Stream(1, "test")
	all := make([]netem.Verdict, n)
	p := &netem.Packet{Data: make([]byte, size)}
	for i := range all {
		all[i] = m.Judge(0, rng, p)
	}
	return all
}

// moments returns the extremes, mean and standard deviation of the delays, in seconds.
func moments(all []netem.Verdict) (least, most, mean, sd float64) {
	least = math.Inf(1)
	var sum, squares float64
	for _, v := range all {
		d := v.Delay.Seconds()
		least, most, sum = min(least, d), max(most, d), sum+d
	}
	mean = sum / float64(len(all))
	for _, v := range all {
		squares += (v.Delay.Seconds() - mean) * (v.Delay.Seconds() - mean)
	}
	return least, most, mean, math.Sqrt(squares / float64(len(all)))
}

func near(t *testing.T, what string, got, want, se float64) {
	t.Helper()
	if math.Abs(got-want) > sigmas*se {
		t.Errorf("%s: %.7f, want %.7f ± %.7f", what, got, want, sigmas*se)
	}
}

func TestDelayAlone(t *testing.T) {
	for _, v := range judged(&netem.Delay{Mean: 20 * time.Millisecond}, 100, 0) {
		if v.Delay != 20*time.Millisecond || v.Late != 0 {
			t.Fatalf("%+v", v)
		}
	}
}

// Uniform: from Mean-Jitter to Mean+Jitter, standard deviation Jitter/√3, whose own standard error is sd √(0.2/n) as the
// kurtosis is 1.8. n = 100,000.
func TestUniformJitter(t *testing.T) {
	const n = 100_000
	least, most, mean, sd := moments(judged(&netem.Delay{Mean: 20e6, Jitter: 4e6}, n, 0))
	if least < .016 || least > .016+1e-6 || most > .024 || most < .024-1e-6 {
		t.Errorf("from %v to %v s", least, most)
	}
	want := .004 / math.Sqrt(3)
	near(t, "mean", mean, .020, want/math.Sqrt(n))
	near(t, "sd", sd, want, want*math.Sqrt(.2/n))
}

// Both ends belong to the range, and each nanosecond of it comes as often.
func TestUniformReachesBothEnds(t *testing.T) {
	const n = 50_000
	var hits [5]int
	for _, v := range judged(&netem.Delay{Mean: 10, Jitter: 2}, n, 0) {
		hits[v.Delay-8]++
	}
	for i, h := range hits {
		share(t, time.Duration(8+i).String(), h, n, .2, 1)
	}
}

// Normal: Jitter is the standard deviation; 68.27 % and 95.45 % lie within one and two of them. n = 100,000.
func TestNormalJitter(t *testing.T) {
	const n = 100_000
	all := judged(&netem.Delay{Mean: 50e6, Jitter: 4e6, Distribution: netem.Normal}, n, 0)
	_, _, mean, sd := moments(all)
	near(t, "mean", mean, .050, .004/math.Sqrt(n))
	near(t, "sd", sd, .004, .004/math.Sqrt(2*n))
	for z := 1; z <= 3; z++ {
		within := 0
		for _, v := range all {
			if (v.Delay - 50e6).Abs() < time.Duration(z)*4e6 {
				within++
			}
		}
		share(t, "within", within, n, math.Erf(float64(z)/math.Sqrt2), 1)
	}
}

// Jitter beyond the mean: what would be negative is no delay, here a quarter of the packets.
func TestNegativeDelayIsNone(t *testing.T) {
	const n = 50_000
	none := 0
	for _, v := range judged(&netem.Delay{Mean: 10e6, Jitter: 20e6}, n, 0) {
		if v.Delay < 0 {
			t.Fatalf("delay %v", v.Delay)
		}
		if v.Delay == 0 {
			none++
		}
	}
	share(t, "no delay", none, n, .25, 1)
}

// Reorder, Duplicate and Corrupt pick their share; a corrupted bit is any bit of the packet. n = 100,000.
func TestSharesPicked(t *testing.T) {
	const n, size = 100_000, 20
	late, twice, flipped := 0, 0, 0
	var bits [8 * size]int
	for _, v := range judged(&netem.Reorder{P: .05, Late: 8e6}, n, size) {
		if v.Late == 8e6 {
			late++
		}
	}
	for _, v := range judged(&netem.Duplicate{P: .005}, n, size) {
		twice += v.Copies
	}
	for _, v := range judged(&netem.Corrupt{P: .5}, n, size) {
		for _, bit := range v.Flips {
			flipped++
			bits[bit]++
		}
	}
	share(t, "late", late, n, .05, 1)
	share(t, "duplicated", twice, n, .005, 1)
	share(t, "corrupted", flipped, n, .5, 1)
	for _, hits := range bits {
		share(t, "bit", hits, flipped, 1./len64(bits[:]), 1)
	}
}

func len64(s []int) float64 { return float64(len(s)) }

func TestCorruptEmptyPacket(t *testing.T) {
	if v := judged(&netem.Corrupt{P: 1}, 1, 0)[0]; len(v.Flips) != 0 {
		t.Errorf("bits %v of an empty packet", v.Flips)
	}
}
