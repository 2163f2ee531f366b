//go:build linux

package kernel

import (
	"runtime"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"

	"lossylab/netem"
)

// relay carries packets from one port through a stage to the other, both ways, on one thread.
type relay struct {
	clock   clock
	ports   [2]*port // the client's, the server's
	stages  [2]netem.Stage
	routers [2]netem.Answerer // the stages that are, or nil
	events  *recorder         // nil: nobody wants to know
	late    lateness

	wake    int // eventfd
	asked   chan func()
	stopped atomic.Bool
	lastID  uint64
	reads   int // so far: packets that were read at once have their number as their Tag
	parcels *parcels
	now     netem.Time // of the packets that are being read
	next    netem.Time // when a stage is to be called, or never
	offered [2]uint64
	damaged [2]uint64 // packets given to a host that the link has damaged
	take    [2]func([]byte, netem.Partial)
	busy    bool       // hosts had sent something when they were last looked at
	rested  bool       // it slept until shortly before next
	lastly  netem.Time // when the stream was last flushed
}

const (
	never  = netem.Time(1<<63 - 1)
	early  = 100 * time.Microsecond            // so long before it is needed the relay wakes up
	rest   = 10 * early                        // if it has slept for longer than this: at most a tenth of the time goes on that
	burst  = 100 * time.Microsecond            // for so long one port is read before it is the other's turn
	tell   = netem.Time(5 * time.Millisecond)  // how long what has happened waits to be told
	marked = netem.Time(50 * time.Millisecond) // at least so often it is told that nothing has
)

