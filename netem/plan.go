package netem

// plan is what makes a Link change with time: its schedule, the file that it follows, and the trace that says when packets
// leave. A link without any of them has no plan, and pays for none.
type plan struct {
	schedule
	follow *Follow // nil: none that says a rate
	trace  *turns  // nil: the transmitter has a rate

	rates   Time // when the followed rate changes next
	rate    Rate // the followed one
	nothing bool // it is zero
}

// work is what a link with a plan has to do next of its own accord.
type work uint8

const (
	noWork    work = iota
	newState       // what holds changes, while a packet is being transmitted or waits
	endOfSend      // the last bit of a packet is out
	nextTurn       // the trace lets packets leave
)

// newPlan returns the plan of spec, nil if it has none. The schedule takes over the court's seats.
func newPlan(l *Link, spec Spec, seed uint64) *plan {
	if len(spec.Changes) == 0 && spec.Trace == nil && !spec.Follow.paces() {
		return nil
	}
	p := &plan{schedule: *newSchedule(l.name, spec, seed, l.court.seats), rates: never}
	if spec.Follow.paces() {
		p.follow, p.rates = spec.Follow, 0
	}
	if spec.Trace != nil {
		p.trace = &turns{Trace: spec.Trace}
	}
	return p
}

// meet has the link meet the state of the time now. While a packet is transmitted or waits, it is called at every instant at
// which that matters to it.
func (l *Link) meet(now Time) {
	p := l.plan
	if p == nil || now < p.due && now < p.rates {
		return
	}
	stalled := p.stops()
	if now >= p.due {
		p.seek(now)
		l.court.seats = p.court
		l.down = p.now.carrier == CarrierDown
	}
	if now >= p.rates {
		p.rate, p.nothing, p.rates = p.follow.rateAt(now)
	}
	rate := p.now.rate
	if p.follow != nil {
		rate = p.rate
	}
	if l.sender.bucket == nil { // whose rate never changes
		l.sender.change(now, rate, p.stops())
	}
	if p.trace != nil && stalled && !p.stops() {
		p.trace.seek(now - 1) // the turn at now, if there is one, has not been missed
	}
}

// stops says whether nothing is transmitted.
func (p *plan) stops() bool { return p.stalled() || p.nothing }

// begins says whether a packet that waits is transmitted at once.
func (l *Link) begins(now Time) bool {
	if l.plan == nil {
		return true
	}
	l.meet(now)
	return !l.plan.stops() && l.plan.trace == nil
}

// task returns what the link has to do next, and when. What changes at an instant has changed before anything else happens
// at it. A link that holds no packet has nothing to do.
func (l *Link) task() (at Time, w work) {
	p, at := l.plan, never
	busy := l.sender.p != nil
	if !busy && l.queue.Len() == 0 {
		return 0, noWork
	}
	if busy && p.trace == nil && !l.sender.paused {
		at, w = l.sender.ends, endOfSend
	}
	if p.trace != nil && !p.stops() {
		at, w = p.trace.at(p.trace.next), nextTurn
	}
	if next := p.next(); next != never && next <= at {
		at, w = next, newState
	}
	return at, w
}

// next returns when a state comes that matters to a packet which is being transmitted or waits.
func (p *plan) next() Time {
	switch {
	case p.nothing:
		return p.rates
	case p.stalled():
		return p.paces
	}
	return min(p.paces, p.rates)
}

// advancePlan is advance for a link with a plan.
func (l *Link) advancePlan(now Time) {
	for at, w := l.task(); w != noWork && at <= now; at, w = l.task() {
		l.now = max(l.now, at)
		switch w {
		case newState:
			if l.meet(at); l.sender.p == nil {
				l.transmit(at, false)
			}
		case endOfSend:
			p, _ := l.sender.end(at)
			l.propagate(at, p)
			l.transmit(at, true)
		case nextTurn:
			l.spend(at)
		}
	}
	l.now = max(l.now, now)
	if t := l.plan.trace; t != nil {
		t.seek(now) // the turns up to now have been used or missed
	}
}

// spend uses one opportunity of the trace, as far as there are packets for it.
func (l *Link) spend(at Time) {
	t := l.plan.trace
	t.next++
	for room := opportunity; room > 0; {
		if l.sender.p == nil {
			p := l.queue.Dequeue(at)
			if p == nil {
				return // what is left of the opportunity is lost
			}
			l.tell(at, Dequeued, "", p)
			l.sender.p, t.need = p, p.Size()+perPacket
		}
		n := min(room, t.need)
		room, t.need = room-n, t.need-n
		if t.need == 0 {
			p := l.sender.p
			l.sender.p = nil
			l.propagate(at, p)
		}
	}
}
