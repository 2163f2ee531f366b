package netem

import (
	"fmt"
	"math/rand/v2"
)

// Qdisc is Linux's sch_netem with a line of tc: a Stage that does with each packet what the kernel does, with the same
// random numbers drawn in the same order, the same integers and the same queue.
//
//	        duplicate, loss, corrupt, limit           time to send
//	Send ──▶ a copy goes through all of it first ──▶ waiting, by time ──▶ (slot) ──▶ Recv
//	                        └── reorder: sent at once, ahead of all that wait ──▶
//
// The kernel is that of Linux 6.12, whose behaviour was measured. What no seed of netem's reaches there (the first number
// of a correlation, which bit is corrupted, a slot without a table) comes from a stream of the Qdisc's own. A packet
// counts as long as the kernel counts it, which is 14 bytes of Ethernet header more than Packet.Size.
type Qdisc struct {
	name     string
	observer Observer
	line     TC
	by       tcWords

	prng      taus
	system    *rand.Rand // stands for what the kernel draws from its system
	duplicate trial
	losing    losing
	corrupt   trial
	reorder   trial
	delay     dispersion
	delays    averaged
	delayed   uint32 // packets since the last one that was sent at once
	slots     slots

	waiting line      // by time to send
	bytes   int       // of them
	latest  Time      // time to send of the packet that came last into waiting
	left    int       // how many the timer has sent at now, since the last Send
	early   []*Packet // to be sent at once, the last first
	ready   ring      // sent, waiting for Recv

	now    Time
	seq    uint64
	inside int
}

// tcWords are the causes that events name.
type tcWords struct{ loss, mark, duplicate, corrupt, ether, limit, reorder string }

// NewQdisc returns a qdisc that is called name in its events. The seed is the kernel's prng seed; one in the line is
// stronger. The observer may be nil.
func NewQdisc(name string, line TC, seed uint64, o Observer) *Qdisc {
	if line.seeded {
		seed = line.seed
	}
	q := &Qdisc{name: name, observer: o, line: line, prng: newTaus(seed), system: Stream(seed, name+"/tc")}
	first := func(rho share) averaged { return averaged{rho: rho, last: q.system.Uint32()} }
	q.duplicate = trial{line.duplicate.p, first(line.duplicateRho())}
	q.losing = newLosing(line.loss)
	q.losing.random.averaged = first(line.loss.rho.rho)
	q.corrupt = trial{line.corrupt.p, first(line.corrupt.rho.rho)}
	q.reorder = trial{line.reorder.p, first(line.reorder.rho.rho)}
	q.delays = first(line.delayRho.rho)
	q.delay = line.dispersion()
	q.slots = newSlots(line.slot)
	corrupt := "corrupt " + line.corrupt.String()
	q.by = tcWords{
		loss: line.loss.String(), mark: line.loss.String() + " ecn", duplicate: "duplicate " + line.duplicate.String(),
		corrupt: corrupt, ether: corrupt + ", in the Ethernet header", limit: fmt.Sprintf("limit %d", line.limit),
		reorder: line.reorderWords(),
	}
	return q
}

// Send implements Stage. What is due at this very instant still counts when p comes to the limit, whether Recv has been
// called or not: the kernel's timer is never early and mostly a little late.
func (q *Qdisc) Send(now Time, p *Packet) {
	if now < q.now {
		panic(fmt.Sprintf("netem: qdisc %s: sent at %v after %v", q.name, now, q.now))
	}
	q.advance(now - 1)
	q.pass(now)
	p.Sent = now
	q.inside++
	q.tell(Sent, "", p)
	q.enqueue(p, true)
	q.dequeue()
	q.left = 0
}

// Next implements Stage.
func (q *Qdisc) Next() (at Time, ok bool) {
	if q.ready.n > 0 {
		return q.now, true
	}
	return q.wake()
}

// Recv implements Stage. What was due before now, because the owner comes late, is Delivered now.
func (q *Qdisc) Recv(now Time) *Packet {
	q.advance(now)
	if q.ready.n == 0 || now < q.now { // of a time that is over, nothing more arrives
		return nil
	}
	p := q.ready.pop()
	q.inside--
	q.tell(Delivered, "", p)
	return p
}

// InFlight returns how many packets are inside, duplicates included.
func (q *Qdisc) InFlight() int { return q.inside }

// enqueue decides about p, in the kernel's order of draws. A copy goes this way too, but is not copied again.
func (q *Qdisc) enqueue(p *Packet, copies bool) {
	twice := copies && q.duplicate.hits(&q.prng)
	if q.losing.next(&q.prng) {
		m, ok := q.mark(p)
		switch {
		case ok:
			p = m
		case twice: // copied and lost is once
			twice = false
		default:
			q.lose(q.by.loss, p)
			return
		}
	}
	clean := p
	if q.corrupt.hits(&q.prng) {
		p = q.flip(p)
	}
	if uint64(q.waiting.len()+q.left) >= uint64(q.line.limit) {
		q.lose(q.by.limit, p)
		return
	}
	if twice {
		c := clean.duplicate(1)
		q.inside++
		q.tell(Duplicated, q.by.duplicate, c)
		q.enqueue(c, false)
	}
	q.schedule(p)
}

