package report

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// TestIntervalsAgainstBitmap adds random intervals, and holds what add calls fresh and what has says against a bit for
// each byte: 100 sets of 200 intervals each.
func TestIntervalsAgainstBitmap(t *testing.T) {
	const size = 200
	rng := rand.New(rand.NewPCG(1, 2))
	for range 100 {
		var s intervals
		var bitmap [size]bool
		for range 200 {
			from := rng.IntN(size)
			to := from + rng.IntN(min(20, size-from)+1)
			var want, got []int64
			for i := from; i < to; i++ {
				if !bitmap[i] {
					want = append(want, int64(i))
					bitmap[i] = true
				}
			}
			s.add(int64(from), int64(to), func(from, to int64) {
				if from >= to {
					t.Fatalf("fresh(%d, %d)", from, to)
				}
				for ; from < to; from++ {
					got = append(got, from)
				}
			})
			if !slices.Equal(got, want) {
				t.Fatalf("add(%d, %d): fresh bytes %v, want %v", from, to, got, want)
			}
			from = rng.IntN(size)
			to = from + rng.IntN(min(20, size-from)+1)
			if got, want := s.has(int64(from), int64(to)), !slices.Contains(bitmap[from:to], false); got != want {
				t.Fatalf("has(%d, %d) = %v, want %v: %+v", from, to, got, want, s)
			}
			checkIntervals(t, s)
		}
	}
}

func checkIntervals(t *testing.T, s intervals) {
	t.Helper()
	last := s.base
	for _, b := range s.spans {
		if b[0] <= last || b[1] <= b[0] {
			t.Fatalf("spans touch or are empty: %+v", s)
		}
		last = b[1]
	}
}

func TestIntervals(t *testing.T) {
	type pair = [2]int64
	for _, test := range []struct {
		name  string
		adds  []pair
		fresh []pair // of the last
		want  intervals
	}{
		{"in order nothing is remembered but the end", []pair{{0, 10}, {10, 20}, {20, 30}}, []pair{{20, 30}}, intervals{base: 30}},
		{"nothing", []pair{{5, 5}}, nil, intervals{}},
		{"a hole", []pair{{0, 10}, {20, 30}}, []pair{{20, 30}}, intervals{base: 10, spans: []pair{{20, 30}}}},
		{"the hole is filled", []pair{{0, 10}, {20, 30}, {10, 20}}, []pair{{10, 20}}, intervals{base: 30, spans: []pair{}}},
		{"in order before a hole", []pair{{20, 30}, {0, 10}}, []pair{{0, 10}}, intervals{base: 10, spans: []pair{{20, 30}}}},
		{"twice", []pair{{0, 10}, {0, 10}}, nil, intervals{base: 10}},
		{"twice beyond a hole", []pair{{20, 30}, {20, 30}}, nil, intervals{spans: []pair{{20, 30}}}},
		{"over the base", []pair{{0, 10}, {5, 15}}, []pair{{10, 15}}, intervals{base: 15}},
		{"over two spans and their holes", []pair{{10, 20}, {30, 40}, {5, 45}}, []pair{{5, 10}, {20, 30}, {40, 45}},
			intervals{spans: []pair{{5, 45}}}},
		{"spans that touch are one", []pair{{10, 20}, {30, 40}, {20, 30}}, []pair{{20, 30}}, intervals{spans: []pair{{10, 40}}}},
		{"within a span", []pair{{10, 40}, {20, 30}}, nil, intervals{spans: []pair{{10, 40}}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var s intervals
			var fresh []pair
			for _, a := range test.adds {
				fresh = nil
				s.add(a[0], a[1], func(from, to int64) { fresh = append(fresh, pair{from, to}) })
			}
			if !slices.Equal(fresh, test.fresh) {
				t.Errorf("fresh %v, want %v", fresh, test.fresh)
			}
			if s.base != test.want.base || !slices.Equal(s.spans, test.want.spans) {
				t.Errorf("got %+v, want %+v", s, test.want)
			}
		})
	}
}
