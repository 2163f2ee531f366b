package netstack

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"gvisor.dev/gvisor/pkg/tcpip"
)

// transport checks a network's name against what is wanted ("tcp" or "udp") and the host's address family.
func (h *Host) transport(network, want string) error {
	if network != want && network != want+h.family() {
		return net.UnknownNetworkError(network)
	}
	return nil
}

// family is "4" or "6".
func (h *Host) family() string {
	if h.config.Addr.Is4() {
		return "4"
	}
	return "6"
}

// resolve reads "host:port". There are no names here: the host is an IP address or, to listen, empty.
func (h *Host) resolve(address string) (tcpip.FullAddress, error) {
	if strings.HasPrefix(address, ":") {
		address = netip.IPv6Unspecified().String() + "]" + address
		address = "[" + address
	}
	a, err := netip.ParseAddrPort(address)
	if err != nil {
		return tcpip.FullAddress{}, fmt.Errorf("address %q: want an IP address and a port, such as %s", address,
			netip.AddrPortFrom(h.config.Addr, 7))
	}
	full := tcpip.FullAddress{NIC: nicID, Port: a.Port()}
	if !a.Addr().IsUnspecified() {
		full.Addr = tcpip.AddrFromSlice(a.Addr().AsSlice())
	}
	return full, nil
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

// contextError tells why a context ended in the words of package net.
func contextError(ctx context.Context) error { return context.Cause(ctx) }
