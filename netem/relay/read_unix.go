//go:build unix

package relay

import "syscall"

// reader reads datagrams, several at a time if there are several. While there is nothing it holds no memory to read into.
type reader struct {
	raw       syscall.RawConn
	connected bool // and so all are from one place
	room      *room
	err       error
	most      int // how many are read at a time
	look      func(fd uintptr) bool
}

func newReader(c *socket, connected bool) (*reader, error) {
	raw, err := c.SyscallConn()
	r := &reader{raw: raw, connected: connected}
	r.look = r.receive
	return r, err
}

// next returns the next batch. If there is an error too, it came behind the batch. The room is to be given back by done.
func (r *reader) next() (*room, error) {
	r.err, r.most = nil, maxBatch
	if err := r.raw.Read(r.look); err != nil {
		return nil, err
	}
	return r.room, r.err
}

// done gives a batch's room back. If the batch is gone, nobody holds its packets any more.
func (r *reader) done(room *room, gone bool) {
	room.done(gone)
	rooms.Put(room)
	r.room = nil
}

// receive reads what there is. It is false if that is nothing. Who had to wait for a datagram takes that one alone: to ask for
// another would mostly cost a system call for nothing.
func (r *reader) receive(fd uintptr) bool {
	r.room = rooms.Get().(*room)
	for r.err == nil && len(r.room.batch) < r.most {
		n, from, err := receive(int(fd), r.room.space(), r.connected, len(r.room.batch) == 0)
		switch err {
		case nil:
			r.room.keep(n, from)
		case syscall.EINTR:
		case syscall.EAGAIN:
			if len(r.room.batch) == 0 {
				rooms.Put(r.room)
				r.room, r.most = nil, 1
				return false
			}
			return true
		default:
			r.err = err
		}
	}
	return true
}
