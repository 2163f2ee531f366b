package netem

// path is several stages one behind the other: what arrives at the end of one is sent on the next at the same instant.
type path struct {
	hops  []Stage
	ready ring // arrived at the end, waiting for Recv
	now   Time
}

// Send implements Stage.
func (p *path) Send(now Time, pkt *Packet) {
	p.advance(now)
	p.hops[0].Send(now, pkt)
}

// Next implements Stage.
func (p *path) Next() (at Time, ok bool) {
	if p.ready.n > 0 {
		return p.now, true
	}
	i, at := earliest(p.hops)
	return at, i >= 0
}

// Recv implements Stage.
func (p *path) Recv(now Time) *Packet {
	p.advance(now)
	return p.ready.pop()
}

// advance goes through what happens until now, each at its time, however late the owner came. At one instant the last hop
// goes first, so that it has made room before more comes.
func (p *path) advance(now Time) {
	for i, at := earliest(p.hops); i >= 0 && at <= now; i, at = earliest(p.hops) {
		for pkt := p.hops[i].Recv(at); pkt != nil; pkt = p.hops[i].Recv(at) {
			if i+1 < len(p.hops) {
				p.hops[i+1].Send(at, pkt)
			} else {
				p.ready.push(pkt)
			}
		}
	}
	p.now = max(p.now, now)
}
