package metric

import (
	"math/rand/v2"
	"testing"
	"time"

	"lossylab/netem"
)

func TestBins(t *testing.T) {
	const s = netem.Time(time.Second)
	for _, test := range []struct {
		end   netem.Time
		width time.Duration
		bins  int
	}{
		{1, 10 * time.Millisecond, 1},
		{ms(10), 10 * time.Millisecond, 1},
		{ms(10) + 1, 10 * time.Millisecond, 2},
		{s, 10 * time.Millisecond, 100},
		{s + 1, 20 * time.Millisecond, 51},
		{2*s + 1, 50 * time.Millisecond, 41},
		{5*s + 1, 100 * time.Millisecond, 51},
		{99 * s, time.Second, 99},
		{101 * s, 2 * time.Second, 51},   // kept in bins of 100 ms
		{1001 * s, 20 * time.Second, 51}, // kept in bins of 1 s
		{36_000 * s, 500 * time.Second, 72},
	} {
		var r Bins
		r.Add(0, 1)
		r.Add(test.end/3, 10)
		r.Add(test.end-1, 100)
		r.Add(test.end, 1000) // what comes at the end is in the last bin
		bins := r.Series(test.end)
		if len(bins) != test.bins {
			t.Errorf("%v: %d bins, want %d", test.end, len(bins), test.bins)
			continue
		}
		var sum int64
		for i, b := range bins {
			sum += b.Bytes
			if b.Start != netem.Time(i)*netem.Time(test.width) || i+1 < len(bins) && b.End != b.Start.Add(test.width) {
				t.Errorf("%v: bin %d is from %v to %v", test.end, i, b.Start, b.End)
			}
		}
		if last := bins[len(bins)-1]; sum != 1111 || last.End != test.end || last.End <= last.Start {
			t.Errorf("%v: %d bytes up to %v, the last bin begins at %v", test.end, sum, last.End, last.Start)
		}
	}
}

// However the bins grow on the way, each byte is in the bin of its time: 1000 runs of up to 3 hours.
func TestBinsAgainstEachByte(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		end := netem.Time(1 + rng.Int64N(int64(3*time.Hour)>>rng.IntN(30)))
		var r Bins
		var at []netem.Time
		for range 20 {
			at = append(at, netem.Time(rng.Int64N(int64(end))))
		}
		for _, a := range at {
			r.Add(a, 1)
		}
		if len(r.bins) > maxBins {
			t.Fatalf("%d bins are kept", len(r.bins))
		}
		bins := r.Series(end)
		if len(bins) > shownBins {
			t.Fatalf("%d bins are shown", len(bins))
		}
		for _, b := range bins {
			want := int64(0)
			for _, a := range at {
				want += int64(one(b.Start <= a && a < b.End))
			}
			if b.Bytes != want {
				t.Fatalf("up to %v: bin from %v to %v has %d bytes, want %d", end, b.Start, b.End, b.Bytes, want)
			}
		}
	}
}

func TestBinsOfNothing(t *testing.T) {
	var r Bins
	if bins := r.Series(1e9); bins != nil {
		t.Errorf("%v", bins)
	}
	if bins, ok := r.Every(time.Second, 1e9); bins != nil || !ok {
		t.Errorf("%v, %v", bins, ok)
	}
	if (Bin{Start: 1, End: 1, Bytes: 1}).Rate() != 0 || (Bin{End: 1e9, Bytes: 125}).Rate() != 1000 {
		t.Error("rates")
	}
	r.Add(-5, 1)
	if bins := r.Series(0); bins != nil {
		t.Errorf("%v", bins)
	}
	if bins := r.Series(1); len(bins) != 1 || bins[0] != (Bin{0, 1, 1}) {
		t.Errorf("%v", bins)
	}
}

// Bins of a second, whatever the first ones were, as long as they still fit.
func TestBinsOfASecond(t *testing.T) {
	const s = netem.Time(time.Second)
	for _, first := range []time.Duration{0, time.Microsecond, time.Second} {
		r := Bins{Width: first}
		for i := range netem.Time(50) {
			r.Add(i*s/10, int(i))
		}
		bins, ok := r.Every(time.Second, 45*s/10)
		if want := (Bin{4 * s, 45 * s / 10, 40 + 41 + 42 + 43 + 44 + 45 + 46 + 47 + 48 + 49}); !ok || len(bins) != 5 || bins[4] != want {
			t.Errorf("first %v: %v, %v", first, bins, ok)
		}
		if bins, ok := r.Every(1500*time.Millisecond, s); ok && first == time.Second {
			t.Errorf("a second and a half: %v", bins)
		}
		if _, ok := r.Every(time.Nanosecond, s); ok {
			t.Error("bins have become narrower")
		}
	}
	r := Bins{Width: time.Microsecond} // short runs have as many bins as long ones
	r.Add(3_000_000, 1)
	if bins := r.Series(3_000_000); len(bins) != 60 {
		t.Errorf("%d bins for 3 ms", len(bins))
	}
}
