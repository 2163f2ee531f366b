package sweep

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// grid is a plan of so many cells and seeds.
func grid(cells, seeds, columns int) *Plan {
	p := &Plan{Identity: "1f", Version: "0.1", Scenario: "app: stream\nlink: loss 1% <é>\n", Seed: 7, Repeat: seeds}
	axis := Axis{Key: "x"}
	for i := range cells {
		axis.Values = append(axis.Values, fmt.Sprint("v", i))
	}
	p.Axes = []Axis{axis}
	for i := range columns {
		p.Columns = append(p.Columns, fmt.Sprint("c", i))
	}
	return p
}

// numbers is a Func whose numbers are drawn from cell and seed, the awkward ones among them.
func numbers(columns int) Func {
	return func(_ context.Context, cell []string, seed uint64) ([]float64, string, error) {
		h := uint64(1)
		for _, c := range strings.Join(cell, "\x00") {
			h = h*31 + uint64(c)
		}
		rng := rand.New(rand.NewPCG(h, seed))
		awkward := []float64{math.NaN(), math.Inf(1), math.Inf(-1), math.Copysign(0, -1), math.MaxFloat64, math.SmallestNonzeroFloat64}
		values := make([]float64, columns)
		for i := range values {
			if values[i] = math.Float64frombits(rng.Uint64()); rng.IntN(4) == 0 {
				values[i] = awkward[rng.IntN(len(awkward))]
			}
		}
		note := ""
		if rng.IntN(4) == 0 {
			note = fmt.Sprintf("line\n\"%c\xff %d", rng.IntN(0x3000), rng.IntN(9))
		}
		for range rng.IntN(4) {
			runtime.Gosched() // jobs end in another order than they begin
		}
		return values, note, nil
	}
}

// still is a clock that stands, so that nothing is made safe before the end.
func still() time.Duration { return 0 }

// sweepInto runs what a journal does not have.
func sweepInto(t testing.TB, path string, p *Plan, s Shard, f Func) {
	t.Helper()
	j, err := OpenJournal(path, p, s)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&Sweep{Journal: j, Func: f, Workers: 4, Clock: still}).Run(context.Background()); err != nil {
		t.Error(err)
	}
	if err := j.Close(); err != nil {
		t.Error(err)
	}
}

