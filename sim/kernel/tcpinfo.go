//go:build linux

package kernel

import (
	"time"

	"golang.org/x/sys/unix"

	"lossylab/sim"
)

// infiniteThreshold is Linux's slow start threshold before the first loss, TCP_INFINITE_SSTHRESH.
const infiniteThreshold = 0x7fffffff

// tcpInfo translates what the kernel tells of a sender.
func tcpInfo(i *unix.TCPInfo, port uint16) sim.TCPInfo {
	const recovery, loss = 3, 4 // enum tcp_ca_state
	s := sim.TCPInfo{Port: port, Cwnd: int(i.Snd_cwnd), Ssthresh: int(i.Snd_ssthresh),
		Recovery: i.Ca_state == recovery, Timeout: i.Ca_state == loss,
		SRTT: time.Duration(i.Rtt) * time.Microsecond, RTTVar: time.Duration(i.Rttvar) * time.Microsecond,
		RTO: time.Duration(i.Rto) * time.Microsecond}
	if i.Snd_ssthresh >= infiniteThreshold {
		s.Ssthresh = -1
	}
	return s
}
