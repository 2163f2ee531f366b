//go:build linux

package kernel

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"golang.org/x/sys/unix"
)

// CheckCC says why TCP cannot use a congestion control on this machine, and what it can.
func CheckCC(name string) error {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	err = unix.SetsockoptString(fd, unix.IPPROTO_TCP, unix.TCP_CONGESTION, name)
	if err == nil || errors.Is(err, unix.EPERM) { // it is there, and the helper may use it
		return nil
	}
	b, _ := os.ReadFile("/proc/sys/net/ipv4/tcp_available_congestion_control")
	return fmt.Errorf("this kernel has %s: use one of them, or load another with sudo modprobe tcp_%s",
		strings.Join(strings.Fields(string(b)), ", "), name)
}
