package sweep

import (
	"path/filepath"
	"slices"
	"testing"
)

// Every job is of the shard that says so itself.
func TestShardOf(t *testing.T) {
	for n := 1; n < 40; n++ {
		for job := range 500 {
			if _, ok := shardOf(job, n).place(job); !ok {
				t.Fatalf("job %d is not of %s", job, shardOf(job, n))
			}
		}
	}
}

// What is missing is told shard by shard: of the three here, one is whole, one has a row, and there is nothing of one.
func TestLacking(t *testing.T) {
	p := &Plan{Version: "1", Axes: []Axis{{"loss", []string{"1%", "2%"}}}, Seed: 1, Repeat: 5, Columns: []string{"x"}}
	dir := t.TempDir()
	var paths []string
	for i, rows := range []int{3, 1} {
		s := Shard{i, 3}
		path := filepath.Join(dir, s.String()[:1])
		j, err := OpenJournal(path, p, s)
		if err != nil {
			t.Fatal(err)
		}
		for k := range min(rows, s.Jobs(p.Jobs())) {
			if err := j.append([]Row{{Job: s.job(k), Values: []float64{1}}}, 0); err != nil {
				t.Fatal(err)
			}
		}
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
		paths = append(paths, path)
	}
	r, err := OpenReader(paths...)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	got, err := r.Lacking()
	var want []Lack
	for i, have := range []int{3, 1, 0} {
		s := Shard{i, 3}
		if of := s.Jobs(10); of > have {
			want = append(want, Lack{s, of - have, of})
		}
	}
	if err != nil || !slices.Equal(got, want) || len(got) < 2 {
		t.Errorf("lacking %v (%v), want %v", got, err, want)
	}
}
