package match

import (
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"

	"lossylab/report/capturefile"
)

// Survey is what a first pass over a capture finds out.
type Survey struct {
	Frames  int          // in the file
	Packets int          // that the filter takes
	Longest int          // of these, IP bytes
	Cut     int          // the fewest bytes that were kept of an IP packet that is not whole; 0 if all are
	Note    string       // that the file ends within a record
	To      []netip.Addr // where these packets lead, in order of first appearance; nil if there are more than 1000

	first      int64 // when the first of them was captured, and in which frame
	firstFrame int
	samples    samples
	leads      map[netip.Addr]bool // the members of To: does an intact packet lead there?
}

// maxTo bounds how many destinations are told apart.
const maxTo = 1000

// SurveyOf reads all of a capture for the packets that f takes. A capture in which none can be matched, because it is empty or
// of an unknown link type or without times, is an error.
func SurveyOf(c Capture, f *Filter) (*Survey, error) {
	all, err := SurveysOf(c, *f)
	if err != nil {
		return nil, err
	}
	return all[0], nil
}

// SurveysOf is SurveyOf for several filters, and reads the capture once.
func SurveysOf(c Capture, fs ...Filter) ([]*Survey, error) {
	rs, err := c.open()
	if err != nil {
		return nil, err
	}
	all := make([]*Survey, len(fs))
	for i := range all {
		all[i] = NewSurvey()
	}
	frames := 0
	for {
		r, err := rs.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, c.fault(err)
		}
		frames++
		v, ok := look(r)
		for i := range fs {
			if ok && fs[i].takes(&v) {
				if err := all[i].take(r, &v); err != nil {
					return nil, c.fault(err)
				}
			}
		}
	}
	for _, s := range all {
		s.Frames, s.Note = frames, rs.Note()
		s.addresses()
	}
	if err := readable(rs, frames); err != nil {
		return nil, c.fault(err)
	}
	return all, nil
}

// take takes in a packet.
func (s *Survey) take(r *capturefile.Record, v *view) error {
	if !r.Timed {
		return fmt.Errorf("frame %d has no time, as Simple Packet Blocks have none: packets cannot be matched without", r.Frame)
	}
	s.count(r, v)
	s.lead(v)
	return nil
}

// lead takes note of where a packet leads.
func (s *Survey) lead(v *view) {
	if intact := s.leads[v.Dst]; !intact && len(s.leads) <= maxTo {
		if _, known := s.leads[v.Dst]; !known {
			s.To = append(s.To, v.Dst)
		}
		s.leads[v.Dst] = !v.broken() && !v.damaged()
	}
}

// addresses leaves out of To what only damaged packets have as their destination, unless all packets look damaged: sums may
// be left to a network card.
func (s *Survey) addresses() {
	if len(s.leads) > maxTo {
		s.To = nil
	} else if slices.ContainsFunc(s.To, func(a netip.Addr) bool { return s.leads[a] }) {
		s.To = slices.DeleteFunc(s.To, func(a netip.Addr) bool { return !s.leads[a] })
	}
}

// readable refuses a capture without frames, or in whose frames nobody looks for packets.
func readable(rs *capturefile.Reader, frames int) error {
	switch in := rs.Interfaces(); {
	case frames == 0 && rs.Note() != "":
		return fmt.Errorf("the capture holds no packets: %s", rs.Note())
	case frames == 0:
		return errors.New("the capture holds no packets")
	case slices.ContainsFunc(in, func(i capturefile.Interface) bool { return i.LinkType.Known() }):
		return nil
	default:
		return fmt.Errorf("frames of %v: IP packets are found in Ethernet, raw IP, Linux cooked and BSD loopback captures", in[0].LinkType)
	}
}

// count takes note of a packet.
func (s *Survey) count(r *capturefile.Record, v *view) {
	if s.Packets == 0 {
		s.first, s.firstFrame = r.Time, r.Frame
	}
	s.Packets++
	s.Longest = max(s.Longest, v.length)
	if !v.whole() {
		if s.Cut == 0 || len(v.ip) < s.Cut {
			s.Cut = len(v.ip)
		}
	}
	if kept := len(v.ip) - v.payload; kept >= sampledPayload || v.whole() {
		end := min(len(v.ip), v.payload+sampledPayload)
		s.samples.add(v.front(end).bytes(v.ip[v.payload:end]), Point{r.Time, r.Frame})
	}
}

// sampledPayload is how many bytes of the payload tell a sample.
const sampledPayload = 32
