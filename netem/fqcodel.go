package netem

import (
	"fmt"
	"math/bits"
	"math/rand/v2"
	"time"
)

// FQCoDel is FlowQueue-CoDel (RFC 8290): packets are spread over Flows queues by their addresses, ports and protocol, the
// queues take turns at sending a Quantum each, those that have just begun before the others, and each is kept short by
// CoDel. Packets whose headers say no ports (later fragments, say) share a queue.
//
// Without a limit it holds 10240 packets. When it is full, it drops from the head of the longest queue.
type FQCoDel struct {
	Flows       int           // number of queues; zero means 1024
	Quantum     int           // bytes; zero means 1514
	Target      time.Duration // zero means 5ms
	Interval    time.Duration // zero means 100ms
	CEThreshold time.Duration // who waited longer is marked, if it may be, whatever NoECN says; zero means no threshold
	NoECN       bool          // drop packets also where they may be marked instead
}

// New implements Discipline. The number by which flows are told apart is drawn from rng.
func (f FQCoDel) New(limit Limit, _ Rate, rng *rand.Rand, out Outlet) Queue {
	q := &fqCoDel{limit: limit.or(10240), quantum: defaulted(f.Quantum, 1514), seed: rng.Uint64()}
	q.codel = f.control().make("queue fq_codel", out)
	q.flows = make([]subqueue, defaulted(f.Flows, 1024))
	q.full = "queue fq_codel " + q.limit.String()
	return q
}

// control returns the CoDel that each queue has.
func (f FQCoDel) control() CoDel { return CoDel{f.Target, f.Interval, f.CEThreshold, !f.NoECN} }

// defaulted returns n, or what zero stands for.
func defaulted(n, zero int) int {
	if n == 0 {
		return zero
	}
	return n
}

// The bounds of FQCoDel's numbers. Tc has the same for flows. A quantum much smaller than packets only takes time.
const (
	maxSubqueues = 65536
	minQuantum   = 256
	maxQuantum   = 1 << 20
)

// Validate implements Discipline.
func (f FQCoDel) Validate(limit Limit) error {
	switch {
	case f.Flows < 0 || f.Flows > maxSubqueues:
		return wrong("queue", "fq_codel has 1 to 65536 flows: write queue fq_codel flows 1024")
	case f.Quantum != 0 && (f.Quantum < minQuantum || f.Quantum > maxQuantum):
		return wrong("queue", "a quantum is 256B to 1MiB: write queue fq_codel quantum 1514B")
	}
	return f.control().Validate(limit)
}

// String implements Discipline.
func (f FQCoDel) String() string {
	s := "queue fq_codel"
	if f.Flows != 0 {
		s += fmt.Sprintf(" flows %d", f.Flows)
	}
	if f.Quantum != 0 {
		s += " quantum " + FormatSize(f.Quantum)
	}
	s += f.control().times()
	if f.NoECN {
		s += " noecn"
	}
	return s
}

// fqCoDel is a source for CoDel: of the packets of the flow whose turn it is.
type fqCoDel struct {
	codel
	limit   Limit
	quantum int
	seed    uint64
	full    string // the cause when there is no room

	flows    []subqueue
	new, old subqueueList
	turn     *subqueue
	packets  int
	bytes    int
}

// Enqueue implements Queue. RFC 8290 section 4.1: a queue that was not active "is added to the end of the list of new
// queues, and its number of credits is initiated to the configured quantum."
func (q *fqCoDel) Enqueue(_ Time, p *Packet) {
	q.see(p)
	f := q.classify(p)
	f.push(p)
	q.packets++
	q.bytes += p.Size()
	if !f.active {
		f.active, f.credits = true, q.quantum
		q.new.add(f)
	}
	for q.limit.exceeded(q.packets, q.bytes) {
		q.relieve()
	}
}

// Dequeue implements Queue. RFC 8290 section 4.2: "The scheduler first looks at the list of new queues; for the queue at
// the head of that list, if that queue has a negative number of credits (i.e., it has already dequeued at least a quantum
// of bytes), it is given an additional quantum of credits, the queue is put onto the end of the list of old queues".
func (q *fqCoDel) Dequeue(now Time) *Packet {
	for {
		list := &q.new
		if list.head == nil {
			list = &q.old
		}
		f := list.head
		if f == nil {
			return nil
		}
		if f.credits <= 0 {
			f.credits += q.quantum
			list.remove()
			q.old.add(f)
			continue
		}
		q.turn = f
		p := q.dequeue(now, &f.state, q)
		if p != nil {
			f.credits -= p.Size()
			return p
		}
		list.remove()
		if list == &q.old {
			f.active = false
			continue
		}
		q.old.add(f) // for one more turn, or who sends now and then would always be new
	}
}

// Len implements Queue.
func (q *fqCoDel) Len() int { return q.packets }

// Bytes implements Queue and source. As in Linux, CoDel asks for the bytes of all flows: a flow whose last packet waits
// long behind those of others may lose it.
func (q *fqCoDel) Bytes() int { return q.bytes }

// pop implements source.
func (q *fqCoDel) pop() *Packet { return q.popFrom(q.turn) }

func (q *fqCoDel) popFrom(f *subqueue) *Packet {
	p := f.pop()
	if p != nil {
		q.packets--
		q.bytes -= p.Size()
	}
	return p
}

// relieve drops from the head of the queue with most bytes: half of them, and up to 64 packets, as RFC 8290 section 4.1
// has it, so that the search among the flows is rare.
func (q *fqCoDel) relieve() {
	var fat *subqueue
	for _, head := range [...]*subqueue{q.new.head, q.old.head} {
		for f := head; f != nil; f = f.next {
			if fat == nil || f.bytes > fat.bytes {
				fat = f
			}
		}
	}
	half := fat.bytes / 2
	for n := 0; n < 64 && (n == 0 || fat.bytes > half); n++ {
		q.censor.out.Drop(q.popFrom(fat), q.full)
	}
}

// classify returns the queue of p's flow. RFC 8290 section 4.1: by "the 5-tuple of IP protocol, and source and destination
// IP addresses and port numbers (if they exist)".
func (q *fqCoDel) classify(p *Packet) *subqueue {
	hi, _ := bits.Mul64(flowHash(q.seed, p), uint64(len(q.flows)))
	return &q.flows[hi]
}
