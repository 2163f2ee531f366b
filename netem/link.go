package netem

import (
	"fmt"
	"strconv"
	"time"
)

// Link carries packets one way, as its Spec says. It is a Stage: a queue and a transmitter, then the models, which judge
// each packet when its last bit is out (so a lost packet has used the bottleneck), then propagation.
//
// A Link allocates nothing for a packet that arrives once, in its place and intact.
type Link struct {
	name     string
	observer Observer
	order    Order

	gate   gate // what its MTU lets in
	queue  Queue
	sender transmitter
	bucket string // the sender's, in words
	court  court
	line   line  // under way
	holds  holds // due, waiting to be overtaken
	ready  ring  // arrived, waiting for Recv
	plan   *plan // nil for a link that never changes
	down   bool  // what leaves the transmitter now is lost

	now     Time   // the latest time that the link was told
	seq     uint64 // of the packet judged last
	lastDue Time   // the latest time at which any packet is due, in order Keep
	inside  int
}

// NewLink returns a link that is called name in its events and takes all chance from seed. The models of spec are
// cloned, so that one Spec makes any number of links. The observer may be nil. The error is spec.Validate's,
// or says that a tc line makes no Link.
func NewLink(name string, spec Spec, seed uint64, o Observer) (*Link, error) {
	if err := spec.Validate(); err != nil {
		return nil, fmt.Errorf("link %s: %w", name, err)
	}
	if spec.TC != nil {
		return nil, fmt.Errorf("link %s: a tc line makes no Link: use NewStage", name)
	}
	if spec.several() {
		return nil, fmt.Errorf("link %s: a link made of several is no Link: use NewStage", name)
	}
	spec = spec.Clone() // its models get a past of their own
	shareFlows(spec.Models)
	l := &Link{name: name, observer: o, order: spec.Order, gate: newGate(spec.MTU)}
	l.sender, l.bucket = newTransmitter(spec.Rate, spec.Bucket), spec.Bucket.String()
	l.queue = spec.discipline().New(spec.Limit, spec.MeanRate(), Stream(seed, name+"/queue"), outlet{l})
	for i, m := range spec.Models {
		if !seated(m, name) {
			continue
		}
		l.court.seats = append(l.court.seats, seat{m, Stream(seed, name+"/"+streamName(spec.Models, i)), m.String(), kind(m)})
	}
	if m := spec.Follow.model(); m != nil {
		l.court.seats = append(l.court.seats, seat{m, Stream(seed, name+"/follow"), m.String(), "follow"})
	}
	l.plan = newPlan(l, spec, seed)
	l.meet(0)
	return l, nil
}

// streamName names the random stream of model i by its kind, "loss", and by its number from the second of a kind on,
// "loss#2": so a model keeps its stream whatever other models stand round it.
func streamName(models []Model, i int) string {
	n := 1
	for _, m := range models[:i] {
		if kind(m) == kind(models[i]) {
			n++
		}
	}
	return numbered(kind(models[i]), n)
}

// numbered returns the name of the n-th stream of a kind, n from 1.
func numbered(kind string, n int) string {
	if n == 1 {
		return kind
	}
	return kind + "#" + strconv.Itoa(n)
}

// Send implements Stage. A transmission that ends at this very instant ends before p is offered to the queue.
func (l *Link) Send(now Time, p *Packet) {
	if now < l.now {
		panic(fmt.Sprintf("netem: link %s: sent at %v after %v", l.name, now, l.now))
	}
	l.advance(now)
	p.Sent = now
	l.inside++ // before the queue may drop it
	l.tell(now, Sent, "", p)
	if l.gate.answer = nil; !l.gate.fits(p) {
		l.tooBig(now, p)
		return
	}
	l.enter(now, p)
}

// enter puts a packet that fits into the queue.
func (l *Link) enter(now Time, p *Packet) {
	if !l.sender.carries(p) {
		l.lose(now, l.bucket, p)
		return
	}
	l.queue.Enqueue(now, p)
	switch {
	case l.sender.p != nil:
	case l.plan == nil && l.sender.rate == 0 && l.sender.bucket == nil: // all that is sent is out at once
		for p := l.queue.Dequeue(now); p != nil; p = l.queue.Dequeue(now) {
			l.tell(now, Dequeued, "", p)
			l.propagate(now, p)
		}
	default:
		l.transmit(now, false)
		l.advance(now) // an infinitely fast transmitter has ended already
	}
}

// Next implements Stage.
func (l *Link) Next() (at Time, ok bool) {
	if l.ready.n > 0 { // the owner has stopped fetching halfway
		return l.now, true
	}
	at, ok = l.nextArrival()
	if l.plan != nil {
		if t, w := l.task(); w != noWork && (!ok || t < at) {
			return t, true
		}
		return at, ok
	}
	if l.sender.p != nil && (!ok || l.sender.ends < at) {
		return l.sender.ends, true
	}
	return at, ok
}

// Recv implements Stage. What was due before now, because the owner comes late, is Delivered now.
func (l *Link) Recv(now Time) *Packet {
	l.advance(now)
	for l.ready.n == 0 {
		at, ok := l.nextArrival()
		if !ok || at > now {
			return nil
		}
		l.arrive()
	}
	p := l.ready.pop()
	l.inside--
	l.tell(l.now, Delivered, "", p)
	return p
}

