package relay

import (
	"slices"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// link makes a stage of a SPEC.
func link(t testing.TB, spec string, o netem.Observer) netem.Stage {
	t.Helper()
	s, err := netem.Parse(spec)
	if err != nil {
		t.Fatal(err)
	}
	l, err := netem.NewStage("up", s, 1, o)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestSwitchIsAStage(t *testing.T) {
	for _, spec := range []string{"", "rate 10mbit limit 20 delay 5ms 2ms loss 5% reorder 5% by 3 duplicate 5%", "mtu 300 delay 1ms", `tc "delay 3ms 1ms loss 5%"`} {
		netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return NewSwitch(link(t, spec, o)) })
	}
	netemtest.TestStage(t, func(o netem.Observer) netem.Stage { // one that has been changed
		s := NewSwitch(link(t, "", o))
		s.Change(link(t, "delay 5ms loss 5% reorder 5% by 3", o))
		return s
	})
}

// What was sent before a change arrives as it would have without it, and what is sent later by the new link; then
// the old one is gone.
func TestNothingInFlightIsLostByAChange(t *testing.T) {
	s := NewSwitch(link(t, "delay 100ms", nil))
	send := func(at netem.Time, id uint64) { s.Send(at, &netem.Packet{ID: id, Data: make([]byte, 100)}) }
	ms := func(n int) netem.Time { return netem.Time(0).Add(time.Duration(n) * time.Millisecond) }
	send(ms(0), 1)
	send(ms(10), 2)
	s.Change(link(t, "delay 10ms", nil))
	send(ms(20), 3)
	s.Change(link(t, "loss 100%", nil))
	send(ms(21), 4)
	s.Change(link(t, "delay 200ms", nil))
	send(ms(22), 5)
	if s.Stages() != 3 { // that which loses everything has kept nothing
		t.Errorf("%d stages", s.Stages())
	}
	var ids []uint64
	var times []netem.Time
	for at, ok := s.Next(); ok; at, ok = s.Next() {
		for p := s.Recv(at); p != nil; p = s.Recv(at) {
			ids, times = append(ids, p.ID), append(times, at)
		}
	}
	if !slices.Equal(ids, []uint64{3, 1, 2, 5}) || !slices.Equal(times, []netem.Time{ms(30), ms(100), ms(110), ms(222)}) {
		t.Errorf("%v arrived at %v", ids, times)
	}
	if s.Stages() != 1 {
		t.Errorf("%d stages are left", s.Stages())
	}
}

func TestLatenessTellsQuantiles(t *testing.T) {
	var a, b Lateness
	for i := range netem.Time(1000) {
		a.Add(i * 1000)
		b.Add(-5) // early is not late
	}
	s := Sum(&a)
	for _, c := range []struct{ got, want netem.Time }{{s.P50, 500_000}, {s.P90, 900_000}, {s.P99, 990_000}} {
		if c.got < c.want || c.got > c.want*9/8+1 {
			t.Errorf("%d, want %d and at most an eighth more", c.got, c.want)
		}
	}
	if s.N != 1000 || s.Max != 999_000 {
		t.Errorf("%+v", s)
	}
	if s = Sum(&a, &b); s.N != 2000 || s.P50 > 1125 || s.Max != 999_000 {
		t.Errorf("together %+v", s)
	}
	if s = Sum(); s != (Late{}) {
		t.Errorf("of nothing %+v", s)
	}
	for n := uint64(1); n < 1<<58; n = n*9/8 + 1 { // each number lies in the class whose end is not below it, nor far above
		if end := uint64(above(classOf(n))); end < n || end > n+n/8 {
			t.Fatalf("%d is counted up to %d", n, end)
		}
	}
}

// alarm is driven: it wants to be called at given times, and takes note.
type alarm struct {
	due  []netem.Time
	rang chan netem.Time
	last netem.Time
	back bool
}

func (a *alarm) Next() (netem.Time, bool) {
	if len(a.due) == 0 {
		return 0, false
	}
	return a.due[0], true
}

func (a *alarm) Advance(now netem.Time) {
	a.back = a.back || now < a.last
	a.last = now
	for len(a.due) > 0 && a.due[0] <= now {
		a.rang <- a.due[0]
		a.due = a.due[1:]
	}
}

// A wall calls at each time that was asked for, never before it and in order, also for times that are asked for while
// it waits for later ones.
func TestWallCallsInTime(t *testing.T) {
	a := &alarm{rang: make(chan netem.Time, 10)}
	w := NewWall(a)
	at := w.Now()
	later, sooner := at.Add(40*time.Millisecond), at.Add(5*time.Millisecond)
	w.Enter()
	a.due = []netem.Time{later}
	w.Leave()
	w.Enter()
	a.due = []netem.Time{sooner, later}
	w.Leave()
	for _, want := range []netem.Time{sooner, later} {
		if got := <-a.rang; got != want || w.Now() < want {
			t.Errorf("rang for %v at %v, want %v", got, w.Now(), want)
		}
	}
	w.Close()
	w.Enter()
	a.due = []netem.Time{w.Now()}
	w.Leave()
	if len(a.rang) > 0 || a.back {
		t.Errorf("rang after the end, or time ran back: %v", a.back)
	}
}
