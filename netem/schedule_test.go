package netem_test

import (
	"crypto/sha256"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
	"lossylab/netem/netemtest"
)

// arrivedAt returns when each packet was delivered, by packet.
func arrivedAt(events tape) map[uint64]netem.Time {
	all := map[uint64]netem.Time{}
	for _, e := range events.of(netem.Delivered) {
		if e.Packet.Copy == 0 {
			all[e.Packet.ID] = e.At
		}
	}
	return all
}

// checkArrivals wants the packets 0, 1, … to have arrived at these times, in ns; -1 is lost.
func checkArrivals(t *testing.T, words string, events tape, want ...netem.Time) {
	t.Helper()
	got := arrivedAt(events)
	for id, at := range want {
		if arrived, ok := got[uint64(id)]; ok != (at >= 0) || ok && arrived != at {
			t.Errorf("%s: packet %d arrived %v at %v, want %v", words, id, ok, arrived, at)
		}
	}
}

// All at 0, 1500 bytes: at 12 Mbit/s each takes a millisecond, at 1.2 Mbit/s ten.
func TestRateChangesWithinAPacket(t *testing.T) {
	for _, c := range []struct {
		words string
		want  []netem.Time // us
	}{
		{"rate 12mbit; at 2500us rate 1.2mbit", []netem.Time{1000, 2000, 7500, 17500}}, // half of packet 2 is left
		{"rate 1.2mbit; at 5ms rate 12mbit", []netem.Time{5500, 6500, 7500, 8500}},
		{"rate 1.2mbit; at 5ms rate unlimited", []netem.Time{5000, 5000, 5000, 5000}},
		{"at 0s rate 12mbit", []netem.Time{1000, 2000, 3000, 4000}},
		{"rate 12mbit; at 1ms rate 1.2mbit", []netem.Time{1000, 11000, 21000, 31000}},         // its last bit is out
		{"rate 12mbit; at 1500us for 1ms rate 1.2mbit", []netem.Time{1000, 2900, 3900, 4900}}, // 0.5, 0.1 and 0.4 of packet 1
		{"rate 12mbit; every 2ms for 1ms rate 6mbit", []netem.Time{1000, 2000, 3500, 5000}},
		{"rate 12mbit; at 1500us stall; at 7ms up", []netem.Time{1000, 7500, 8500, 9500}},
		{"rate 12mbit; at 1500us stall rate 6mbit; at 7ms up", []netem.Time{1000, 8000, 10000, 12000}},
		{"rate 12mbit; at 1ms stall; at 7ms up", []netem.Time{1000, 8000, 9000, 10000}},
		{"at 0s stall; at 7ms up", []netem.Time{7000, 7000, 7000, 7000}},
		{"rate 12mbit; at 500us for 1ms stall; every 3ms for 1ms stall", []netem.Time{2000, 3000, 5000, 6000}},
		{"rate 12mbit; at 0s stall; every 2ms for 1ms up", []netem.Time{3000, 5000, 7000, 9000}},
	} {
		events := play(t, c.words, 1, 4, 0, 1500)
		for i := range c.want {
			c.want[i] *= 1000
		}
		checkArrivals(t, c.words, events, c.want...)
	}
}

// A packet whose last bit leaves at the instant of a change meets the new state, one nanosecond before it the old.
func TestChangesHoldFromTheirInstantOn(t *testing.T) {
	const words = "rate 12mbit delay 1ms; at 2ms down; at 4ms up; at 6ms delay 5ms; at 8ms loss 100%"
	events := play(t, words, 1, 9, ms, 1500) // packet i is judged at i+1 ms
	checkArrivals(t, words, events, 2*ms, -1, -1, 5*ms, 6*ms, 11*ms, 12*ms, -1, -1)
	for _, e := range events.of(netem.Dropped) {
		want := "down"
		if e.Packet.ID >= 7 {
			want = "loss 100%"
		}
		if e.By != want || e.At != netem.Time(e.Packet.ID+1)*ms {
			t.Errorf("packet %d lost at %v by %s", e.Packet.ID, e.At, e.By)
		}
	}
	for _, e := range play(t, "loss 100%; at 0s down", 1, 3, ms, 100).of(netem.Dropped) {
		if e.By != "down" {
			t.Errorf("lost by %s while the link is down", e.By)
		}
	}
	const early = "rate 12mbit; at 1000001ns down"
	checkArrivals(t, early, play(t, early, 1, 2, 0, 1500), 1*ms, -1)
}

