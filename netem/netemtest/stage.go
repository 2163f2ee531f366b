package netemtest

import (
	"slices"
	"testing"

	"lossylab/netem"
)

// TestStage tests a Stage: new returns one that is empty and tells o of everything, the same each time. It need not lose
// or change anything; but what it does, it must do by the contract.
func TestStage(t *testing.T, new func(o netem.Observer) netem.Stage) {
	t.Run("PacketsConserved", func(t *testing.T) { run(t, new, 1, on).conserved() })
	t.Run("AnswersTold", func(t *testing.T) { run(t, new, 1, on).answers() })
	t.Run("DataFrozen", func(t *testing.T) { run(t, new, 2, on).frozen() })
	t.Run("SameSeedSameEvents", func(t *testing.T) { same(t, run(t, new, 3, on), run(t, new, 3, on)) })
	t.Run("NothingEarly", func(t *testing.T) { same(t, run(t, new, 4, early), run(t, new, 4, on)) })
	t.Run("EmptyWaitsForNothing", func(t *testing.T) {
		s := new(nil)
		if at, ok := s.Next(); ok {
			t.Errorf("an empty stage wants to be called at %v", at)
		}
		if p := s.Recv(1e9); p != nil {
			t.Errorf("an empty stage gave packet %d", p.ID)
		}
	})
}

// When the stage is called beside the times for which it asks.
const (
	on    = iota // never
	early        // just before each of them as well, when nothing can have arrived
)

// wakeupsPerPacket is how many calls a stage may ask for, on average. A few are its own work (the end of a transmission,
// a packet that gives up waiting); a wake-up that asks for itself again soon costs hundreds.
const wakeupsPerPacket = 20

// run sends the traffic of a seed through a new stage until it is empty, and checks what can be checked on the way.
func run(t *testing.T, new func(netem.Observer) netem.Stage, seed uint64, mode int) *record {
	t.Helper()
	r := &record{t: t, seed: seed, sent: traffic(seed)}
	r.stage = new(r)
	for _, s := range r.sent {
		r.until(s.at, mode)
		r.stage.Send(s.at, s.p)
		r.takeAnswers()
		if s.p.Sent != s.at {
			t.Fatalf("packet %d sent at %v is marked %v", s.p.ID, s.at, s.p.Sent)
		}
	}
	r.until(1<<62, mode)
	return r
}

// until calls the stage whenever it asks, to the end.
func (r *record) until(end netem.Time, mode int) {
	r.t.Helper()
	for at, ok := r.stage.Next(); ok && at <= end; at, ok = r.stage.Next() {
		if r.wakeups++; r.wakeups > wakeupsPerPacket*packets {
			r.t.Fatalf("more than %d wake-ups for %d packets", r.wakeups, packets)
		}
		if at < r.now {
			r.t.Fatalf("asked at %v to be called at %v", r.now, at)
		}
		if mode == early && at-1 > r.now {
			r.now = at - 1
			if p := r.stage.Recv(r.now); p != nil {
				r.t.Fatalf("packet %d arrived at %v, before Next said so", p.ID, r.now)
			}
		}
		r.fetch(at)
		if again, ok := r.stage.Next(); ok && again <= at {
			r.t.Fatalf("nothing left at %v, yet asked to be called at %v", at, again)
		}
	}
}

// fetch receives all that has arrived at now.
func (r *record) fetch(now netem.Time) {
	r.t.Helper()
	r.now = now
	for p := r.stage.Recv(now); p != nil; p = r.stage.Recv(now) {
		r.received = append(r.received, p)
		if sent := r.sent[p.ID-1].at; p.Sent != sent {
			r.t.Fatalf("packet %d sent at %v arrived marked as sent at %v", p.ID, sent, p.Sent)
		}
		last := r.events[len(r.events)-1]
		if last.Kind != netem.Delivered || last.Packet != p || last.At != now {
			r.t.Fatalf("packet %d received at %v, but the last event is %v", p.ID, now, line(last))
		}
		r.takeAnswers()
	}
	r.takeAnswers()
}

// takeAnswers fetches what the stage has for the sender.
func (r *record) takeAnswers() {
	if a, ok := r.stage.(netem.Answerer); ok {
		for p := a.Answer(); p != nil; p = a.Answer() {
			r.answered = append(r.answered, p)
		}
	}
}

// same wants two runs to have told the same events.
func same(t *testing.T, a, b *record) {
	t.Helper()
	if !slices.Equal(a.lines, b.lines) {
		for i := range min(len(a.lines), len(b.lines)) {
			if a.lines[i] != b.lines[i] {
				t.Fatalf("event %d: %s\nbut before: %s", i, a.lines[i], b.lines[i])
			}
		}
		t.Fatalf("%d events, but before %d", len(a.lines), len(b.lines))
	}
}
