package netem

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

const msec = time.Millisecond

// near compares to 12 digits: the steps below were computed by hand.
func near(t *testing.T, what string, got, want float64) {
	t.Helper()
	if math.Abs(got-want) > 1e-12*math.Abs(want) {
		t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// With alpha 0.125 and beta 1.25, a target of 15 ms, and a latency of 45 ms that was 0 before:
// 0.125 × 0.030 + 1.25 × 0.045 = 0.06, and 0.125 × 0.030 = 0.00375 in each later step, times the scale of the table.
func TestPIEStepsByTheTable(t *testing.T) {
	s, rule := pie{burst: maxBurstPIE}, PIE{}.settled()
	s.step(rule, 45*msec)
	near(t, "from 0 on, 1/2048", s.drop, .06/2048)
	for _, c := range []struct{ drop, scale float64 }{
		{0, 2048}, {.0000009, 2048}, {.000001, 512}, {.00001, 128}, {.0001, 32}, {.001, 8}, {.01, 2}, {.1, 1}, {.5, 1},
	} {
		s := pie{drop: c.drop, last: 45 * msec}
		s.step(rule, 45*msec)
		near(t, "step", s.drop, c.drop+.00375/c.scale)
	}
	// Gains of 4/16 and 32/16: 0.25 × -0.005 + 2 × -0.010 = -0.02125, halved.
	s = pie{drop: .05, last: 20 * msec}
	s.step(PIE{Alpha: 4, Beta: 32}.settled(), 10*msec)
	near(t, "falling latency", s.drop, .05-.02125/2)
}

// RFC 8033 sections 5.5 and 4.2: up by 2 % at most from 10 % on, between 0 and 1, and down to 98 % when nothing waits.
func TestPIEBounds(t *testing.T) {
	rule := PIE{}.settled()
	for _, c := range []struct {
		what          string
		drop          float64
		last, latency time.Duration
		want          float64
	}{
		{"a leap", .3, 0, time.Second, .32},
		{"a leap from below", .099, 0, 100 * msec, .099 + (.125*.085+1.25*.1)/2},
		{"the top", .99, 0, time.Second, 1},
		{"the bottom", .0000001, 15 * msec, 0, 0},
		{"idle", .5, 0, 0, (.5 - .001875) * .98},
	} {
		s := pie{drop: c.drop, last: c.last}
		s.step(rule, c.latency)
		near(t, c.what, s.drop, c.want)
	}
}

// The first 150 ms of a congestion are allowed: the allowance is there again as soon as it is over.
func TestPIEAllowsBursts(t *testing.T) {
	s, rule := pie{burst: maxBurstPIE}, PIE{}.settled()
	for range 10 {
		if s.burst == 0 {
			t.Fatal("no allowance left")
		}
		s.step(rule, 30*msec)
	}
	if s.burst != 0 || s.drop == 0 {
		t.Fatalf("after 150 ms: %+v", s)
	}
	steps := 0
	for ; s.burst == 0; steps++ {
		s.step(rule, 0)
	}
	if s.burst != maxBurstPIE || s.drop != 0 || steps < 2 {
		t.Errorf("after %d steps: %+v", steps, s)
	}
}

// tally is an Outlet that counts.
type tally struct{ dropped, marked int }

func (n *tally) Drop(*Packet, string) { n.dropped++ }
func (n *tally) Mark(*Packet, string) { n.marked++ }

// newPIE returns a queue, and how often it has dropped and marked.
func newPIE(p PIE) (*pieQueue, *tally) {
	var n tally
	return p.New(Limit{}, 0, rand.New(rand.NewPCG(1, 2)), &n).(*pieQueue), &n
}

// A queue that is called only when packets come and go is in the same state as one whose timer fires each 15 ms, also
// after a day in which nothing came.
func TestPIEUpdatesLateAsInTime(t *testing.T) {
	for _, rule := range []PIE{{}, {Alpha: 1, Beta: 1}, {Target: time.Hour, Alpha: 32}, {TUpdate: msec, Target: 1}} {
		lazy, n := newPIE(rule)
		timed, m := newPIE(rule)
		rng := rand.New(rand.NewPCG(3, 4))
		var now, tick Time
		for i := range 4000 {
			switch {
			case i%1000 == 999:
				for lazy.Dequeue(now) != nil {
					timed.Dequeue(now)
				}
				now = now.Add(time.Duration(rng.Int64N(int64(time.Hour))))
			default:
				now = now.Add(time.Duration(rng.Int64N(int64(3 * msec))))
			}
			for ; tick <= now; tick = tick.Add(timed.rule.TUpdate) {
				timed.update(tick)
			}
			if rng.IntN(100) < 60 {
				lazy.Enqueue(now, &Packet{Sent: now, Data: make([]byte, 1000)})
				timed.Enqueue(now, &Packet{Sent: now, Data: make([]byte, 1000)})
			} else {
				lazy.Dequeue(now)
				timed.Dequeue(now)
			}
			if lazy.pie != timed.pie || *n != *m || lazy.tick <= now {
				t.Fatalf("%v at %v: %+v %v, with a timer %+v %v", rule, now, lazy.pie, *n, timed.pie, *m)
			}
		}
		if n.dropped == 0 && rule.Target < time.Second {
			t.Errorf("%v dropped nothing", rule)
		}
	}
}

// RFC 8033 section 4.1: no drop while the latency was less than half the target and the probability is below 0.2, nor
// with less than a couple of packets; section 5.4: none before the probabilities add up to 0.85, and one at 8.5.
func TestPIESpares(t *testing.T) {
	q, _ := newPIE(PIE{})
	q.largest, q.bytes = 1000, 5000
	p := &Packet{Data: make([]byte, 500)}
	for _, c := range []struct {
		what  string
		state pie
		bytes int
		luck  float64
		want  float64
	}{
		{"burst", pie{.5, 100 * msec, 1}, 5000, 5, 0},
		{"short queue", pie{.5, 100 * msec, 0}, 1999, 5, 0},
		{"couple of packets", pie{.5, 100 * msec, 0}, 2000, 5, .5},
		{"low latency", pie{.19, 7 * msec, 0}, 5000, 5, 0},
		{"low latency, high probability", pie{.2, 7 * msec, 0}, 5000, 5, .2},
		{"half the target", pie{.1, 7500 * time.Microsecond, 0}, 5000, 5, .1},
		{"lately", pie{.5, 100 * msec, 0}, 5000, .3, 0},
		{"long ago", pie{.5, 100 * msec, 0}, 5000, 8, 1},
	} {
		q.pie, q.bytes, q.luck = c.state, c.bytes, c.luck
		near(t, c.what, q.early(p), c.want)
	}
	q.rule.ByteMode = true
	q.pie, q.luck = pie{.5, 100 * msec, 0}, 5
	near(t, "half a packet", q.early(p), .25)
}

// Section 5.1: marks up to 10 %, and drops beyond.
func TestPIEMarks(t *testing.T) {
	for _, c := range []struct {
		drop            float64
		ecn             byte
		dropped, marked int
	}{{.1, 2, 0, 1}, {.1, 0, 1, 0}, {.11, 2, 1, 0}} {
		q, n := newPIE(PIE{ECN: true})
		q.largest, q.bytes, q.pie, q.luck = 100, 5000, pie{c.drop, time.Second, 0}, 8.5
		data := make([]byte, 100)
		data[0], data[1] = 0x45, c.ecn
		if q.Enqueue(0, &Packet{Data: data}); n.dropped != c.dropped || n.marked != c.marked || q.luck != 0 {
			t.Errorf("%v: %d dropped, %d marked", c, n.dropped, n.marked)
		}
	}
}