// What holds for a time lies on top of what holds for good, and later clauses on top of earlier ones. Packet i is judged
// at i ms, so its delay says what held then.
func TestClausesLieOnTopOfEachOther(t *testing.T) {
	for _, c := range []struct {
		words string
		want  []int // the delay of each packet, us
	}{
		{"delay 1us; at 3ms delay 3us; at 1ms delay 2us", []int{1, 2, 2, 3, 3}},
		{"delay 1us; at 1ms for 2ms delay 9us; at 2ms delay 2us", []int{1, 9, 9, 2, 2}},
		{"at 1ms for 3ms delay 5us; at 2ms for 1ms delay 6us", []int{0, 5, 6, 5, 0}},
		{"at 2ms for 1ms delay 6us; at 1ms for 3ms delay 5us", []int{0, 5, 5, 5, 0}},
		{"delay 1us; every 3ms for 1ms delay 7us", []int{1, 1, 1, 7, 1, 1, 7, 1, 1, 7}},
		{"delay 1us; every 2ms for 1ms delay 7us; every 3ms for 1500us delay 8us", []int{1, 1, 7, 8, 8, 1, 8, 8, 7, 8, 8}},
		{"delay 1us; at 1ms delay 2us; at 1ms delay 3us", []int{1, 3}},
	} {
		got := delays(play(t, c.words, 1, len(c.want), ms, 100))
		for id, want := range c.want {
			if got[uint64(id)] != time.Duration(want)*time.Microsecond {
				t.Errorf("%s: packet %d took %v, want %dus", c.words, id, got[uint64(id)], want)
			}
		}
	}
}

// A model goes on with the stream of the one that it replaces, and an outage moves no loss: the same packets are lost as
// on links that never change.
func TestChangedModelsKeepTheirStreams(t *testing.T) {
	const n = 4000
	lost := func(words string) []uint64 { return ids(play(t, words, 1, n, ms, 100).of(netem.Dropped)) }
	few, many := lost("delay 20ms loss 2%"), lost("loss 20%")
	half := func(ids []uint64, from, to uint64) []uint64 {
		return slices.DeleteFunc(slices.Clone(ids), func(id uint64) bool { return id < from || id >= to })
	}
	got := lost("delay 20ms loss 2%; at 2s loss 20%")
	if want := slices.Concat(half(few, 0, 2000), half(many, 2000, n)); !slices.Equal(got, want) {
		t.Errorf("%d lost, want %d", len(got), len(want))
	}
	got = lost("delay 20ms loss 2%; every 2s for 1s loss 20%; at 1s rate 1gbit")
	if want := slices.Concat(half(few, 0, 2000), half(many, 2000, 3000), half(few, 3000, n)); !slices.Equal(got, want) {
		t.Errorf("%d lost, want %d", len(got), len(want))
	}
	got = lost("loss 20%; at 1s down; at 2s up")
	if want := slices.Concat(half(many, 0, 1000), span(1000, 2000), half(many, 2000, n)); !slices.Equal(got, want) {
		t.Errorf("%d lost, want %d", len(got), len(want))
	}
	// A kind that the link has not from the start has the stream that it would have had.
	late, early := lost("at 0s loss 20%"), many
	if !slices.Equal(late, early) {
		t.Errorf("%d lost, want %d", len(late), len(early))
	}
}

// span returns the numbers from a up to b.
func span(a, b uint64) (all []uint64) {
	for ; a < b; a++ {
		all = append(all, a)
	}
	return all
}

// Two models of one kind, which only a literal has, are both replaced.
func TestChangeReplacesAllOfAKind(t *testing.T) {
	us := func(n time.Duration) netem.Model { return &netem.Delay{Mean: n * time.Microsecond} }
	spec := netem.Spec{
		Models:  []netem.Model{us(1), us(2)},
		Changes: []netem.Change{{When: netem.When{At: 1e6, For: 1e6}, Models: []netem.Model{us(5)}}},
	}
	var events tape
	l, err := netem.NewLink("up", spec, 1, &events)
	if err != nil {
		t.Fatal(err)
	}
	stream(l, 3, ms, 100)
	checkArrivals(t, spec.String(), events, 3000, ms+5000, 2*ms+3000)
}

