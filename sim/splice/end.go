package splice

import (
	"errors"
	"io"
	"net"
	"syscall"

	"lossylab/sim"
	"lossylab/sim/netstack"
)

// inside is a connection of a host.
type inside interface {
	netstack.Aborter
	CloseWrite() error
}

// end is one end of a relayed connection: a real socket and a host's, with a program and a goroutine for each direction.
// The goroutines make the system calls; all else happens within the wall.
type end struct {
	r      *Relay
	real   net.Conn
	inner  inside
	client bool // the end at the client
	halves int  // directions that have not ended, and the goroutines of each
	dead   bool

	// From the real socket to the host's: what has been read, and not been written yet.
	read    []byte
	readErr error
	inward  *sim.Proc
	taken   chan struct{} // it has been written

	// From the host's socket to the real one.
	filled    []byte
	filledErr error
	outward   *sim.Proc
	more      chan struct{} // there is something in filled
}

// maxFilled is how many bytes wait for a real socket before no more are read from the host's; a little more may come in
// one go.
const maxFilled = 128 << 10

// firstRead is how much is read at first, and maxRead at most: a connection on which much comes earns more room.
const (
	firstRead = 4 << 10
	maxRead   = 128 << 10
)

func (r *Relay) newEnd(c net.Conn) *end {
	e := &end{r: r, real: c, taken: make(chan struct{}, 1), more: make(chan struct{}, 1)}
	r.ends[e] = true
	return e
}

// start begins to read the real socket, and to write to it.
func (e *end) start() {
	e.halves = 4
	e.r.running.Add(2)
	go e.readReal()
	go e.writeReal()
}

// join is a program: from now on, bytes go from one socket to the other.
func (e *end) join(inner inside) {
	if e.inner = inner; e.dead {
		inner.Abort()
	}
	e.outward = e.r.Loop.Go(func() {
		e.outwards()
		e.half()
	})
	e.inwards()
	e.half()
}

// half takes note that one of the end's four has ended. The last one closes the sockets.
func (e *end) half() {
	if e.halves--; e.halves > 0 {
		return
	}
	e.real.Close()
	host := e.r.Server
	if e.inner != nil {
		e.inner.Close()
	}
	delete(e.r.ends, e)
	if e.client {
		e.r.counts.Active--
		host = e.r.Client
		<-e.r.places
	}
	host.Forget()
}

// reset ends the connection at once, on both sides.
func (e *end) reset() {
	if e.dead {
		return
	}
	e.dead = true
	if e.client {
		e.r.counts.Reset++
	}
	if e.inner != nil {
		e.inner.Abort()
	}
	if c, ok := e.real.(*net.TCPConn); ok {
		c.SetLinger(0)
	}
	e.real.Close()
	if e.filledErr == nil {
		e.filledErr = net.ErrClosed
	}
	e.signal()
}

// readReal reads the real socket, and waits each time until what was read has been taken.
func (e *end) readReal() {
	defer e.r.running.Done()
	buf := make([]byte, firstRead)
	for {
		n, err := e.real.Read(buf)
		e.r.Wall.Enter()
		e.read, e.readErr = buf[:n], err
		if e.inward != nil {
			e.r.Loop.Wake(e.inward)
		}
		e.r.Wall.Leave()
		select {
		case <-e.taken:
		case <-e.r.ctx.Done(): // programs that wait for the link are not waited for
			err = net.ErrClosed
		}
		if err != nil {
			break
		}
		if n == len(buf) && n < maxRead {
			buf = make([]byte, 4*n)
		}
	}
	e.ended()
}

// ended is half for a goroutine.
func (e *end) ended() {
	e.r.Wall.Enter()
	e.half()
	e.r.Wall.Leave()
}

// inwards is a program: it writes to the host's socket what was read from the real one.
func (e *end) inwards() {
	e.inward = e.r.Loop.Current()
	for {
		for len(e.read) == 0 && e.readErr == nil {
			e.r.Loop.Park()
		}
		err := e.readErr
		if len(e.read) > 0 && !e.dead {
			if _, werr := e.inner.Write(e.read); werr != nil {
				e.reset()
			}
		}
		switch {
		case err == io.EOF && !e.dead:
			e.inner.CloseWrite()
		case err != nil:
			e.reset()
		}
		e.read, e.readErr = nil, nil
		e.taken <- struct{}{}
		if err != nil {
			return
		}
	}
}

// outwards is a program: it reads the host's socket for the real one.
func (e *end) outwards() {
	for e.filledErr == nil {
		for len(e.filled) >= maxFilled && !e.dead {
			e.r.Loop.Park()
		}
		n, err := e.inner.Read(e.r.scratch) // no other program runs between its reading and its return
		e.filled = append(e.filled, e.r.scratch[:n]...)
		if err != nil && e.filledErr == nil {
			e.filledErr = err
		}
		e.signal()
	}
}

func (e *end) signal() {
	select {
	case e.more <- struct{}{}:
	default:
	}
}

// writeReal writes to the real socket.
func (e *end) writeReal() {
	defer e.r.running.Done()
	var spare []byte
	for ended := false; !ended; {
		<-e.more
		e.r.Wall.Enter()
		data, err := e.filled, e.filledErr
		e.filled = spare[:0]
		if e.outward != nil {
			e.r.Loop.Wake(e.outward)
		}
		e.r.Wall.Leave()
		n, werr := e.real.Write(data)
		spare, ended = data, err != nil || werr != nil
		e.wrote(n, err, werr)
	}
	e.ended()
}

// wrote takes note of n bytes that went to the real socket, of the end of the host's, and of an error of writing.
func (e *end) wrote(n int, err, werr error) {
	e.r.Wall.Enter()
	defer e.r.Wall.Leave()
	if e.client {
		e.r.counts.BytesDown += uint64(n)
	} else {
		e.r.counts.BytesUp += uint64(n)
	}
	switch {
	case werr != nil || err != nil && err != io.EOF:
		e.reset()
	case err == io.EOF:
		if c, ok := e.real.(interface{ CloseWrite() error }); ok {
			c.CloseWrite()
		}
	}
}

// closed says whether a listener has been closed.
func closed(err error) bool { return errors.Is(err, net.ErrClosed) }

// passing says whether a listener may go on after an error: somebody who has gone meanwhile, or no file to be had now.
func passing(err error) bool {
	return errors.Is(err, syscall.ECONNABORTED) || errors.Is(err, syscall.EMFILE) || errors.Is(err, syscall.ENFILE)
}
