package match

import (
	"math/rand/v2"
	"testing"
)

// A table says the same as a map, also of digests whose homes are near each other and after many were taken out.
func TestContents(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	var c contents
	want := map[digest]int32{}
	for range 200_000 {
		key := digest(rng.Uint64N(40)<<32 | rng.Uint64N(60))
		at, known := want[key]
		if got := c.find(key); got != at {
			t.Fatalf("%x is at %d, want %d", key, got, at)
		}
		switch {
		case known && rng.IntN(2) == 0:
			c.remove(at)
			delete(want, key)
		case !known && (len(want) < 600 || rng.IntN(8) == 0):
			want[key] = c.place(key)
		}
		if c.n != len(want) {
			t.Fatalf("%d, want %d", c.n, len(want))
		}
	}
	if c.fresh > 2500 || len(c.slots) > 8192 {
		t.Errorf("%d places and %d slots", c.fresh, len(c.slots))
	}
}
