package relay

import (
	"sync/atomic"

	"lossylab/netem"
)

// outbox holds datagrams until the lock is free: whoever leaves the wall writes them. One goroutine empties a box at a
// time, so that they go in the order in which they came, and the others do not wait for it.
type outbox struct {
	wall           *Wall
	write          func(*outgoing) bool // outside the lock; false if it failed
	waiting, spare []outgoing
	listed         bool // in wall.boxes
	busy           bool // somebody writes
	late           Lateness
	sent, unsent   atomic.Uint64
}

// outgoing is a datagram on its way out.
type outgoing struct {
	flow *flow
	due  netem.Time
	data []byte
}

// maxWaiting is how many datagrams wait for a socket at most.
const maxWaiting = 4096

// put takes a datagram that is due now. It is false if there is no room for one more.
func (o *outbox) put(f *flow, now netem.Time, data []byte) bool {
	if len(o.waiting) >= maxWaiting {
		return false
	}
	o.waiting = append(o.waiting, outgoing{f, now, data})
	o.list()
	return true
}

func (o *outbox) list() {
	if !o.listed && !o.busy {
		o.listed = true
		o.wall.boxes = append(o.wall.boxes, o)
	}
}

// take returns all that waits.
func (o *outbox) take() []outgoing {
	batch := o.waiting
	o.waiting, o.spare = o.spare[:0], nil
	return batch
}

// empty writes a batch, outside the lock.
func (o *outbox) empty(batch []outgoing) {
	for i := range batch {
		o.late.Add(o.wall.Now() - batch[i].due)
		if o.write(&batch[i]) {
			o.sent.Add(1)
		} else {
			o.unsent.Add(1)
		}
	}
}

// done gives the batch's memory back. What came meanwhile is next.
func (o *outbox) done(batch []outgoing) {
	clear(batch)
	o.spare, o.busy = batch[:0], false
	if len(o.waiting) > 0 {
		o.list()
	}
}
