package sim

import "iter"

// Proc is a program: a coroutine of the Loop. It runs until it parks, and while it runs nothing else does. A coroutine
// switch costs a quarter of what a pair of channels would.
type Proc struct {
	next   func() (struct{}, bool)
	stop   func()
	yield  func(struct{}) bool
	index  int  // place in Loop.procs
	queued bool // in Loop.ready
}

// unwound is what a parked program panics with when its world ends, so that its deferred calls run and its goroutine
// does not stay behind. Go recovers it.
type unwound struct{}

// Go starts f as a program. It first runs when the loop next looks for programs that are ready.
func (l *Loop) Go(f func()) *Proc {
	p := &Proc{index: len(l.procs)}
	p.next, p.stop = iter.Pull(func(yield func(struct{}) bool) {
		p.yield = yield
		defer func() {
			if r := recover(); r != nil && r != (unwound{}) {
				panic(r)
			}
		}()
		f()
	})
	l.procs = append(l.procs, p)
	l.Wake(p)
	return p
}

// Current returns the program that is running, for a later Wake; nil outside programs.
func (l *Loop) Current() *Proc { return l.current }

// Park makes the running program wait until somebody wakes it. It may return early, so the caller checks what it
// waits for.
func (l *Loop) Park() {
	p := l.current
	if p == nil {
		panic("sim: a blocking call outside a program: start it with Go")
	}
	if l.closed || !p.yield(struct{}{}) {
		panic(unwound{})
	}
}

// Wake lets a parked program go on at the present instant, after those that were woken before it.
func (l *Loop) Wake(p *Proc) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !p.queued {
		p.queued = true
		l.ready = append(l.ready, p)
	}
}

func (l *Loop) nextReady() *Proc {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.ready) == 0 {
		return nil
	}
	p := l.ready[0]
	copy(l.ready, l.ready[1:]) // seldom more than a few
	l.ready = l.ready[:len(l.ready)-1]
	p.queued = false
	return p
}

// step runs p until it parks or returns.
func (l *Loop) step(p *Proc) {
	l.current = p
	_, alive := p.next()
	l.current = nil
	if !alive {
		l.forget(p)
	}
}

func (l *Loop) forget(p *Proc) {
	if p.index < 0 {
		return // was woken once more before it returned
	}
	last := l.procs[len(l.procs)-1]
	l.procs[p.index], last.index = last, p.index
	l.procs = l.procs[:len(l.procs)-1]
	p.index = -1
}

// Close ends every program that is still waiting: its deferred calls run, and a call that would wait again unwinds it
// further. Run must not be called again.
func (l *Loop) Close() {
	l.closed = true
	for len(l.procs) > 0 {
		p := l.procs[len(l.procs)-1]
		l.current = p
		p.stop()
		l.current = nil
		l.forget(p)
	}
	l.ready = nil
}
