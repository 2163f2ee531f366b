package sim

import "lossylab/netem"

// Pipe carries packets through a Stage in the loop's time and hands over what arrives.
type Pipe struct {
	loop  *Loop
	stage netem.Stage
	out   func(*netem.Packet)
	timer Timer

	answerer netem.Answerer // the stage, if it is one and somebody wants its answers
	back     func(*netem.Packet)
	then     func() // or nil
}

// NewPipe returns a Pipe through stage. It calls out for each packet on arrival.
func NewPipe(l *Loop, stage netem.Stage, out func(*netem.Packet)) *Pipe {
	p := &Pipe{loop: l, stage: stage, out: out}
	p.timer.F = p.arrive
	return p
}

// Back has the pipe hand packets with which the stage answers the sender to back, at the instant of the answer. The loop
// calls it, later than what is happening at that instant: a sender is not given a packet while it sends one.
func (p *Pipe) Back(back func(*netem.Packet)) {
	p.answerer, _ = p.stage.(netem.Answerer)
	p.back = back
}

// Then has the pipe call then whenever it has handed over all that arrives at an instant, and at least one packet.
func (p *Pipe) Then(then func()) { p.then = then }

// Send offers a packet to the stage at the present instant.
func (p *Pipe) Send(pkt *netem.Packet) {
	p.stage.Send(p.loop.Now(), pkt)
	p.answer()
	p.arm()
}

// answer takes the stage's answers.
func (p *Pipe) answer() {
	if p.answerer == nil {
		return
	}
	for pkt := p.answerer.Answer(); pkt != nil; pkt = p.answerer.Answer() {
		p.loop.At(p.loop.Now(), func() { p.back(pkt) })
	}
}

func (p *Pipe) arrive() {
	now, arrived := p.loop.Now(), false
	for pkt := p.stage.Recv(now); pkt != nil; pkt = p.stage.Recv(now) {
		p.answer()
		p.out(pkt)
		arrived = true
	}
	p.answer()
	if arrived && p.then != nil {
		p.then()
	}
	p.arm()
}

// arm schedules the next arrival. A wake-up that is already early enough stays as it is, so that there is never more
// than one, and none brings forth another of its own accord.
func (p *Pipe) arm() {
	at, ok := p.stage.Next()
	if ok && (p.timer.index == 0 || at < p.timer.at) {
		p.loop.Reset(&p.timer, at)
	}
}
