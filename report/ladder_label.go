package report

import (
	"strconv"
	"strings"

	"lossylab/netem"
)

// packetName is how a person would name a packet: words in which a "#" stands for the number.
type packetName struct {
	words  string
	number int
}

func (n packetName) String() string { return strings.Replace(n.words, "#", strconv.Itoa(n.number), 1) }

// name names a packet by the ordinal of its data, counted from 1 in each direction as faults count it, in the order in which the
// end sent it first. An acknowledgment has the number of the segment that is expected next.
func (w *ladderWindow) name(e netem.Event, h *netem.Header, s seen) packetName {
	switch {
	case h == nil:
		return packetName{"# bytes", e.Packet.Size()}
	case h.Proto == netem.ProtoUDP:
		n := &w.datagrams[direction(e.Link)]
		*n++
		return packetName{"datagram #", *n}
	case h.Proto == netem.ProtoTCP:
		return segmentName(e.Link, h, s)
	case h.Proto == netem.ProtoICMP || h.Proto == netem.ProtoICMPv6:
		return packetName{"ICMP", 0}
	}
	return packetName{"IP protocol #", h.Proto}
}

// answerWords begin the name of data that go the other way.
const answerWords = "answer, "

// copied is the label, and that it is a copy which the link made.
func (t *Transit) copied() string {
	if t.Duplicate {
		return t.Label + ", a copy"
	}
	return t.Label
}

func segmentName(link string, h *netem.Header, s seen) packetName {
	again := ""
	if s.retransmit {
		again = " again"
	}
	switch flags := h.Flags; {
	case flags&netem.RST != 0:
		return packetName{"RST", 0}
	case flags&netem.SYN != 0 && flags&netem.ACK != 0:
		return packetName{"SYN, ACK" + again, 0}
	case flags&netem.SYN != 0:
		return packetName{"SYN" + again, 0}
	case s.len > 0:
		return packetName{"data #" + again, s.index + 1}
	case len(h.Payload) > 0 && link == up: // of a connection whose beginning was not seen
		return packetName{"data, # bytes", len(h.Payload)}
	case len(h.Payload) > 0:
		return packetName{answerWords + "# bytes" + again, len(h.Payload)}
	case flags&netem.FIN != 0:
		return packetName{"FIN, ACK" + again, 0}
	case s.index > 0:
		return packetName{"ack #", s.index + 1}
	}
	return packetName{"ACK", 0}
}
