package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip"

	"lossylab/netem"
)

// connID tells the TCP connections of a host apart: the peer's address, both ports.
type connID struct {
	remote [16]byte // an IPv4 address fills the first four bytes
	ports  uint32   // remote port, local port
}

// connOf returns the connection that an arriving packet belongs to; false if it is not TCP.
func connOf(b []byte) (id connID, ok bool) {
	switch b[0] >> 4 {
	case 4:
		n := int(b[0]&15) * 4
		if len(b) < 20 || b[9] != netem.ProtoTCP || len(b) < n+4 {
			return id, false
		}
		copy(id.remote[:], b[12:16])
		id.ports = binary.BigEndian.Uint32(b[n:])
		return id, true
	case 6:
		if len(b) < 44 || b[6] != netem.ProtoTCP {
			return id, false
		}
		copy(id.remote[:], b[8:24])
		id.ports = binary.BigEndian.Uint32(b[40:])
		return id, true
	}
	return id, false
}

// connBetween returns the connection of a local port with a remote address.
func connBetween(local uint16, remote tcpip.FullAddress) (id connID) {
	copy(id.remote[:], remote.Addr.AsSlice())
	id.ports = uint32(remote.Port)<<16 | uint32(local)
	return id
}
