package main

import (
	"io"
	"os"
	"sync"
	"time"
)

// printing is where programs print to side by side, line by line.
type printing struct {
	mu   sync.Mutex
	open *labelled // whose line has not ended where it is printed
}

// labelled puts a program's name before each line of its output. Without a name it changes nothing.
type labelled struct {
	to    *printing
	label string
	w     io.Writer

	cut bool  // its line goes on behind those of others
	err error // of w, which takes no more
}

// lineMost is how long a line may be, bytes, before what there is of it is printed.
const lineMost = 8 << 10

// linePause is how long a line that does not end, such as a prompt, waits for its end.
const linePause = 100 * time.Millisecond

// copy copies what comes from r until it ends. A reader of the output that is gone is no reason to stop reading: the program
// would stand still.
func (l *labelled) copy(r *os.File) {
	if l.label == "" {
		io.Copy(l.w, r)
		io.Copy(io.Discard, r)
		return
	}
	var held []byte // of a line
	b := make([]byte, 64<<10)
	for {
		if len(held) > 0 {
			r.SetReadDeadline(time.Now().Add(linePause))
		} else {
			r.SetReadDeadline(time.Time{})
		}
		n, err := r.Read(b)
		held = append(held, b[:n]...)
		whole := len(held)
		for err == nil && whole > 0 && held[whole-1] != '\n' {
			whole--
		}
		if whole == 0 && len(held) >= lineMost {
			whole = len(held)
		}
		l.print(held[:whole])
		held = append(held[:0], held[whole:]...)
		if err != nil && !os.IsTimeout(err) {
			l.end()
			return
		}
	}
}

// print prints lines, of which the last may not have ended. One that was printed in part goes on where it was, or, if others
// have printed since, on a line of its own with a mark.
func (l *labelled) print(b []byte) {
	l.to.mu.Lock()
	defer l.to.mu.Unlock()
	if len(b) == 0 || l.err != nil {
		return
	}
	if other := l.to.open; other != nil && other != l {
		other.finish()
		other.cut = true
	}
	var out []byte
	fresh := l.to.open != l
	for _, c := range b {
		if fresh {
			out = append(append(out, l.label...), '|')
			if l.cut {
				out = append(out, "…"...)
			}
			out, l.cut = append(out, ' '), false
		}
		out = append(out, c)
		fresh = c == '\n'
	}
	if l.to.open = l; fresh {
		l.to.open = nil
	}
	_, l.err = l.w.Write(out)
}

// finish ends the line where it is printed.
func (l *labelled) finish() {
	l.to.open = nil
	if l.err == nil {
		_, l.err = l.w.Write([]byte{'\n'})
	}
}

// end is for a program that will print no more.
func (l *labelled) end() {
	l.to.mu.Lock()
	defer l.to.mu.Unlock()
	if l.to.open == l {
		l.finish()
	}
}
