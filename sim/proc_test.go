package sim_test

import (
	"context"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// journal is what the programs of a test did, in the order in which they did it.
type journal struct{ lines []string }

func (j *journal) note(line string) { j.lines = append(j.lines, line) }

func (j *journal) want(t *testing.T, lines string) {
	t.Helper()
	if got := strings.Join(j.lines, " "); got != lines {
		t.Errorf("did: %s\nwant: %s", got, lines)
	}
}

func TestProgramsRunInOrderOfStarting(t *testing.T) {
	l, j := sim.NewLoop(), journal{}
	l.Go(func() {
		j.note("a")
		l.Go(func() { // begins when those that were ready before it have run
			j.note("aa")
			l.Go(func() { j.note("aaa") })
		})
		j.note("a2")
	})
	l.Go(func() { j.note("b") })
	run(t, l, 0)
	j.want(t, "a a2 b aa aaa")
	if l.Current() != nil {
		t.Error("a program is running, though none is left")
	}
}

func TestWakesAreServedInTheirOrder(t *testing.T) {
	l, j := sim.NewLoop(), journal{}
	var waiting []*sim.Proc
	for _, name := range []string{"a", "b", "c"} {
		l.Go(func() {
			waiting = append(waiting, l.Current())
			l.Park()
			j.note(name)
		})
	}
	l.At(1, func() {
		l.Wake(waiting[2])
		l.Wake(waiting[0])
		l.Wake(waiting[2]) // already awake
		l.Wake(waiting[1])
	})
	run(t, l, 1)
	j.want(t, "c a b")
	l.Wake(waiting[0]) // has returned: nothing is left to go on
	run(t, l, 2)
	j.want(t, "c a b")
}

// A producer and a consumer that check what they wait for: wakes that come too early do no harm.
func TestParkMayReturnEarly(t *testing.T) {
	l, j, full := sim.NewLoop(), journal{}, false
	consumer := l.Go(func() {
		for !full {
			j.note("look")
			l.Park()
		}
		j.note("eat")
	})
	l.At(1, func() { l.Wake(consumer) })
	l.At(2, func() { full = true; l.Wake(consumer) })
	run(t, l, 3)
	j.want(t, "look look eat")
}

func TestSleepOutlastsEarlyWakes(t *testing.T) {
	l, woke := sim.NewLoop(), netem.Time(0)
	sleeper := l.Go(func() {
		l.Sleep(10)
		woke = l.Now()
	})
	for at := range netem.Time(20) {
		l.At(at, func() { l.Wake(sleeper) })
	}
	run(t, l, 20)
	if woke != 10 {
		t.Errorf("woke at %v, want 10 ns", woke)
	}
}

func TestAProgramsPanicIsRuns(t *testing.T) {
	before := runtime.NumGoroutine()
	l, j := sim.NewLoop(), journal{}
	l.Go(func() {
		defer j.note("unwound")
		l.Sleep(1)
	})
	l.Go(func() {
		defer j.note("deferred")
		panic("broken")
	})
	func() {
		defer func() {
			if r := recover(); r != "broken" {
				t.Errorf("Run panicked with %v", r)
			}
		}()
		l.Run(context.Background(), 1, nil)
		t.Error("Run returned")
	}()
	l.Close()
	j.want(t, "deferred unwound")
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
}

// So t.Fatal may be called in a program: testing asks for the test's own goroutine.
func TestAProgramsGoexitIsRuns(t *testing.T) {
	over := make(chan bool)
	go func() {
		defer close(over)
		l := sim.NewLoop()
		l.Go(runtime.Goexit)
		l.Run(context.Background(), 1, nil)
		over <- true
	}()
	if <-over {
		t.Error("Run returned")
	}
}

func TestBlockingOutsideAProgramNamesTheRemedy(t *testing.T) {
	for name, block := range map[string]func(*sim.Loop){
		"Park":  (*sim.Loop).Park,
		"Sleep": func(l *sim.Loop) { l.Sleep(time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if s, ok := recover().(string); !ok || !strings.Contains(s, "start it with Go") {
					t.Errorf("panicked with %q", s)
				}
			}()
			block(sim.NewLoop())
		})
	}
}

func TestCloseUnwindsWhatWaits(t *testing.T) {
	before := runtime.NumGoroutine()
	l, j := sim.NewLoop(), journal{}
	l.Go(func() { // ignores whatever it is told, and goes on waiting
		defer j.note("stubborn")
		for {
			l.Sleep(1)
		}
	})
	l.Go(func() { // waits again in its deferred calls
		defer j.note("outer")
		defer func() {
			j.note("inner")
			l.Sleep(1)
			j.note("never")
		}()
		l.Park()
	})
	l.Go(func() { // starts another, which does not begin
		defer func() { l.Go(func() { j.note("late") }) }()
		l.Park()
	})
	run(t, l, 5)
	l.Go(func() { j.note("not begun") })
	if n := runtime.NumGoroutine(); n != before+4 {
		t.Errorf("%d goroutines with 4 programs, %d before", n, before)
	}
	l.Close()
	slices.Sort(j.lines) // in which order they are unwound is nobody's business
	j.want(t, "inner outer stubborn")
	if n := runtime.NumGoroutine(); n > before {
		t.Errorf("%d goroutines, %d before", n, before)
	}
	l.Close() // once more does no harm
}

// A thousand programs that come and go in a thousand turns leave nothing behind.
func TestProgramsThatReturnAreForgotten(t *testing.T) {
	before := runtime.NumGoroutine()
	l, n := sim.NewLoop(), 0
	for i := range 1000 {
		l.Go(func() {
			for range i % 7 {
				l.Sleep(time.Duration(i))
			}
			n++
		})
	}
	run(t, l, sim.Forever)
	if n != 1000 || runtime.NumGoroutine() > before {
		t.Errorf("%d of 1000 returned; %d goroutines, %d before", n, runtime.NumGoroutine(), before)
	}
}
