package pcapng

const (
	etherLen = 14 // two addresses and a type: no checksum, as captures of real interfaces have none
	typeIPv4 = 0x0800
	typeIPv6 = 0x86dd
)

// ethernet makes the headers in front of IP packets and decides how much of a frame is kept.
type ethernet struct {
	headers [2][2][etherLen]byte // outbound and inbound, IPv4 and IPv6
	snaplen int
}

func newEthernet(o Options) ethernet {
	e := ethernet{snaplen: o.Snaplen}
	if e.snaplen <= 0 {
		e.snaplen = DefaultSnaplen
	}
	for i, ends := range [2][2]Host{{o.Remote, o.Local}, {o.Local, o.Remote}} {
		for j, typ := range [2]uint16{typeIPv4, typeIPv6} {
			h := e.headers[i][j][:0]
			h = append(append(h, ends[0].MAC[:]...), ends[1].MAC[:]...) // IEEE 802.3: destination first
			_ = append(h, byte(typ>>8), byte(typ))
		}
	}
	return e
}

// frame returns the parts of p's frame that are kept, and the length of the whole.
func (e *ethernet) frame(p *Packet) (header, ip []byte, length int) {
	i, j := 0, 0
	if p.Inbound {
		i = 1
	}
	if p.Version == 6 {
		j = 1
	}
	header, ip = e.headers[i][j][:], p.IP
	length = len(header) + len(ip)
	header = header[:min(len(header), e.snaplen)]
	return header, ip[:min(len(ip), e.snaplen-len(header))], length
}
