package trace

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"lossylab/report/capturefile"
	"lossylab/report/match"
)

// pair is a packet that both captures have, by which their clocks can be compared.
type pair struct {
	frames [2]int // at the client and at the server
	at     int64  // at the server
	apart  int64  // by how much the server's clock showed more
	up     bool
}

// How far clocks are believed to be the same ones all the time.
const (
	stepLeast = int64(time.Millisecond) // captures of several processors are in disorder by as much
	stepNear  = 1000                    // so many pairs on either side say by how much a clock was set
	stepRange = 50                      // and round so many the frame is looked for
	maxSteps  = 16
)

// jumps returns the first pairs behind each place where one of the clocks was set, in pairs that are in order of the frames of
// one capture. What goes up shows the server's clock ahead by at least what it is, and what goes down by at most that. While
// no clock is set, the least of the one is not below the greatest of the other, but for what clocks run apart.
func jumps(pairs []pair) (firsts []int) {
	const none = int64(1) << 62
	least, greatest, at := none, -none, int64(0)
	for i, p := range pairs {
		if run := gained(maxSkew, max(0, p.at-at)); i > 0 {
			least, greatest = min(none, least+run), max(-none, greatest-run)
		}
		if p.up {
			least = min(least, p.apart)
		} else {
			greatest = max(greatest, p.apart)
		}
		if greatest-stepLeast > least {
			firsts = append(firsts, i)
			if least, greatest = none, -none; p.up {
				least = p.apart
			} else {
				greatest = p.apart
			}
		}
		at = p.at
	}
	return firsts
}

// apartOf says by how much the server's clock is ahead, by pairs between which no clock was set.
func apartOf(pairs []pair) (apart int64, ok bool) {
	var ends [2]int64
	var seen [2]bool
	for _, p := range pairs {
		switch {
		case p.up && (!seen[0] || p.apart < ends[0]):
			ends[0], seen[0] = p.apart, true
		case !p.up && (!seen[1] || p.apart > ends[1]):
			ends[1], seen[1] = p.apart, true
		}
	}
	return ends[0]/2 + ends[1]/2, seen[0] && seen[1]
}

// step is where a clock was set: between two frames of the client's capture (0) or the server's (1).
type step struct {
	capture     int
	after, upTo int
	by          int64
}

// firstStep looks for the first place where a clock was set, in the order of one capture.
func firstStep(pairs []pair, capture int) (s step, ok bool) {
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.frames[capture], b.frames[capture]) })
	firsts := jumps(pairs)
	if len(firsts) == 0 {
		return s, false
	}
	i, end := firsts[0], len(pairs)
	if len(firsts) > 1 {
		end = firsts[1]
	}
	before, ok := apartOf(pairs[max(0, i-stepNear):i])
	after, also := apartOf(pairs[i:min(end, i+stepNear)])
	if !ok || !also {
		return s, false
	}
	by := after - before
	distance := func(p pair, from int64) int64 { return max(p.apart-from, from-p.apart) }
	for i > 1 && distance(pairs[i-1], after) < distance(pairs[i-1], before) {
		i--
	}
	s = step{capture: capture, by: by, upTo: pairs[min(i+stepRange, len(pairs)-1)].frames[capture]}
	if i > stepRange {
		s.after = pairs[i-stepRange].frames[capture]
	}
	if capture == 0 {
		s.by = -by
	}
	return s, true
}

// place looks in a capture for the frame at which its own times leap by about as much as its clock was set by. It returns by
// how much they do.
func (s *step) place(c match.Capture) (frame int, leap int64, err error) {
	rs, err := c.Open()
	if err != nil {
		return 0, 0, fmt.Errorf("%s: %w", c.Name, err)
	}
	last, any := int64(0), false
	for {
		r, err := rs.Next()
		if err == io.EOF || err == nil && r.Frame > s.upTo {
			return frame, leap, nil
		}
		if err != nil {
			return 0, 0, fmt.Errorf("%s: %w", c.Name, err)
		}
		if !r.Timed {
			continue
		}
		if d := r.Time - last; any && r.Frame > s.after && (frame == 0 || s.by > 0 && d > leap || s.by < 0 && d < leap) {
			frame, leap = r.Frame, d
		}
		last, any = r.Time, true
	}
}

