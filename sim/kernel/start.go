//go:build linux

package kernel

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"

	"golang.org/x/sys/unix"
)

// Supported says why there can be no world here. On Linux only making one can tell.
func Supported() error { return nil }

// helperProcess is a helper as the process that started it sees it.
type helperProcess struct {
	cmd     *exec.Cmd
	control *controlConn
	events  *os.File
	ended   chan struct{} // closed when it has ended
}

// startHelper starts one: as root, or else in a user namespace of its own.
func startHelper(c *Config) (*helperProcess, error) {
	if os.Geteuid() == 0 {
		p, err := launch(c, false)
		if err == nil || !errors.Is(err, unix.EPERM) {
			return p, explain(err, c.Instead)
		}
	}
	p, err := launch(c, true)
	return p, explain(err, c.Instead)
}

// launch starts a helper process, as PID 1 of a PID namespace: when it ends, so do all programs that it has started.
func launch(c *Config, rootless bool) (*helperProcess, error) {
	control, theirs, err := newControlPair()
	if err != nil {
		return nil, err
	}
	defer theirs.Close()
	events, writer, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer writer.Close()
	unix.FcntlInt(writer.Fd(), unix.F_SETPIPE_SZ, 1<<20) // or it stays as it is
	config, feed, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer config.Close()
	p := &helperProcess{cmd: &exec.Cmd{Path: "/proc/self/exe", Args: os.Args[:1]}, control: control, events: events, ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), helperVariable+"=1")
	p.cmd.Stderr = os.Stderr // a panic's
	p.cmd.ExtraFiles = []*os.File{theirs, writer, config}
	p.cmd.SysProcAttr = attributes(rootless)
	if err := p.start(); err != nil {
		feed.Close()
		p.close()
		return nil, err
	}
	go func() {
		json.NewEncoder(feed).Encode(c) // a helper that does not read it says why
		feed.Close()
	}()
	return p, nil
}

// attributes are those of a helper.
func attributes(rootless bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL,
		Cloneflags: unix.CLONE_NEWPID | unix.CLONE_NEWNS | unix.CLONE_NEWNET | unix.CLONE_NEWUTS | unix.CLONE_NEWIPC}
	if rootless {
		a.Cloneflags |= unix.CLONE_NEWUSER
		a.UidMappings = []syscall.SysProcIDMap{{ContainerID: os.Geteuid(), HostID: os.Geteuid(), Size: 1}}
		a.GidMappings = []syscall.SysProcIDMap{{ContainerID: os.Getegid(), HostID: os.Getegid(), Size: 1}}
		a.AmbientCaps = []uintptr{unix.CAP_SYS_ADMIN, unix.CAP_NET_ADMIN, unix.CAP_NET_RAW, unix.CAP_NET_BIND_SERVICE}
	}
	return a
}

// start starts the process on a thread that lives as long as the process does: the kernel's notice of a parent's death goes
// by the thread that started it.
func (p *helperProcess) start() error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.cmd.Wait()
			close(p.ended)
		}
	}()
	return <-started
}

// close ends the helper and all that it has started.
func (p *helperProcess) close() {
	p.control.conn.Close()
	p.events.Close()
	if p.cmd.Process != nil {
		p.cmd.Process.Kill()
		<-p.ended
	}
}

// explain says of an error that keeps a world from being made what is missing and what to do instead.
func explain(err error, instead string) error {
	or := ""
	if instead != "" {
		or = ", or " + instead
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, unix.ENOSPC):
		return errors.New("the kernel engine needs root or user namespaces, and these are switched off or used up: sudo sysctl -w user.max_user_namespaces=10000 user.max_net_namespaces=10000" + or)
	case errors.Is(err, unix.EINVAL) && os.Geteuid() != 0:
		return errors.New("the kernel engine needs root, since this kernel was built without user namespaces: run lossylab as root" + or)
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		return fmt.Errorf("the kernel engine needs root or unprivileged user namespaces (%w): %s%s", err, permission(), or)
	}
	if instead != "" {
		instead = ": " + instead
	}
	return fmt.Errorf("the kernel engine cannot make its hosts: %w%s", err, instead)
}

// permission says who has forbidden user namespaces, as far as it can be told, and how to allow them.
func permission() string {
	for _, s := range []struct{ name, forbids, allows string }{
		{"kernel.unprivileged_userns_clone", "0", "1"},
		{"kernel.apparmor_restrict_unprivileged_userns", "1", "0"},
	} {
		b, err := os.ReadFile("/proc/sys/" + strings.ReplaceAll(s.name, ".", "/"))
		if err == nil && strings.TrimSpace(string(b)) == s.forbids {
			return fmt.Sprintf("run lossylab as root, or sudo sysctl -w %s=%s", s.name, s.allows)
		}
	}
	return "run lossylab as root; in a container, start that with --cap-add SYS_ADMIN --cap-add NET_ADMIN --device /dev/net/tun"
}
