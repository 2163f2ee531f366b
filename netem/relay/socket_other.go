//go:build !linux

package relay

import (
	"net"
	"net/netip"
)

// socket is a UDP socket.
type socket struct{ *net.UDPConn }

func newSocket(c *net.UDPConn) *socket { return &socket{c} }

// send writes a datagram to where one has been received from, or to nowhere in particular if the socket is connected.
func (s *socket) send(data []byte, to netip.AddrPort, _ bool) (err error) {
	if to.IsValid() {
		_, err = s.WriteToUDPAddrPort(data, to)
	} else {
		_, err = s.Write(data)
	}
	return err
}
