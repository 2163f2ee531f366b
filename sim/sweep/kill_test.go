package sweep

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// victim is set for a process of this test that sweeps into the journal it names, until it is killed.
const victim = "LOSSYLAB_SWEEP_TEST_JOURNAL"

// TestVictim is no test but such a process. It says a byte for each job that it begins.
func TestVictim(t *testing.T) {
	path := os.Getenv(victim)
	if path == "" {
		return
	}
	p, f := victims()
	j, err := OpenJournal(path, p, Shard{})
	if err != nil {
		t.Fatal(err)
	}
	err = (&Sweep{Journal: j, Clock: still, Func: func(ctx context.Context, cell []string, seed uint64) ([]float64, string, error) {
		os.Stderr.WriteString(".")
		return f(ctx, cell, seed)
	}}).Run(context.Background())
	if err := errors.Join(err, j.Close()); err != nil {
		t.Fatal(err)
	}
}

// victims is what is swept: rows of 20 kB, so that many are torn.
func victims() (*Plan, Func) { return grid(50, 3, 1000), numbers(1000) }

// However often a sweep is killed, and wherever, it goes on to the bytes of one that was left alone, at any number of
// processors, and no lock is left.
func TestKilled(t *testing.T) {
	p, f := victims()
	want := expected(t, p, f)
	rng := rand.New(rand.NewPCG(3, 4))
	for _, procs := range []int{1, 2, 8} {
		path := filepath.Join(t.TempDir(), "j")
		kills, torn := 0, 0
		for !sweepOrKill(t, path, procs, 5+rng.IntN(40)) {
			kills++
			if b, err := os.ReadFile(path); err == nil && len(b) > 0 && b[len(b)-1] != '\n' {
				torn++
			}
		}
		if kills < 3 {
			t.Errorf("killed only %d times", kills)
		}
		if readOut(t, path) != want {
			t.Errorf("GOMAXPROCS=%d: after %d kills it is another sweep", procs, kills)
		}
		t.Logf("GOMAXPROCS=%d: killed %d times, in %d of them in the middle of a row", procs, kills, torn)
	}
}

// sweepOrKill goes on with a sweep in a process of its own, which is killed when it has begun so many jobs. It says whether
// the sweep came to its end.
func sweepOrKill(t *testing.T, path string, procs, jobs int) bool {
	t.Helper()
	c := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	c.Env = append(os.Environ(), victim+"="+path, fmt.Sprint("GOMAXPROCS=", procs))
	var stdout strings.Builder
	c.Stdout = &stdout
	dots, err := c.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, dots, int64(jobs)); err == nil || n == int64(jobs) {
		if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
	}
	io.Copy(io.Discard, dots)
	err = c.Wait()
	if err != nil && c.ProcessState.Exited() {
		t.Fatalf("%v: %s", err, stdout.String())
	}
	return err == nil
}
