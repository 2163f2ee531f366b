//go:build linux

package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// controlMost is the longest message between the two processes, bytes.
const controlMost = 128 << 10

// controlConn is one end of the pair of sockets between the process and its helper: messages in JSON, with files.
type controlConn struct {
	mu   sync.Mutex // of writers
	conn *net.UnixConn
}

// newControlPair returns this process's end and the file that a helper inherits.
func newControlPair() (*controlConn, *os.File, error) {
	fds, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_SEQPACKET|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, nil, os.NewSyscallError("socketpair", err)
	}
	theirs := os.NewFile(uintptr(fds[1]), "control")
	c, err := newControl(os.NewFile(uintptr(fds[0]), "control"))
	if err != nil {
		theirs.Close()
		return nil, nil, err
	}
	return c, theirs, nil
}

// newControl makes an end of a file, which it closes.
func newControl(f *os.File) (*controlConn, error) {
	defer f.Close()
	conn, err := net.FileConn(f)
	if err != nil {
		return nil, err
	}
	return &controlConn{conn: conn.(*net.UnixConn)}, nil
}

// send sends a message with files, which it leaves open.
func (c *controlConn) send(message any, files ...*os.File) error {
	b, err := json.Marshal(message)
	if err != nil {
		return err
	}
	if len(b) > controlMost {
		return fmt.Errorf("kernel: a message of %d bytes is too long", len(b))
	}
	var rights []byte
	if len(files) > 0 {
		fds := make([]int, len(files))
		for i, f := range files {
			fds[i] = int(f.Fd())
			unix.SetNonblock(fds[i], true) // Fd has made it blocking
		}
		rights = unix.UnixRights(fds...)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	_, _, err = c.conn.WriteMsgUnix(b, rights, nil)
	return err
}

// receive returns the next message and its files.
func (c *controlConn) receive(message any) (files []*os.File, err error) {
	b, oob := make([]byte, controlMost), make([]byte, 256)
	n, oobn, _, _, err := c.conn.ReadMsgUnix(b, oob)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, net.ErrClosed
	}
	if oobn > 0 {
		if files, err = filesOf(oob[:oobn]); err != nil {
			return nil, err
		}
	}
	return files, json.Unmarshal(b[:n], message)
}

func filesOf(oob []byte) (files []*os.File, err error) {
	messages, err := unix.ParseSocketControlMessage(oob)
	if err != nil {
		return nil, err
	}
	for _, m := range messages {
		fds, err := unix.ParseUnixRights(&m)
		if err != nil {
			return nil, err
		}
		for _, fd := range fds {
			unix.CloseOnExec(fd)
			files = append(files, os.NewFile(uintptr(fd), "passed"))
		}
	}
	return files, nil
}

// request asks the helper for something.
type request struct {
	ID      uint64
	Op      string
	Host    int      `json:",omitempty"` // 0: the client, 1: the server
	Network string   `json:",omitempty"`
	Address string   `json:",omitempty"`
	Within  int64    `json:",omitempty"` // ns; 0: as long as it takes
	Program *program `json:",omitempty"`
	Number  int      `json:",omitempty"`
	Signal  int      `json:",omitempty"`
}

// reply is the helper's answer.
type reply struct {
	ID       uint64
	Err      *failure  `json:",omitempty"`
	Ready    *ready    `json:",omitempty"`
	Counters *counters `json:",omitempty"`
	Quiet    *quiet    `json:",omitempty"`
	Zero     int64     `json:",omitempty"` // of the world's time, on the monotonic clock
	Number   int       `json:",omitempty"`
	Ports    []Port    `json:",omitempty"`
}

// failure is an error that crosses from one process to the other.
type failure struct {
	Text    string
	Call    string        `json:",omitempty"`
	Errno   syscall.Errno `json:",omitempty"`
	Timeout bool          `json:",omitempty"`
}

func newFailure(err error) *failure {
	if err == nil {
		return nil
	}
	f := &failure{Text: err.Error(), Timeout: errors.Is(err, os.ErrDeadlineExceeded)}
	var call *os.SyscallError
	if errors.As(err, &call) {
		f.Call = call.Syscall
	}
	errors.As(err, &f.Errno)
	return f
}

// err returns the error again, or one that passes for it.
func (f *failure) err() error {
	switch {
	case f == nil:
		return nil
	case f.Timeout:
		return os.ErrDeadlineExceeded
	case f.Errno != 0 && f.Call != "":
		return os.NewSyscallError(f.Call, f.Errno)
	}
	return errors.New(f.Text)
}
