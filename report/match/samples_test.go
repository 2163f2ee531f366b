package match

import (
	"math/bits"
	"testing"
)

// However the packets of a capture are divided among surveys, together they have the samples of one survey of all, and those
// are the ones whose digests end in the fewest zeros that leave few enough.
func TestSamplesMerge(t *testing.T) {
	var whole, joined samples
	var parts [3]samples
	const n = 150_000
	for i := range n {
		d := begin.word(uint64(i % (n - 5000))) // the first 5000 come twice
		whole.add(d, Point{int64(i), i})
		parts[i*i%7%3].add(d, Point{int64(i), i})
	}
	for i := range parts {
		joined.merge(&parts[i])
	}
	want := map[digest]bool{}
	for i := range n - 5000 {
		if d := begin.word(uint64(i)); bits.TrailingZeros64(uint64(d)) >= whole.level {
			want[d] = i >= 5000
		}
	}
	if whole.n != len(want) || joined.n != len(want) || whole.level != joined.level || whole.n > maxSamples || 2*whole.n < maxSamples {
		t.Fatalf("%d samples of level %d, together %d of %d, want %d", whole.n, whole.level, joined.n, joined.level, len(want))
	}
	for d, once := range want {
		a, b := whole.get(d), joined.get(d)
		if (a.kind == oneTime) != once || a.kind != b.kind || once && a.time != b.time {
			t.Fatalf("%x: %v and %v, once %v", d, a, b, once)
		}
	}
}
