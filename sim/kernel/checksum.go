//go:build linux

package kernel

import (
	"encoding/binary"

	"lossylab/netem"
)

// pseudo returns the sum over the pseudo header of an IP packet whose payload of a protocol has n bytes: RFC 9293
// section 3.1, RFC 8200 section 8.1.
func pseudo(ip []byte, proto uint8, n int) uint64 {
	addresses := ip[8:40]
	if ip[0]>>4 == 4 {
		addresses = ip[12:20]
	}
	var tail [8]byte
	binary.BigEndian.PutUint32(tail[:], uint32(n))
	tail[7] = proto
	return netem.Sum(netem.Sum(0, addresses), tail[:])
}

// headerSum sets the checksum of an IPv4 header.
func headerSum(ip []byte) {
	n := int(ip[0]&15) * 4
	ip[10], ip[11] = 0, 0
	binary.BigEndian.PutUint16(ip[10:], ^netem.Fold(netem.Sum(0, ip[:n])))
}