func newRelay(c clock, ports [2]*port, stages [2]netem.Stage, events *recorder) (*relay, error) {
	wake, err := unix.Eventfd(0, unix.EFD_NONBLOCK|unix.EFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	r := &relay{parcels: &parcels{}, clock: c, ports: ports, stages: stages, events: events, wake: wake, asked: make(chan func(), 16), next: never}
	for i := range r.take {
		ports[i].parcels = r.parcels
		r.routers[i], _ = stages[i].(netem.Answerer)
		r.take[i] = func(b []byte, left netem.Partial) { r.send(i, b, left) }
	}
	return r, nil
}

// do has f called by the relay's thread, between two packets, and waits for it. It returns false if the relay has ended.
func (r *relay) do(f func()) bool {
	if r.stopped.Load() {
		return false
	}
	done := make(chan struct{})
	r.asked <- func() { f(); close(done) }
	one := []byte{1, 0, 0, 0, 0, 0, 0, 0}
	unix.Write(r.wake, one)
	<-done
	return true
}

// run relays until stop. It holds its thread, and makes it as punctual as the kernel allows.
func (r *relay) run() {
	runtime.LockOSThread()
	punctual()
	fds := []unix.PollFd{{Fd: int32(r.wake), Events: unix.POLLIN}, {Fd: int32(r.ports[0].fd), Events: unix.POLLIN},
		{Fd: int32(r.ports[1].fd), Events: unix.POLLIN}}
	for !r.stopped.Load() {
		r.busy = r.read(0)
		r.busy = r.read(1) || r.busy
		now := r.clock.now()
		if r.next <= now {
			r.deliver(now)
		}
		r.tell(now)
		r.answerAsked()
		if r.busy {
			continue
		}
		if r.rested && r.next < never && r.next.Sub(now) < early {
			continue // look and look again: a processor that rests needs that long to wake up
		}
		r.wait(fds, now)
	}
}

// begin has time begin now, if no packet has come yet.
func (r *relay) begin() {
	if !r.begun() {
		r.clock = startClock()
	}
}

// begun reports whether a packet has come: then time goes on as it is.
func (r *relay) begun() bool { return r.offered != [2]uint64{} }

// read takes what a host has sent, for as long as a burst, and reports whether there was anything.
func (r *relay) read(i int) bool {
	p, over := r.ports[i], never
	for n := 0; ; n++ {
		r.now = r.clock.now() // what is read at once was sent at once
		if r.now >= over {
			return true
		}
		r.reads++
		if !p.read(r.take[i]) {
			return n > 0
		}
		if n == 0 {
			over = r.now.Add(burst)
		}
		r.arm(i)
		if r.next < never {
			if now := r.clock.now(); r.next <= now {
				r.deliver(now)
			}
		}
	}
}

// send offers a packet of host i to its link.
func (r *relay) send(i int, data []byte, left netem.Partial) {
	r.lastID++
	r.offered[i]++
	p := r.parcels.send(r.ports[i].parcel, r.lastID, data, left)
	p.Tag = r.reads
	r.stages[i].Send(r.now, p)
	r.answer(i)
}

// arm learns when a stage is to be called.
func (r *relay) arm(i int) {
	if at, ok := r.stages[i].Next(); ok && at < r.next {
		r.next = at
	}
}

// answer gives a host what its link answers.
func (r *relay) answer(i int) {
	a := r.routers[i]
	if a == nil {
		return
	}
	for p := a.Answer(); p != nil; p = a.Answer() {
		r.ports[i].give(p)
		r.ports[i].flush()
	}
}

// deliver calls the stages for what is due up to now, in order of time, each as if it were that time: so their transmitters
// keep their rates, and what happens in them happens when it should. What arrives is given to its host at once.
func (r *relay) deliver(now netem.Time) {
	r.rested = false
	for {
		i := 0
		at, ok := r.stages[0].Next()
		if t, ok1 := r.stages[1].Next(); ok1 && (!ok || t < at) {
			i, at, ok = 1, t, true
		}
		if !ok || at > now {
			r.next = never
			if ok {
				r.next = at
			}
			break
		}
		r.arrive(i, at)
	}
	r.ports[0].flush()
	r.ports[1].flush()
}

// arrive gives a host all that arrives on its link at an instant. Writing takes its time: what is written later is later.
func (r *relay) arrive(i int, at netem.Time) {
	actual := never // which is not known yet
	for {
		p := r.stages[i].Recv(at)
		r.answer(i)
		if p == nil {
			return
		}
		if actual == never {
			actual = r.clock.now()
		}
		r.late.add(actual.Sub(at))
		if r.events != nil {
			r.events.deliver(actual)
		}
		if p.Corrupt {
			r.damaged[1-i]++
		}
		if r.ports[1-i].give(p) {
			actual = never
		}
	}
}

// tell passes on what has happened, from time to time.
func (r *relay) tell(now netem.Time) {
	if r.events == nil || now < r.lastly+tell || !r.begun() {
		return
	}
	if r.events.fresh || now >= r.lastly+marked {
		r.lastly = now
		r.events.fresh = true
		r.events.mark(min(now, r.next))
		r.events.out.flush()
	}
}

// wait sleeps until a host has sent something, a stage is to be called or something is to be told.
func (r *relay) wait(fds []unix.PollFd, now netem.Time) {
	until := r.next
	if r.rested = until.Sub(now) > rest; r.rested {
		until -= netem.Time(early)
	}
	if r.events != nil && r.begun() {
		if r.events.fresh {
			until = min(until, r.lastly+tell)
		} else {
			until = min(until, r.lastly+marked)
		}
	}
	var timeout *unix.Timespec
	if until < never {
		ts := unix.NsecToTimespec(int64(max(0, until.Sub(now))))
		timeout = &ts
	}
	unix.Ppoll(fds, timeout, nil) // an error is a signal: there is nothing to do but to look again
	if fds[0].Revents != 0 {
		var b [8]byte
		unix.Read(r.wake, b[:])
	}
}

// answerAsked calls what do has left.
func (r *relay) answerAsked() {
	for {
		select {
		case f := <-r.asked:
			f()
		default:
			return
		}
	}
}

// idle reports whether nothing is on the links, and how many packets hosts have sent so far.
func (r *relay) idle() (bool, uint64) {
	_, a := r.stages[0].Next()
	_, b := r.stages[1].Next()
	return !r.busy && !a && !b, r.offered[0] + r.offered[1]
}

// stop ends the relay and the stream of its events.
func (r *relay) stop() (t Timing) {
	r.do(func() {
		r.stopped.Store(true)
		t = r.late.timing()
	})
	return t
}