// The bits of a busy link are exactly those that its rates give: packet k ends at the first nanosecond at which k packets
// have gone out. Rates change at random instants.
func TestEveryBitIsAccountedFor(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 7))
	for range 50 {
		const n, size = 200, 1234
		var words strings.Builder
		type step struct {
			at   netem.Time
			rate uint64
		}
		steps := []step{{0, uint64(1 + rng.IntN(50_000_000))}}
		fmt.Fprintf(&words, "rate %dbit", steps[0].rate)
		for range 60 {
			at := steps[len(steps)-1].at + netem.Time(1+rng.IntN(5_000_000))
			rate := uint64(100_000 + rng.IntN(50_000_000))
			if rng.IntN(4) == 0 {
				fmt.Fprintf(&words, "; at %dns stall", at)
				rate = 0
			} else {
				fmt.Fprintf(&words, "; at %dns up rate %dbit", at, rate)
			}
			steps = append(steps, step{at, rate})
		}
		end := steps[len(steps)-1].at + 1
		fmt.Fprintf(&words, "; at %dns up rate 40mbit", end)
		steps = append(steps, step{end, 40_000_000})
		// sent returns the billionths of a bit that have gone out by at.
		sent := func(at netem.Time) (sum uint64) {
			for i, s := range steps {
				until := at
				if i+1 < len(steps) {
					until = min(at, steps[i+1].at)
				}
				if until > s.at {
					sum += uint64(until-s.at) * s.rate
				}
			}
			return sum
		}
		events := play(t, words.String(), 1, n, 0, size)
		for i, e := range events.of(netem.Delivered) {
			want := uint64(i+1) * size * 8 * 1e9
			if sent(e.At) < want || sent(e.At-1) >= want {
				t.Fatalf("%s: packet %d ends at %v: %d of %d", words.String(), i, e.At, sent(e.At), want)
			}
		}
	}
}

// At any time of any link, what was Sent and Duplicated was Delivered or Dropped or is in flight. 100 random schedules.
func TestChangesConserve(t *testing.T) {
	rng := rand.New(rand.NewPCG(8, 9))
	clauses := []string{"at %dms down", "at %dms stall", "at %dms up", "at %dms rate 3mbit loss 50%%", "at %dms for 20ms delay 1ms",
		"every %dms for 1ms stall", "every %dms for 1ms rate unlimited", "randomly every %dms for about 5ms down",
		"randomly every %dms for 2ms duplicate 50%%"}
	for range 100 {
		words := randomWords(rng)
		for range rng.IntN(6) {
			words += "; " + fmt.Sprintf(clauses[rng.IntN(len(clauses))], 2+rng.IntN(60))
		}
		words += "; at 150ms up; at 151ms loss 10%"
		var events tape
		l := newLink(t, words, rng.Uint64(), &events)
		check := func() {
			in := len(events.of(netem.Sent)) + len(events.of(netem.Duplicated))
			if out := len(events.of(netem.Delivered)) + len(events.of(netem.Dropped)); in != out+l.InFlight() {
				t.Fatalf("%s: %d in, %d out, %d in flight", words, in, out, l.InFlight())
			}
		}
		var now netem.Time
		for i := range 200 {
			now += netem.Time(rng.IntN(3)) * ms / 2
			fetch(l, now)
			l.Send(now, &netem.Packet{ID: uint64(i), Data: make([]byte, 20+rng.IntN(1480))})
			if i%20 == 0 {
				check()
			}
		}
		fetch(l, 1<<62)
		check()
		if l.InFlight() != 0 {
			t.Fatalf("%s: %d left", words, l.InFlight())
		}
	}
}

