package netemtest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"lossylab/netem"
)

// TestQueue tests a Queue: new returns an empty one that tells out what it drops and marks, the same each time. To see the
// queue drop, its limit should be below some 100 packets or 100,000 bytes.
func TestQueue(t *testing.T, new func(out netem.Outlet) netem.Queue) {
	t.Run("PacketsConserved", func(t *testing.T) {
		if n := len(fill(t, new, 1).came); n != packets {
			t.Fatalf("%d packets in, %d dropped or dequeued", packets, n)
		}
	})
	t.Run("EmptyDequeuesNil", func(t *testing.T) { testQueueEmpty(t, new) })
	t.Run("SameEveryTime", func(t *testing.T) {
		if !slices.Equal(fill(t, new, 2).log, fill(t, new, 2).log) {
			t.Fatal("two queues did different things to the same packets")
		}
	})
}

// ledger is a queue and what ought to be in it, by ID. It is the queue's Outlet.
type ledger struct {
	t      *testing.T
	queue  netem.Queue
	inside map[uint64]*netem.Packet // as they were put in, or as they were marked
	bytes  int
	came   map[uint64]bool // out
	log    []string
}

// in puts a packet on the books.
func (l *ledger) in(p *netem.Packet) {
	l.inside[p.ID] = p
	l.bytes += p.Size()
}

// out takes a packet that was dropped or dequeued off the books.
func (l *ledger) out(what string, p *netem.Packet) {
	l.t.Helper()
	if l.inside[p.ID] != p {
		l.t.Fatalf("%s packet %d, which was not in the queue", what, p.ID)
	}
	delete(l.inside, p.ID)
	l.came[p.ID] = true
	l.bytes -= p.Size()
	l.log = append(l.log, fmt.Sprint(what, " ", p.ID))
}

// check compares what the queue says of itself with the books, where one packet may be between the two.
func (l *ledger) check(between *netem.Packet) {
	l.t.Helper()
	n, bytes := len(l.inside), l.bytes
	if between != nil {
		n, bytes = n-1, bytes-between.Size()
	}
	if l.queue.Len() != n || l.queue.Bytes() != bytes {
		l.t.Fatalf("Len %d, Bytes %d; but %d packets of %d bytes are inside", l.queue.Len(), l.queue.Bytes(), n, bytes)
	}
}

// Drop implements netem.Outlet.
func (l *ledger) Drop(p *netem.Packet, by string) {
	l.t.Helper()
	if by == "" {
		l.t.Fatalf("packet %d was dropped for no cause", p.ID)
	}
	l.check(p)
	l.out("dropped by "+by, p)
}

// Mark implements netem.Outlet. RFC 3168 section 5 forbids a mark on packets whose senders have not asked for it.
func (l *ledger) Mark(p *netem.Packet, by string) {
	l.t.Helper()
	before := l.inside[p.ID]
	switch {
	case by == "":
		l.t.Fatalf("packet %d was marked for no cause", p.ID)
	case before == nil || before.Copy != p.Copy || before.Sent != p.Sent || before.Corrupt != p.Corrupt:
		l.t.Fatalf("marked packet %d is none that was in the queue", p.ID)
	case before.Data[1]&3 == 0:
		l.t.Fatalf("packet %d was marked, although its sender does not heed marks", p.ID)
	case !bytes.Equal(p.Data, datagram(before, 3)):
		l.t.Fatalf("packet %d was marked with other bytes than a mark needs", p.ID)
	}
	l.check(p)
	l.inside[p.ID] = p
	l.log = append(l.log, fmt.Sprint("marked by ", by, " ", p.ID))
}

// fill puts in packets faster than it takes them out, then slower, and returns what became of each.
func fill(t *testing.T, new func(netem.Outlet) netem.Queue, seed uint64) *ledger {
	t.Helper()
	l := &ledger{t: t, inside: map[uint64]*netem.Packet{}, came: map[uint64]bool{}}
	l.queue = new(l)
	rng := rand.New(rand.NewPCG(seed, 1))
	var end netem.Time
	for i, s := range traffic(seed) {
		p := s.p
		end = s.at
		p.Data, p.Sent = datagram(p, byte(rng.IntN(4))), s.at
		before := bytes.Clone(p.Data)
		l.in(p)
		l.queue.Enqueue(s.at, p)
		l.check(nil)
		// Some 500 packets come faster than they go, the next 500 slower: the queue is seen full and empty.
		share := 0.5 + float64(i/500%2) // dequeues for each packet: too few, then enough
		for rng.Float64() < share/(1+share) {
			l.take(end)
		}
		if !bytes.Equal(before, p.Data) {
			t.Fatalf("packet %d was changed", p.ID)
		}
	}
	for l.take(end + 1e9) {
	}
	return l
}

// take dequeues a packet and says whether there was one.
func (l *ledger) take(now netem.Time) bool {
	l.t.Helper()
	p := l.queue.Dequeue(now)
	if p != nil {
		l.out("dequeued", p)
	}
	l.check(nil)
	return p != nil
}

// datagram returns the bytes of p as an IPv4 packet of one of twenty flows over UDP, with this ECN field. (A packet of
// less than 28 bytes is none over UDP.)
func datagram(p *netem.Packet, ecn byte) []byte {
	b := bytes.Clone(p.Data)
	head := b[:20]
	copy(head, []byte{0x45, ecn, 0, 0, 0, 0, 0, 0, 64, netem.ProtoUDP, 0, 0, 10, 0, 0, 1, 10, 0, 0, byte(p.ID % 20)})
	binary.BigEndian.PutUint16(head[2:], uint16(len(b)))
	sum := uint32(0)
	for i := 0; i < len(head); i += 2 {
		sum += uint32(binary.BigEndian.Uint16(head[i:]))
	}
	sum = sum&0xffff + sum>>16
	binary.BigEndian.PutUint16(head[10:], ^uint16(sum&0xffff+sum>>16))
	if len(b) >= 28 {
		copy(b[20:], []byte{0x13, 0x88, 0, 7})
	}
	return b
}

// testQueueEmpty wants an empty queue to give, drop and mark nothing.
func testQueueEmpty(t *testing.T, new func(netem.Outlet) netem.Queue) {
	l := &ledger{t: t}
	l.queue = new(l)
	for now := range netem.Time(3) {
		if l.take(now * 1e9) {
			t.Fatal("an empty queue gave a packet")
		}
	}
}
