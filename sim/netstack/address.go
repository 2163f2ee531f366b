package netstack

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"syscall"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// transport returns which of the wanted transports ("tcp", "udp") a network's name stands for; behind it may be the
// digit of the host's address family.
func (h *Host) transport(network string, wanted ...string) (string, error) {
	var names []string
	for _, w := range wanted {
		if network == w || network == w+h.family() {
			return w, nil
		}
		names = append(names, w, w+h.family())
	}
	last := len(names) - 1
	return "", fmt.Errorf("%w: want %s or %s", net.UnknownNetworkError(network), strings.Join(names[:last], ", "), names[last])
}

// family is "4" or "6".
func (h *Host) family() string {
	if h.config.Addr.Is4() {
		return "4"
	}
	return "6"
}

// local reads the "host:port" of a socket to be: the host is empty or this one's address.
func (h *Host) local(address string) (tcpip.FullAddress, error) {
	full, addr, err := h.resolve(address)
	if err == nil && !addr.IsUnspecified() && addr != h.config.Addr {
		err = fmt.Errorf("address %q: %w: want :%d or %s", address, syscall.EADDRNOTAVAIL, full.Port,
			netip.AddrPortFrom(h.config.Addr, full.Port))
	}
	return full, err
}

// remote reads the "host:port" of another host.
func (h *Host) remote(address string) (tcpip.FullAddress, error) {
	full, addr, err := h.resolve(address)
	if err == nil && (addr.IsUnspecified() || addr.IsLoopback() || addr == h.config.Addr) {
		err = fmt.Errorf("address %q is this host itself, which has no loopback: want another host's", address)
	}
	return full, err
}

// resolve reads "host:port". There are no names here: the host is an IP address of the right family or empty.
func (h *Host) resolve(address string) (full tcpip.FullAddress, addr netip.Addr, err error) {
	text := address
	if strings.HasPrefix(address, ":") {
		text = "[::]" + address
	}
	a, err := netip.ParseAddrPort(text)
	if err != nil {
		return full, addr, fmt.Errorf("address %q: want an IP address and a port, such as %s", address,
			netip.AddrPortFrom(h.config.Addr, 7))
	}
	full, addr = tcpip.FullAddress{NIC: nicID, Port: a.Port()}, a.Addr().Unmap()
	if addr.IsUnspecified() {
		return full, addr, nil
	}
	if addr.Is4() != h.config.Addr.Is4() {
		return full, addr, fmt.Errorf("address %q: want an IPv%s address, such as %s", address, h.family(), h.config.Addr)
	}
	full.Addr = tcpip.AddrFromSlice(addr.AsSlice())
	return full, addr, nil
}

func addrPort(a tcpip.FullAddress) netip.AddrPort {
	addr, _ := netip.AddrFromSlice(a.Addr.AsSlice())
	return netip.AddrPortFrom(addr, a.Port)
}

func netAddr(network string, a tcpip.FullAddress) net.Addr {
	if strings.HasPrefix(network, "udp") {
		return net.UDPAddrFromAddrPort(addrPort(a))
	}
	return net.TCPAddrFromAddrPort(addrPort(a))
}

// opError dresses err as package net does. io.EOF stays bare, since readers compare it with ==.
func opError(op, network string, local, remote net.Addr, err error) error {
	if err == nil || err == io.EOF {
		return err
	}
	return &net.OpError{Op: op, Net: network, Source: local, Addr: remote, Err: err}
}