// An owner who comes late finds the same.
func TestScheduleLateOwner(t *testing.T) {
	const words = "rate 5mbit limit 30 delay 20ms 10ms loss 5%; every 100ms for 30ms stall; every 70ms for 20ms rate 2mbit; " +
		"randomly every 200ms for about 50ms down; at 1s rate 3mbit delay 5ms; at 2s duplicate 5%"
	punctual := play(t, words, 1, 3000, ms, 700)
	var late tape
	l := newLink(t, words, 1, &late)
	for i := range 3000 {
		l.Send(netem.Time(i)*ms, &netem.Packet{ID: uint64(i), Data: make([]byte, 700)})
	}
	for l.Recv(100_000*ms) != nil {
	}
	for _, k := range []netem.Kind{netem.Dequeued, netem.Dropped, netem.Duplicated} {
		a, b := punctual.of(k), late.of(k)
		if !slices.EqualFunc(a, b, func(a, b netem.Event) bool {
			return a.At == b.At && a.By == b.By && a.Packet.ID == b.Packet.ID
		}) {
			t.Errorf("%v: other packets or at other times", k)
		}
	}
	if a, b := punctual.of(netem.Delivered), late.of(netem.Delivered); !slices.Equal(ids(a), ids(b)) {
		t.Error("other packets arrive, or in another order")
	}
}

// A link asks to be called for what it has to do, and for nothing else.
func TestSchedulesDoNotPoll(t *testing.T) {
	next := func(words string, packets int) string {
		l := newLink(t, words, 1, nil)
		for i := range packets {
			l.Send(0, &netem.Packet{ID: uint64(i), Data: make([]byte, 1500)})
		}
		at, ok := l.Next()
		return fmt.Sprint(at, ok)
	}
	const never = "0.000000000 false"
	for _, c := range []struct {
		words   string
		packets int
		want    string
	}{
		{"rate 12mbit; every 1ms for 500us stall; randomly every 1ms for 1ms rate 1mbit; at 1s down", 0, never},
		{"rate 12mbit; at 0s stall; at 3s up", 1, "3.000000000 true"},
		{"rate 12mbit; at 0s stall; at 1s rate 1mbit; at 2s loss 5%; at 3s up", 1, "3.000000000 true"},
		{"rate 12mbit; at 0s stall", 1, never},
		{"rate 12mbit; at 0s stall; every 1s for 500ms stall; every 1s for 500ms loss 5%", 1, never},
		{"rate 12mbit; at 0s for 4s stall", 1, "4.000000000 true"},
		{"rate 12mbit; every 1ms for 500us loss 1%", 1, "0.001000000 true"},
		{"rate 1.2mbit; at 2ms loss 1%; at 3ms down; at 4ms delay 1ms; at 5ms rate 12mbit", 1, "0.005000000 true"},
		{"rate 1.2mbit; at 3ms down; at 4ms stall", 1, "0.003000000 true"}, // down ends a stall
		{"delay 3ms; at 1ms delay 1ms", 1, "0.003000000 true"},
	} {
		if got := next(c.words, c.packets); got != c.want {
			t.Errorf("%s: asks for %s, want %s", c.words, got, c.want)
		}
	}
}

// Time passes for an idle link whoever asks: a far instant costs no more than a near one.
func TestIdleScheduleCostsNothing(t *testing.T) {
	l := newLink(t, "rate 12mbit; every 1ms for 500us stall", 1, nil)
	if l.Recv(1<<61) != nil {
		t.Error("a packet arrived")
	}
	l.Send(1<<61, &netem.Packet{Data: make([]byte, 1500)})
	// 1<<61 lies 0.693952 ms after the beginning of a stall, and 0.306048 ms before the next.
	if at, _ := l.Next(); at-1<<61 != 306_048 {
		t.Errorf("asks for %d ns later", at-1<<61)
	}
}

// A shorter way from an instant on: what is sent now overtakes what is under way. Order keep forbids it.
func TestRouteChangeReorders(t *testing.T) {
	for _, c := range []struct {
		words     string
		reordered int
	}{
		{"delay 50ms; at 2s delay 10ms", 39}, // those of the last 40 ms of the long way but the first, which is just in time
		{"order keep delay 50ms; at 2s delay 10ms", 0},
		{"delay 10ms; at 2s delay 50ms", 0},
		{"delay 50ms; every 1s for 500ms delay 10ms", 3 * 39},
		{"order keep delay 50ms; every 1s for 500ms delay 10ms", 0},
	} {
		extent, late := extents(play(t, c.words, 1, 4000, ms, 100).of(netem.Delivered)), 0
		for _, e := range extent {
			if e > 0 {
				late++
			}
		}
		if late != c.reordered {
			t.Errorf("%s: %d packets reordered, want %d", c.words, late, c.reordered)
		}
	}
}

