package netem

// Packet is one IP packet on its way over a link.
//
// Data is frozen by Send: neither the sender nor any stage or observer writes to it afterwards, but for Complete, so copies
// of a packet share it. Corruption makes a packet with bytes of its own.
type Packet struct {
	ID      uint64 // given by the sender: unique in its world and the same on every link that the packet crosses
	Copy    int    // 0 for the packet itself, 1 and up for its duplicates
	Corrupt bool   // some bits of Data are not as they were sent
	Shared  bool   // there are or were duplicates with the same Data
	Partial Partial
	Sent    Time   // when it was offered to the link that it is on
	Tag     int    // whatever its owner marks it with: no link looks at it, and copies, fragments and answers have it too
	Data    []byte // the whole IP packet, from the first byte of its IP header

	// A fragment that a link has made has the ID and Copy of the packet that was sent. Offset is where its data begin in
	// that packet's, bytes.
	Fragment bool
	Offset   int

	// On a link made of several: when the packet entered it, and as which of its packets.
	entered Time
	turn    uint64

	header Header // of Data, once anybody has asked
	parsed parsed
}

// parsed says whether a packet's header has been read.
type parsed uint8

const (
	unread parsed = iota
	readable
	unreadable
)

// Header returns what ParseHeader reads from Data, and reads it once: observers ask at each event. It is not to be
// changed, nor asked for before Data is complete.
func (p *Packet) Header() (h *Header, ok bool) {
	if p.parsed == unread {
		p.parsed = unreadable
		if p.header, ok = ParseHeader(p.Data); ok {
			p.parsed = readable
		}
	}
	return &p.header, p.parsed == readable
}

// Size returns the packet's length in bytes, IP header included.
func (p *Packet) Size() int { return len(p.Data) }

// duplicate returns the n-th copy of p, which has the same bytes.
func (p *Packet) duplicate(n int) *Packet {
	p.Complete()
	p.Shared = true
	c := *p
	c.Copy += n
	return &c
}
