//go:build unix

package relay

import "syscall"

// read brings what the server answers to the link. While there is nothing it holds no memory to read into.
func (f *flow) read() {
	defer f.at.udp.readers.Done()
	raw, err := f.server.SyscallConn()
	if err != nil {
		return
	}
	var r *room
	var n int
	var failed error
	receive := func(fd uintptr) bool {
		r = rooms.Get().(*room)
		n, failed = syscall.Read(int(fd), r.space())
		for failed == syscall.EINTR {
			n, failed = syscall.Read(int(fd), r.space())
		}
		if failed == syscall.EAGAIN {
			rooms.Put(r)
			return false
		}
		return true
	}
	for {
		if err := raw.Read(receive); err != nil {
			return // closed
		}
		if failed == nil {
			f.fromServer(r, n)
		}
		rooms.Put(r)
		if failed != nil && !f.failed(failed) {
			return
		}
	}
}
