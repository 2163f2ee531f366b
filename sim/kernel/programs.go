//go:build linux

package kernel

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// program is one to be started on a host.
type program struct {
	Args  []string
	Env   []string // besides the helper's own
	Named bool     // the host's name is its own
}

// programs are those that a helper has started, by number.
type programs struct {
	mu  sync.Mutex
	all []*running
}

// running is a program that was started.
type running struct {
	cmd    *exec.Cmd
	ended  chan struct{}
	status int // once it has ended: its exit status, or 128 and the number of the signal that ended it
}

// program does what is asked for about programs.
func (h *helper) program(r *request, a *reply, files []*os.File) error {
	switch r.Op {
	case "start":
		n, err := h.start(r, files)
		a.Number = n
		return err
	case "ports":
		a.Ports = h.ports(r.Host)
		return nil
	}
	p, err := h.running(r.Number)
	if err != nil {
		return err
	}
	switch r.Op {
	case "wait":
		<-p.ended
		a.Number = p.status
	case "signal":
		p.cmd.Process.Signal(syscall.Signal(r.Signal)) // it may have ended
	default:
		return fmt.Errorf("kernel: unknown request %s", r.Op)
	}
	return nil
}

func (h *helper) running(n int) (*running, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if n < 0 || n >= len(h.all) {
		return nil, fmt.Errorf("kernel: there is no program %d", n)
	}
	return h.all[n], nil
}

// start starts a program on a host, with three files as its standard streams.
func (h *helper) start(r *request, files []*os.File) (int, error) {
	if len(files) != 3 || r.Program == nil || len(r.Program.Args) == 0 {
		return 0, errors.New("kernel: a program needs its arguments and three files")
	}
	for _, f := range files {
		unix.SetNonblock(int(f.Fd()), false) // programs expect it
	}
	p := &running{cmd: exec.Command(r.Program.Args[0], r.Program.Args[1:]...), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), r.Program.Env...)
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = files[0], files[1], files[2]
	err := h.hosts[r.Host].do(func() error {
		ordinary()
		if r.Program.Named {
			nameThread(hostNames[r.Host])
		}
		return p.cmd.Start()
	})
	if err != nil {
		return 0, err
	}
	go func() {
		p.cmd.Wait()
		p.status = p.cmd.ProcessState.ExitCode()
		if s, ok := p.cmd.ProcessState.Sys().(syscall.WaitStatus); ok && s.Signaled() {
			p.status = 128 + int(s.Signal())
		}
		close(p.ended)
	}()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.all = append(h.all, p)
	return len(h.all) - 1, nil
}

// nameThread gives the calling thread, and what it starts, a host's name of its own, where that is possible.
func nameThread(name string) {
	if unix.Unshare(unix.CLONE_NEWUTS) == nil {
		unix.Sethostname([]byte(name))
	}
}

// ports lists on which ports a host waits for others.
func (h *helper) ports(host int) (all []Port) {
	h.hosts[host].do(func() error {
		for _, s := range socketRows("tcp", "udp") {
			if s.network == "tcp" && s.state == stateListen || s.network == "udp" && !s.remote {
				all = append(all, Port{s.network, s.port})
			}
		}
		return nil
	})
	return all
}

// diagnosis opens a socket by which the state of all of a host's TCP can be asked for, from any process.
func (h *helper) diagnosis(host int) (f *os.File, err error) {
	err = h.hosts[host].do(func() error {
		fd, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_RAW|unix.SOCK_CLOEXEC, unix.NETLINK_INET_DIAG)
		if err != nil {
			return os.NewSyscallError("socket", err)
		}
		f = os.NewFile(uintptr(fd), "diag")
		return nil
	})
	return f, err
}

// mounts makes the helper's view of the file system its own, with /proc as its own processes see it, and with the hosts'
// names in /etc/hosts if programs are to be started.
func (h *helper) mounts() error {
	if err := unix.Mount("", "/", "", unix.MS_REC|unix.MS_PRIVATE, ""); err != nil {
		return fmt.Errorf("a mount namespace: %w", err)
	}
	unix.Mount("proc", "/proc", "proc", unix.MS_NOSUID|unix.MS_NODEV|unix.MS_NOEXEC, "") // in containers it is refused: ps is then wrong
	if !h.config.Names {
		return nil
	}
	if err := h.names(); err != nil {
		h.ready.Settings = append(h.ready.Settings, "the names client and server in /etc/hosts ("+err.Error()+")")
	}
	return nil
}

// names puts a file of the hosts' names in the place of /etc/hosts, where the helper's programs see it and nobody else.
func (h *helper) names() error {
	old, _ := os.ReadFile("/etc/hosts")
	f, err := os.CreateTemp("", "lossylab-hosts-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // what is mounted stays
	defer f.Close()
	client, server := Addresses(h.config.IPv6)
	if _, err := fmt.Fprintf(f, "%v client\n%v server\n%s", client, server, old); err != nil {
		return err
	}
	if err := f.Chmod(0o644); err != nil {
		return err
	}
	return unix.Mount(f.Name(), "/etc/hosts", "", unix.MS_BIND, "")
}
