package metric

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// A steady difference of 5 ms from arrival to arrival brings J to 5(1-(15/16)^16) ms after 16 of them.
func TestJitter(t *testing.T) {
	var j Jitter
	for i := range 17 {
		j.Add(ms(20*i), ms(20*i+10+5*(i%2)))
		if i == 0 && j.Value() != 0 {
			t.Error("one packet has jitter")
		}
	}
	if got := j.Value(); got != 3_219_629 || got.Round(100*time.Nanosecond) != 3_219_600 || j.Max() != got {
		t.Errorf("got %v, at most %v, want 3.2196ms", got, j.Max())
	}
	for i := 17; i < 100; i++ {
		j.Add(ms(20*i), ms(20*i+10))
	}
	if got := j.Value(); got >= 3_219_629/50 || j.Max() != 3_219_629 {
		t.Errorf("%v after a calm, at most %v", got, j.Max())
	}
}

func TestIPDV(t *testing.T) {
	var v IPDV
	for _, p := range []struct{ seq, ms int }{
		{0, 20}, {1, 23}, {3, 21}, {2, 30}, // 1-0: 3, 3-2: -9, 2-1: 7
		{2, 99}, {0, 99}, // copies
		{5, 20}, {4096, 50}, {4097, 51}, // 4097-4096: 1
		{1, 99}, {4095, 40}, // too late; 4096-4095: 10
	} {
		v.Add(int64(p.seq), time.Duration(p.ms)*time.Millisecond)
	}
	const ms = time.Millisecond
	want := Spread{N: 5, Min: -9 * ms, Mean: 12 * ms / 5, Max: 10 * ms, P50: 3 * ms, P90: 10 * ms, P95: 10 * ms, P99: 10 * ms, P999: 10 * ms}
	if got := v.Signed.Spread(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
	want = Spread{N: 5, Min: ms, Mean: 6 * ms, Max: 10 * ms, P50: 7 * ms, P90: 10 * ms, P95: 10 * ms, P99: 10 * ms, P999: 10 * ms}
	if got := v.Absolute.Spread(); got != want {
		t.Errorf("absolute: got %+v, want %+v", got, want)
	}
}

// In whatever order packets arrive, each pair that was sent one after the other counts once: 100 streams.
func TestIPDVInAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		stream := shuffled(rng, 1+rng.IntN(1000), 1+rng.IntN(100), rng.Float64()/3)
		var v IPDV
		delays := map[int64]time.Duration{}
		for _, p := range stream {
			v.Add(p.Seq, p.Delay())
			delays[p.Seq] = p.Delay()
		}
		var want []time.Duration
		for seq, delay := range delays {
			if before, ok := delays[seq-1]; ok {
				want = append(want, delay-before)
			}
		}
		slices.Sort(want)
		compare(t, "pairs", v.Signed.N(), int64(len(want)))
		for i, d := range want {
			compare(t, "variation", v.Signed.Rank(int64(i+1)), d)
		}
	}
}

// Bytes in flight for 10 s: 0 at first, 1000 from 2 s on, 3000 from 5 s on, 0 again from 6 s on.
func TestLevel(t *testing.T) {
	const s = netem.Time(time.Second)
	var l Level
	if l.Result(s) != (LevelResult{}) {
		t.Error("a level that was never set has a mean")
	}
	l.Set(0, 0)
	if got := l.Result(0); got != (LevelResult{}) {
		t.Errorf("at once: %+v", got)
	}
	l.Set(2*s, 1000)
	l.Set(5*s, 3000)
	l.Set(6*s, 0)
	want := LevelResult{Min: 0, Max: 3000, Mean: 600, Above: 4 * time.Second, Time: 10 * time.Second}
	if got := l.Result(10 * s); got != want || l.Result(10*s) != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}
