package netem_test

import (
	"testing"
	"time"

	"lossylab/netem"
)

// ms is a millisecond of a world.
const ms = netem.Time(time.Millisecond)

// tape is an Observer that keeps everything.
type tape []netem.Event

func (l *tape) Observe(e netem.Event) { *l = append(*l, e) }

// of returns the events of one kind.
func (l tape) of(k netem.Kind) (some []netem.Event) {
	for _, e := range l {
		if e.Kind == k {
			some = append(some, e)
		}
	}
	return some
}

// ids returns whose events these are.
func ids(events []netem.Event) (all []uint64) {
	for _, e := range events {
		all = append(all, e.Packet.ID)
	}
	return all
}

// stream sends n packets of size bytes, number i at i times spacing, and fetches them when the link says so until it is
// empty.
func stream(l netem.Stage, n int, spacing netem.Time, size int) {
	for i := range n {
		at := netem.Time(i) * spacing
		fetch(l, at)
		l.Send(at, &netem.Packet{ID: uint64(i), Data: make([]byte, size)})
	}
	fetch(l, 1<<62)
}

// fetch takes what arrives up to end.
func fetch(l netem.Stage, end netem.Time) {
	for at, ok := l.Next(); ok && at <= end; at, ok = l.Next() {
		for l.Recv(at) != nil {
		}
	}
}

// play streams packets through a new link and returns all that was told.
func play(t testing.TB, words string, seed uint64, n int, spacing netem.Time, size int) tape {
	t.Helper()
	var events tape
	stream(newLink(t, words, seed, &events), n, spacing, size)
	return events
}

// playModels is play for models that no words say.
func playModels(t testing.TB, n int, spacing netem.Time, models ...netem.Model) tape {
	t.Helper()
	var events tape
	l, err := netem.NewLink("up", netem.Spec{Models: models}, 1, &events)
	if err != nil {
		t.Fatal(err)
	}
	stream(l, n, spacing, 100)
	return events
}

// extents returns the reordering extent of each packet (RFC 4737 section 4.2.1): how far behind the first arrival of a
// later packet it arrived, 0 when in order. Copies do not count.
func extents(delivered []netem.Event) map[uint64]int {
	var order []uint64
	for _, e := range delivered {
		if e.Packet.Copy == 0 {
			order = append(order, e.Packet.ID)
		}
	}
	all := map[uint64]int{}
	for i, id := range order {
		all[id] = 0
		for j := range i {
			if order[j] > id {
				all[id] = i - j
				break
			}
		}
	}
	return all
}
