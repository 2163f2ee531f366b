package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/spf13/pflag"

	"lossylab/sim"
	"lossylab/sim/calls"
)

// callFlag is --trace-calls of the programs by themselves: nothing, standard error, or a file.
type callFlag struct{ to string }

// toErrors is what --trace-calls without a file stands for.
const toErrors = "-"

func (f *callFlag) add(s *pflag.FlagSet) {
	s.StringVar(&f.to, "trace-calls", "", "tell of each socket call when it returns, as strace does, on standard error or with --trace-calls=`FILE` in a file")
	s.Lookup("trace-calls").NoOptDefVal = toErrors
}

// trace returns h, or a host that tells of its calls if that is wanted. Close ends the telling.
func (f *callFlag) trace(h sim.Host, name string, errs io.Writer) (sim.Host, *callLog, error) {
	switch f.to {
	case "":
		return h, nil, nil
	case toErrors:
		l := &callLog{w: errs, start: h.Now()}
		return calls.Trace(h, name, 0, l), l, nil
	}
	file, err := os.Create(f.to)
	if err != nil {
		return nil, nil, usagef("--trace-calls=%s: %v: name another file", f.to, plain(err))
	}
	l := &callLog{w: file, file: file, start: h.Now()}
	return calls.Trace(h, name, 0, l), l, nil
}

// callLog writes a line for each call when it has returned: when it was made, in seconds; who made it; the call; and in
// brackets how long it took.
type callLog struct {
	mu      sync.Mutex
	w       io.Writer
	file    *os.File // or nil
	start   time.Time
	waiting []*calls.Call
	err     error // the first
}

// Begin implements calls.Observer.
func (l *callLog) Begin(c *calls.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = append(l.waiting, c)
}

// End implements calls.Observer.
func (l *callLog) End(c *calls.Call) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if i := slices.Index(l.waiting, c); i >= 0 {
		l.waiting = slices.Delete(l.waiting, i, i+1)
		l.write(c, fmt.Sprintf(" <%.6f>", c.End.Sub(c.Begin).Seconds()))
	}
}

func (l *callLog) write(c *calls.Call, end string) {
	call := callOf(c, l.start)
	if _, err := fmt.Fprintf(l.w, "%.6f %s %s%s\n", call.Begin.Seconds(), c.Host, call.String(), end); err != nil && l.err == nil {
		l.err = err
	}
}

// close tells of the calls that have not returned, and nothing more. Nil is valid.
func (l *callLog) close() error {
	if l == nil {
		return nil
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.waiting {
		l.write(c, " <unfinished ...>")
	}
	l.waiting = nil
	if l.file == nil {
		return nil
	}
	if err := l.file.Close(); err != nil && l.err == nil {
		l.err = err
	}
	if l.err != nil {
		return fmt.Errorf("--trace-calls=%s: %v", l.file.Name(), plain(l.err))
	}
	return nil
}
