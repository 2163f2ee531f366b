package netem

// Queue is where packets wait for the transmitter. A packet that is being transmitted has left it.
//
// Every packet that was put in comes out once: dequeued, or dropped, of which the queue tells its Outlet. A queue may mark
// a packet instead of dropping it: what comes out is then another Packet with the same ID and Copy, of which the outlet has
// been told. A queue has no timer: what should have happened since it was called last, happens when it is called next, as
// if it had happened in time.
type Queue interface {
	// Enqueue offers p, whose Sent is now; the queue takes it or drops it, or drops others for it.
	Enqueue(now Time, p *Packet)

	// Dequeue removes the packet to be transmitted next and returns it, nil when none is left. It may drop others first.
	Dequeue(now Time) *Packet

	Len() int   // packets waiting
	Bytes() int // their bytes
}

// Outlet is told what becomes of the packets of a queue that are not simply handed on: a loss is told and never inferred
// from sizes. It is told before the call returns that made the queue do so, and while it is, Len and Bytes of the queue
// count all packets that were put in and have not come out, but for the one that it is told of. By names the cause:
// "queue limit 100".
type Outlet interface {
	// Drop says that p is lost.
	Drop(p *Packet, by string)

	// Mark says that p, with bytes of its own, goes on in place of the packet with its ID and Copy.
	Mark(p *Packet, by string)
}