// Random spells: a packet every 20 ms for 10,000 s samples whether the link is down. Spells begin every 10.5 s on average,
// 952 of them, and their number has a standard deviation of 29. Gaps are exponential, with a standard deviation as large as
// their mean, and so are lengths where they are drawn. Seed 1; bounds are four standard deviations of the means.
func TestRandomSpells(t *testing.T) {
	for _, c := range []struct {
		words string
		sd    float64 // of the lengths, s
	}{{"randomly every 10s for 500ms down", 0}, {"randomly every 10s for about 500ms down", 0.5}} {
		const n, spells = 500_000, 952
		var lengths, gaps []float64
		down, since := false, 0
		seen := func(i int, now bool) {
			if now == down {
				return
			}
			if length := float64(i-since) / 50; down {
				lengths = append(lengths, length)
			} else {
				gaps = append(gaps, length)
			}
			down, since = now, i
		}
		l := newLink(t, c.words, 1, dropsTo(seen))
		for i := range n {
			l.Send(netem.Time(i)*20*ms, &netem.Packet{ID: uint64(i)})
			if l.Recv(netem.Time(i)*20*ms) != nil {
				seen(i, false)
			}
		}
		if len(lengths) < spells-4*29 || len(lengths) > spells+4*29 {
			t.Errorf("%s: %d spells", c.words, len(lengths))
		}
		mean, sd := meanAndSD(lengths)
		if math.Abs(mean-0.5) > 4*c.sd/math.Sqrt(spells)+0.005 || math.Abs(sd-c.sd) > 0.1 {
			t.Errorf("%s: spells last %.3f ± %.3f s", c.words, mean, sd)
		}
		if mean, sd = meanAndSD(gaps); math.Abs(mean-10) > 4*10/math.Sqrt(spells) || math.Abs(sd-10) > 2 {
			t.Errorf("%s: gaps last %.3f ± %.3f s", c.words, mean, sd)
		}
	}
}

// dropsTo is an Observer that tells of each packet lost.
type dropsTo func(i int, lost bool)

func (f dropsTo) Observe(e netem.Event) {
	if e.Kind == netem.Dropped {
		f(int(e.Packet.ID), true)
	}
}

func meanAndSD(xs []float64) (mean, sd float64) {
	for _, x := range xs {
		mean += x / float64(len(xs))
	}
	for _, x := range xs {
		sd += (x - mean) * (x - mean) / float64(len(xs))
	}
	return mean, math.Sqrt(sd)
}

// Random spells are the same on every machine and in both directions, differ by seed, number and place, and are moved by no
// other words.
func TestRandomSpellsAreReproducible(t *testing.T) {
	lost := func(words, name string, seed uint64) string {
		spec, err := netem.Parse(words)
		if err != nil {
			t.Fatal(err)
		}
		var events tape
		l, err := netem.NewLink(name, spec, seed, &events)
		if err != nil {
			t.Fatal(err)
		}
		stream(l, 20_000, ms, 100)
		return fmt.Sprintf("%x", sha256.Sum256(fmt.Append(nil, ids(events.of(netem.Dropped)))))[:16]
	}
	const words = "randomly every 1s for about 100ms down"
	one := lost(words, "up", 1)
	if want := "25fe7410c05e09d0"; one != want {
		t.Errorf("SHA-256 of what is lost begins %s, want %s", one, want)
	}
	for i, other := range []string{lost(words, "up/1", 1), lost(words, "up", 2), lost("randomly every 1s for about 100ms loss 0%; "+words, "up", 1)} {
		if other == one {
			t.Errorf("%d: the same packets are lost", i)
		}
	}
	if lost(words, "down", 1) != one || lost(words, "up/1", 1) != lost(words, "down/1", 1) {
		t.Error("an outage hits one direction only")
	}
	if lost("loss 0%; at 1s rate 1gbit; "+words, "up", 1) != one {
		t.Error("other words move the random times")
	}
}

