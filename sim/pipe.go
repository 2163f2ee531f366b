package sim

import "lossylab/netem"

// Pipe carries packets through a Stage in the loop's time and hands over what arrives.
type Pipe struct {
	loop  *Loop
	stage netem.Stage
	out   func(*netem.Packet)
	timer Timer
}

// NewPipe returns a Pipe through stage. It calls out for each packet on arrival.
func NewPipe(l *Loop, stage netem.Stage, out func(*netem.Packet)) *Pipe {
	p := &Pipe{loop: l, stage: stage, out: out}
	p.timer.F = p.arrive
	return p
}

// Send offers a packet to the stage at the present instant.
func (p *Pipe) Send(pkt *netem.Packet) {
	p.stage.Send(p.loop.Now(), pkt)
	p.arm()
}

func (p *Pipe) arrive() {
	now := p.loop.Now()
	for pkt := p.stage.Recv(now); pkt != nil; pkt = p.stage.Recv(now) {
		p.out(pkt)
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
