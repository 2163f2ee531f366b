package match

import (
	"net/netip"

	"lossylab/report/capturefile"
)

// NewSurvey begins a survey of packets that somebody else chooses, while a capture is read for something else.
func NewSurvey() *Survey {
	return &Survey{leads: map[netip.Addr]bool{}}
}

// Add takes the next packet, which has a time. One whose header is not readable is left out.
func (s *Survey) Add(r *capturefile.Record) {
	if v, ok := look(r); ok {
		s.count(r, &v)
		s.lead(&v)
	}
}

// Takes reports whether a filter that names a port takes the packets of a protocol from one end to the other.
func (f *Filter) Takes(proto int, src, dst netip.AddrPort) bool {
	v := view{srcPort: src.Port(), dstPort: dst.Port()}
	v.Proto, v.Src, v.Dst = proto, src.Addr(), dst.Addr()
	return f.takes(&v)
}

// Together makes of the surveys of different packets of one capture that of all of them. What the capture says of itself is
// given.
func Together(frames int, note string, parts ...*Survey) *Survey {
	all := NewSurvey()
	all.Frames, all.Note = frames, note
	for _, s := range parts {
		if all.Packets == 0 || s.Packets > 0 && s.firstFrame < all.firstFrame {
			all.first, all.firstFrame = s.first, s.firstFrame
		}
		all.Packets += s.Packets
		all.Longest = max(all.Longest, s.Longest)
		if all.Cut == 0 || s.Cut > 0 && s.Cut < all.Cut {
			all.Cut = s.Cut
		}
		for _, a := range s.To {
			if _, known := all.leads[a]; !known {
				all.To = append(all.To, a)
			}
			all.leads[a] = all.leads[a] || s.leads[a]
		}
		all.samples.merge(&s.samples)
	}
	all.addresses()
	return all
}
