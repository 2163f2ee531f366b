package sweep_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"lossylab/sim/sweep"
)

// A sweep of two axes and two seeds, and what is read of it.
func Example() {
	size, err := sweep.ParseAxis("size=1..3 step 1")
	if err != nil {
		fmt.Println(err)
		return
	}
	power, err := sweep.ParseAxis("power=1,2")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := &sweep.Plan{Version: "1", Axes: []sweep.Axis{size, power}, Seed: 1, Repeat: 2, Columns: []string{"sum"}}
	dir, err := os.MkdirTemp("", "sweep")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "sweep.journal")
	if err := run(path, plan); err != nil {
		fmt.Println(err)
		return
	}
	r, err := sweep.OpenReader(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer r.Close()
	for row, err := range r.Rows() {
		if err != nil {
			fmt.Println(err)
			return
		}
		fmt.Println(r.Plan().Describe(row.Job), row.Values)
	}
	// Output:
	// size=1 power=1 seed 1 [2]
	// size=1 power=1 seed 2 [3]
	// size=1 power=2 seed 1 [2]
	// size=1 power=2 seed 2 [3]
	// size=2 power=1 seed 1 [3]
	// size=2 power=1 seed 2 [4]
	// size=2 power=2 seed 1 [5]
	// size=2 power=2 seed 2 [6]
	// size=3 power=1 seed 1 [4]
	// size=3 power=1 seed 2 [5]
	// size=3 power=2 seed 1 [10]
	// size=3 power=2 seed 2 [11]
}

// run runs what the journal at path does not have.
func run(path string, plan *sweep.Plan) error {
	j, err := sweep.OpenJournal(path, plan, sweep.Shard{})
	if err != nil {
		return err
	}
	defer j.Close()
	s := &sweep.Sweep{
		Journal: j,
		Clock:   func() time.Duration { return 0 }, // a command passes time since its start
		Func: func(_ context.Context, cell []string, seed uint64) ([]float64, string, error) {
			n, err := strconv.Atoi(cell[0])
			if cell[1] == "2" {
				n *= n
			}
			return []float64{float64(n + int(seed))}, "", err
		},
	}
	return s.Run(context.Background())
}
