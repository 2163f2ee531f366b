package match

import (
	"errors"
	"fmt"
	"io"
	"math/bits"
	"net/netip"

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

	first, last int64 // times of the first and the last frame
	samples     samples
}

// maxTo bounds how many destinations are told apart.
const maxTo = 1000

// survey reads all of a capture. Its samples are of the packets that f takes.
func survey(c Capture, f *Filter) (*Survey, error) {
	rs, err := c.open()
	if err != nil {
		return nil, err
	}
	s := &Survey{samples: samples{at: map[digest]moment{}}}
	leads := map[netip.Addr]bool{}
	var unknown capturefile.LinkType
	readable := false
	for {
		r, err := rs.Next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return nil, c.fault(err)
		}
		s.Frames++
		if link := rs.Interfaces()[r.Interface].LinkType; link.Known() {
			readable = true
		} else {
			unknown = link
		}
		v, ok := look(r)
		if !ok || !f.takes(&v) {
			continue
		}
		if !r.Timed {
			return nil, c.fault(fmt.Errorf("frame %d has no time, as Simple Packet Blocks have none: packets cannot be matched without", r.Frame))
		}
		s.count(r, &v)
		if len(leads) <= maxTo && !leads[v.Dst] {
			leads[v.Dst] = true
			s.To = append(s.To, v.Dst)
		}
	}
	s.Note = rs.Note()
	switch {
	case s.Frames == 0:
		return nil, c.fault(errors.New("the capture holds no packets"))
	case !readable:
		return nil, c.fault(fmt.Errorf("frames of %v: IP packets are found in Ethernet, raw IP, Linux cooked and BSD loopback captures", unknown))
	case len(leads) > maxTo:
		s.To = nil
	}
	return s, nil
}

// count takes note of a packet.
func (s *Survey) count(r *capturefile.Record, v *view) {
	if s.Packets == 0 {
		s.first = r.Time
	}
	s.last = r.Time
	s.Packets++
	s.Longest = max(s.Longest, v.length)
	if !v.whole() {
		if s.Cut == 0 || len(v.ip) < s.Cut {
			s.Cut = len(v.ip)
		}
	}
	if kept := len(v.ip) - v.payload; kept >= sampledPayload || v.whole() {
		end := min(len(v.ip), v.payload+sampledPayload)
		s.samples.add(v.front(end).bytes(v.ip[v.payload:end]), r.Time)
	}
}

// sampledPayload is how many bytes of the payload tell a sample.
const sampledPayload = 32

// samples are the times of some packets, chosen by their content: so two vantage points choose the same ones, and memory
// is bounded however many there are. That is the hash-based selection of RFC 5475 section 6.2, with a share that halves
// whenever there are too many.
type samples struct {
	at    map[digest]moment
	level int // of a chosen digest, so many low bits are zero
}

type moment struct {
	time  int64
	again bool // seen more than once, so it says nothing
}

const maxSamples = 1 << 15

func (s *samples) add(d digest, time int64) {
	if bits.TrailingZeros64(uint64(d)) < s.level {
		return
	}
	_, again := s.at[d]
	s.at[d] = moment{time, again}
	for len(s.at) > maxSamples {
		s.level++
		for d := range s.at {
			if bits.TrailingZeros64(uint64(d)) < s.level {
				delete(s.at, d)
			}
		}
	}
}

// shift returns by how much the other point's clock showed more, at the arrival of a packet sent here, than this one's had
// at its sending: the least that any common sample shows. It is false if there are none.
func (s *samples) shift(other *samples) (least int64, ok bool) {
	for d, here := range s.at {
		there, both := other.at[d]
		if !both || here.again || there.again {
			continue
		}
		if diff := there.time - here.time; !ok || diff < least {
			least, ok = diff, true
		}
	}
	return least, ok
}
