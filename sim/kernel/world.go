//go:build linux

package kernel

import (
	"cmp"
	"context"
	"errors"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"lossylab/netem"
	"lossylab/sim"
)

// World is a client and a server with a network between them, in real time.
type World struct {
	Client, Server *Host

	config   Config
	clock    atomic.Pointer[clock]
	ready    ready
	helper   *helperProcess
	story    story
	recorded io.Reader  // the helper's events
	read     chan error // the end of the stream
	mu       sync.Mutex
	lastID   uint64
	waiting  map[uint64]chan answered
	lost     error // why the helper answers no more

	foreground atomic.Int64
	finished   chan struct{} // all programs given to Start have returned
	over       bool
	end        atomic.Int64 // when the world ended, once it has
	counters   counters
}

// answered is an answer of the helper.
type answered struct {
	reply
	files []*os.File
}

// NewWorld makes two hosts and the links between them. Observer is told, from one goroutine, of all that happens to
// packets. An error is one line that says what is missing and what to do instead.
func NewWorld(c Config, observer netem.Observer) (*World, error) {
	c.MTU, c.CC = cmp.Or(c.MTU, 1500), cmp.Or(c.CC, "cubic")
	w := &World{config: c, waiting: map[uint64]chan answered{}, read: make(chan error, 1), finished: make(chan struct{}, 1)}
	w.story.observer = observer
	w.story.end.Store(int64(sim.Forever))
	w.Client, w.Server = newHost(w, 0), newHost(w, 1)
	var err error
	if w.helper, err = startHelper(&c); err != nil {
		return nil, err
	}
	var r reply
	if _, err := w.helper.control.receive(&r); err != nil || r.Ready == nil {
		w.helper.close()
		if r.Err != nil {
			return nil, explain(failedThere(r.Err), c.Instead)
		}
		return nil, explain(errors.New("the helper process ended before it began"), c.Instead)
	}
	w.ready = *r.Ready
	w.join(r.Ready.Zero)
	if c.Record != nil {
		w.recorded = io.TeeReader(w.helper.events, c.Record)
	} else {
		w.recorded = w.helper.events
	}
	go w.listen()
	go w.tellStory()
	return w, nil
}

// failedThere is an error of the helper with its own words, and what kind it is.
func failedThere(f *failure) error {
	if f.Errno != 0 {
		return &helperError{f}
	}
	return errors.New(f.Text)
}

// helperError has the words of the helper and is the error number that it met.
type helperError struct{ *failure }

// Error implements error.
func (e *helperError) Error() string { return e.Text }

// Unwrap lets errors.Is find the number.
func (e *helperError) Unwrap() error { return e.Errno }

// tellStory tells what happens until the stream ends.
func (w *World) tellStory() {
	if w.config.Silent {
		w.read <- nil
		return
	}
	_, err := w.story.read(newPlayer(w.recorded))
	w.read <- err
}

