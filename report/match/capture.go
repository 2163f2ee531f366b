package match

import (
	"fmt"
	"io"

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
	depth  int
	strict bool // check sums, and let suspects pass
}

// next returns the next sighting of a packet that the filter takes, or that it might have taken were it not damaged. It is
// false at the end.
func (s *sightings) next() (Sighting, bool, error) {
	for {
		r, err := s.rs.Next()
		if err == io.EOF {
			return Sighting{}, false, nil
		}
		if err != nil {
			return Sighting{}, false, s.fault(err)
		}
		v, ok := look(r)
		if ok && s.filter.takes(&v) {
			seen := sight(Point{r.Time, r.Frame}, &v, s.depth)
			if s.strict {
				seen.broken = v.broken()
				seen.damaged = seen.broken || v.damaged()
			}
			return seen, true, nil
		}
		if s.strict && s.filter.suspect(r, &v, ok) {
			if !ok {
				v = guess(r, s.filter)
			}
			seen := sight(Point{r.Time, r.Frame}, &v, s.depth)
			seen.damaged, seen.strange = true, true
			return seen, true, nil
		}
	}
}
