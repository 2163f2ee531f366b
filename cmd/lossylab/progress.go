package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// progress tells on standard error how far a run is, once it has taken longer than a second: on a terminal one line that
// is written over, elsewhere a plain line every ten seconds.
type progress struct {
	w        io.Writer
	terminal bool
	stop     chan struct{}
	stopped  chan struct{}
}

// newProgress begins to tell what status says; it is called from another goroutine. Nil, which tells nothing, is valid.
func newProgress(w io.Writer, status func() string) *progress {
	p := &progress{w: w, terminal: isTerminal(w), stop: make(chan struct{}), stopped: make(chan struct{})}
	go p.tell(status)
	return p
}

func (p *progress) tell(status func() string) {
	defer close(p.stopped)
	first, every := time.Second, 10*time.Second
	if p.terminal {
		every = 200 * time.Millisecond
	}
	timer := time.NewTimer(first)
	defer timer.Stop()
	told := false
	for {
		select {
		case <-p.stop:
			if told && p.terminal {
				fmt.Fprint(p.w, "\r\x1b[K")
			}
			return
		case <-timer.C:
			told = true
			if p.terminal {
				fmt.Fprintf(p.w, "\r%s\x1b[K", status())
			} else {
				fmt.Fprintln(p.w, status())
			}
			timer.Reset(every)
		}
	}
}

// done ends it and leaves the line empty.
func (p *progress) done() {
	if p != nil {
		close(p.stop)
		<-p.stopped
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok || os.Getenv("TERM") == "dumb" {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
