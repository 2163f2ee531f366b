package trace

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"time"

	"lossylab/netem"
	"lossylab/report/capturefile"
	"lossylab/report/match"
)

// Conversation is what two ports of two hosts say to each other over one protocol.
type Conversation struct {
	Proto          string // "udp" or "tcp"
	Client, Server netip.AddrPort
	Opened         bool     // the first SYN was captured, and so it is known who the client is; UDP's is who spoke first
	Packets, Bytes [2]int64 // up and down, IP headers included
	First, Last    int64    // when packets of it were captured, nanoseconds since 1970

	answered, replied int64 // from the SYN to the SYN-ACK, and from that to the next packet of the client; -1 if not known
	syn, synAck       int64
	marked            [2]capturefile.Direction // as the capture marks packets up and down
	surveys           [2]*match.Survey         // of the packets up and down; nil if there are none
}

// All returns the number of packets and of bytes in both directions.
func (c *Conversation) All() (packets, bytes int64) {
	return c.Packets[0] + c.Packets[1], c.Bytes[0] + c.Bytes[1]
}

// Duration is the time from its first packet to its last.
func (c *Conversation) Duration() time.Duration { return time.Duration(c.Last - c.First) }

// String names the conversation: "tcp 10.0.0.1:40000 > 10.0.0.2:80".
func (c *Conversation) String() string { return fmt.Sprintf("%s %v > %v", c.Proto, c.Client, c.Server) }

// Turn makes the client the server and the server the client.
func (c *Conversation) Turn() {
	c.Client, c.Server = c.Server, c.Client
	c.Packets[0], c.Packets[1] = c.Packets[1], c.Packets[0]
	c.Bytes[0], c.Bytes[1] = c.Bytes[1], c.Bytes[0]
	c.marked[0], c.marked[1] = c.marked[1], c.marked[0]
	c.surveys[0], c.surveys[1] = c.surveys[1], c.surveys[0]
	c.answered, c.replied = -1, -1
}

// up returns the ends of a packet from the client.
func (c *Conversation) up() ends {
	proto := netem.ProtoUDP
	if c.Proto == "tcp" {
		proto = netem.ProtoTCP
	}
	return ends{proto, c.Client, c.Server}
}

// Listing is what a capture holds.
type Listing struct {
	Name          string
	Conversations []*Conversation // the one with most bytes first
	Untold        int             // packets of further conversations, of which there were too many
	Frames        int
	Fragments     int    // later fragments of IP packets, which have no ports
	Cut           int    // packets that are not whole
	Note          string // that the file ends within a record

	Back      time.Duration // by how much the clock was set back in all; time stamps in disorder by less than a millisecond apart
	BackFrame int           // the first frame behind that
}

// maxConversations bounds how many conversations are told apart.
const maxConversations = 1 << 16

// backward is how far behind the frame before it a frame may stand: captures of several processors are in disorder.
const backward = int64(time.Millisecond)

// lister reads a capture for List.
type lister struct {
	*Listing
	known map[ends]*Conversation // by the packets up
	last  *Conversation
	lastE ends // the packets up of last
	time  int64
	meets bool // another capture
}

// List reads a capture and says what conversations it holds. The error says what is wrong with it, or why there is nothing to
// be measured.
func List(c match.Capture) (*Listing, error) { return list(c, false) }

// ListToMeet is List for a capture that is to meet another one. It learns in the same reading what Meet needs to know.
func ListToMeet(c match.Capture) (*Listing, error) { return list(c, true) }

func list(c match.Capture, meets bool) (*Listing, error) {
	rs, err := c.Open()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	l := &lister{Listing: &Listing{Name: c.Name}, known: map[ends]*Conversation{}, meets: meets}
	for {
		r, err := rs.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := l.take(r); err != nil {
			return nil, fmt.Errorf("%s: %w", c.Name, err)
		}
	}
	l.Note = rs.Note()
	if err := l.empty(rs); err != nil {
		return nil, fmt.Errorf("%s: %w", c.Name, err)
	}
	slices.SortStableFunc(l.Conversations, func(a, b *Conversation) int {
		_, x := a.All()
		_, y := b.All()
		return cmp.Compare(y, x)
	})
	return l.Listing, nil
}

