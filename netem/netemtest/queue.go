package netemtest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/netem"
)

// TestQueue tests a Queue: new returns an empty one that calls drop with what it discards. To see the queue drop, its
// limit should be below some 100 packets or 100,000 bytes.
func TestQueue(t *testing.T, new func(drop func(*netem.Packet)) netem.Queue) {
	t.Run("PacketsConserved", func(t *testing.T) { testQueueConserves(t, new) })
	t.Run("EmptyDequeuesNil", func(t *testing.T) { testQueueEmpty(t, new) })
	t.Run("SameEveryTime", func(t *testing.T) {
		if !slices.Equal(fill(t, new), fill(t, new)) {
			t.Fatal("two queues did different things to the same packets")
		}
	})
}

// ledger is a queue and what ought to be in it.
type ledger struct {
	queue  netem.Queue
	inside map[*netem.Packet]bool
	bytes  int
	log    []string
}

// out takes a packet that was dropped or dequeued off the books.
func (l *ledger) out(t *testing.T, what string, p *netem.Packet) {
	t.Helper()
	if !l.inside[p] {
		t.Fatalf("%s packet %d, which was not in the queue", what, p.ID)
	}
	delete(l.inside, p)
	l.bytes -= p.Size()
	l.log = append(l.log, fmt.Sprint(what, p.ID))
}

// check compares what the queue says of itself with the books.
func (l *ledger) check(t *testing.T) {
	t.Helper()
	if l.queue.Len() != len(l.inside) || l.queue.Bytes() != l.bytes {
		t.Fatalf("Len %d, Bytes %d; but %d packets of %d bytes are inside", l.queue.Len(), l.queue.Bytes(), len(l.inside),
			l.bytes)
	}
}

// fill puts in packets faster than it takes them out, then slower, and returns what became of each.
func fill(t *testing.T, new func(func(*netem.Packet)) netem.Queue) []string {
	t.Helper()
	l := &ledger{inside: map[*netem.Packet]bool{}}
	l.queue = new(func(p *netem.Packet) { l.out(t, "dropped", p) })
	rng := rand.New(rand.NewPCG(1, 1))
	for i, s := range traffic(1) {
		before := bytes.Clone(s.p.Data)
		l.inside[s.p] = true
		l.bytes += s.p.Size()
		l.queue.Enqueue(s.at, s.p)
		l.check(t)
		// Some 500 packets come faster than they go, the next 500 slower: the queue is seen full and empty.
		share := 0.5 + float64(i/500%2) // dequeues for each packet: too few, then enough
		for rng.Float64() < share/(1+share) {
			if p := l.queue.Dequeue(s.at); p != nil {
				l.out(t, "dequeued", p)
			}
			l.check(t)
		}
		if !bytes.Equal(before, s.p.Data) {
			t.Fatalf("packet %d was changed", s.p.ID)
		}
	}
	end := traffic(1)[packets-1].at
	for p := l.queue.Dequeue(end); p != nil; p = l.queue.Dequeue(end) {
		l.out(t, "dequeued", p)
	}
	l.check(t)
	return l.log
}

// testQueueConserves wants every packet to come out once; that it was in, ledger.out has checked.
func testQueueConserves(t *testing.T, new func(func(*netem.Packet)) netem.Queue) {
	if n := len(fill(t, new)); n != packets {
		t.Fatalf("%d packets in, %d dropped or dequeued", packets, n)
	}
}

// testQueueEmpty wants an empty queue to give and drop nothing, and to have words.
func testQueueEmpty(t *testing.T, new func(func(*netem.Packet)) netem.Queue) {
	q := new(func(p *netem.Packet) { t.Errorf("an empty queue dropped packet %d", p.ID) })
	for now := range netem.Time(3) {
		if p := q.Dequeue(now); p != nil {
			t.Fatalf("an empty queue gave packet %d", p.ID)
		}
	}
	if q.String() == "" {
		t.Error("no words to name the cause of a drop")
	}
}
