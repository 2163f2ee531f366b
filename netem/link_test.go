package netem_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"lossylab/netem"
)

// delays returns how long each packet was under way, by packet.
func delays(events tape) map[uint64]time.Duration {
	all := map[uint64]time.Duration{}
	for _, e := range events.of(netem.Delivered) {
		if e.Packet.Copy == 0 {
			all[e.Packet.ID] = e.At.Sub(e.Packet.Sent)
		}
	}
	return all
}

// Adding a model, or turning its knob, moves nothing that the others do.
func TestModelsHaveStreamsOfTheirOwn(t *testing.T) {
	const n = 5000
	alone := delays(play(t, "delay 20ms 4ms", 1, n, ms, 100))
	if len(alone) != n {
		t.Fatalf("%d of %d arrived", len(alone), n)
	}
	for _, more := range []string{"loss 3%", "loss 30% 50%", "loss gemodel 5% 10% 70% 1%", "duplicate 10%", "corrupt 10%",
		"duplicate 10% corrupt 20% loss 2% burst 5"} {
		both := delays(play(t, "delay 20ms 4ms "+more, 1, n, ms, 100))
		for id, d := range both {
			if d != alone[id] {
				t.Fatalf("%s: packet %d took %v, alone %v", more, id, d, alone[id])
			}
		}
	}
}

// The same holds for what stands behind the loss: a packet that is lost has been judged by all.
func TestLostPacketsAreJudgedByAll(t *testing.T) {
	copied := func(models ...netem.Model) []uint64 {
		return ids(playModels(t, 5000, ms, models...).of(netem.Duplicated))
	}
	all := copied(&netem.Duplicate{P: .1})
	some := copied(&netem.Loss{P: .5}, &netem.Duplicate{P: .1})
	if len(some) == 0 || len(some) > len(all)*2/3 {
		t.Fatalf("%d copies of the survivors, %d of all", len(some), len(all))
	}
	for _, id := range some {
		if !slices.Contains(all, id) {
			t.Errorf("packet %d has a copy only when others are lost", id)
		}
	}
}

// Common random numbers: what is lost at 1 % is lost at 5 % too.
func TestMoreLossLosesTheSameAndMore(t *testing.T) {
	few := ids(play(t, "loss 1%", 1, 5000, ms, 100).of(netem.Dropped))
	many := ids(play(t, "loss 5%", 1, 5000, ms, 100).of(netem.Dropped))
	for _, id := range few {
		if !slices.Contains(many, id) {
			t.Errorf("packet %d is lost at 1%% and not at 5%%", id)
		}
	}
}

// Links of other names, seeds and kinds of model draw differently, and so do two models of one kind in one link.
func TestStreamsDiffer(t *testing.T) {
	lost := func(name string, seed uint64, models ...netem.Model) []uint64 {
		var events tape
		l, err := netem.NewLink(name, netem.Spec{Models: models}, seed, &events)
		if err != nil {
			t.Fatal(err)
		}
		stream(l, 1000, ms, 100)
		return ids(events.of(netem.Dropped))
	}
	m := &netem.Loss{P: .2}
	one := lost("up", 1, m)
	if !slices.Equal(one, lost("up", 1, m)) {
		t.Error("the same link twice differs")
	}
	for i, other := range [][]uint64{lost("down", 1, m), lost("up", 2, m), lost("up", 1, m, m)} {
		if slices.Equal(one, other) {
			t.Errorf("%d: the same packets are lost", i)
		}
	}
}

// One spec makes any number of links: a model's state is the link's.
func TestLinksShareNoState(t *testing.T) {
	spec, err := netem.Parse("loss 30% burst 5")
	if err != nil {
		t.Fatal(err)
	}
	var tapes [2]tape
	var links [2]*netem.Link
	for i := range links {
		if links[i], err = netem.NewLink("up", spec, 1, &tapes[i]); err != nil {
			t.Fatal(err)
		}
	}
	stream(links[0], 1000, ms, 100)
	stream(links[1], 1000, ms, 100)
	if !slices.Equal(ids(tapes[0].of(netem.Dropped)), ids(tapes[1].of(netem.Dropped))) {
		t.Error("the second link remembers the first one's losses")
	}
}

func TestDuplicatesFollowAtOnceAndShareBytes(t *testing.T) {
	events := play(t, "delay 20ms duplicate 100%", 1, 100, ms, 100)
	got := events.of(netem.Delivered)
	if len(got) != 200 { // a copy is not judged: it would be copied for ever
		t.Fatalf("%d arrived, want 200", len(got))
	}
	for i := 0; i < len(got); i += 2 {
		p, c := got[i], got[i+1]
		if p.Packet.Copy != 0 || c.Packet.Copy != 1 || p.Packet.ID != c.Packet.ID || p.At != c.At || c.Packet.Sent != p.Packet.Sent ||
			&p.Packet.Data[0] != &c.Packet.Data[0] {
			t.Fatalf("arrived %+v at %v, then %+v at %v", p.Packet, p.At, c.Packet, c.At)
		}
	}
	if e := events.of(netem.Duplicated)[0]; e.By != "duplicate 100%" || e.At != 0 || e.Packet.Copy != 1 {
		t.Errorf("told %+v", e)
	}
}

// A corrupted packet differs in one bit and has bytes of its own; its copy is clean.
func TestCorruptTurnsOneBitOver(t *testing.T) {
	events := play(t, "duplicate 100% corrupt 100%", 1, 100, ms, 100)
	clean := make([]byte, 100)
	for _, e := range events.of(netem.Delivered) {
		var ones int
		for _, b := range e.Packet.Data {
			for ; b != 0; b &= b - 1 {
				ones++
			}
		}
		if want := 1 - e.Packet.Copy; ones != want || e.Packet.Corrupt != (want == 1) {
			t.Errorf("copy %d has %d bits turned over, says corrupt %v", e.Packet.Copy, ones, e.Packet.Corrupt)
		}
	}
	for _, e := range events.of(netem.Sent) {
		if !bytes.Equal(e.Packet.Data, clean) || e.Packet.Corrupt {
			t.Fatal("the packet that was sent has changed")
		}
	}
}

