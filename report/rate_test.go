package report

import (
	"math/rand/v2"
	"testing"
	"time"

	"lossylab/netem"
)

func TestRateBins(t *testing.T) {
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
		var r rateMeter
		r.add(0, 1)
		r.add(test.end/3, 10)
		r.add(test.end-1, 100)
		r.add(test.end, 1000) // what comes at the end is in the last bin
		bins := r.series(test.end)
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
func TestRateBinsAgainstEachByte(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 1000 {
		end := netem.Time(1 + rng.Int64N(int64(3*time.Hour)>>rng.IntN(30)))
		var r rateMeter
		var at []netem.Time
		for range 20 {
			at = append(at, netem.Time(rng.Int64N(int64(end))))
		}
		for _, a := range at {
			r.add(a, 1)
		}
		if len(r.bins) > maxBins {
			t.Fatalf("%d bins are kept", len(r.bins))
		}
		bins := r.series(end)
		if len(bins) > shownBin {
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

func TestRateOfNothing(t *testing.T) {
	var r rateMeter
	if bins := r.series(1e9); bins != nil {
		t.Errorf("%v", bins)
	}
}