// empty says why there is no conversation, if there is none.
func (l *lister) empty(rs *capturefile.Reader) error {
	in := rs.Interfaces()
	switch {
	case len(l.Conversations) > 0:
		return nil
	case l.Frames == 0 && l.Note != "":
		return fmt.Errorf("the capture holds no packets: %s", l.Note)
	case l.Frames == 0:
		return errors.New("the capture holds no packets")
	case len(in) > 0 && !slices.ContainsFunc(in, func(i capturefile.Interface) bool { return i.LinkType.Known() }):
		return fmt.Errorf("frames of %v: IP packets are found in Ethernet, raw IP, Linux cooked and BSD loopback captures", in[0].LinkType)
	}
	none := "its only frame is no UDP or TCP packet"
	if l.Frames > 1 {
		none = fmt.Sprintf("none of its %d frames is a UDP or TCP packet", l.Frames)
	}
	if l.Note != "" {
		none += ", and " + l.Note
	}
	return errors.New(none)
}

// take counts a frame.
func (l *lister) take(r *capturefile.Record) error {
	l.Frames++
	e, transport, ok := endsOf(r)
	if !ok {
		if h, readable := capturefile.ReadHeader(r.IP); r.Version != 0 && readable && h.Fragment > 0 {
			l.Fragments++
		}
		return nil
	}
	if !r.Timed {
		return fmt.Errorf("frame %d has no time, as Simple Packet Blocks have none: nothing can be measured without", r.Frame)
	}
	if d := l.time - r.Time; l.time != 0 && d > backward {
		if l.Back == 0 {
			l.BackFrame = r.Frame
		}
		l.Back += time.Duration(d)
	}
	l.time = r.Time
	flags := byte(0)
	if e.proto == netem.ProtoTCP {
		flags = tcpFlags(r, transport)
	}
	c, way := l.conversation(e, flags)
	if c == nil {
		l.Untold++
		return nil
	}
	if r.Cut() {
		l.Cut++
	}
	c.count(r, way)
	if c.surveys[way] != nil {
		c.surveys[way].Add(r)
	}
	c.open(r, way, flags)
	return nil
}

// conversation returns the conversation of a packet and which way it goes in it, 0 up and 1 down; nil if there are too many.
func (l *lister) conversation(e ends, flags byte) (c *Conversation, way int) {
	switch {
	case l.last != nil && e == l.lastE:
		return l.last, 0
	case l.last != nil && e == l.lastE.reversed():
		return l.last, 1
	}
	if c = l.known[e]; c != nil {
		l.last, l.lastE = c, e
		return c, 0
	}
	back := e.reversed()
	if c = l.known[back]; c != nil {
		l.last, l.lastE = c, back
		return c, 1
	}
	if len(l.known) >= maxConversations {
		return nil, 0
	}
	if flags&(netem.SYN|netem.ACK) == netem.SYN|netem.ACK { // the SYN itself was not captured
		e, way = back, 1
	}
	c = &Conversation{Proto: "udp", Client: e.src, Server: e.dst, answered: -1, replied: -1}
	if e.proto == netem.ProtoTCP {
		c.Proto = "tcp"
	}
	if l.meets && len(l.known) < maxSurveyed {
		c.surveys = [2]*match.Survey{match.NewSurvey(), match.NewSurvey()}
	}
	l.known[e], l.last, l.lastE = c, c, e
	l.Conversations = append(l.Conversations, c)
	return c, way
}

// count counts a packet.
func (c *Conversation) count(r *capturefile.Record, way int) {
	if c.Packets == [2]int64{} {
		c.First = r.Time
	}
	c.First, c.Last = min(c.First, r.Time), max(c.Last, r.Time)
	c.Packets[way]++
	c.Bytes[way] += int64(r.IPLength)
	if c.marked[way] == capturefile.Unknown {
		c.marked[way] = r.Direction
	}
}

// open looks at how the connection is opened: who waits for whom tells where the capture was taken.
func (c *Conversation) open(r *capturefile.Record, way int, flags byte) {
	switch {
	case flags&(netem.SYN|netem.ACK) == netem.SYN:
		c.Opened = true
		if way == 0 {
			c.syn = r.Time
		}
	case flags&netem.SYN != 0 && way == 1:
		c.synAck = r.Time
		if c.syn != 0 && c.answered < 0 {
			c.answered = r.Time - c.syn
		}
	case way == 0 && c.synAck != 0 && c.replied < 0:
		c.replied = r.Time - c.synAck
	}
}
