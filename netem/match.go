package netem

import (
	"slices"
	"strings"
)

// Match says which packets are meant: those of which everything holds that is said. The zero value means every packet.
type Match struct {
	Link    string // of the link of this name, "up", and its parts
	Version int    // of IP, 4 or 6
	Proto   int    // of this transport: ProtoTCP, ProtoUDP, or ProtoICMP for that of either version of IP
	Port    Range  // from or to one of these ports of TCP or UDP
	Size    Range  // with so many bytes, IP header included
}

// Has says whether p is meant, on a link that is meant: NewLink leaves out what is for another.
func (m Match) Has(p *Packet) bool {
	if !m.Size.has(p.Size()) {
		return false
	}
	if m.Version == 0 && m.Proto == 0 && m.Port == (Range{}) {
		return true
	}
	h, ok := p.Header()
	return ok && m.hasHeader(h)
}

func (m Match) hasHeader(h *Header) bool {
	switch {
	case m.Version != 0 && m.Version != h.Version:
		return false
	case m.Proto == ProtoICMP && h.Proto != ProtoICMP && h.Proto != ProtoICMPv6:
		return false
	case m.Proto != 0 && m.Proto != ProtoICMP && m.Proto != h.Proto:
		return false
	case m.Port == Range{}:
		return true
	}
	return ported(h.Proto) && (m.Port.has(int(h.Src.Port())) || m.Port.has(int(h.Dst.Port())))
}

// ported says whether packets of a transport are known to have ports.
func ported(proto int) bool { return proto == ProtoTCP || proto == ProtoUDP }

// on says whether packets of a link may be meant: "up" also means its parts, "up/1".
func (m Match) on(link string) bool {
	return m.Link == "" || m.Link == link || strings.HasPrefix(link, m.Link+"/")
}

// protocols are the words for Proto, and versions those for Version.
var (
	protocols = map[string]int{"tcp": ProtoTCP, "udp": ProtoUDP, "icmp": ProtoICMP}
	versions  = map[string]int{"ipv4": 4, "ipv6": 6}
)

// conditions are the words of a match, each with an example.
var conditions = [...]phrase{
	{"up", "loss 5% for up"},
	{"down", "loss 5% for down"},
	{"ipv4", "loss 5% for ipv4"},
	{"ipv6", "loss 5% for ipv6"},
	{"tcp", "loss 5% for tcp"},
	{"udp", "loss 5% for udp"},
	{"icmp", "loss 5% for icmp"},
	{"port", "loss 5% for port 80 or loss 5% for udp port 9000-9010"},
	{"size", "loss 5% for size 1000-1500 or loss 5% for size 100-"},
}

// String returns the words behind "for": "up tcp port 80 size 100-". It is empty for a Match of every packet.
func (m Match) String() string {
	var words []string
	if m.Link != "" {
		words = append(words, m.Link)
	}
	switch m.Version {
	case 0:
	case 4:
		words = append(words, "ipv4")
	default:
		words = append(words, "ipv6")
	}
	switch m.Proto {
	case 0:
	case ProtoTCP:
		words = append(words, "tcp")
	case ProtoUDP:
		words = append(words, "udp")
	default:
		words = append(words, "icmp")
	}
	if m.Port != (Range{}) {
		words = append(words, "port "+m.Port.String())
	}
	if m.Size != (Range{}) {
		words = append(words, "size "+m.Size.String())
	}
	return strings.Join(words, " ")
}

// The greatest port and, by RFC 8200 section 4.5, the greatest packet without jumbograms, its header included.
const (
	maxPort = 65535
	maxSize = 65535 + 40
)

// trouble says what is wrong with the match, and is empty if nothing is.
func (m Match) trouble() string {
	switch {
	case m == Match{}:
		return "for whom is missing: write " + usage("for")
	case m.Link != "" && m.Link != "up" && m.Link != "down":
		return "a link is up or down: write loss 5% for up"
	case m.Version != 0 && m.Version != 4 && m.Version != 6:
		return "there are ipv4 and ipv6"
	case !slices.Contains([]int{0, ProtoTCP, ProtoUDP, ProtoICMP}, m.Proto):
		return "there are tcp, udp and icmp"
	case m.Port != Range{} && m.Proto == ProtoICMP:
		return "icmp has no ports: write loss 5% for icmp"
	}
	if m.Port != (Range{}) {
		if why := m.Port.trouble(1, maxPort); why != "" {
			return why + ": write port 80 or port 9000-9010"
		}
	}
	if m.Size != (Range{}) {
		if why := m.Size.trouble(1, maxSize); why != "" {
			return why + ": write size 1000-1500 or size 100-"
		}
	}
	return ""
}
