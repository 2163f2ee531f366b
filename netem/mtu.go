package netem

import "strconv"

// MTU is the largest IP packet that fits on a link, and what becomes of larger ones. It is judged at the link's entry,
// before the queue, as by a router that is about to forward a packet onto a link of this MTU. The zero value is no limit.
type MTU struct {
	Bytes  int // IP header included
	TooBig TooBig
}

// TooBig is what becomes of a packet that is larger than the MTU.
type TooBig uint8

const (
	// Refuse does as routers do. IPv4 without Don't Fragment is fragmented. IPv4 with it and all IPv6 is dropped, and the
	// sender gets an ICMP error that says which size would fit: path MTU discovery lives on it (RFC 1191, RFC 8201).
	Refuse TooBig = iota

	// Cut fragments IPv4 whatever Don't Fragment says, as some middleboxes and tunnels do, and clears it in the
	// fragments. RFC 6864 section 4.1 lets hosts send all packets that have it with the same ID, so those with ID 0 get
	// one of the link's own. IPv6, which no router may fragment (RFC 8200 section 5), is refused.
	Cut

	// Blackhole drops all that is too big, IPv4 without Don't Fragment too, and tells nobody, as does a switch with a
	// smaller frame size. RFC 2923 section 2.1 has what follows: connections that open, and hang with the first full segment.
	Blackhole
)

var tooBigWords = [...]string{Refuse: "", Cut: " fragment", Blackhole: " blackhole"}

// The MTUs that there are. RFC 791 section 3.2: "Every internet module must be able to forward a datagram of 68 octets
// without further fragmentation." IPv6 wants more, RFC 8200 section 5: "IPv6 requires that every link in the Internet have
// an MTU of 1280 octets or greater"; a link does not know which of them it is to carry.
const (
	minMTU = 68
	maxMTU = 65535

	// MinMTU6 is the least MTU with which a link can carry IPv6.
	MinMTU6 = 1280
)

// String returns the MTU in words of a SPEC, "mtu 1400", "mtu 1400 fragment", "mtu 1400 blackhole"; events of packets
// that are too big carry them. It is empty where there is no limit.
func (m MTU) String() string {
	if m == (MTU{}) {
		return ""
	}
	return "mtu " + strconv.Itoa(m.Bytes) + tooBigWords[m.TooBig]
}

// Validate says what is wrong with an MTU made as a literal.
func (m MTU) Validate() error {
	switch {
	case m == MTU{}:
		return nil
	case m.Bytes < minMTU || m.Bytes > maxMTU:
		return wrong("mtu", mtuRange)
	case int(m.TooBig) >= len(tooBigWords):
		return wrong("mtu", "no such way with packets that are too big: write "+usage("mtu"))
	}
	return nil
}

const mtuRange = "an MTU is 68 to 65535 bytes, 1280 or more for IPv6: write mtu 1400"

// gate is a link's entry.
type gate struct {
	MTU
	words  string  // the MTU's String, made once: events carry it
	lastID uint16  // given to a packet that Cut fragments and that had none
	answer *Packet // to the sender of the packet sent last
}

func newGate(m MTU) gate { return gate{MTU: m, words: m.String()} }

// fits says whether p may enter as it is.
func (g *gate) fits(p *Packet) bool { return g.Bytes == 0 || p.Size() <= g.Bytes }

// fragment returns the fragments of p, which does not fit, and nil if it is to be dropped.
func (g *gate) fragment(p *Packet) []*Packet {
	switch g.TooBig {
	case Blackhole:
		return nil
	case Cut:
		p = mayFragment(p, &g.lastID)
	}
	return fragments(p, g.Bytes)
}

// tooBig does with p, which has been sent and does not fit, what the link's MTU says.
func (l *Link) tooBig(now Time, p *Packet) {
	g := &l.gate
	if parts := g.fragment(p); parts != nil {
		l.inside += len(parts) - 1
		l.tell(now, Fragmented, g.words, p)
		for _, f := range parts {
			l.tell(now, Fragment, g.words, f)
		}
		for _, f := range parts {
			l.enter(now, f)
		}
		return
	}
	if g.TooBig != Blackhole {
		g.answer = answerTooBig(now, p, g.Bytes)
	}
	if g.answer != nil {
		l.tell(now, Answered, g.words, g.answer)
	}
	l.lose(now, g.words, p)
}

// Answer implements Answerer: the ICMP error about the packet that was sent last.
func (l *Link) Answer() *Packet {
	p := l.gate.answer
	l.gate.answer = nil
	return p
}
