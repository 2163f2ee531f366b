package relay

import (
	"net/netip"
	"sync/atomic"

	"lossylab/netem"
)

// outbox holds datagrams until the lock is free: whoever leaves the wall writes them. One goroutine empties a box at a
// time, so that they go in the order in which they came, and the others do not wait for it.
type outbox struct {
	wall           *Wall
	way            way
	listener       *listener
	waiting, spare []outgoing
	listed         bool // in wall.boxes
	busy           bool // somebody writes
	train          []byte
	alone          bool // the system takes no trains
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
	single := len(batch) == 1
	for len(batch) > 0 {
		n := 1
		if trains && !o.alone {
			n = together(batch)
		}
		now := o.wall.Now()
		for i := range batch[:n] {
			o.late.Add(now - batch[i].due)
		}
		if n == 1 || !o.writeTrain(batch[:n]) {
			for i := range batch[:n] {
				o.write(&batch[i], single)
			}
		}
		batch = batch[n:]
	}
}

// together returns how many from the first on can go as a train: of one flow and one length, but that the last may be
// shorter.
func together(batch []outgoing) int {
	first := &batch[0]
	size := len(first.data)
	if size == 0 {
		return 1
	}
	n, total := 1, size
	for n < min(len(batch), maxTrain) {
		next := &batch[n]
		total += len(next.data)
		if next.flow != first.flow || len(next.data) > size || len(next.data) == 0 || total > trainBytes {
			break
		}
		if n++; len(next.data) < size {
			break
		}
	}
	return n
}

// writeTrain writes several at once. It is false if none has been written, and they are to go one by one.
func (o *outbox) writeTrain(batch []outgoing) bool {
	o.train = o.train[:0]
	for i := range batch {
		o.train = append(o.train, batch[i].data...)
	}
	socket, to := o.to(batch[0].flow)
	if err := writeTrain(socket.UDPConn, o.train, len(batch[0].data), to); err != nil {
		o.alone = !refused(err) // of an earlier datagram
		return false
	}
	o.sent.Add(uint64(len(batch)))
	return true
}

// to returns where the datagrams of a flow go: to nowhere in particular by the socket of its own.
func (o *outbox) to(f *flow) (*socket, netip.AddrPort) {
	if o.way == up {
		return f.server, netip.AddrPort{}
	}
	return o.listener.socket, f.client
}

// write writes one datagram, the single one of its batch or not.
func (o *outbox) write(d *outgoing, single bool) {
	socket, to := o.to(d.flow)
	err := socket.send(d.data, to, single)
	if err != nil && refused(err) { // of an earlier datagram: the system tells of it instead of sending this one
		d.flow.refused(err)
		err = socket.send(d.data, to, single)
	}
	if err == nil {
		o.sent.Add(1)
		return
	}
	o.unsent.Add(1)
	if !gone(err) {
		o.listener.udp.tell("sending "+[...]string{"to the server", "to a client"}[o.way], o.listener.server, err)
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
