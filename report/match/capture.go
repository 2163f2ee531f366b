package match

import (
	"fmt"
	"io"
	"net/netip"

	"lossylab/report/capturefile"
)

// Capture is a capture file that can be read several times.
type Capture struct {
	Name string
	Open func() (*capturefile.Reader, error) // from its beginning; an earlier Reader is not used afterwards
}

func (c *Capture) open() (*capturefile.Reader, error) {
	r, err := c.Open()
	if err != nil {
		return nil, c.fault(err)
	}
	return r, nil
}

// fault says which file an error is about.
func (c *Capture) fault(err error) error { return fmt.Errorf("%s: %w", c.Name, err) }

// sightings goes through one side of a comparison.
type sightings struct {
	*Capture
	rs     *capturefile.Reader
	filter *Filter
	to     map[netip.Addr]bool // nil: anywhere
	depth  int
	strict bool // check sums, and let suspects pass
}

// next returns the next sighting of a packet that the filter takes, or that it might have taken were it not damaged. It is
// false at the end.
func (s *sightings) next() (sighting, bool, error) {
	for {
		r, err := s.rs.Next()
		if err == io.EOF {
			return sighting{}, false, nil
		}
		if err != nil {
			return sighting{}, false, s.fault(err)
		}
		v, ok := look(r)
		if ok && s.filter.takes(&v) && (s.to == nil || s.to[v.Dst]) {
			return s.taken(r, &v), true, nil
		}
		if s.strict && s.filter.suspects(r, &v, ok) {
			if !ok {
				v = guess(r, s.filter)
			}
			seen := s.redraw(r, &v)
			seen.damaged, seen.strange = true, true
			return seen, true, nil
		}
	}
}

// taken makes the sighting of a packet that counts.
func (s *sightings) taken(r *capturefile.Record, v *view) sighting {
	at := Point{r.Time, r.Frame}
	if !s.strict {
		return sight(at, v, s.depth)
	}
	broken := v.broken()
	if damaged := broken || v.damaged(); !damaged {
		return sight(at, v, s.depth)
	}
	seen := s.redraw(r, v)
	seen.broken, seen.damaged = broken, true
	return seen
}

// redraw makes the sighting of a damaged packet, as it was if its damage is in the header: IPv6 has no checksum that says so.
func (s *sightings) redraw(r *capturefile.Record, v *view) sighting {
	seen := sight(Point{r.Time, r.Frame}, v, s.depth)
	if r.Version == 6 {
		w := guess(r, s.filter)
		if v.checksum() >= 0 {
			w.Proto = v.Proto
		}
		again := sight(seen.Point, &w, s.depth)
		seen.sketch, seen.length = again.sketch, again.length
	}
	return seen
}
