package metric

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
)

// The examples of RFC 4737 section 7: packets of 100 bytes sent every 20 ms, which take 68 ms if not said otherwise.
func TestRFC4737Examples(t *testing.T) {
	for _, test := range []struct {
		arrivals []int
		at       map[int]int // ms, of those that take longer
		late     []int       // ms, of the reordered ones in order of arrival
		bytes    []int64
		n        []int
		degree3  float64
		runs     FreeRunsResult
		jumps    Discontinuities
	}{
		{
			[]int{1, 2, 3, 5, 6, 7, 8, 4, 9, 10}, map[int]int{4: 210}, []int{62}, []int64{400}, []int{4}, 0.1,
			FreeRunsResult{2, 9, 49 + 4, 7}, Discontinuities{Count: 1, Sum: 1, Max: 1, next: 10},
		}, {
			[]int{1, 2, 3, 4, 7, 5, 6, 8, 9, 10}, map[int]int{5: 189, 6: 190}, []int{1, 2}, []int64{100, 100}, []int{1, 0}, 0,
			FreeRunsResult{2, 8, 25 + 9, 5}, Discontinuities{Count: 1, Sum: 2, Max: 2, next: 10},
		}, {
			[]int{1, 2, 3, 7, 8, 9, 10, 4, 5, 6, 11}, map[int]int{4: 250, 5: 252, 6: 256}, []int{62, 64, 68},
			[]int64{400, 400, 400}, []int{4, 0, 0}, 1. / 11,
			FreeRunsResult{2, 8, 49 + 1, 7}, Discontinuities{Count: 1, Sum: 3, Max: 3, next: 11},
		},
	} {
		var r Receiver
		var late []int
		var bytes []int64
		var ns []int
		for _, number := range test.arrivals {
			seq := int64(number - 1)
			at := ms(20*(number-1) + 68)
			if slow, ok := test.at[number]; ok {
				at = ms(slow)
			}
			if offset, ok := r.LateTime.Add(seq, at); ok {
				late = append(late, int(offset/time.Millisecond))
			}
			if offset, ok := r.ByteOffset.Add(seq, 100); ok {
				bytes = append(bytes, offset)
				ns = append(ns, r.NReordering.Add(seq))
			} else if n := r.NReordering.Add(seq); n != 0 {
				t.Errorf("%v: packet %d is in order and %d-reordered", test.arrivals, number, n)
			}
			r.FreeRuns.Add(seq)
			r.Discontinuities.Add(seq)
		}
		if !slices.Equal(late, test.late) || !slices.Equal(bytes, test.bytes) || !slices.Equal(ns, test.n) {
			t.Errorf("%v: late time %v, byte offset %v, n-reordering %v; want %v, %v, %v",
				test.arrivals, late, bytes, ns, test.late, test.bytes, test.n)
		}
		if d := r.NReordering.Degree(3); d != test.degree3 {
			t.Errorf("%v: degree of 3-reordering %g, want %g", test.arrivals, d, test.degree3)
		}
		if mean := float64(len(bytes)) * r.ByteOffset.Mean(); mean != float64(r.ByteOffset.Sum) {
			t.Errorf("%v: %g bytes in all, want %d", test.arrivals, mean, r.ByteOffset.Sum)
		}
		if mean := float64(test.runs.Packets) / float64(test.runs.Runs); r.FreeRuns.Result().Mean() != mean {
			t.Errorf("%v: mean run %g, want %g", test.arrivals, r.FreeRuns.Result().Mean(), mean)
		}
		if got := r.FreeRuns.Result(); got != test.runs {
			t.Errorf("%v: runs %+v, want %+v", test.arrivals, got, test.runs)
		}
		if r.Discontinuities != test.jumps {
			t.Errorf("%v: discontinuities %+v, want %+v", test.arrivals, r.Discontinuities, test.jumps)
		}
	}
}

