package netem

import "time"

// DelayShare returns the share of t's packets that are delayed by at most a time, in the long run and by theory, or nil where
// nothing closed is known: on a tc line, where a queue builds up, where packets wait for others, where more than one model delays,
// and on a link that changes.
func (s Spec) DelayShare(t Traffic) func(time.Duration) float64 {
	if s.TC != nil || s.several() || s.changes() || s.Bucket != (Bucket{}) || s.MTU != (MTU{}) && t.Size > s.MTU.Bytes {
		return nil
	}
	for _, m := range s.Models {
		if _, ok := m.(Expecter); !ok {
			return nil
		}
	}
	sending := s.Rate.Transmission(t.Size)
	c, ok := s.crowd(t)
	switch {
	case !ok || c.waits || c.reorder != nil || sending > t.Spacing:
		return nil
	case s.Order == Keep && c.span > c.spacing:
		return nil
	}
	if d := s.delay(); d != nil {
		c.jitter = d.law() // also without jitter
	}
	return func(d time.Duration) float64 { return c.jitter.upTo(float64(d - sending)) }
}
