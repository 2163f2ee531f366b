package report

import (
	"lossylab/netem"
	"lossylab/report/metric"
)

// Flow is what one protocol's client and server pairs showed in one run: the data behind every figure and table. The
// lists are bounded (see Collector); the counters are not.
type Flow struct {
	Name         string // of several flows that share a network; otherwise empty
	Number       int    // of such a flow, from 0
	as           string // what its own figures call it: its name, where Name is taken off
	Proto        string // "udp" or "tcp"
	Conversation int    // of captures: its number, where several of one protocol were taken; otherwise 0
	Turned       bool   // most data came from its server, which stands as its client, so that up is the way from there
	Captured     bool   // made of captures, which show no programs: datagrams and new segments stand for messages
	Real         bool   // in real time
	FromServer   bool   // the data go from the server to the client: Turn
	Clients      int    // how many ran at once; the lists but Transits and Goodput are of the first

	Messages   []Message        // in send order
	Unfinished int              // so many of the last Messages might still have come when the run was cut short
	Receptions []Reception      // in the order in which the receiving program got them
	Transits   []Transit        // packets round the first interesting event, in order of sending: the ladder
	Packets    []Transit        // the first packets of the run, in order of sending: at most 2000
	Segments   []Segment        // TCP: data segments in order of sending
	Acks       []Ack            // TCP: acknowledgments as they arrived at the sender
	Again      []Retransmission // TCP: what was sent again, SYN and FIN included, and why
	States     []State          // TCP: the sender's congestion state, in order of time
	Goodput    []Bin            // bytes that the receiving program got, in bins of equal width without holes
	Samples    Samples          // of the links, over the whole run
	Start      netem.Time       // when its clients began
	End        netem.Time       // when the flow was over
	Network    *Samples         // of the links and all flows that share them; nil: it has them for itself
	Tally      Tally            // what the tables for lab reports are made of
	Calls      []Call           // the first socket calls of all programs, in the order in which they began
	CallTotal  int              // how many there were

	Recoveries, Timeouts int // TCP: as the stack counts them, for all clients; 0 where it is not known
}

// Message is what became of one numbered message. A time that did not come is -1.
type Message struct {
	Seq       int        // send number, from 0
	Sent      netem.Time // handed to the sender's socket
	Arrived   netem.Time // its last missing byte reached the receiving host
	Delivered netem.Time // read by the receiving program. TCP: Delivered minus Arrived is head-of-line waiting
}

// Reception is one message as the receiving program got it; a duplicated datagram makes two.
type Reception struct {
	Seq int // its send number
	At  netem.Time
}

// Transit is the crossing of one packet, for the ladder. A duplicate is a Transit of its own.
type Transit struct {
	Up         bool       // from client to server
	Label      string     // "SYN", "data 5", "ack 6", "data 5 again"
	Sent       netem.Time // at its sending host
	Arrived    netem.Time // at the receiving host; -1 if it never did
	Cause      string     // why it was lost, duplicated, corrupted or late, in the link's words; or empty
	Lost       bool
	Duplicate  bool
	Corrupt    bool
	Overtaken  bool // a packet sent later arrived earlier
	Retransmit bool
	SentFrame  int // frame numbers in the captures of the sending and the receiving side; 0 where there is none
	RecvFrame  int

	port             uint16 // the client's
	sentAt, arriveAt int    // places among the events of packets and calls
}

// Segment is a TCP segment with data as it left the sender. Offsets count bytes of the stream from 0.
type Segment struct {
	At         netem.Time
	Offset     int64
	Len        int
	Arrived    netem.Time // first, and intact; -1 if it never did
	Retransmit bool
	Lost       bool
	Frame      int // in the sender's capture
}

// Ack is a cumulative acknowledgment that arrived at the sender.
type Ack struct {
	At     netem.Time
	Offset int64      // first byte not yet acknowledged
	Window int64      // receive window, bytes: scaled
	SACK   [][2]int64 // further parts that have arrived, RFC 2018: from, to
}

// State is a sample of a TCP sender's congestion state (RFC 5681), taken after each segment that it processed.
type State struct {
	At       netem.Time
	Cwnd     int     // congestion window, segments
	Ssthresh int     // slow start threshold, segments; negative while it is infinite
	Recovery bool    // in fast recovery (RFC 6675)
	Timeout  bool    // in recovery from a retransmission timeout
	SRTT     float64 // smoothed round-trip time, seconds (RFC 6298); 0 before the first sample
	RTO      float64 // retransmission timeout, seconds
}

// Bin is a stretch of time.
type Bin = metric.Bin