// Discontinuities are taken in the order of arrival even if the second is revealed first.
func TestReorderingGaps(t *testing.T) {
	var g ReorderingGaps
	if got := g.Result(); got != (GapsResult{}) {
		t.Errorf("of nothing: %+v", got)
	}
	// Place:                     0  1  2  3  4  5  6  7  8   9  10
	for i, seq := range []int64{0, 2, 3, 5, 6, 4, 1, 7, 10, 11, 8} {
		g.Add(seq, ms(i*i))
	}
	// 4 is behind 5 at place 3, 1 behind 2 at place 1, 8 behind 10 at place 8.
	want := GapsResult{Discontinuities: 3, MinGap: 2, MaxGap: 5, MeanGap: 3.5,
		MinTime: 8 * time.Millisecond, MaxTime: 55 * time.Millisecond, MeanTime: 63 * time.Millisecond / 2}
	if got := g.Result(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// shuffled makes a stream of n packets of which some are lost and the others late by chance, in the order of arrival.
func shuffled(rng *rand.Rand, n, reach int, loss float64) []Received {
	var stream []Received
	for i := range n {
		if rng.Float64() < loss {
			continue
		}
		sent := netem.Time(i) * 1000
		at := sent + 5000
		if rng.IntN(3) == 0 {
			at += netem.Time(rng.IntN(1000 * reach))
		}
		stream = append(stream, Received{Seq: int64(i), Sent: sent, At: at, Bytes: rng.IntN(1500)})
	}
	slices.SortStableFunc(stream, func(a, b Received) int { return int(a.At - b.At) })
	return stream
}

// reference is all of RFC 4737 by its definitions, looking at every earlier packet for each.
type reference struct {
	late    []time.Duration
	bytes   []int64
	n       []int
	extents []int
	places  []int // of the discontinuities
	runs    FreeRunsResult
	jumps   int64
}

func refer(stream []Received) reference {
	var r reference
	marked := map[int]bool{}
	expected, run := int64(0), int64(0)
	for i, p := range stream {
		if p.Seq >= expected {
			r.jumps += p.Seq - expected
			expected = p.Seq + 1
			run++
			continue
		}
		r.runs.add(run)
		run = 0
		j := slices.IndexFunc(stream[:i], func(q Received) bool { return q.Seq > p.Seq })
		marked[j] = true
		bytes := int64(0)
		for _, q := range stream[j:i] {
			if q.Seq > p.Seq {
				bytes += int64(q.Bytes)
			}
		}
		n := 0
		for n < i && stream[i-1-n].Seq > p.Seq {
			n++
		}
		r.late = append(r.late, p.At.Sub(stream[j].At))
		r.bytes = append(r.bytes, bytes)
		r.n = append(r.n, n)
		r.extents = append(r.extents, i-j)
	}
	r.runs.add(run)
	for j := range marked {
		r.places = append(r.places, j)
	}
	slices.Sort(r.places)
	return r
}

// 200 streams of up to 300 packets, reordered over up to 100 places and with up to a third lost: one pass gives the same as
// the definitions, and the metrics agree with each other. A second receiver is told of each packet as a whole.
func TestRFC4737AgainstDefinitions(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		stream := shuffled(rng, 1+rng.IntN(300), 1+rng.IntN(100), rng.Float64()/3)
		var got reference
		var r, whole Receiver
		for _, p := range stream {
			offset, reordered := r.LateTime.Add(p.Seq, p.At)
			bytes, also := r.ByteOffset.Add(p.Seq, p.Bytes)
			n := r.NReordering.Add(p.Seq)
			if reordered != also {
				t.Fatal("late time and byte offset do not agree which packets are reordered")
			}
			if reordered {
				got.late, got.bytes, got.n = append(got.late, offset), append(got.bytes, bytes), append(got.n, n)
			}
			r.Gaps.Add(p.Seq, p.At)
			r.FreeRuns.Add(p.Seq)
			r.Discontinuities.Add(p.Seq)
			r.Density.Add(p.Seq)
			r.IPDV.Add(p.Seq, p.Delay())
			r.PDV.Add(p.Delay())
			r.Jitter.Add(p.Sent, p.At)
			whole.Add(p)
		}
		want := refer(stream)
		compare(t, "late time", got.late, want.late)
		compare(t, "byte offset", got.bytes, want.bytes)
		for i := range want.n {
			if n := min(want.n[i], MaxN); got.n[i] != n || want.extents[i] < n {
				t.Fatalf("n-reordering %d, want %d, at most the extent %d", got.n[i], n, want.extents[i])
			}
		}
		compare(t, "runs", r.FreeRuns.Result(), want.runs)
		compare(t, "discontinuities", r.Discontinuities.Sum, want.jumps)
		checkGaps(t, r.Gaps.Result(), stream, want.places)
		checkTotals(t, &r, stream)

		compare(t, "as a whole", whole, r)
	}
}

// checkGaps compares with gaps between the places where discontinuities are.
func checkGaps(t *testing.T, got GapsResult, stream []Received, places []int) {
	t.Helper()
	want := GapsResult{Discontinuities: int64(len(places))}
	for i := 1; i < len(places); i++ {
		gap := int64(places[i] - places[i-1])
		took := stream[places[i]].At.Sub(stream[places[i-1]].At)
		if i == 1 {
			want.MinGap, want.MinTime = gap, took
		}
		want.MinGap, want.MaxGap = min(want.MinGap, gap), max(want.MaxGap, gap)
		want.MinTime, want.MaxTime = min(want.MinTime, took), max(want.MaxTime, took)
		want.MeanGap += float64(gap)
		want.MeanTime += took
	}
	if n := len(places) - 1; n > 0 {
		want.MeanGap /= float64(n)
		want.MeanTime /= time.Duration(n)
	}
	compare(t, "gaps", got, want)
}

// checkTotals compares what several metrics count alike.
func checkTotals(t *testing.T, r *Receiver, stream []Received) {
	t.Helper()
	arrivals, reordered := int64(len(stream)), r.LateTime.Offsets.N()
	runs := r.FreeRuns.Result()
	for _, same := range []struct {
		what string
		ok   bool
	}{
		{"arrivals", r.NReordering.Arrivals == arrivals},
		{"in order or reordered", runs.Packets+reordered == arrivals},
		{"reordered", r.ByteOffset.Reordered == reordered},
		{"1-reordered are reordered", r.NReordering.Packets[1] <= reordered},
		{"n-reordered are fewer as n grows", slices.IsSortedFunc(r.NReordering.Packets[1:], func(a, b int64) int { return int(b - a) })},
		{"discontinuities account for all numbers up to the last", runs.Packets+r.Discontinuities.Sum == r.Discontinuities.next},
		{"each reordering discontinuity is one of sequence", r.Gaps.Result().Discontinuities <= r.Discontinuities.Count},
		{"no more of them than reordered packets", r.Gaps.Result().Discontinuities <= reordered},
		{"nothing is uncertain", r.LateTime.AtLeast+r.ByteOffset.AtLeast+r.Gaps.Beyond == 0},
	} {
		if !same.ok {
			t.Fatalf("not so: %s", same.what)
		}
	}
}

// Behind more than 4096 packets, offsets are bounds, and are said to be.
func TestBeyondTheWindow(t *testing.T) {
	const n = 3 * aheadWindow
	for _, behind := range []int64{1, 100, aheadWindow - 1, aheadWindow, aheadWindow + 1, 2 * aheadWindow} {
		var l LateTime
		var b ByteOffset
		var g ReorderingGaps
		add := func(seq int64, at netem.Time) (time.Duration, int64) {
			offset, _ := l.Add(seq, at)
			bytes, _ := b.Add(seq, 10)
			g.Add(seq, at)
			return offset, bytes
		}
		late := n - behind - 1 // then behind packets have greater numbers
		for seq := range int64(n) {
			if seq != late {
				add(seq, netem.Time(seq))
			}
		}
		offset, bytes := add(late, n)
		within := behind <= aheadWindow
		seen := min(behind, aheadWindow)
		if offset != time.Duration(seen) || l.AtLeast != int64(one(!within)) {
			t.Errorf("%d behind: late by %d, at least: %d", behind, offset, l.AtLeast)
		}
		// The bytes are remembered by number, and the late packet's own number is one of them.
		if bytes != 10*seen || b.AtLeast != int64(one(behind >= byteWindow)) {
			t.Errorf("%d behind: %d bytes, at least: %d", behind, bytes, b.AtLeast)
		}
		if r := g.Result(); r.Discontinuities != int64(one(within)) || g.Beyond != int64(one(!within)) {
			t.Errorf("%d behind: %d discontinuities, %d beyond", behind, r.Discontinuities, g.Beyond)
		}
	}
}

// A discontinuity that leaves the window stays one: every third pair of 30,000 packets is exchanged.
func TestGapsAcrossTheWindow(t *testing.T) {
	var g ReorderingGaps
	for seq := int64(0); seq < 30_000; seq += 6 {
		for _, s := range []int64{0, 1, 2, 3, 5, 4} {
			g.Add(seq+s, netem.Time(10*(seq+s)))
		}
	}
	want := GapsResult{5000, 6, 6, 6, 60, 60, 60}
	if got := g.Result(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Numbers that no sender counts neither stop nor confuse a receiver.
func TestStrangeNumbers(t *testing.T) {
	var r Receiver
	for _, seq := range []int64{-1, -70_000, -1, 1 << 40, 0, -5, 1<<40 + 70_000, 1 << 40, 1<<62 + 5, 1 << 62, 7} {
		r.Add(Received{Seq: seq, At: 1})
	}
	r.Density.Result()
	r.Gaps.Result()
}

func BenchmarkReceiver(b *testing.B) {
	for _, c := range []struct {
		reach int
		loss  float64
	}{{1, 0}, {10, .01}, {1000, .1}} {
		b.Run(fmt.Sprintf("reach=%d", c.reach), func(b *testing.B) {
			stream := shuffled(rand.New(rand.NewPCG(1, 2)), 1<<17, c.reach, c.loss)
			var r Receiver
			add := func(i int) {
				p := stream[i%len(stream)]
				round := int64(i / len(stream))
				p.Seq += round << 17
				p.Sent, p.At = p.Sent+netem.Time(round<<17*1000), p.At+netem.Time(round<<17*1000)
				r.Add(p)
			}
			for i := range stream { // beyond what distributions keep one by one
				add(i)
			}
			i := len(stream)
			b.ReportAllocs()
			for b.Loop() {
				add(i)
				i++
			}
		})
	}
}
