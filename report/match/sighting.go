package match

import "lossylab/report/capturefile"

// Point is when and where in a capture a packet stands.
type Point struct {
	Time  int64 // nanoseconds since 1970, by the clock of the vantage point
	Frame int   // from 1; 0 for nowhere
}

// sighting is what is kept of a packet that passed a vantage point.
type sighting struct {
	Point
	trace

	// Of an arrival:
	broken  bool // the checksum of its IPv4 header is wrong
	damaged bool // that or the transport's is
	strange bool // it would not count if it were not damaged
}

// trace is what stands for a packet's bytes.
type trace struct {
	key    digest // of all that does not change on the way
	sketch sketch
	length int32  // of the IP packet, bytes
	sum    uint16 // the transport's checksum
}

// sight makes s the sighting of a packet, of which depth bytes count.
func (s *sighting) sight(at Point, v *view, depth int) {
	*s = sighting{Point: at}
	carried := v.draw(&s.sketch, depth)
	s.key, s.length, s.sum = v.front(depth).word(uint64(carried)), int32(v.length), v.sum()
}

// guess makes the view of a packet whose header says nothing that is to be believed: it is taken for one like the others, as
// long as its frame.
func guess(r *capturefile.Record, f *Filter) view {
	v := view{ip: r.Payload, length: r.Length - len(r.Data) + len(r.Payload)}
	v.Version, v.Proto = r.Version, f.Proto
	return v
}
