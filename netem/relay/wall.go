package relay

import (
	"sync"
	"time"

	"lossylab/netem"
)

// Driven is what a Wall drives: something that lives in a time of its own, such as a loop of calls.
type Driven interface {
	// Next says when Advance is to be called at the latest, and false while there is nothing to wait for.
	Next() (at netem.Time, ok bool)
	// Advance does what is due up to now. Its times never run back.
	Advance(now netem.Time)
}

// Wall drives a Driven by the wall clock. Everything that touches what it drives stands between Enter and Leave.
type Wall struct {
	mu     sync.Mutex
	driven Driven
	start  time.Time
	timer  *time.Timer
	armed  netem.Time // when the timer goes off; idle if it does not
	now    netem.Time // the latest time that driven was told
	boxes  []*outbox  // to be emptied once the lock is free
	closed bool
}

const idle netem.Time = 1<<63 - 1

// NewWall returns a Wall whose time 0 is now.
func NewWall(d Driven) *Wall {
	w := &Wall{driven: d, start: time.Now(), armed: idle}
	w.timer = time.AfterFunc(time.Hour, w.wake)
	w.timer.Stop()
	return w
}

// Start returns the time of day at time 0.
func (w *Wall) Start() time.Time { return w.start }

// Now returns the time on the wall. It may be asked from anywhere.
func (w *Wall) Now() netem.Time { return netem.Time(time.Since(w.start)) }

// Enter waits for the lock, and brings what is driven up to the present.
func (w *Wall) Enter() {
	w.mu.Lock()
	w.advance()
}

func (w *Wall) advance() {
	if !w.closed {
		w.now = max(w.now, w.Now())
		w.driven.Advance(w.now)
	}
}

// Leave does what has become due meanwhile, lets go of the lock, and writes what is to be written.
func (w *Wall) Leave() {
	w.finish()
	w.mu.Unlock()
}

// finish does all that Leave does, but keeps the lock in the end.
func (w *Wall) finish() {
	if !w.closed {
		w.driven.Advance(w.now)
		w.arm()
	}
	for o := w.next(); o != nil; o = w.next() {
		batch := o.take()
		w.mu.Unlock()
		o.empty(batch)
		w.mu.Lock()
		o.done(batch)
	}
}

// wake is the timer's.
func (w *Wall) wake() {
	w.mu.Lock()
	w.armed = idle
	w.advance()
	w.Leave()
}

// arm sets the timer. One that is early enough stays: it then finds nothing to do, which costs less than setting it
// anew with each packet.
func (w *Wall) arm() {
	at, ok := w.driven.Next()
	if !ok || at >= w.armed {
		return
	}
	w.armed = at
	w.timer.Reset(time.Duration(at - w.Now()))
}

// Close lets time stand still: nothing is driven any more.
func (w *Wall) Close() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.closed = true
	w.timer.Stop()
}

// next takes a box that is to be emptied.
func (w *Wall) next() *outbox {
	for len(w.boxes) > 0 {
		o := w.boxes[0]
		w.boxes = append(w.boxes[:0], w.boxes[1:]...) // never more than a few
		o.listed = false
		if !o.busy && len(o.waiting) > 0 {
			o.busy = true
			return o
		}
	}
	return nil
}
