package netem

import "math/rand/v2"

// DropTail is the queue of most of the world: first in, first out, and who finds it full is dropped.
type DropTail struct{}

// New implements Discipline.
func (DropTail) New(limit Limit, _ Rate, _ *rand.Rand, out Outlet) Queue {
	limit = limit.or(DefaultLimit)
	return &dropTail{fifo: fifo{limit: limit}, out: out, by: "queue " + limit.String()}
}

// Validate implements Discipline.
func (DropTail) Validate(Limit) error { return nil }

// String implements Discipline.
func (DropTail) String() string { return "" }

type dropTail struct {
	fifo
	out Outlet
	by  string
}

// Enqueue implements Queue.
func (q *dropTail) Enqueue(_ Time, p *Packet) {
	if q.full(p) {
		q.out.Drop(p, q.by)
		return
	}
	q.push(p)
}

// Dequeue implements Queue.
func (q *dropTail) Dequeue(Time) *Packet { return q.pop() }
