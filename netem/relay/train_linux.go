package relay

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"
)

// A train is datagrams of one length to one place, written by one system call: the system takes them apart (UDP_SEGMENT of
// udp(7), since Linux 4.18). On the way they are what they would have been one by one.

const (
	udpSegment = 103
	maxTrain   = 64    // datagrams: UDP_MAX_SEGMENTS
	trainBytes = 65000 // of data: an IP packet's worth
)

// trains says whether this system knows trains.
const trains = true

// control is the control message that says how long each datagram is.
func trainControl(size int) []byte {
	b := make([]byte, syscall.CmsgSpace(2))
	n := syscall.SizeofCmsghdr
	if n == 16 { // its length field is as wide as a pointer
		binary.NativeEndian.PutUint64(b, uint64(syscall.CmsgLen(2)))
	} else {
		binary.NativeEndian.PutUint32(b, uint32(syscall.CmsgLen(2)))
	}
	binary.NativeEndian.PutUint32(b[n-8:], syscall.IPPROTO_UDP)
	binary.NativeEndian.PutUint32(b[n-4:], udpSegment)
	binary.NativeEndian.PutUint16(b[n:], uint16(size))
	return b
}

// writeTrain writes data as datagrams of size bytes, the last of which may be shorter.
func writeTrain(c *net.UDPConn, data []byte, size int, to netip.AddrPort) error {
	_, _, err := c.WriteMsgUDPAddrPort(data, trainControl(size), to)
	return err
}
