package sweep

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
)

// Jobs go cell by cell, the last axis fastest, and within a cell seed by seed.
func TestCell(t *testing.T) {
	p := &Plan{Axes: []Axis{{"a", []string{"1", "2"}}, {"b", []string{"x", "y", "z"}}}, Seed: 5, Repeat: 2, Columns: []string{"n"}}
	if p.Check() != nil || p.Cells() != 6 || p.Jobs() != 12 {
		t.Fatal(p.Check(), p.Cells(), p.Jobs())
	}
	var got []string
	for job := range p.Jobs() {
		got = append(got, p.Describe(job))
	}
	if want := "a=1 b=x seed 5;a=1 b=x seed 6;a=1 b=y seed 5;a=1 b=y seed 6;a=1 b=z seed 5;a=1 b=z seed 6;a=2 b=x seed 5;a=2 b=x seed 6;" +
		"a=2 b=y seed 5;a=2 b=y seed 6;a=2 b=z seed 5;a=2 b=z seed 6"; strings.Join(got, ";") != want {
		t.Errorf("%q", got)
	}
}

func TestPlanCheck(t *testing.T) {
	long := make([]string, maxValues)
	for i := range long {
		long[i] = fmt.Sprint(i)
	}
	for want, change := range map[string]func(*Plan){
		"0 seeds for each cell: take 1 or more":          func(p *Plan) { p.Repeat = 0 },
		"2 seeds from 18446744073709551615 on":           func(p *Plan) { p.Seed, p.Repeat = math.MaxUint64, 2 },
		"axis x is there twice":                          func(p *Plan) { p.Axes = append(p.Axes, p.Axes[0]) },
		"axis a: no values":                              func(p *Plan) { p.Axes[0] = Axis{Key: "a"} },
		`axis "": give it a key`:                         func(p *Plan) { p.Axes[0].Key = "" },
		"axis x: an empty value":                         func(p *Plan) { p.Axes[0].Values[0] = "" },
		`value "a\tb": a control character`:              func(p *Plan) { p.Axes[0].Values[0] = "a\tb" },
		"more than 1099511627776 runs":                   func(p *Plan) { p.Axes, p.Repeat = []Axis{{"a", long}, {"b", long}, {"c", long}}, 2 },
		"more than 1099511627776 runs: take":             func(p *Plan) { p.Repeat = math.MaxInt },
		"0 columns of numbers":                           func(p *Plan) { p.Columns = nil },
		`column "n": give each a name of its own`:        func(p *Plan) { p.Columns = []string{"n", "n"} },
		`identity or version "1\n2": a control`:          func(p *Plan) { p.Version = "1\n2" },
		"the scenario is not UTF-8: write it as text":    func(p *Plan) { p.Scenario = "\xff" },
		"a plan of more than 8 MiB: take fewer or":       func(p *Plan) { p.Scenario = strings.Repeat("x", 9<<20) },
		"axis y: the value 1.0 is there twice (1): take": func(p *Plan) { p.Axes[0] = Axis{"y", []string{"1", "1.0"}} },
	} {
		p := grid(2, 1, 1)
		if err := p.Check(); err != nil {
			t.Fatal(err)
		}
		change(p)
		if err := p.Check(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("%v; want %s", err, want)
		}
	}
}

// Every job is in exactly one of N shards, a shard's jobs go up, and no shard has two jobs more than another.
func TestShards(t *testing.T) {
	for jobs := range 60 {
		for n := 1; n <= 17; n++ {
			owner := make([]int, jobs)
			for i := range n {
				s := Shard{i, n}
				if again, err := ParseShard(s.String()); err != nil || again != s {
					t.Fatal(again, err)
				}
				last := -1
				for k := range s.Jobs(jobs) {
					job := s.job(k)
					if job <= last || job >= jobs {
						t.Fatalf("%d jobs, %s: %d after %d", jobs, s, job, last)
					}
					if at, ok := s.place(job); !ok || at != k {
						t.Fatal(s, job, at, ok)
					}
					last = job
					owner[job]++
				}
				if c := s.Jobs(jobs); c < jobs/n || c > jobs/n+1 {
					t.Errorf("%d jobs, %s: %d", jobs, s, c)
				}
			}
			for job, times := range owner {
				if times != 1 {
					t.Fatalf("%d shards: job %d is in %d of them", n, job, times)
				}
			}
		}
	}
	for _, text := range []string{"", "1", "0/2", "3/2", "-1/2", "1/0", "a/b", "1/2/3", "1/1000001"} {
		if _, err := ParseShard(text); err == nil || !strings.Contains(err.Error(), "write I/N") {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// No value of an axis goes to one shard, whatever divides what. n = 40,000 jobs in 4 shards; a shard has 2,500 of the jobs of
// each of 4 values on average, and the hash, which is fixed, keeps it within 2,300 to 2,700 (4 standard deviations are 173).
func TestShardsAreEven(t *testing.T) {
	var count [4][4]int
	for i := range 4 {
		for k := range 10_000 {
			count[i][Shard{i, 4}.job(k)%4]++
		}
	}
	for _, values := range count {
		for _, n := range values {
			if n < 2300 || n > 2700 {
				t.Error(count)
			}
		}
	}
}

// Spans are the set that a map is.
func TestSpans(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	for range 300 {
		var s spans
		set := make(map[int]bool)
		end := 1 + rng.IntN(40)
		for range rng.IntN(80) {
			n := rng.IntN(end)
			s.add(n)
			set[n] = true
			free := -1
			for k := end; k >= -1; k-- {
				if s.has(k) != set[k] {
					t.Fatal(s, set, k)
				}
				if !set[k] {
					free = k
				}
				if k >= 0 && s.next(k) != free && free < end {
					t.Fatal(s, k, s.next(k), free)
				}
			}
		}
		if s.len() != len(set) {
			t.Fatal(s, set)
		}
		for i := 1; i < len(s); i++ {
			if s[i-1].to >= s[i].from {
				t.Fatal(s)
			}
		}
		free := end - len(set)
		n := rng.IntN(free + 1)
		seen := make(map[int]bool)
		for _, k := range spread(s, end, n) {
			if set[k] || seen[k] || k < 0 || k >= end {
				t.Fatal(s, k)
			}
			seen[k] = true
		}
		if len(seen) != n {
			t.Fatal(len(seen), n)
		}
	}
}
