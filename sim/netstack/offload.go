package netstack

import (
	"encoding/binary"
	"unsafe"

	"gvisor.dev/gvisor/pkg/tcpip/checksum"
	"gvisor.dev/gvisor/pkg/tcpip/header"
	"gvisor.dev/gvisor/pkg/tcpip/stack"
	"gvisor.dev/gvisor/pkg/tcpip/transport/tcp"

	"lossylab/netem"
)

// Over a link that does nothing, a host may leave cutting up what it sends to its network card, as real ones do (TCP
// segmentation offload): the packets on the link are the same, and the stack has a fortieth of the work. Over any other
// link it does not, since its loss detection would then see segments that are many packets.

// maxOffload is how large a segment may be before it is cut up, headers included, as the stack counts them.
const maxOffload = 1 << 16

// Offload says whether the host leaves cutting up to its network card. It is switched off when nothing is in flight, and then
// for good for those connections that there are: of a link that does nothing, all has been acknowledged at each instant.
func (h *Host) Offload(on bool) {
	h.nic.offload = on
	if on {
		return
	}
	for _, s := range h.senders.ordered {
		(*stack.GSO)(unsafe.Add(unsafe.Pointer(s.ep), inside.gso)).Type = stack.GSONone
	}
}

// GSOMaxSize implements stack.GSOEndpoint.
func (n *nic) GSOMaxSize() uint32 { return maxOffload }

// SupportedGSO implements stack.GSOEndpoint. The stack asks for each new connection.
func (n *nic) SupportedGSO() stack.SupportedGSO {
	if n.offload && n.host.config.Addr.Is4() {
		return stack.HostGSOSupported
	}
	return stack.GSONotSupported
}

// cutUp sends a segment over IPv4 as packets that fit, and gives each its checksums: the stack has left that to us too.
func (n *nic) cutUp(p *stack.PacketBuffer) {
	n.whole = n.whole[:0]
	views, skip := p.AsViewList()
	for v := views.Front(); v != nil; v = v.Next() {
		b := v.AsSlice()
		n.whole = append(n.whole, b[min(skip, len(b)):]...)
		skip = max(0, skip-len(b))
	}
	ip := int(n.whole[0]&15) * 4
	heads := ip + int(n.whole[ip+12]>>4)*4
	payload, seq, flags := n.whole[heads:], binary.BigEndian.Uint32(n.whole[ip+4:]), n.whole[ip+13]
	mss := max(int(p.GSOOptions.MSS), 1)
	for from := 0; from == 0 || from < len(payload); from += mss {
		to := min(from+mss, len(payload))
		b := append(append(n.room.bytes(heads + to - from)[:0], n.whole[:heads]...), payload[from:to]...)
		binary.BigEndian.PutUint16(b[2:], uint16(len(b)))
		binary.BigEndian.PutUint32(b[ip+4:], seq+uint32(from))
		if to < len(payload) { // RFC 9293 section 3.1: the end of the data, and a push of it, belong to the last byte
			b[ip+13] = flags &^ (netem.FIN | byte(header.TCPFlagPsh))
		}
		sumUp(b, ip)
		n.out(b)
	}
}

// sumUp gives an IPv4 packet with a TCP segment its checksums.
func sumUp(b []byte, ip int) {
	h := header.IPv4(b)
	h.SetChecksum(0)
	h.SetChecksum(^h.CalculateChecksum())
	t := header.TCP(b[ip:])
	t.SetChecksum(0)
	sum := header.PseudoHeaderChecksum(tcp.ProtocolNumber, h.SourceAddress(), h.DestinationAddress(), uint16(len(b)-ip))
	t.SetChecksum(^checksum.Checksum(b[ip:], sum))
}
