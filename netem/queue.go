package netem

import "fmt"

// Queue is where packets wait for the transmitter. A packet that is being transmitted has left it.
//
// A queue is made with a function drop, which it calls with each packet that it discards, before the call that made it
// discard returns: a loss is told and never inferred from sizes. Every packet that was put in is dropped or dequeued.
type Queue interface {
	// Enqueue offers p; the queue takes it or drops it, or drops another for it.
	Enqueue(now Time, p *Packet)

	// Dequeue removes the packet to be transmitted next and returns it, nil when none is left. It may drop others first.
	Dequeue(now Time) *Packet

	Len() int   // packets waiting
	Bytes() int // their bytes

	// String returns the words that a dropped packet's event carries: "queue limit 100".
	fmt.Stringer
}

// DropTail is the queue of most of the world: first in, first out, and who finds it full is dropped.
type DropTail struct {
	limit Limit
	drop  func(*Packet)
	words string
	wait  ring
	bytes int
}

// NewDropTail returns an empty queue that holds what limit allows and tells drop of the rest.
func NewDropTail(limit Limit, drop func(*Packet)) *DropTail {
	if limit == (Limit{}) {
		limit.Packets = DefaultLimit
	}
	return &DropTail{limit: limit, drop: drop, words: "queue " + limit.String()}
}

// Enqueue implements Queue.
func (q *DropTail) Enqueue(_ Time, p *Packet) {
	if q.full(p) {
		q.drop(p)
		return
	}
	q.wait.push(p)
	q.bytes += p.Size()
}

// full says whether there is no room for p. A limit in bytes never lets in a packet larger than itself.
func (q *DropTail) full(p *Packet) bool {
	if q.limit.Bytes > 0 {
		return q.bytes+p.Size() > q.limit.Bytes
	}
	return q.wait.n >= q.limit.Packets
}

// Dequeue implements Queue.
func (q *DropTail) Dequeue(Time) *Packet {
	p := q.wait.pop()
	if p != nil {
		q.bytes -= p.Size()
	}
	return p
}

// Len implements Queue.
func (q *DropTail) Len() int { return q.wait.n }

// Bytes implements Queue.
func (q *DropTail) Bytes() int { return q.bytes }

// String implements Queue.
func (q *DropTail) String() string { return q.words }