// InFlight returns how many packets are inside, duplicates and fragments included: at any time, what was Sent, Duplicated
// and told as a Fragment is what was Delivered, Dropped and Fragmented and what is in flight.
func (l *Link) InFlight() int { return l.inside }

// advance ends the transmissions that are over by now and begins the next each time at the instant of the end, however
// late the owner came to ask.
func (l *Link) advance(now Time) {
	if l.plan != nil {
		l.advancePlan(now)
		return
	}
	for {
		p, at := l.sender.end(now)
		if p == nil {
			break
		}
		l.now = max(l.now, at)
		l.propagate(at, p)
		l.transmit(at, true)
	}
	l.now = max(l.now, now)
}

// transmit begins with the next packet of the queue, if there is one.
func (l *Link) transmit(now Time, backToBack bool) {
	if l.plan != nil && !l.begins(now) {
		return
	}
	if p := l.queue.Dequeue(now); p != nil {
		l.tell(now, Dequeued, "", p)
		l.sender.begin(now, p, backToBack)
	}
}

// propagate has p judged and carries out the sentence: p is lost or under way after it.
func (l *Link) propagate(now Time, p *Packet) {
	if l.plan != nil {
		l.meet(now)
	}
	var s sentence
	l.court.judge(now, p, &s)
	for _, r := range s.recalls {
		l.recall(now, r)
	}
	if l.down { // the models have judged all the same: they lose the same packets as without the outage
		s.dropped = downWords
	}
	if s.dropped != "" {
		l.lose(now, s.dropped, p)
		return
	}
	l.seq++
	f := flight{seq: l.seq, p: p}
	if len(s.flips) > 0 {
		f.p = corrupted(p, s.flips)
		l.tell(now, Corrupted, s.corrupted, f.p)
	}
	if len(s.copied) > 0 || s.behind > 0 {
		f.fate = &fate{behind: s.behind, hold: s.hold}
	}
	for i, by := range s.copied { // of p and not of f.p: copies are clean
		c := p.duplicate(i + 1)
		f.fate.copies = append(f.fate.copies, c)
		l.inside++
		l.tell(now, Duplicated, by, c)
	}
	if s.delayed != "" {
		l.tell(now, Delayed, s.delayed, f.p)
	}
	f.at = l.due(now, s.delay, s.late)
	l.line.push(f)
}

// due returns when a packet judged at now arrives. Order Keep never lets it be before the one sent before it.
func (l *Link) due(now Time, delay, late time.Duration) Time {
	at := now.Add(max(0, delay) + max(0, late))
	if l.order == Keep {
		at = max(at, l.lastDue)
		l.lastDue = at
	}
	return at
}

// nextArrival returns when the first packet arrives or gives up being overtaken.
func (l *Link) nextArrival() (at Time, ok bool) {
	if f := l.line.first(); f != nil {
		at, ok = f.at, true
	}
	if i := l.holds.next(); i >= 0 && (!ok || l.holds[i].until < at) {
		return l.holds[i].until, true
	}
	return at, ok
}

// arrive makes the first packet ready, or holds it. A packet that is due at the instant at which a held one gives up
// goes first, and so may still overtake it.
func (l *Link) arrive() {
	var f flight
	if i, first := l.holds.next(), l.line.first(); i >= 0 && (first == nil || l.holds[i].until < first.at) {
		f = l.holds.remove(i)
	} else if f = l.line.pop(); f.fate != nil && f.fate.behind > 0 {
		l.holds.add(f)
		return
	}
	for i := 0; i >= 0; { // f, and in turn each held packet that has now been overtaken often enough
		l.deliver(f)
		l.holds.overtake(f.seq)
		if i = l.holds.overtaken(); i >= 0 {
			f = l.holds.remove(i)
		}
	}
}

// deliver makes a packet ready, and its copies just behind it.
func (l *Link) deliver(f flight) {
	l.ready.push(f.p)
	if f.fate == nil {
		return
	}
	for _, c := range f.fate.copies {
		l.ready.push(c)
	}
}

// lose is the only way in which a packet ends without having arrived.
func (l *Link) lose(now Time, by string, p *Packet) {
	l.inside--
	l.tell(now, Dropped, by, p)
}

// tell tells the observer. Its times never go back: advance goes through the past in order, and all else is now.
func (l *Link) tell(at Time, k Kind, by string, p *Packet) {
	if l.observer != nil {
		l.observer.Observe(Event{At: at, Link: l.name, Kind: k, By: by, Packet: p,
			Waiting: l.queue.Len(), WaitingBytes: l.queue.Bytes()})
	}
}

func (l *Link) waits() (packets, bytes int) { return l.queue.Len(), l.queue.Bytes() }

// corrupted returns p with bits turned over, in bytes of its own: p's are frozen.
func corrupted(p *Packet, flips []int) *Packet {
	p.Complete()
	c := *p
	c.Corrupt, c.parsed = true, unread
	c.Data = append([]byte(nil), p.Data...)
	for _, bit := range flips {
		c.Data[bit/8] ^= 0x80 >> (bit % 8)
	}
	return &c
}
