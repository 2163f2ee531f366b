package trace

import (
	"cmp"
	"encoding/binary"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"lossylab/report/capturefile"
	"lossylab/report/match"
)

// What tells a conversation whose addresses or ports were rewritten on the way.
const (
	translatedFrom  = 4096 // so many of its packets are looked for
	translatedLeast = 2    // and so many must be found, twice as many as in any other conversation
)

// each goes through the UDP and TCP packets of a capture until see says no.
func each(c match.Capture, see func(r *capturefile.Record, e ends) bool) error {
	rs, err := c.Open()
	for err == nil {
		var r *capturefile.Record
		if r, err = rs.Next(); err == nil {
			if e, _, ok := endsOf(r); ok && !see(r, e) {
				return nil
			}
		}
	}
	if err == io.EOF {
		return nil
	}
	return fmt.Errorf("%s: %w", c.Name, err)
}

// translated looks in a capture for the packets of a conversation of another one, by all but addresses and ports. It returns
// the ends that those have there which go up, and is false if none are found.
func translated(here, there match.Capture, of *Conversation) (found ends, ok bool, err error) {
	forth := of.up()
	back := forth.reversed()
	type seen struct {
		up    bool
		times int
	}
	known := map[uint64]seen{} // by content
	err = each(here, func(r *capturefile.Record, e ends) bool {
		if d, ok := match.Content(r); ok && (e == forth || e == back) {
			known[d] = seen{e == forth, known[d].times + 1}
		}
		return len(known) < translatedFrom
	})
	if err != nil {
		return found, false, err
	}
	counts := map[ends]int{}
	err = each(there, func(r *capturefile.Record, e ends) bool {
		if d, ok := match.Content(r); ok && e.proto == forth.proto && known[d].times == 1 {
			if !known[d].up {
				e = e.reversed()
			}
			if _, had := counts[e]; had || len(counts) < maxConversations {
				counts[e]++
			}
		}
		return true
	})
	type counted struct {
		ends
		n int
	}
	var best []counted
	for e, n := range counts {
		best = append(best, counted{e, n})
	}
	slices.SortFunc(best, func(a, b counted) int {
		return cmp.Or(cmp.Compare(b.n, a.n), a.src.Compare(b.src), a.dst.Compare(b.dst))
	})
	if err != nil || len(best) == 0 || best[0].n < translatedLeast || len(best) > 1 && best[0].n < 2*best[1].n {
		return found, false, err
	}
	found = best[0].ends
	return found, found.src.Addr().Is4() == forth.src.Addr().Is4(), nil
}

// translation is a capture as it would be had no address or port been rewritten: packets between the ends from, either way, are
// between the ends to.
func translation(c match.Capture, from, to ends) match.Capture {
	return match.Capture{Name: c.Name, Open: func() (*capturefile.Reader, error) {
		rs, err := c.Open()
		if err == nil {
			rs.Rewrite(func(r *capturefile.Record) {
				switch e, transport, ok := endsOf(r); {
				case !ok:
				case e == from:
					readdress(r.IP, transport, e.proto, to.src, to.dst)
				case e == from.reversed():
					readdress(r.IP, transport, e.proto, to.dst, to.src)
				}
			})
		}
		return rs, err
	}}
}

// readdress gives a packet other ends. Its checksums change by as much as the addresses and ports, RFC 1624 section 3, so that
// a wrong one stays wrong.
func readdress(ip []byte, transport, proto int, src, dst netip.AddrPort) {
	addresses := ip[8:40]
	if ip[0]>>4 == 4 {
		addresses = ip[12:20]
	}
	var sums [][]byte
	if at := transport + 16; proto == match.TCP && len(ip) >= at+2 {
		sums = append(sums, ip[at:at+2])
	} else if at = transport + 6; proto == match.UDP && len(ip) >= at+2 && ip[at]|ip[at+1] != 0 {
		sums = append(sums, ip[at:at+2])
	}
	put(ip[transport:transport+4], binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint16(nil, src.Port()), dst.Port()), sums)
	if ip[0]>>4 == 4 && ip[10]|ip[11] != 0 {
		sums = append(sums, ip[10:12])
	}
	put(addresses, append(src.Addr().AsSlice(), dst.Addr().AsSlice()...), sums)
}

// put puts b in the place of old, and makes sums over that those over b: "HC' = ~(~HC + ~m + m')".
func put(old, b []byte, sums [][]byte) {
	for i := 0; i < len(old); i += 2 {
		m, n := binary.BigEndian.Uint16(old[i:]), binary.BigEndian.Uint16(b[i:])
		for _, s := range sums {
			sum := uint32(^binary.BigEndian.Uint16(s)) + uint32(^m) + uint32(n)
			sum = sum>>16 + sum&0xffff
			binary.BigEndian.PutUint16(s, ^uint16(sum>>16+sum))
		}
	}
	copy(old, b)
}
