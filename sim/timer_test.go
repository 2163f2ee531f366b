package sim_test

import (
	"cmp"
	"context"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/netem"
	"lossylab/sim"
)

// reference is what a Loop's queue should be: all that is scheduled, sorted when it is asked for.
type reference struct {
	calls []call
	seq   int
}

// call is one scheduled call of timer id.
type call struct {
	at      netem.Time
	seq, id int
}

// stop unschedules id, and reports whether it had been scheduled.
func (r *reference) stop(id int) bool {
	n := len(r.calls)
	r.calls = slices.DeleteFunc(r.calls, func(c call) bool { return c.id == id })
	return len(r.calls) < n
}

func (r *reference) reset(id int, at netem.Time) {
	r.stop(id)
	r.seq++
	r.calls = append(r.calls, call{at, r.seq, id})
}

// due takes out the calls up to until, in their order.
func (r *reference) due(until netem.Time) (ids []int) {
	slices.SortFunc(r.calls, func(a, b call) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.seq, b.seq)) })
	n := 0
	for ; n < len(r.calls) && r.calls[n].at <= until; n++ {
		ids = append(ids, r.calls[n].id)
	}
	r.calls = slices.Delete(r.calls, 0, n)
	return ids
}

// run lets l go on to until.
func run(t *testing.T, l *sim.Loop, until netem.Time) {
	t.Helper()
	if err := l.Run(context.Background(), until, nil); err != nil {
		t.Fatal(err)
	}
}

// Sixty timers are scheduled within 40 ns, so that half of them share their instant with another; 20,000 steps, 3 seeds.
func TestTimersFireAsASortedListDoes(t *testing.T) {
	for seed := range uint64(3) {
		rng := rand.New(rand.NewPCG(seed, 0))
		l, want, fired := sim.NewLoop(), reference{}, []int(nil)
		timers := make([]sim.Timer, 60)
		for id := range timers {
			timers[id].F = func() { fired = append(fired, id) }
		}
		for step := range 20_000 {
			id := rng.IntN(len(timers))
			switch rng.IntN(10) {
			case 0:
				if got, want := l.Stop(&timers[id]), want.stop(id); got != want {
					t.Fatalf("seed %d step %d: Stop says %v, want %v", seed, step, got, want)
				}
			case 1:
				until := l.Now() + netem.Time(rng.IntN(20))
				fired = fired[:0]
				run(t, l, until)
				if due := want.due(until); !slices.Equal(fired, due) {
					t.Fatalf("seed %d step %d: fired %v, want %v", seed, step, fired, due)
				}
			default:
				at := l.Now() - 2 + netem.Time(rng.IntN(40)) // a time that has passed is now
				l.Reset(&timers[id], at)
				want.reset(id, max(at, l.Now()))
			}
		}
	}
}

func TestTiesFireInOrderOfScheduling(t *testing.T) {
	l, fired := sim.NewLoop(), []int(nil)
	timers := make([]*sim.Timer, 100)
	for id := range timers {
		timers[id] = l.At(7, func() { fired = append(fired, id) })
	}
	l.Reset(timers[0], 7) // scheduled anew, though for the same instant: now the last
	run(t, l, 7)
	want := make([]int, 0, len(timers))
	for id := 1; id < len(timers); id++ {
		want = append(want, id)
	}
	if want = append(want, 0); !slices.Equal(fired, want) {
		t.Errorf("fired %v, want %v", fired, want)
	}
}

func TestACallThatSchedulesForThePastComesNow(t *testing.T) {
	l, fired := sim.NewLoop(), []netem.Time(nil)
	note := func() { fired = append(fired, l.Now()) }
	l.At(5, func() {
		l.At(3, note)
		l.At(-1, note)
	})
	l.At(5, note)
	run(t, l, 10)
	if want := []netem.Time{5, 5, 5}; !slices.Equal(fired, want) {
		t.Errorf("fired at %v, want %v", fired, want)
	}
}

func TestATimerStoppedInItsOwnInstantDoesNotFire(t *testing.T) {
	l := sim.NewLoop()
	var victim *sim.Timer
	l.At(5, func() {
		if !l.Stop(victim) {
			t.Error("the timer was not scheduled")
		}
	})
	victim = l.At(5, func() { t.Error("fired") })
	run(t, l, 10)
	if l.Stop(victim) {
		t.Error("stopped twice")
	}
}

// BenchmarkLoop is one call, scheduled and made, with 300 of them pending.
func BenchmarkLoop(b *testing.B) {
	l, rng := sim.NewLoop(), rand.New(rand.NewPCG(1, 1))
	for range 300 {
		t := &sim.Timer{}
		t.F = func() { l.Reset(t, l.Now()+1+netem.Time(rng.IntN(1000))) }
		l.Reset(t, netem.Time(rng.IntN(1000)))
	}
	b.ReportAllocs()
	b.ResetTimer()
	if err := l.Run(context.Background(), sim.Forever, func() bool { return l.Calls() == uint64(b.N) }); err != nil {
		b.Fatal(err)
	}
}
