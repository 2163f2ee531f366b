//go:build linux

package kernel

import (
	"fmt"
	"net/netip"
	"os"

	"golang.org/x/sys/unix"
)

// ifaceName is the name of each host's interface to the link.
const ifaceName = "lossy0"

// queueLen is how many packets wait for the relay at most: so many that they never are, unless it stands still. What
// does not fit is counted.
const queueLen = 20000

// ioctl makes a request about an interface in the calling thread's namespace.
func ioctl(name string, request uint, prepare func(*unix.Ifreq)) (*unix.Ifreq, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	req, err := unix.NewIfreq(name)
	if err != nil {
		return nil, err
	}
	if prepare != nil {
		prepare(req)
	}
	return req, unix.IoctlIfreq(fd, request, req)
}

func ifaceIndex(name string) (int, error) {
	req, err := ioctl(name, unix.SIOCGIFINDEX, nil)
	if err != nil {
		return 0, fmt.Errorf("interface %s: %w", name, err)
	}
	return int(req.Uint32()), nil
}

// linkUp switches an interface on. It sends nothing to groups, so that it is not heard of before programs are.
func linkUp(name string) error {
	req, err := ioctl(name, unix.SIOCGIFFLAGS, nil)
	if err != nil {
		return fmt.Errorf("interface %s: %w", name, err)
	}
	flags := req.Uint16()&^unix.IFF_MULTICAST | unix.IFF_UP
	if _, err := ioctl(name, unix.SIOCSIFFLAGS, func(r *unix.Ifreq) { r.SetUint16(flags) }); err != nil {
		return fmt.Errorf("switching interface %s on: %w", name, err)
	}
	return nil
}

// configure gives the interface to the link its size and its address, and switches it on.
func configure(c *Config, addr netip.Addr) error {
	if _, err := ioctl(ifaceName, unix.SIOCSIFMTU, func(r *unix.Ifreq) { r.SetUint32(uint32(c.MTU)) }); err != nil {
		return fmt.Errorf("an MTU of %d bytes: %w", c.MTU, err)
	}
	index, err := ifaceIndex(ifaceName)
	if err != nil {
		return err
	}
	if err := changeLink(index).number(unix.IFLA_TXQLEN, queueLen).do(); err != nil { // the ioctl needs true root
		return fmt.Errorf("a queue of %d packets: %w", queueLen, err)
	}
	if err := linkUp(ifaceName); err != nil {
		return err
	}
	net := netip.PrefixFrom(addr, 24)
	if addr.Is6() {
		net = netip.PrefixFrom(addr, 64)
	}
	if err := addAddress(index, net); err != nil {
		return fmt.Errorf("address %v: %w", net, err)
	}
	if err := addRoute(index, net, c.CC); err != nil {
		return fmt.Errorf("a route to %v: %w", net.Masked(), err)
	}
	return nil
}

// offloads are what the relay does in the kernel's stead; UDP's segments are cut by Linux 6.2 and later.
const (
	offloads    = unix.TUN_F_CSUM | unix.TUN_F_TSO4 | unix.TUN_F_TSO6 | unix.TUN_F_TSO_ECN
	offloadsUDP = unix.TUN_F_USO4 | unix.TUN_F_USO6
)

// openTUN makes the interface to the link in the calling thread's namespace.
func openTUN() (*port, error) {
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: "/dev/net/tun", Err: err}
	}
	req, err := unix.NewIfreq(ifaceName)
	if err != nil {
		return nil, err
	}
	req.SetUint16(unix.IFF_TUN | unix.IFF_NO_PI | unix.IFF_VNET_HDR)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, req); err != nil {
		unix.Close(fd)
		return nil, fmt.Errorf("a TUN device: %w", err)
	}
	if unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloads|offloadsUDP) != nil {
		if err := unix.IoctlSetInt(fd, unix.TUNSETOFFLOAD, offloads); err != nil {
			unix.Close(fd)
			return nil, fmt.Errorf("offloads of a TUN device: %w", err)
		}
	}
	return newPort(fd, true), nil
}
