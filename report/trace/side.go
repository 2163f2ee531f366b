package trace

import "lossylab/report/match"

// Side is one of two captures that meet.
type Side struct {
	Capture match.Capture
	Listing *Listing // made by ListToMeet, so that the capture need not be read for a survey; or nil
}

// cut reports whether the capture is known to end early.
func (s Side) cut() bool { return s.Listing != nil && s.Listing.Note != "" }

// maxSurveyed is how many conversations are surveyed while they are listed, the first: a survey may hold 2 MB. Whoever wants
// another conversation pays for it with a reading of the capture.
const maxSurveyed = 8

// surveys surveys the packets that filters take, which name a port.
func (s *Side) surveys(fs ...match.Filter) ([]*match.Survey, error) {
	all := make([]*match.Survey, len(fs))
	for i := range fs {
		if all[i] = s.Listing.survey(&fs[i]); all[i] == nil {
			return match.SurveysOf(s.Capture, fs...)
		}
	}
	return all, nil
}

// survey puts together what was learned of the packets that a filter takes while they were listed. It is nil if that is not
// known of all of them.
func (l *Listing) survey(f *match.Filter) *match.Survey {
	if l == nil || l.Untold > 0 || f.Port == 0 {
		return nil
	}
	var parts []*match.Survey
	for _, c := range l.Conversations {
		forth := c.up()
		for way, e := range []ends{forth, forth.reversed()} {
			switch {
			case !f.Takes(e.proto, e.src, e.dst):
			case c.surveys[way] == nil:
				return nil
			default:
				parts = append(parts, c.surveys[way])
			}
		}
	}
	return match.Together(l.Frames, l.Note, parts...)
}
