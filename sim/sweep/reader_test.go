package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// journalOf makes a journal of these rows, in this order.
func journalOf(t testing.TB, p *Plan, s Shard, rows ...Row) string {
	t.Helper()
	b, salt, err := encodeHeader(p, s)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rows {
		b = appendRow(b, &rows[i], salt)
	}
	return write(t, b)
}

// rowOf is the row of a job whose number is half of the job's.
func rowOf(job int) Row { return Row{Job: job, Values: []float64{float64(job) / 2}} }

// opened opens journals for a test.
func opened(t testing.TB, paths ...string) *Reader {
	t.Helper()
	r, err := OpenReader(paths...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// In whatever order rows are in a journal, they are read in order of jobs, each once; a segment begins only where the order
// goes far back.
func TestAnyOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 6))
	p := grid(10_000, 1, 1)
	near := rng.Perm(10_000) // at most a window out of order
	slices.SortStableFunc(near, func(a, b int) int { return a/window - b/window })
	probed := append([]int{9000, 100, 5000, 7000}, near...)
	for _, c := range []struct {
		jobs     []int
		segments int
	}{
		{near, 1}, {probed, 3}, {rng.Perm(10_000), 0}, {append(slices.Clone(near), near...), 2}, {near[:1], 1}, {nil, 0},
	} {
		var rows []Row
		for _, job := range c.jobs {
			rows = append(rows, rowOf(job))
		}
		r := opened(t, journalOf(t, p, Shard{}, rows...))
		if n := len(r.journals[0].segments); n != c.segments && c.segments > 0 {
			t.Errorf("%d segments, want %d", n, c.segments)
		}
		want := slices.Compact(slices.Sorted(slices.Values(c.jobs)))
		var got []int
		for row, err := range r.Rows() {
			if again := rowOf(row.Job); err != nil || !row.same(&again) {
				t.Fatal(row, err)
			}
			got = append(got, row.Job)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d jobs, want %d", len(got), len(want))
		}
	}
	mad := make([]Row, 0, 2*maxSegments+2)
	for range maxSegments + 1 {
		mad = append(mad, rowOf(9000), rowOf(0))
	}
	path := journalOf(t, p, Shard{}, mad...)
	if _, err := OpenReader(path); err == nil || !strings.Contains(err.Error(), "its rows are in no order") {
		t.Error(err)
	}
}

// The same job with different numbers is an error that names it; NaN is NaN, but 0 is not -0.
func TestTwice(t *testing.T) {
	p := grid(5000, 2, 1)
	nan, other := Row{Job: 3, Values: []float64{math.NaN()}}, rowOf(3)
	zero, minus := rowOf(0), Row{Values: []float64{math.Copysign(0, -1)}}
	noted := rowOf(3)
	noted.Note = "late"
	for _, c := range []struct {
		first, second []Row
		want          string
	}{
		{[]Row{nan}, []Row{nan, nan}, ""},
		{[]Row{other, nan}, nil, "job 3 (x=v1 seed 8) is"},
		{[]Row{nan}, []Row{zero, other}, "job 3 (x=v1 seed 8) is in both, with different numbers"},
		{[]Row{other, rowOf(9000), noted}, nil, "job 3 (x=v1 seed 8) is in both"},
		{[]Row{zero}, []Row{minus}, "job 0 (x=v0 seed 7) is in both"},
	} {
		var err error
		for _, e := range opened(t, journalOf(t, p, Shard{}, c.first...), journalOf(t, p, Shard{}, c.second...)).Rows() {
			err = e
		}
		if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v; want %s", err, c.want)
		}
	}
}

// What is missing is told in ranges, and shards that are not there by name.
func TestMissing(t *testing.T) {
	p := grid(5, 2, 1)
	for want, jobs := range map[string][]int{
		"[{0 9}]":             {},
		"[]":                  {9, 8, 7, 6, 5, 4, 3, 2, 1, 0},
		"[{0 1} {4 4} {7 9}]": {2, 3, 5, 6, 5},
		"[{1 8}]":             {0, 9},
	} {
		var rows []Row
		for _, job := range jobs {
			rows = append(rows, rowOf(job))
		}
		var got []Range
		for g, err := range opened(t, journalOf(t, p, Shard{}, rows...)).Missing() {
			if err != nil {
				t.Error(err)
			}
			got = append(got, g)
		}
		if fmt.Sprint(got) != want {
			t.Errorf("%v; want %s", got, want)
		}
	}
	second, fourth := journalOf(t, p, Shard{1, 4}), journalOf(t, p, Shard{3, 4})
	r := opened(t, second, fourth, second)
	if got := fmt.Sprint(r.Absent(), r.Shards()); got != "[1/4 3/4] [2/4 4/4 2/4]" {
		t.Error(got)
	}
	if got := opened(t, second, journalOf(t, p, Shard{})).Absent(); got != nil {
		t.Error(got)
	}
	for _, err := range []error{
		func() error { _, err := OpenReader(); return err }(),
		func() error { _, err := OpenReader(filepath.Join(t.TempDir(), "none")); return err }(),
		func() error { _, err := OpenReader(os.DevNull); return err }(),
	} {
		if err == nil || strings.Contains(err.Error(), "\n") {
			t.Error(err)
		}
	}
}

// A sweep goes on from what shards were merged to.
func TestGoOnFromMerged(t *testing.T) {
	p, f := grid(50, 3, 2), numbers(2)
	a, b := filepath.Join(t.TempDir(), "a"), filepath.Join(t.TempDir(), "b")
	sweepInto(t, a, p, Shard{0, 3}, f)
	sweepInto(t, b, p, Shard{2, 3}, f)
	merged := write(t, []byte(readOut(t, b, a)))
	sweepInto(t, merged, p, Shard{}, f)
	if readOut(t, merged, a, b) != expected(t, p, f) {
		t.Error("not the same")
	}
}