// schedule sends p at once or gives it a time to send.
func (q *Qdisc) schedule(p *Packet) {
	if gap := q.line.gap; gap != 0 && q.delayed >= gap-1 && q.reorder.hits(&q.prng) {
		q.delayed = 0
		q.tell(Expedited, q.by.reorder, p)
		q.early = append(q.early, p)
		return
	}
	at := q.now + Time(q.delay.next(&q.delays, &q.prng))
	if q.line.rate.bytes != 0 {
		at = q.serial(at, p)
	}
	q.delayed++
	q.seq++
	q.latest = at
	q.waiting.push(flight{at: at, seq: q.seq, p: p})
	q.bytes += p.Size()
}

// serial puts p behind all that wait: with a rate, delay is over before transmission begins, and nothing overtakes.
func (q *Qdisc) serial(at Time, p *Packet) Time {
	if q.waiting.len() > 0 {
		at = max(at, q.latest)
	}
	if len(q.early) > 0 { // a copy that is sent at once is still there when its original is scheduled
		at = max(at, q.now)
	}
	if tx := q.line.rate.transmission(p.Size() + etherHeader); tx < uint64(never-at) {
		return at + Time(tx)
	}
	return never
}

// never is later than any run: when a packet is sent whose negative overhead makes its length wrap round.
const never Time = 1 << 62

// wake returns when the kernel's timer goes off.
func (q *Qdisc) wake() (at Time, ok bool) {
	if q.waiting.len() == 0 {
		return 0, false
	}
	at = q.waiting.first().at
	if q.slots.on() {
		at = max(at, q.slots.opens)
	}
	return at, true
}

// advance goes through what happens until now, each at its time, however late the owner came.
func (q *Qdisc) advance(now Time) {
	for at, ok := q.wake(); ok && at <= now; at, ok = q.wake() {
		q.pass(at)
		n := q.waiting.len()
		q.dequeue()
		q.left += n - q.waiting.len()
	}
	q.pass(now)
}

// pass lets the time be now.
func (q *Qdisc) pass(now Time) {
	if now > q.now {
		q.now, q.left = now, 0
	}
}

// dequeue sends what may leave now. The kernel does this after each packet that comes and when its timer goes off: slots
// depend on how often, for a new one is drawn whenever the first packet is due after the last.
func (q *Qdisc) dequeue() {
	for n := len(q.early); n > 0; n-- {
		q.leave(q.early[n-1])
		q.early = q.early[:n-1]
	}
	for q.waiting.len() > 0 {
		at := q.waiting.first().at
		if q.slots.on() && q.slots.opens < at {
			q.slots.renew(q.now, &q.prng, q.system)
		}
		if at > q.now || q.slots.on() && q.slots.opens > q.now {
			return
		}
		p := q.waiting.pop().p
		q.bytes -= p.Size()
		if q.slots.on() && q.slots.take(p.Size()+etherHeader) {
			q.slots.renew(q.now, &q.prng, q.system)
		}
		q.leave(p)
	}
}

// leave makes p ready for Recv.
func (q *Qdisc) leave(p *Packet) {
	q.tell(Dequeued, "", p)
	q.ready.push(p)
}

// mark marks a packet instead of losing it, false if that is not asked for or means nothing to its sender.
func (q *Qdisc) mark(p *Packet) (*Packet, bool) {
	if !q.line.ecn {
		return nil, false
	}
	m, ok := marked(p)
	if ok {
		q.tell(Marked, q.by.mark, m)
	}
	return m, ok
}

// flip turns over one bit of the frame, any of them alike. One in the Ethernet header, which nobody here has, leaves the
// packet as it is: in Linux it would arrive like that or, more often, not at its receiver.
func (q *Qdisc) flip(p *Packet) *Packet {
	bit := int(uniform(q.system, 8*uint64(p.Size()+etherHeader))) - 8*etherHeader
	by := q.by.ether
	if bit >= 0 {
		p, by = corrupted(p, []int{bit}), q.by.corrupt
	}
	q.tell(Corrupted, by, p)
	return p
}

// lose is the only way in which a packet ends without having arrived.
func (q *Qdisc) lose(by string, p *Packet) {
	q.inside--
	q.tell(Dropped, by, p)
}

func (q *Qdisc) tell(k Kind, by string, p *Packet) {
	if q.observer != nil {
		q.observer.Observe(Event{At: q.now, Link: q.name, Kind: k, By: by, Packet: p,
			Waiting: q.waiting.len(), WaitingBytes: q.bytes})
	}
}

func (q *Qdisc) waits() (packets, bytes int) { return q.waiting.len(), q.bytes }
