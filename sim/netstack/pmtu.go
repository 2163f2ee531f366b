package netstack

import (
	"encoding/binary"

	"gvisor.dev/gvisor/pkg/tcpip"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/transport/udp"

	"lossylab/netem"
)

// Path MTU discovery. The stack's TCP sets Don't Fragment and heeds ICMP's "fragmentation needed" and "Packet Too Big": it
// cuts its segments and sends them again, as long as such messages come. It does no probing of its own (RFC 4821), and so
// hangs where they do not. Its UDP has no part in it: it sets Don't Fragment too, and then neither tells the program nor
// remembers for the next datagram. This file makes up for that.

// letFragment lets routers fragment the datagrams of a UDP socket over IPv4. Linux would set Don't Fragment and fragment
// at the host once the path MTU is known; the stack would send all that is too big to nowhere. What is more, it gives
// each datagram that has Don't Fragment the ID 0, also when it fragments that itself, so that receivers join fragments of
// different datagrams: RFC 6864 section 4.1 allows such an ID only for datagrams that are not fragmented.
func letFragment(proto tcpip.TransportProtocolNumber, ep tcpip.Endpoint) error {
	if proto != udp.ProtocolNumber {
		return nil
	}
	return socketError(ep.SetSockOptInt(tcpip.MTUDiscoverOption, int(tcpip.PMTUDiscoveryDont)))
}

// learn takes the path's MTU from a Packet Too Big about anything but TCP, which heeds it by itself: from then on the
// stack fragments what is larger, as no router does in IPv6. RFC 8201 section 5.2 has the IP layer keep it, for all; here a
// host has one path, to the one other host. A TCP connection that is opened later announces its segments' size by it too.
func (n *nic) learn(p *netem.Packet) {
	b := p.Data
	const quoted = header.IPv6MinimumSize + header.ICMPv6PacketTooBigMinimumSize
	if p.Corrupt || len(b) < quoted+header.IPv6MinimumSize || b[0]>>4 != 6 || b[6] != netem.ProtoICMPv6 ||
		header.ICMPv6Type(b[40]) != header.ICMPv6PacketTooBig {
		return
	}
	about := header.IPv6(b[quoted:])
	if about[0]>>4 != 6 || about[6] == netem.ProtoTCP || about.SourceAddress() != tcpip.AddrFromSlice(n.host.config.Addr.AsSlice()) {
		return
	}
	// RFC 8201 section 4: "A node MUST NOT reduce its estimate of the Path MTU below the IPv6 minimum link MTU in response to
	// a Packet Too Big message", and "MUST NOT increase its estimate".
	if mtu := binary.BigEndian.Uint32(b[44:]); mtu >= header.IPv6MinimumMTU && mtu < n.MTU() {
		n.path = mtu
	}
}

// MTU implements stack.LinkEndpoint. The stack asks anew for each packet.
func (n *nic) MTU() uint32 {
	if n.path != 0 {
		return n.path
	}
	return n.mtu
}

// tooBig is when a segment counts as sent that the path has refused.
var tooBig = tcpip.MonotonicTimeInfinite()

// mendTooBig takes the segments that the path has refused off what is in flight, when TCP has learnt by ICMP how large a
// segment may be. RFC 1191 section 6.4: "a retransmission caused by a Datagram Too Big message should not change the
// congestion window. It should, however, trigger the slow-start mechanism (i.e., only one segment should be retransmitted
// until acknowledgements begin to arrive again)." The stack goes back to the first of them and sends that. The others stay
// counted, so that hardly anything more can be sent; and by RACK, which sees only that they were sent before what is then
// acknowledged, they are lost: the window is halved at the connection's first flight. Here they count as sent later than
// anything else, until they are sent again.
func (s *sender) mendTooBig(in inner) {
	if s.mss == 0 || in.state.MaxPayloadSize >= s.mss {
		return
	}
	for seg := in.segments(); seg.at != nil; seg = seg.following() {
		if seg.payload() > in.state.MaxPayloadSize && !seg.acked() {
			*seg.when() = tooBig
		}
	}
	in.state.Outstanding = min(in.state.Outstanding, in.inFlight())
}

// isICMP reports whether an IP packet is an ICMP message: one may make TCP send, whatever connection it is about.
func isICMP(b []byte) bool {
	return len(b) >= header.IPv4MinimumSize && (b[0]>>4 == 4 && b[9] == netem.ProtoICMP || b[0]>>4 == 6 && b[6] == netem.ProtoICMPv6)
}