// Flips count from the first bit of the IP header, the most significant one of its first byte.
func TestFlipsCountFromTheFirstBit(t *testing.T) {
	events := playModels(t, 1, ms, some{[]uint64{0}, netem.Verdict{Flips: []int{0, 15, 799}}})
	got := events.of(netem.Delivered)[0].Packet.Data
	if got[0] != 0x80 || got[1] != 0x01 || got[99] != 0x01 {
		t.Errorf("bytes %x", got)
	}
}

// The verdicts add up: any drop, the sum of delays and copies, and the first to ask is named.
func TestVerdictsAddUp(t *testing.T) {
	all := []uint64{0}
	late := func(d time.Duration) netem.Model { return some{all, netem.Verdict{Delay: 5e6, Late: d, Copies: 1}} }
	events := playModels(t, 1, ms, late(0), late(2e6), some{all, netem.Verdict{Delay: -3e6, Late: 1e6}})
	got := events.of(netem.Delivered)
	if len(got) != 3 || got[0].At != 10*ms || got[2].Packet.Copy != 2 {
		t.Errorf("%d arrived, the first at %v", len(got), got[0].At)
	}
	if e := playModels(t, 1, ms, some{all, netem.Verdict{Delay: -3e6}}).of(netem.Delivered)[0]; e.At != 0 {
		t.Errorf("a negative sum delays until %v", e.At)
	}
	drop := some{all, netem.Verdict{Drop: true}}
	events = playModels(t, 1, ms, late(1), drop, &netem.Loss{P: 1})
	if lost := events.of(netem.Dropped); len(lost) != 1 || lost[0].By != drop.String() || len(events) != 3 {
		t.Errorf("told %v", events)
	}
}

// An owner who comes late gets the same packets in the same order.
func TestLateOwner(t *testing.T) {
	const words = "rate 5mbit limit 30 delay 20ms 10ms loss 5% reorder 5% by 3 duplicate 5% corrupt 5%"
	punctual := play(t, words, 1, 3000, ms, 700)
	var late tape
	l := newLink(t, words, 1, &late)
	for i := range 3000 {
		l.Send(netem.Time(i)*ms, &netem.Packet{ID: uint64(i), Data: make([]byte, 700)})
	}
	for l.Recv(100_000*ms) != nil {
	}
	for _, k := range []netem.Kind{netem.Dequeued, netem.Dropped, netem.Duplicated, netem.Corrupted, netem.Delayed, netem.Delivered} {
		if !slices.Equal(ids(punctual.of(k)), ids(late.of(k))) {
			t.Errorf("%v: other packets or in another order", k)
		}
	}
}

// At any time of any link, what was Sent and Duplicated was Delivered or Dropped or is in flight. 150 random specs.
func TestConservation(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 150 {
		words := randomWords(rng)
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

// randomWords makes up a spec, with each word present or not and from harmless to absurd.
func randomWords(rng *rand.Rand) string {
	var words []string
	add := func(format string, args ...any) {
		if rng.IntN(2) == 0 {
			words = append(words, fmt.Sprintf(format, args...))
		}
	}
	share := func() int { return []int{0, 1, 5, 50, 100}[rng.IntN(5)] }
	add("rate %dkbit", 1+rng.IntN(20_000))
	add("limit %d%s", 1+rng.IntN(50), []string{"", "KiB", "00B"}[rng.IntN(3)])
	add("delay %dms %dms", rng.IntN(30), rng.IntN(30))
	switch rng.IntN(4) {
	case 0:
		add("loss %d%%", share())
	case 1:
		add("loss gemodel %d%% %d%% %d%% %d%%", share(), share(), share(), share())
	case 2:
		add("loss %d%% burst %d", rng.IntN(50), 1+rng.IntN(9))
	}
	if rng.IntN(2) == 0 {
		add("reorder %d%% by %d within %dms", share(), 1+rng.IntN(9), 1+rng.IntN(99))
		add("order keep")
	} else {
		add("reorder %d%% late %dms", share(), 1+rng.IntN(9))
	}
	add("duplicate %d%%", share())
	add("corrupt %d%%", share())
	return strings.Join(words, " ")
}

// An ordinary packet costs no allocation, observed or not.
func TestNoAllocation(t *testing.T) {
	var seen counts
	for _, o := range []netem.Observer{nil, &seen} {
		l := newLink(t, "rate 100mbit delay 20ms 4ms distribution normal loss 3%", 1, o)
		p := &netem.Packet{Data: make([]byte, 1000)}
		var now netem.Time
		step := func() {
			now += ms / 8
			fetch(l, now)
			l.Send(now, p)
		}
		for range 2000 {
			step()
		}
		if n := testing.AllocsPerRun(2000, step); n != 0 {
			t.Errorf("%v allocations a packet", n)
		}
	}
}

// counts is an Observer that counts by kind.
type counts [netem.Delivered + 1]int

func (c *counts) Observe(e netem.Event) { c[e.Kind]++ }

func TestSendBackInTimePanics(t *testing.T) {
	l := newLink(t, "", 1, nil)
	l.Send(2, &netem.Packet{})
	defer func() {
		if recover() == nil {
			t.Error("no panic")
		}
	}()
	l.Send(1, &netem.Packet{})
}
