//go:build linux

package kernel

import (
	"net"
	"time"

	"golang.org/x/sys/unix"

	"lossylab/netem"
	"lossylab/sim"
)

// sampleEvery is how often a TCP sender's state is looked at.
const sampleEvery = 5 * time.Millisecond

// infiniteThreshold is Linux's slow start threshold before the first loss, TCP_INFINITE_SSTHRESH.
const infiniteThreshold = 0x7fffffff

// Observe has f told of the client's TCP senders, in its turn among all else that is told. Call it before Start.
func (w *World) Observe(f func(sim.TCPInfo)) { w.observe = f }

// sample follows a connection of the client until it is closed.
func (w *World) sample(h *Host, c *net.TCPConn) {
	if h != w.Client || w.observe == nil {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	port := uint16(c.LocalAddr().(*net.TCPAddr).Port)
	go func() {
		var told sim.TCPInfo
		var looked netem.Time
		for {
			var info *unix.TCPInfo
			var failed error
			if raw.Control(func(fd uintptr) {
				info, failed = unix.GetsockoptTCPInfo(int(fd), unix.IPPROTO_TCP, unix.TCP_INFO)
			}) != nil || failed != nil {
				return
			}
			now := tcpInfo(info, port)
			now.At = told.At
			before := looked
			if looked = w.clock.Load().now(); now != told {
				now.At = looked
				if now.Recovery && !told.Recovery || now.Timeout && !told.Timeout {
					now.At = before // since when it may be so: what was sent in between was sent because of it
				}
				told = now
				w.Tell(now.At, func(at netem.Time) {
					now.At = at
					w.observe(now)
				})
			}
			time.Sleep(sampleEvery)
		}
	}()
}

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
