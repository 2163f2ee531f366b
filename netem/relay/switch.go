package relay

import "lossylab/netem"

// Switch is a Stage that may be exchanged while packets are on it: those that were sent before arrive as they would have,
// by the old one, and those that are sent later meet the new one. Meanwhile both are there, with the queue and the rate of
// each: a new link beside the old, which nobody uses any more.
type Switch struct {
	stages []netem.Stage // the last takes what is sent; the others, from the oldest, are not empty
	asked  netem.Answerer
}

// NewSwitch returns a Switch that begins with s.
func NewSwitch(s netem.Stage) *Switch { return &Switch{stages: []netem.Stage{s}} }

// Change has all packets that are sent from now on go through s.
func (s *Switch) Change(stage netem.Stage) {
	s.stages = append(s.stages, stage)
	s.forget()
}

// Stages returns how many there are: one, and those that still have packets.
func (s *Switch) Stages() int { return len(s.stages) }

// Send implements netem.Stage.
func (s *Switch) Send(now netem.Time, p *netem.Packet) {
	last := s.stages[len(s.stages)-1]
	last.Send(now, p)
	s.asked, _ = last.(netem.Answerer)
}

// Next implements netem.Stage.
func (s *Switch) Next() (at netem.Time, ok bool) {
	at, _, ok = s.first()
	return at, ok
}

// first returns the stage that wants to be called first, the oldest of several.
func (s *Switch) first() (at netem.Time, stage netem.Stage, ok bool) {
	for _, st := range s.stages {
		if t, some := st.Next(); some && (!ok || t < at) {
			at, stage, ok = t, st, true
		}
	}
	return at, stage, ok
}

// Recv implements netem.Stage.
func (s *Switch) Recv(now netem.Time) *netem.Packet {
	for {
		at, stage, ok := s.first()
		if !ok || at > now {
			s.forget()
			return nil
		}
		if p := stage.Recv(now); p != nil {
			s.asked, _ = stage.(netem.Answerer)
			return p
		}
		if later, some := stage.Next(); some && later <= now { // it has promised not to
			return nil
		}
	}
}

// Answer implements netem.Answerer.
func (s *Switch) Answer() *netem.Packet {
	if s.asked == nil {
		return nil
	}
	return s.asked.Answer()
}

// forget lets go of the old stages that are empty.
func (s *Switch) forget() {
	last := len(s.stages) - 1
	if last == 0 {
		return
	}
	kept := s.stages[:0]
	for i, st := range s.stages {
		if _, some := st.Next(); some || i == last {
			kept = append(kept, st)
		}
	}
	clear(s.stages[len(kept):])
	s.stages = kept
}