// listen gives the helper's answers to who waits for them.
func (w *World) listen() {
	for {
		var a answered
		files, err := w.helper.control.receive(&a.reply)
		if err != nil {
			break
		}
		a.files = files
		w.mu.Lock()
		to := w.waiting[a.ID]
		delete(w.waiting, a.ID)
		w.mu.Unlock()
		if to != nil {
			to <- a
		}
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lost = errors.New("the kernel engine's helper process has ended")
	for id, to := range w.waiting {
		close(to)
		delete(w.waiting, id)
	}
}

// ask has the helper do something, and waits for the answer.
func (w *World) ask(r request, files ...*os.File) (answered, error) {
	to := make(chan answered, 1)
	w.mu.Lock()
	if w.lost != nil {
		w.mu.Unlock()
		return answered{}, w.lost
	}
	w.lastID++
	r.ID = w.lastID
	w.waiting[r.ID] = to
	w.mu.Unlock()
	if err := w.helper.control.send(r, files...); err != nil {
		return answered{}, err
	}
	a, ok := <-to
	if !ok {
		return a, w.lost
	}
	return a, a.Err.err()
}

// join takes the clock that the helper began.
func (w *World) join(zero int64) {
	c := joinClock(zero)
	w.clock.Store(&c)
}

// Begin has the world's time begin now, if no packet has been sent yet. Otherwise it is the time since the links were made.
// Call it before the first program is started.
func (w *World) Begin() error {
	a, err := w.ask(request{Op: "begin"})
	if err == nil {
		w.join(a.Zero)
	}
	return err
}

// Now returns the present instant, or that at which the world ended.
func (w *World) Now() netem.Time {
	if end := w.end.Load(); end > 0 {
		return netem.Time(end)
	}
	return w.clock.Load().now()
}

// Tell has f called in its turn among what observers are told of the network, with the instant, which is later only if
// what happened there has been told already. Any goroutine may call it.
func (w *World) Tell(at netem.Time, f func(at netem.Time)) { w.story.tell(at, f) }

// Start runs f as a program that Run waits for; a host's Go starts one that it does not wait for, such as a server.
func (w *World) Start(f func()) {
	w.foreground.Add(1)
	go func() {
		defer func() {
			if w.foreground.Add(-1) == 0 {
				select {
				case w.finished <- struct{}{}:
				default:
				}
			}
		}()
		f()
	}()
}

// Finished reports whether all programs given to Start have returned.
func (w *World) Finished() bool { return w.foreground.Load() == 0 }

// Over reports whether nothing was left to happen when Run returned: all programs given to Start had returned, what they
// sent had arrived or was lost, and their connections were closed.
func (w *World) Over() bool { return w.over }

// Run lets the world go on until it is over, or until limit, or until ctx ends, whose error it returns. What happens later
// is not told.
func (w *World) Run(ctx context.Context, limit netem.Time) error {
	w.story.end.Store(int64(limit))
	timer := time.NewTimer(limit.Sub(w.clock.Load().now()))
	defer timer.Stop()
	settled := make(chan struct{})
	leave := make(chan struct{})
	defer close(leave)
	go w.settle(settled, leave)
	var err error
	select {
	case <-ctx.Done():
		err = context.Cause(ctx)
	case <-timer.C:
	case <-settled:
		w.over = true
	case <-w.helper.ended:
		err = errors.New("the kernel engine's helper process has ended: nothing relays the packets")
	}
	if e := w.stop(); err == nil {
		err = e
	}
	w.end.Store(int64(min(w.clock.Load().now(), limit)))
	return err
}

// stop ends the links, and waits until all that happened is told.
func (w *World) stop() error {
	a, err := w.ask(request{Op: "stop"})
	if err != nil {
		return err
	}
	w.counters = *a.Counters
	return <-w.read
}

// settle closes settled when all programs have returned and nothing is left to happen. Since places are looked at one after
// the other, it must look twice, and see that nothing has happened in between.
func (w *World) settle(settled, leave chan struct{}) {
	select {
	case <-w.finished:
	case <-leave:
		return
	}
	var before quiet
	for {
		a, err := w.ask(request{Op: "quiet"})
		if err != nil {
			return
		}
		q := *a.Quiet
		q.Waiting += w.Client.unread(q.Read[0]) + w.Server.unread(q.Read[1])
		if q.Idle && q.Open == 0 && q.Waiting == 0 && q == before {
			close(settled)
			return
		}
		before = q
		select {
		case <-leave:
			return
		case <-time.After(2 * time.Millisecond):
		}
	}
}

// Counters are what the hosts and the relay counted in a run.
type Counters struct {
	Client, Server sim.TCPStats
	Hidden         []Hidden
	Timing         Timing
	Unmet          [2][]netem.Unmet // of the links up and down
	Device         string           // "TUN" or "veth"
	Settings       []string         // that could not be made
}

// Counters returns what was counted until Run ended.
func (w *World) Counters() Counters {
	c := &w.counters
	return Counters{c.TCP[0], c.TCP[1], c.Hidden, c.Timing, c.Unmet, w.ready.Device, w.ready.Settings}
}

// Close ends the world: sockets that are still open lead nowhere, and no process is left behind.
func (w *World) Close() {
	w.story.close()
	w.helper.close()
	w.Client.close()
	w.Server.close()
}

// Replay tells again what a world has told of its links, from what Config.Record took.
func Replay(r io.Reader, observer netem.Observer) error {
	s := story{observer: observer}
	s.end.Store(int64(sim.Forever))
	_, err := s.read(newPlayer(r))
	return err
}