func TestSchedulesAreStages(t *testing.T) {
	for _, words := range []string{
		"at 1s down; at 1.2s up",
		"rate 5mbit limit 20; every 100ms for 30ms stall",
		"rate 5mbit limit 20 delay 20ms 10ms; every 500ms for 100ms rate 1mbit delay 5ms; at 2s loss 5%; at 3s reorder 5% by 3",
		"rate 8mbit order keep delay 20ms duplicate 5%; randomly every 300ms for about 50ms down; randomly every 1s for 200ms stall",
		"rate 6mbit; at 1s stall; at 1.5s up rate 3mbit; every 700ms for 200ms corrupt 50%; at 2s for 300ms down",
		"at 0s stall; every 100ms for 10ms up",
		"rate 5mbit; every 1ms for 500us rate 2mbit",
		"mtu 900 rate 5mbit burst 16KiB peakrate 50mbit limit 20 queue codel; every 300ms for 50ms down; at 1s loss 20% for udp",
		"rate 5mbit queue pie limit 50; every 300ms for 50ms stall; every 1s for 500ms rate 1mbit",
	} {
		t.Run(words, func(t *testing.T) {
			netemtest.TestStage(t, func(o netem.Observer) netem.Stage { return newLink(t, words, 1, o) })
		})
	}
}

// A schedule allocates nothing for a packet, nor for a change.
func TestScheduleNoAllocation(t *testing.T) {
	l := newLink(t, "rate 100mbit delay 20ms 4ms loss 3%; every 3ms for 1ms rate 50mbit delay 10ms; "+
		"randomly every 7ms for about 2ms loss 10%; every 20ms for 1ms stall; every 30ms for 2ms down", 1, nil)
	p := &netem.Packet{Data: make([]byte, 1000)}
	var now netem.Time
	step := func() {
		now += ms / 4
		fetch(l, now)
		l.Send(now, p)
	}
	for range 2000 {
		step()
	}
	if n := testing.AllocsPerRun(4000, step); n != 0 {
		t.Errorf("%v allocations a packet", n)
	}
}

// Changes made as literals can hold what no words say.
func TestNewLinkRefusesChanges(t *testing.T) {
	rate, negative := netem.Mbit, netem.Rate(-1)
	at := netem.When{At: time.Second}
	for _, c := range []struct {
		change netem.Change
		want   string
	}{
		{netem.Change{When: at}, `"at": and what changes then?`},
		{netem.Change{When: at, Carrier: 9}, `"at": no such carrier`},
		{netem.Change{When: at, Rate: &negative}, `"rate": a rate is not negative`},
		{netem.Change{When: at, Models: []netem.Model{nil}}, "model 0 of the spec is nil"},
		{netem.Change{When: at, Models: []netem.Model{&netem.Loss{P: 2}}}, `"loss": a probability`},
		{netem.Change{When: at, Models: []netem.Model{&netem.Loss{}, &netem.Burst{P: .1, Mean: 5}}}, `"loss": a change has one loss`},
		{netem.Change{When: netem.When{At: -1}, Rate: &rate}, `"at": a time lies between`},
		{netem.Change{When: netem.When{At: 1, Every: time.Second, For: 1}, Rate: &rate}, `"every": once or again and again`},
		{netem.Change{When: netem.When{Every: time.Second}, Rate: &rate}, `"every": and for how long?`},
		{netem.Change{When: netem.When{Every: time.Second, For: time.Second}, Rate: &rate}, `"every": it would never end`},
		{netem.Change{When: netem.When{Every: 1, For: time.Second, Random: true}, Rate: &rate}, `"randomly": a link changes every 1ms`},
		{netem.Change{When: netem.When{Random: true, For: 1}, Rate: &rate}, `"randomly": how often`},
		{netem.Change{When: netem.When{About: true, For: 1}, Rate: &rate}, `"at": what lasts about so long`},
	} {
		spec := netem.Spec{Changes: []netem.Change{c.change}}
		if l, err := netem.NewLink("up", spec, 1, nil); err == nil || l != nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %s", err, c.want)
		}
	}
}
