package netem

// Verb is what a Fault does with the packet that it names.
type Verb uint8

// The verbs of a Fault.
const (
	Dropping    Verb = iota
	Delaying         // for so long, or until so many have overtaken it
	Duplicating      // one copy comes just behind it
	Corrupting       // its last bit is turned over
)

var verbs = [...]string{"drop", "delay", "duplicate", "corrupt"}

// String returns the verb's word in a SPEC.
func (v Verb) String() string { return nameOf(verbs[:], int(v)) }

// Subject is a kind of packet that a Fault can name. What a packet is, is read from its header and from those that the
// same flow sent before it; the other direction is not looked at. A packet may be of several kinds at once.
type Subject uint8

// The subjects of a Fault.
const (
	// AnyPacket is each packet of a flow, whatever its transport.
	AnyPacket Subject = iota
	// Datagram is each packet of UDP.
	Datagram
	// SYN without ACK: the first packet of a connection, and each time it is sent again.
	SynSegment
	// SYN with ACK: the answer to it.
	SynAckSegment
	// DataSegment has payload, and its last byte was never sent before. So data 5 is the fifth segment of the stream when
	// it is sent for the first time, and what sends it again is no data segment.
	DataSegment
	// LastData is the last DataSegment before the flow's first FIN. Which it is, is known when the FIN passes: if the
	// segment is still under way then, it is taken back. If the FIN is on it, both go. It can only be dropped.
	LastData
	// FinSegment has FIN, with or without data, each time it is sent.
	FinSegment
	// RstSegment has RST.
	RstSegment
	// PureAck has ACK, no SYN, FIN or RST, no payload, and is no WindowProbe. DupAck and WindowUpdate are among them, and
	// so is the third packet of the handshake.
	PureAck
	// DupAck is a PureAck that acknowledges what the flow acknowledged before and has a SACK block, or the same window as
	// the segment before it.
	DupAck
	// Retransmission has payload that begins with a byte sent before, and is no WindowProbe. If it ends with a new byte, it
	// is a DataSegment as well. It is one of data segment 5 if it carries the first byte that this had. (A SYN or FIN sent
	// again is another SynSegment or FinSegment.)
	Retransmission
	// WindowUpdate is a PureAck that acknowledges what the flow acknowledged before, and has a larger window.
	WindowUpdate
	// WindowProbe has no payload, and a sequence number below the next; or one byte of payload, the last that was sent, if
	// that did not go alone. So Linux and netstack probe a closed window, and so look keep-alives.
	WindowProbe
)

var subjects = [...]string{"packet", "datagram", "syn", "syn-ack", "data", "last-data", "fin", "rst", "ack", "dup-ack",
	"retransmission", "window-update", "window-probe"}

// String returns the subject's word in a SPEC.
func (s Subject) String() string { return nameOf(subjects[:], int(s)) }

// things are the subjects as they are counted.
var things = [...]string{"packet", "datagram", "SYN", "SYN-ACK", "data segment", "data segment", "FIN", "RST", "ACK",
	"duplicate ACK", "retransmission", "window update", "window probe"}

// proto returns the protocol that has such packets, 0 for any.
func (s Subject) proto() int {
	switch s {
	case AnyPacket:
		return 0
	case Datagram:
		return ProtoUDP
	}
	return ProtoTCP
}

// single says whether a flow commonly has one such packet, so that a name without a number is clear.
func (s Subject) single() bool {
	switch s {
	case AnyPacket, Datagram, DataSegment, PureAck, DupAck:
		return false
	}
	return true
}

// kinds of packets, as a set of subjects.
type subjectSet uint16

func (s Subject) set() subjectSet { return 1 << s }

func (ss subjectSet) has(s Subject) bool { return ss&s.set() != 0 }

func nameOf(names []string, i int) string {
	if i < len(names) {
		return names[i]
	}
	return "unknown"
}
