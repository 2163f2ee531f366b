package match

import (
	"io"

	"lossylab/report/capturefile"
)

// reading goes through one capture for the ways that begin and end there.
type reading struct {
	*Capture
	rs      *capturefile.Reader
	out, in *matching // of what is sent here, and of what arrives here; nil if nobody asks
	ended   bool
}

// begin opens the capture for the ways, of which it serves all that lead from it or to it.
func (s *reading) begin() (err error) {
	s.rs, err = s.open()
	return err
}

// next reads a frame, and gives it to whom it concerns.
func (s *reading) next() error {
	r, err := s.rs.Next()
	if err == io.EOF {
		s.ended = true
		return nil
	}
	if err != nil {
		return s.fault(err)
	}
	v, ok := look(r)
	if s.out != nil && ok && s.out.takes(&v) {
		s.out.sent.push().sight(Point{r.Time, r.Frame}, &v, s.out.depth)
	}
	if s.in != nil {
		s.in.arrive(r, &v, ok)
	}
	return nil
}

// arrive takes a packet of the receiver's capture that the filter takes, or that it might have taken were it not damaged.
func (w *matching) arrive(r *capturefile.Record, v *view, readable bool) {
	switch {
	case readable && w.takes(v):
		seen := w.arrived.push()
		if broken := v.broken(); broken || v.damaged() {
			w.redraw(seen, r, v)
			seen.broken, seen.damaged = broken, true
			return
		}
		seen.sight(Point{r.Time, r.Frame}, v, w.depth)
	case w.filter.suspects(r, v, readable):
		seen := w.arrived.push()
		if !readable {
			g := guess(r, &w.filter)
			v = &g
		}
		w.redraw(seen, r, v)
		seen.damaged, seen.strange = true, true
	}
}

// redraw makes the sighting of a damaged packet, as it was if its damage is in the header: IPv6 has no checksum that says so.
func (w *matching) redraw(seen *sighting, r *capturefile.Record, v *view) {
	seen.sight(Point{r.Time, r.Frame}, v, w.depth)
	if r.Version == 6 {
		g := guess(r, &w.filter)
		if v.checksum() >= 0 {
			g.Proto = v.Proto
		}
		var again sighting
		again.sight(seen.Point, &g, w.depth)
		seen.sketch, seen.length = again.sketch, again.length
	}
}

// queue holds sightings until their turn comes: a ring whose length is a power of two.
type queue struct {
	ring  []sighting
	first int
	n     int
}

// push appends a sighting for the caller to fill in.
func (q *queue) push() *sighting {
	if q.n == len(q.ring) {
		ring := make([]sighting, max(64, 2*len(q.ring)))
		for i := range q.n {
			ring[i] = *q.at(i)
		}
		q.ring, q.first = ring, 0
	}
	q.n++
	return q.at(q.n - 1)
}

func (q *queue) at(i int) *sighting { return &q.ring[(q.first+i)&(len(q.ring)-1)] }

// pop removes the first, which is valid until the next push.
func (q *queue) pop() *sighting {
	s := q.at(0)
	q.first++
	q.n--
	return s
}
