package main

import (
	"io"
	"os"
	"sync"
	"time"
)

// labelled puts a program's name before each line of its output. Several share one place to write to.
type labelled struct {
	mu *sync.Mutex
	w  io.Writer
}

// lineMost is how long a line may be, bytes, before it is cut in two.
const lineMost = 8 << 10

// linePause is how long a line that does not end, such as a prompt, waits for its end.
const linePause = 100 * time.Millisecond

// copy copies what comes from r, each line with its label, until r ends. A reader of the output that is gone is no
// reason to stop reading: the program would stand still.
func (l labelled) copy(label string, r *os.File) {
	var line []byte
	b := make([]byte, 64<<10)
	var failed error
	for {
		if len(line) > 0 {
			r.SetReadDeadline(time.Now().Add(linePause))
		} else {
			r.SetReadDeadline(time.Time{})
		}
		n, err := r.Read(b)
		var out []byte
		for _, c := range b[:n] {
			line = append(line, c)
			if c == '\n' || len(line) == lineMost {
				out = appendLine(out, label, line)
				line = line[:0]
			}
		}
		if err != nil && len(line) > 0 {
			out = appendLine(out, label, line)
			line = line[:0]
		}
		if len(out) > 0 && failed == nil {
			l.mu.Lock()
			_, failed = l.w.Write(out)
			l.mu.Unlock()
		}
		if err != nil && !os.IsTimeout(err) {
			return
		}
	}
}

func appendLine(b []byte, label string, line []byte) []byte {
	b = append(append(append(b, label...), "| "...), line...)
	if line[len(line)-1] != '\n' {
		b = append(b, '\n')
	}
	return b
}
