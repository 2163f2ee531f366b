//go:build !linux

package relay

import (
	"errors"
	"net"
	"net/netip"
)

// trains says whether this system can write several datagrams at once.
const (
	trains     = false
	maxTrain   = 1
	trainBytes = 0
)

func writeTrain(*net.UDPConn, []byte, int, netip.AddrPort) error { return errors.ErrUnsupported }