// pairsOf are the packets that both captures have been surveyed for.
func pairsOf(atClient, atServer []*match.Survey) (pairs []pair) {
	for _, p := range match.Common(atClient[0], atServer[0]) {
		pairs = append(pairs, pair{[2]int{p[0].Frame, p[1].Frame}, p[1].Time, p[1].Time - p[0].Time, true})
	}
	for _, p := range match.Common(atServer[1], atClient[1]) {
		pairs = append(pairs, pair{[2]int{p[1].Frame, p[0].Frame}, p[0].Time, p[0].Time - p[1].Time, false})
	}
	return pairs
}

// stepOf finds the first place where a clock was set. Of two captures the one whose own times leap there has the clock. None
// is found if the captures look as if they were the other way round: then nothing arrives after it was sent.
func (m *Meeting) stepOf(atClient, atServer []*match.Survey) (found *step, err error) {
	pairs := pairsOf(atClient, atServer)
	slices.SortFunc(pairs, func(a, b pair) int { return cmp.Compare(a.frames[1], b.frames[1]) })
	turned := slices.Clone(pairs)
	for i := range turned {
		turned[i].up = !turned[i].up
	}
	if n := len(jumps(pairs)); n == 0 || n > len(jumps(turned)) {
		return nil, nil
	}
	best := 0.
	for capture, c := range []match.Capture{m.Client, m.Server} {
		s, ok := firstStep(pairs, capture)
		if !ok {
			continue
		}
		frame, leap, err := s.place(c)
		if err != nil {
			return nil, err
		}
		if share := float64(leap) / float64(s.by); found == nil || share > best {
			s.upTo = frame
			found, best = &s, share
		}
	}
	if found == nil || found.upTo == 0 || best < .5 {
		return nil, nil
	}
	return found, nil
}

// mend takes out what clocks were set by, until they run together, and surveys the captures anew. If they do not in the end,
// the times are left as they are, and that is said: packets that repeat each other to the last byte look like that too.
func (m *Meeting) mend(atClient, atServer *[]*match.Survey, sides [2]Side, fs ...match.Filter) error {
	var steps [2][]capturefile.Step
	before, surveyed := *m, [2][]*match.Survey{*atClient, *atServer}
	for range maxSteps {
		s, err := m.stepOf(*atClient, *atServer)
		if err != nil || s == nil {
			return err
		}
		steps[s.capture] = append(steps[s.capture], capturefile.Step{Frame: s.upTo, By: s.by})
		c, surveys := &m.Client, atClient
		if s.capture == 1 {
			c, surveys = &m.Server, atServer
		}
		m.Steps = append(m.Steps, fmt.Sprintf("the clock of %s was set %s by %v at frame %d, against the other's: that is taken out of all times behind it", c.Name, direction(s.by), about(time.Duration(max(s.by, -s.by))), s.upTo))
		*c = mended(sides[s.capture].Capture, steps[s.capture])
		if l := sides[s.capture].Listing; l != nil && s.by < 0 {
			l.Back = max(0, l.Back+time.Duration(s.by))
		}
		if *surveys, err = match.SurveysOf(*c, fs...); err != nil {
			return err
		}
	}
	m.Client, m.Server, *atClient, *atServer = before.Client, before.Server, surveyed[0], surveyed[1]
	m.Steps = append(before.Steps, fmt.Sprintf("the times of %s and %s contradict each other in more than %d places: a clock was set again and again, or packets repeat each other and were taken for one another: all times are as they stand there",
		m.Client.Name, m.Server.Name, maxSteps))
	return nil
}

func direction(by int64) string {
	if by < 0 {
		return "back"
	}
	return "forward"
}

// mended is a capture whose clock was not set.
func mended(c match.Capture, steps []capturefile.Step) match.Capture {
	return match.Capture{Name: c.Name, Open: func() (*capturefile.Reader, error) {
		rs, err := c.Open()
		if err == nil {
			rs.Mend(steps)
		}
		return rs, err
	}}
}

// about rounds a step to the millisecond, which the packets tell at best: they may have waited longer on one side of it.
func about(d time.Duration) time.Duration {
	if d < 10*time.Millisecond {
		return d.Round(time.Microsecond)
	}
	return d.Round(time.Millisecond)
}
