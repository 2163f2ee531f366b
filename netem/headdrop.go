package netem

import "math/rand/v2"

// HeadDrop is drop-tail turned round: who finds the queue full is taken in, and the packet that has waited longest is
// dropped. The sender learns of it sooner by the time that the queue takes. It is tc's pfifo_head_drop, also with a limit
// in bytes.
type HeadDrop struct{}

// New implements Discipline.
func (HeadDrop) New(limit Limit, _ Rate, _ *rand.Rand, out Outlet) Queue {
	limit = limit.or(DefaultLimit)
	return &headDrop{fifo: fifo{limit: limit}, out: out, by: "queue headdrop " + limit.String()}
}

// Validate implements Discipline.
func (HeadDrop) Validate(Limit) error { return nil }

// String implements Discipline.
func (HeadDrop) String() string { return "queue headdrop" }

type headDrop struct {
	fifo
	out Outlet
	by  string
}

// Enqueue implements Queue. A packet for which there would be no room in an empty queue drops no others.
func (q *headDrop) Enqueue(_ Time, p *Packet) {
	if q.limit.Bytes > 0 && p.Size() > q.limit.Bytes {
		q.out.Drop(p, q.by)
		return
	}
	q.push(p)
	for q.over() {
		q.out.Drop(q.pop(), q.by)
	}
}

// Dequeue implements Queue.
func (q *headDrop) Dequeue(Time) *Packet { return q.pop() }
