package netem

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The delay line gives what a stable sort by time gives, however pushes and pops mix.
func TestLineSortsStably(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	for n := range 60 {
		var l line
		var want []flight
		for seq := range 20 * n {
			f := flight{at: Time(rng.IntN(n + 1)), seq: uint64(seq)}
			l.push(f)
			want = append(want, f)
			if rng.IntN(3) == 0 {
				slices.SortStableFunc(want, func(a, b flight) int { return int(a.at - b.at) })
				if got := l.pop(); got != want[0] {
					t.Fatalf("popped %v, want %v", got, want[0])
				}
				want = want[1:]
			}
		}
		slices.SortStableFunc(want, func(a, b flight) int { return int(a.at - b.at) })
		for _, w := range want {
			if got := l.pop(); got != w {
				t.Fatalf("popped %v, want %v", got, w)
			}
		}
		if l.len() != 0 {
			t.Fatalf("%d left", l.len())
		}
	}
}

// The ring gives packets back in order while it grows, wraps and empties, and lets go of them.
func TestRing(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var r ring
	in, out := uint64(0), uint64(0)
	for range 10_000 {
		if rng.IntN(100) < 50+int(in%7) {
			r.push(&Packet{ID: in})
			in++
			continue
		}
		p := r.pop()
		if (p == nil) != (in == out) {
			t.Fatalf("popped %v of %d", p, in-out)
		}
		if p != nil {
			if p.ID != out {
				t.Fatalf("popped %d, want %d", p.ID, out)
			}
			out++
		}
	}
	for r.pop() != nil {
	}
	for _, p := range r.slots {
		if p != nil {
			t.Fatal("an empty ring keeps a packet")
		}
	}
}
