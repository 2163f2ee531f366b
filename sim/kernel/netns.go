//go:build linux

package kernel

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"golang.org/x/sys/unix"
)

// namespace is a network namespace. It lives as long as it is open or anything is in it.
type namespace struct {
	name string
	file *os.File
}

// newNamespace makes an empty one.
func newNamespace(name string) (*namespace, error) {
	ns := &namespace{name: name}
	err := onThread(func() (err error) {
		if err := unix.Unshare(unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("a network namespace: %w", err)
		}
		ns.file, err = os.Open("/proc/thread-self/ns/net")
		return err
	})
	if err != nil {
		return nil, err
	}
	return ns, ns.do(func() error { return linkUp("lo") })
}

// do calls f on a thread of its own that is in the namespace.
func (ns *namespace) do(f func() error) error {
	return onThread(func() error {
		if err := unix.Setns(int(ns.file.Fd()), unix.CLONE_NEWNET); err != nil {
			return fmt.Errorf("namespace %s: %w", ns.name, err)
		}
		return f()
	})
}

// onThread calls f on a thread of its own, which ends with it: what f does to it concerns nobody else.
func onThread(f func() error) error {
	done := make(chan error, 1)
	go func() {
		runtime.LockOSThread() // and never unlocked
		done <- f()
	}()
	return <-done
}

// sysctl is a setting of a namespace: its file below /proc/sys, and what is written to it.
type sysctl struct{ name, value string }

// settings are those of each host. None is a matter of life and death: an older kernel may know it not.
func settings(c *Config) []sysctl {
	s := []sysctl{
		{"net/ipv4/tcp_no_metrics_save", "1"}, // one connection's past is not to show in the next
		{"net/mptcp/enabled", "0"},
		{"net/ipv4/ip_unprivileged_port_start", "0"},
		{"net/ipv4/ping_group_range", fmt.Sprintf("%d %[1]d", os.Getegid())},
		{"net/ipv6/conf/default/autoconf", "0"}, // nothing is sent that no program asked for
		{"net/ipv6/conf/default/accept_ra", "0"},
		{"net/ipv6/conf/default/router_solicitations", "0"},
		{"net/ipv6/conf/default/dad_transmits", "0"},
		{"net/ipv6/conf/default/addr_gen_mode", "1"},
		{"net/ipv4/tcp_sack", "1"},
	}
	if c.NoSACK {
		s[len(s)-1].value = "0"
	}
	if !c.IPv6 {
		s = append(s, sysctl{"net/ipv6/conf/default/disable_ipv6", "1"})
	}
	return s
}

// set writes settings on the calling thread's namespace and returns the names of those that cannot be written.
func set(all []sysctl) (failed []string) {
	for _, s := range all {
		if err := os.WriteFile(filepath.Join("/proc/sys", s.name), []byte(s.value), 0); err != nil && !errors.Is(err, os.ErrNotExist) {
			failed = append(failed, strings.ReplaceAll(s.name, "/", "."))
		}
	}
	return failed
}
