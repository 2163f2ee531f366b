package netem

// Namer names packets as the faults of a link do. It is to be shown each packet that the link's models judge, in that order,
// and each once. The zero value has seen none.
type Namer struct{ flows flows }

// Name is by what a Fault means one packet of a flow, and no other one.
type Name struct {
	Subject Subject
	Number  int // which of the flow's
	Of      int // goes with Retransmission: of which data segment, and Number counts the times; 0 if that is not remembered
	Flow    int // which of the flows that could have such packets
}

// named are the subjects by which packets are named, the most telling first. The others are kinds of these.
var named = [...]Subject{SynSegment, SynAckSegment, RstSegment, DataSegment, Retransmission, FinSegment, WindowProbe, PureAck,
	Datagram, AnyPacket}

// Name returns the name of the packet that the models judge now. A packet that no fault could mean has none: a fragment
// behind the first, or what another link has copied or damaged. Retransmissions of the first 100,000 data segments are told
// apart, by the first segment that they carry.
func (n *Namer) Name(p *Packet) (name Name, ok bool) {
	if n.flows.asked == nil {
		n.flows.asked = []Numbers{{{1, maxResent}}}
	}
	n.flows.see(p)
	f := n.flows.flow
	if f == nil {
		return name, false
	}
	for _, s := range named {
		if !n.flows.is.has(s) {
			continue
		}
		name = Name{Subject: s, Number: f.counts[s], Flow: f.numberOf(s)}
		if s == Retransmission && len(n.flows.resent) > 0 {
			name.Of, name.Number = n.flows.resent[0].number, n.flows.resent[0].again
		}
		break
	}
	return name, true
}

// Flows returns how many flows there were that could have such packets.
func (n *Namer) Flows(s Subject) int { return n.flows.flowsOf(s) }

// Fault returns the fault that meets the named packet, of the flow that the name says or, if every is set, of each flow.
func (n Name) Fault(v Verb, every bool) *Fault {
	f := &Fault{Verb: v, Subject: n.Subject, Numbers: Numbers{{n.Number, n.Number}}}
	if n.Of > 0 {
		f.Of = Numbers{{n.Of, n.Of}}
	}
	if !every {
		f.Flows = Numbers{{n.Flow, n.Flow}}
	}
	return f
}
