package sweep

import "time"

// Progress is how far a Run is.
type Progress struct {
	Done, Total int           // jobs of the shard, those of earlier sessions among them
	Rate        float64       // jobs a second in this session; 0: not known yet
	Elapsed     time.Duration // of this session
	Left        time.Duration // at that rate; negative: not known yet
}

// Progress may be asked for at any time, from any goroutine. Before the first Run or Probe it is zero, and Left is not known.
func (s *Sweep) Progress() Progress {
	if !s.started.Load() {
		return Progress{Left: -1}
	}
	session := s.session.Load()
	p := Progress{
		Done: int(s.there.Load()), Total: int(s.total.Load()), Left: -1,
		Elapsed: max(0, s.Clock()-time.Duration(s.began.Load())),
	}
	if p.Done >= p.Total {
		p.Left = 0
	}
	if session > 0 && p.Elapsed > 0 {
		p.Rate = float64(session) / p.Elapsed.Seconds()
		p.Left = seconds(float64(max(0, p.Total-p.Done)) / p.Rate)
	}
	return p
}

// seconds is a duration that may be too long for one.
func seconds(s float64) time.Duration {
	const most = 100 * 365 * 24 * time.Hour
	if s > most.Seconds() {
		return most
	}
	return time.Duration(s * float64(time.Second))
}
