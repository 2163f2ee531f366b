package netstack

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim/app"
)

// digest sums up all that is told of a run: every event with its time and every byte, and what the programs saw.
type digest struct {
	counter
	hash.Hash
	seen [app.GaveUp + 1]int
}

func (d *digest) Observe(e netem.Event) {
	d.counter.Observe(e)
	fmt.Fprintln(d, e.At, e.Link, e.Kind, e.By, e.Packet.ID, e.Packet.Copy)
	d.Write(e.Packet.Data)
}

// programs is a digest as an observer of programs.
type programs struct{ *digest }

func (d programs) Observe(e app.Event) {
	d.seen[e.Kind]++
	d.Write(binary.BigEndian.AppendUint64(nil, uint64(e.At.UnixNano())))
	fmt.Fprintln(d, e.Kind, e.Flow, e.Seq, e.Bytes, e.Offset)
}

// crowd lets ten TCP and ten UDP clients loose on a link that does everything to packets that a link can do, and is too
// narrow for them.
func crowd(t testing.TB, seed uint64, d *digest) *World {
	t.Helper()
	const words = "rate 5mbit limit 20 delay 20ms 5ms loss 3% reorder 5% by 3 duplicate 2% corrupt 2%"
	w := newWorld(t, WorldConfig{Seed: seed}, words, words, d)
	lines := make([][]byte, 15)
	for i := range lines {
		lines[i] = fmt.Appendf(nil, "line %d of nobody's poem", i)
	}
	for i, network := range []string{"tcp", "udp"} {
		s := app.Stream{Network: network, Server: "10.0.0.2:9000", Size: 1000, Interval: 10 * time.Millisecond,
			Duration: 2 * time.Second, Observer: programs{d}}
		e := app.Echo{Network: network, Server: "10.0.0.2:7", Lines: lines, Gap: 50 * time.Millisecond,
			Timeout: 200 * time.Millisecond, Retries: 2, Observer: programs{d}}
		w.Server.Go(func() {
			if err := errors.Join(s.Serve(w.Server, 9000), e.Serve(w.Server, 7)); err != nil {
				t.Fatal(err)
			}
		})
		for n := range 5 {
			s.Flow, e.Flow = 10*i+n, 10*i+5+n
			for _, client := range []func() error{
				func() error { return s.Client(w.Client) },
				func() error { return e.Client(w.Client) },
			} {
				w.Start(func() {
					if err := client(); err != nil {
						t.Error(err)
					}
				})
			}
		}
	}
	return w
}

// replay runs the crowd and returns the digest of all that happened.
func replay(t testing.TB, seed uint64) string {
	t.Helper()
	d := &digest{Hash: sha256.New()}
	w := crowd(t, seed, d)
	defer w.Close()
	play(t, w)
	for kind, n := range d.kinds[:netem.Delivered+1] {
		if n == 0 {
			t.Errorf("nothing was ever %v", netem.Kind(kind))
		}
	}
	if d.causes["loss 3%"] == 0 || d.causes["queue limit 20"] == 0 || slices.Contains(d.seen[:app.Corrupt], 0) {
		t.Errorf("the world was too good: drops %v, programs saw %v", d.causes, d.seen)
	}
	if d.seen[app.Corrupt] > 0 {
		t.Errorf("programs saw %d corrupt messages", d.seen[app.Corrupt])
	}
	return fmt.Sprintf("%x", d.Sum(nil))
}

// child is the environment variable that makes the test below print a digest and nothing else.
const child = "LOSSYLAB_REPLAY"

// Everything that happens, to the byte and nanosecond, depends on the seed and on nothing else: not on the number of
// processors, not on what ran before, not on the process. 30 runs each at 1, 2 and 8 processors; the race detector makes
// runs slow, so that there are fewer under it.
func TestTheSameSeedIsTheSameWorld(t *testing.T) {
	if os.Getenv(child) != "" {
		fmt.Fprintln(os.Stdout, child, replay(t, 1))
		return
	}
	want := replay(t, 1)
	for _, processors := range []int{1, 2, 8} {
		t.Run(fmt.Sprintf("%d processors", processors), func(t *testing.T) {
			defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(processors))
			for run := range runs {
				if got := replay(t, 1); got != want {
					t.Fatalf("run %d: %s, the first was %s", run, got, want)
				}
			}
		})
	}
	t.Run("another process", func(t *testing.T) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestTheSameSeedIsTheSameWorld$")
		cmd.Env = append(os.Environ(), child+"=1")
		out, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(out), child+" "+want+"\n") {
			t.Errorf("%v, and it said %s; want %s", err, out, want)
		}
	})
	t.Run("another seed", func(t *testing.T) {
		if got := replay(t, 2); got == want {
			t.Errorf("seeds 1 and 2 have the same digest %s", got)
		}
	})
}

// However a world ends, it leaves no goroutine behind. Each leaves at least one if it leaves any, so that ten worlds tell;
// the two stacks' own goroutines have signed off when Close returns, and those of the last world may still be about to go.
func TestAWorldLeavesNoGoroutineBehind(t *testing.T) {
	const worlds = 10
	for _, c := range []struct {
		name string
		run  func(t *testing.T, w *World)
	}{
		{"finished", func(t *testing.T, w *World) { play(t, w) }},
		{"interrupted", func(t *testing.T, w *World) {
			ctx, cancel := context.WithCancel(context.Background())
			at := netem.Time(700 * time.Millisecond)
			w.Loop.At(at, cancel)
			if err := w.Run(ctx, netem.Time(time.Hour)); !errors.Is(err, context.Canceled) || w.Loop.Now() != at || w.Finished() {
				t.Errorf("%v at %v; want it to be cancelled at %v", err, w.Loop.Now(), at)
			}
		}},
		{"stopped at its limit", func(t *testing.T, w *World) {
			if err := w.Run(context.Background(), netem.Time(time.Second)); err != nil || w.Finished() {
				t.Errorf("%v; finished: %v", err, w.Finished())
			}
		}},
		{"abandoned", func(*testing.T, *World) {}},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := runtime.NumGoroutine()
			for range worlds {
				w := crowd(t, 1, &digest{Hash: sha256.New()})
				c.run(t, w)
				w.Close()
			}
			if n := runtime.NumGoroutine(); n > before+2 {
				t.Errorf("%d goroutines after %d worlds, %d before", n, worlds, before)
			}
		})
	}
}
