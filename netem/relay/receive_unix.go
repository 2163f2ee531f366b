//go:build unix && !linux

package relay

import (
	"net/netip"
	"strconv"
	"syscall"
)

// receive reads a datagram, and whose it is unless the socket is connected.
func receive(fd int, b []byte, connected, _ bool) (n int, from netip.AddrPort, err error) {
	if connected {
		n, err = syscall.Read(fd, b)
		return max(n, 0), from, err
	}
	n, addr, err := syscall.Recvfrom(fd, b, 0)
	switch a := addr.(type) {
	case *syscall.SockaddrInet4:
		from = netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *syscall.SockaddrInet6:
		ip := netip.AddrFrom16(a.Addr)
		if a.ZoneId != 0 {
			ip = ip.WithZone(strconv.FormatUint(uint64(a.ZoneId), 10))
		}
		from = netip.AddrPortFrom(ip, uint16(a.Port))
	}
	return n, from, err
}
