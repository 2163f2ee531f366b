//go:build linux

package kernel

import (
	"io"
	"time"
)

const (
	chunkSize = 64 << 10
	chunks    = 1024 // between the relay and the pipe: 64 MiB
)

// outflow carries the relay's bytes to a pipe, on a goroutine of its own: the relay waits for nobody, unless the reader has
// fallen behind by all chunks.
type outflow struct {
	chunk  []byte
	full   chan []byte
	free   chan []byte
	done   chan error
	waited time.Duration // that the relay waited for the reader
}

func newOutflow(w io.WriteCloser) *outflow {
	o := &outflow{chunk: make([]byte, 0, chunkSize), full: make(chan []byte, chunks), free: make(chan []byte, chunks),
		done: make(chan error, 1)}
	go o.carry(w)
	return o
}

func (o *outflow) carry(w io.WriteCloser) {
	var err error
	for chunk := range o.full {
		if err == nil { // a reader that has gone leaves the relay to its work: it will be stopped
			_, err = w.Write(chunk)
		}
		select {
		case o.free <- chunk[:0]:
		default:
		}
	}
	w.Close()
	o.done <- err
}

// write takes bytes to be carried.
func (o *outflow) write(b []byte) {
	for {
		n := copy(o.chunk[len(o.chunk):cap(o.chunk)], b)
		o.chunk = o.chunk[:len(o.chunk)+n]
		if b = b[n:]; len(b) == 0 {
			return
		}
		o.flush()
	}
}

// flush sends off what there is.
func (o *outflow) flush() {
	if len(o.chunk) == 0 {
		return
	}
	select {
	case o.full <- o.chunk:
	default:
		before := time.Now()
		o.full <- o.chunk
		o.waited += time.Since(before)
	}
	select {
	case o.chunk = <-o.free:
	default:
		o.chunk = make([]byte, 0, chunkSize)
	}
}

// close sends off what is left and waits until it is written.
func (o *outflow) close() error {
	o.flush()
	close(o.full)
	return <-o.done
}