// readOut returns all that journals say, as one journal in order.
func readOut(t testing.TB, paths ...string) string {
	t.Helper()
	r, err := OpenReader(paths...)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	var b bytes.Buffer
	if _, err := r.WriteTo(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// expected returns what a journal of the plan must say, made without an engine.
func expected(t testing.TB, p *Plan, f Func) string {
	t.Helper()
	b, salt, err := encodeHeader(p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	for job := range p.Jobs() {
		cell, seed := p.Cell(job)
		values, note, _ := f(context.Background(), cell, seed)
		b = appendRow(b, &Row{job, values, note}, salt)
	}
	return string(b)
}

// Random plans in random shards: every job is run once, with the cell and seed that it names, and what is read is what
// one machine would have written, in whatever order the shards are given.
func TestSweep(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 60 {
		p := grid(1+rng.IntN(30), 1+rng.IntN(4), 1+rng.IntN(3))
		for i := range rng.IntN(3) {
			p.Axes = append(p.Axes, Axis{fmt.Sprint("y", i), []string{"a", "b, c", "d"}[:1+rng.IntN(3)]})
		}
		var mu sync.Mutex
		ran := make(map[string]int)
		f := numbers(len(p.Columns))
		counted := func(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
			mu.Lock()
			ran[fmt.Sprint(cell, seed)]++
			mu.Unlock()
			return f(ctx, cell, seed)
		}
		n := 1 + rng.IntN(7)
		var paths []string
		for _, i := range rng.Perm(n) {
			paths = append(paths, filepath.Join(t.TempDir(), "journal"))
			sweepInto(t, paths[len(paths)-1], p, Shard{i, n}, counted)
		}
		if len(ran) != p.Jobs() {
			t.Errorf("%d of %d jobs were run", len(ran), p.Jobs())
		}
		for job, times := range ran {
			if times != 1 {
				t.Errorf("%s was run %d times", job, times)
			}
		}
		if got, want := readOut(t, paths...), expected(t, p, f); got != want {
			t.Fatalf("%d cells, %d seeds, %d shards: read %d bytes, want %d", p.Cells(), p.Repeat, n, len(got), len(want))
		}
	}
}

// Jobs are begun in order, and never more than a window beyond the oldest that is not finished.
func TestWindow(t *testing.T) {
	p := grid(10_000, 1, 1)
	j, err := OpenJournal(filepath.Join(t.TempDir(), "j"), p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	var begun atomic.Int64
	release := make(chan struct{})
	f := func(_ context.Context, cell []string, _ uint64) ([]float64, string, error) {
		n := begun.Add(1)
		if n == window {
			close(release)
		}
		if cell[0] == "v0" {
			<-release // the oldest, until all else that may begin has
		}
		return []float64{float64(n)}, "", nil
	}
	if err := (&Sweep{Journal: j, Func: f, Workers: 3, Clock: still}).Run(context.Background()); err != nil {
		t.Fatal(err)
	}
	pool := newPool(func() (int, bool) { return 0, true })
	for i := range window {
		if n, _, ok := pool.take(); !ok || n != i {
			t.Fatal(n, ok)
		}
	}
	all := make(chan bool)
	go func() {
		n, _, _ := pool.take() // waits: only what is finished makes room
		all <- n == window
	}()
	pool.finish([]outcome{{number: 5}})
	if pool.oldest != 0 || pool.begun > window {
		t.Error("room without the oldest")
	}
	pool.finish([]outcome{{number: 0}})
	if !<-all {
		t.Error("not the next")
	}
}

// The error is that of the first job that has one, at any number of workers, and names it; rows that are there are kept,
// also those that came after it.
func TestFuncFails(t *testing.T) {
	p := grid(300, 2, 1)
	broken := errors.New("the world is flat")
	f := numbers(1)
	for _, workers := range []int{1, 2, 8, 2000} {
		path := filepath.Join(t.TempDir(), "j")
		j, err := OpenJournal(path, p, Shard{})
		if err != nil {
			t.Fatal(err)
		}
		failing := func(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
			if seed == 8 && (cell[0] == "v50" || cell[0] == "v51" || cell[0] == "v200") {
				return nil, "", broken
			}
			return f(ctx, cell, seed)
		}
		err = (&Sweep{Journal: j, Func: failing, Workers: workers, Clock: still}).Run(context.Background())
		if !errors.Is(err, broken) || err.Error() != "x=v50 seed 8: the world is flat" {
			t.Errorf("%d workers: %v", workers, err)
		}
		if _, done := j.Jobs(); done < 101 {
			t.Errorf("%d rows kept", done)
		}
		j.Close()
		sweepInto(t, path, p, Shard{}, f)
		if readOut(t, path) != expected(t, p, f) {
			t.Error("went on to something else")
		}
	}
}

func TestWrongNumbers(t *testing.T) {
	j, err := OpenJournal(filepath.Join(t.TempDir(), "j"), grid(2, 1, 2), Shard{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	err = (&Sweep{Journal: j, Func: numbers(3), Clock: still}).Run(context.Background())
	if err == nil || err.Error() != "x=v0 seed 7: gave 3 numbers for 2 columns: give one for each, NaN if it is not known" {
		t.Error(err)
	}
}

// What was finished when ctx ended is kept, and nothing that Func returned with an error.
func TestCancel(t *testing.T) {
	p, f := grid(500, 1, 1), numbers(1)
	path := filepath.Join(t.TempDir(), "j")
	j, err := OpenJournal(path, p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var n atomic.Int64
	err = (&Sweep{Journal: j, Clock: still, Func: func(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
		if n.Add(1) > 100 {
			cancel()
			return []float64{1}, "", errors.New("interrupted")
		}
		return f(ctx, cell, seed)
	}}).Run(ctx)
	if !errors.Is(err, context.Canceled) || !strings.HasPrefix(err.Error(), "stopped with 100 of 500 runs done") {
		t.Error(err)
	}
	j.Close()
	sweepInto(t, path, p, Shard{}, f)
	if readOut(t, path) != expected(t, p, f) {
		t.Error("went on to something else")
	}
}

// A panic of Func says in which run it was.
func TestPanic(t *testing.T) {
	j, err := OpenJournal(filepath.Join(t.TempDir(), "j"), grid(2, 2, 1), Shard{})
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	defer func() {
		if text := fmt.Sprint(recover()); !strings.HasPrefix(text, "x=v1 seed 7: no such route\n") || !strings.Contains(text, "TestPanic") {
			t.Error(text)
		}
	}()
	s := &Sweep{Journal: j, Clock: still, Func: func(context.Context, []string, uint64) ([]float64, string, error) { panic("no such route") }}
	s.one(context.Background(), 2)
}

// A sample lies spread over the grid, its rows are kept, and it says how long the rest takes.
func TestProbe(t *testing.T) {
	p, f := grid(1000, 2, 1), numbers(1)
	path := filepath.Join(t.TempDir(), "j")
	j, err := OpenJournal(path, p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	var now atomic.Int64
	s := &Sweep{Journal: j, Workers: 1, Clock: func() time.Duration { return time.Duration(now.Load()) }}
	if s.Progress() != (Progress{Left: -1}) {
		t.Error(s.Progress())
	}
	s.Func = func(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
		var v int
		fmt.Sscanf(cell[0], "v%d", &v)
		now.Add(int64(v) * int64(time.Millisecond)) // later cells take longer: 500 ms on average
		return f(ctx, cell, seed)
	}
	e, err := s.Probe(context.Background(), 100, time.Hour)
	if err != nil || e.Sampled != 100 || e.Jobs != 1900 || e.Each < 480*time.Millisecond || e.Each > 520*time.Millisecond || e.Left != seconds(e.Each.Seconds()*1900) {
		t.Errorf("%+v, %v", e, err)
	}
	if g := s.Progress(); g.Done != 100 || g.Total != 2000 || g.Elapsed != s.Clock() || math.Abs((g.Left-e.Left).Seconds()) > 1e-3 {
		t.Errorf("%+v", g)
	}
	s.Workers = 4
	if e := s.estimate(); e.Left != seconds(e.Each.Seconds()*1900/4) {
		t.Errorf("%+v", e)
	}
	s.Workers = 1
	began := s.Clock()
	if e, err = s.Probe(context.Background(), 100, 3*time.Second); err != nil || e.Sampled == 0 || e.Sampled > 12 || s.Clock()-began > 4*time.Second {
		t.Errorf("%+v, %v", e, err)
	}
	s.Workers, s.Func, s.Clock = 4, f, still
	if err := s.Run(context.Background()); err != nil {
		t.Error(err)
	}
	if g := s.Progress(); g.Done != g.Total || g.Left != 0 {
		t.Errorf("%+v", g)
	}
	if e, err := s.Probe(context.Background(), 10, time.Second); err != nil || e.Sampled != 0 || e.Jobs != 0 {
		t.Errorf("%+v, %v", e, err)
	}
	j.Close()
	if readOut(t, path) != expected(t, p, f) {
		t.Error("the sample is not what a run gives")
	}
}

// Memory does not grow with the number of jobs: a million leave at most 4 MiB more alive than the first thousand, in
// the engine and in what reads.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a million jobs: run without -short")
	}
	p := grid(10_000, 100, 1)
	path := filepath.Join(t.TempDir(), "j")
	j, err := OpenJournal(path, p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	var first, most atomic.Uint64
	look := func(n int) {
		if n != 1000 && n%200_000 != 0 {
			return
		}
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		if n == 1000 {
			first.Store(m.HeapAlloc)
		}
		most.Store(max(most.Load(), m.HeapAlloc))
	}
	bound := func(what string) {
		if grown := int64(most.Load()) - int64(first.Load()); grown > 4<<20 {
			t.Errorf("%s: %d bytes more", what, grown)
		} else {
			t.Logf("%s: %d bytes alive at job 1,000, %d more at most later", what, first.Load(), grown)
		}
		most.Store(0)
	}
	var n atomic.Int64
	err = (&Sweep{Journal: j, Clock: still, Func: func(context.Context, []string, uint64) ([]float64, string, error) {
		look(int(n.Add(1)))
		return []float64{0.5}, "", nil
	}}).Run(context.Background())
	if err != nil || n.Load() != 1_000_000 {
		t.Fatal(n.Load(), err)
	}
	bound("run")
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	r, err := OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	want := 0
	for row, err := range r.Rows() {
		if err != nil || row.Job != want {
			t.Fatal(row, err)
		}
		want++
		look(want)
	}
	if want != 1_000_000 {
		t.Error(want)
	}
	bound("read")
}

// Jobs of about 0.2 ms, on one worker and on all: worlds share nothing, so the ratio is what the machine has to give.
func BenchmarkWorkers(b *testing.B) {
	p := grid(500, 1, 1)
	f := func(context.Context, []string, uint64) ([]float64, string, error) {
		x := uint64(1)
		for range 200_000 {
			x = x*6364136223846793005 + 1
		}
		return []float64{float64(x)}, "", nil
	}
	for _, workers := range []int{1, runtime.GOMAXPROCS(0)} {
		b.Run(fmt.Sprint(workers), func(b *testing.B) {
			for range b.N {
				j, err := OpenJournal(filepath.Join(b.TempDir(), "j"), p, Shard{})
				if err != nil {
					b.Fatal(err)
				}
				if err := (&Sweep{Journal: j, Func: f, Workers: workers, Clock: still}).Run(context.Background()); err != nil {
					b.Error(err)
				}
				j.Close()
			}
			b.ReportMetric(float64(b.N*p.Jobs())/b.Elapsed().Seconds(), "jobs/s")
		})
	}
}

// A journal of ten columns, as long as it takes: the engine's own cost of a job, and the reader's.
func BenchmarkSweep(b *testing.B) {
	p := grid(10_000, 10, 10)
	path := filepath.Join(b.TempDir(), "j")
	values := []float64{1, 0.25, 1234.5678, 1e-9, math.NaN(), 3, 1.0 / 3, 0, 17, 2e6}
	f := func(context.Context, []string, uint64) ([]float64, string, error) { return values, "", nil }
	b.Run("run", func(b *testing.B) {
		for range b.N {
			os.Remove(path)
			sweepInto(b, path, p, Shard{}, f)
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.Jobs()), "ns/job")
	})
	b.Run("read", func(b *testing.B) {
		for range b.N {
			r, err := OpenReader(path)
			if err != nil {
				b.Fatal(err)
			}
			for _, err := range r.Rows() {
				if err != nil {
					b.Fatal(err)
				}
			}
			r.Close()
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(p.Jobs()), "ns/job")
	})
}
