package sim_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

func TestRunStandsAtUntil(t *testing.T) {
	l, fired := sim.NewLoop(), []netem.Time(nil)
	for _, at := range []netem.Time{10, 20, 21} {
		l.At(at, func() { fired = append(fired, l.Now()) })
	}
	for _, c := range []struct {
		until, now netem.Time
		calls      int
	}{
		{5, 5, 0},
		{20, 20, 2}, // a call at until is made
		{20, 20, 2},
		{7, 20, 2}, // time does not run back
		{30, 30, 3},
		{40, 40, 3}, // with nothing left to do
	} {
		run(t, l, c.until)
		if l.Now() != c.now || len(fired) != c.calls || l.Calls() != uint64(c.calls) {
			t.Errorf("until %d: now %d, calls at %v (%d by its own count); want now %d and %d calls", c.until, l.Now(), fired,
				l.Calls(), c.now, c.calls)
		}
	}
	if want := []netem.Time{10, 20, 21}; !slices.Equal(fired, want) {
		t.Errorf("called at %v, want %v", fired, want)
	}
}

func TestRunWithoutAnEndStandsAtTheLastCall(t *testing.T) {
	l := sim.NewLoop()
	l.At(10, func() {})
	l.At(sim.Forever, func() { t.Error("Forever came") })
	run(t, l, sim.Forever)
	if l.Now() != 10 {
		t.Errorf("now %v, want 10 ns", l.Now())
	}
}

// done is asked before each call and after the programs, never between two programs.
func TestRunEndsWhenDoneSaysSo(t *testing.T) {
	l, steps := sim.NewLoop(), 0
	for at := range netem.Time(10) {
		l.At(at, func() {
			for range 2 {
				l.Go(func() { steps++ })
			}
		})
	}
	done := func() bool {
		if steps%2 != 0 {
			t.Error("asked while a program was ready")
		}
		return steps == 6
	}
	for range 2 { // the second time there is nothing to do before it is done
		if err := l.Run(context.Background(), 100, done); err != nil || l.Now() != 2 || l.Calls() != 3 {
			t.Errorf("%v at %v after %d calls; want the end at 2 ns after 3", err, l.Now(), l.Calls())
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	l, steps := sim.NewLoop(), 0
	ctx, cancel := context.WithCancelCause(context.Background())
	defer cancel(nil)
	why := errors.New("enough")
	for at := netem.Time(1); at <= 10; at++ {
		l.At(at, func() {
			if at == 4 {
				cancel(why)
			}
		})
	}
	l.Go(func() {
		for {
			steps++
			l.Sleep(1)
		}
	})
	for range 2 { // a context that has ended already lets nothing happen
		if err := l.Run(ctx, 100, nil); err != why {
			t.Errorf("error %v, want %v", err, why)
		}
		if l.Now() != 4 || steps != 4 {
			t.Errorf("stands at %v after %d steps, want 4 ns and 4", l.Now(), steps)
		}
	}
	run(t, l, 6) // the world is as it was
	if l.Now() != 6 || steps != 7 {
		t.Errorf("stands at %v after %d steps, want 6 ns and 7", l.Now(), steps)
	}
	l.Close()
}

func TestSleepTakesItsTimeExactly(t *testing.T) {
	l, woke := sim.NewLoop(), []netem.Time(nil)
	l.Go(func() {
		for _, d := range []time.Duration{0, 3, -5, time.Second} {
			l.Sleep(d)
			woke = append(woke, l.Now())
		}
		l.Sleep(1<<63 - 1)
		t.Error("292 years have passed")
	})
	run(t, l, 2e9)
	l.Close()
	if want := []netem.Time{0, 3, 3, 1_000_000_003}; !slices.Equal(woke, want) {
		t.Errorf("woke at %v, want %v", woke, want)
	}
}
