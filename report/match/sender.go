package match

import (
	"io"
	"net/netip"

	"lossylab/report/capturefile"
)

// Sender is the host at which a capture was taken.
type Sender struct {
	Addr netip.Addr
	Why  string // how it was found: "the source of the first SYN"
}

// FindSender looks for the host at which a capture was taken, among the packets that f takes: the source of the first that
// the capture marks as sent, or else of the first that opens a conversation, or else of the first at all. The error io.EOF
// says that f takes none.
func FindSender(c Capture, f Filter) (Sender, error) {
	rs, err := c.open()
	if err != nil {
		return Sender{}, err
	}
	var first Sender
	for {
		r, err := rs.Next()
		switch {
		case err == io.EOF && first.Why != "":
			return first, nil
		case err == io.EOF:
			return Sender{}, err
		case err != nil:
			return Sender{}, c.fault(err)
		}
		v, ok := look(r)
		if !ok || !f.takes(&v) || !between(&v) {
			continue
		}
		switch {
		case r.Direction == capturefile.Outbound:
			return Sender{v.Src, "the source of the first packet that is marked as sent"}, nil
		case r.Direction == capturefile.Inbound: // so there are such marks
		case v.opening:
			return Sender{v.Src, "the source of the first SYN"}, nil
		case v.Proto == UDP:
			return Sender{v.Src, "the source of the first UDP packet"}, nil
		case first.Why == "":
			first = Sender{v.Src, "the source of the first packet"}
		}
	}
}

// between leaves out what every host sends to all others.
func between(v *view) bool {
	return !v.Src.IsUnspecified() && !v.Dst.IsMulticast() && v.Dst != netip.AddrFrom4([4]byte{255, 255, 255, 255})
}
