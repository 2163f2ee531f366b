package netem

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"
)

// Fault meets packets that it names: "drop data 5" loses the fifth data segment of each TCP connection. It draws nothing.
//
// Each flow counts for itself: a flow is one direction of a connection, or what goes from one address and port to another,
// and a link that carries one direction counts that one. What the queue drops nobody judges, and nobody counts. The faults
// of a link share what they remember of flows, of 65,536 at most: a flow beyond is a new one when it goes on.
type Fault struct {
	Verb    Verb
	Subject Subject
	Numbers Numbers // which of the flow's, in order of passing; none mean the first
	Of      Numbers // goes with Retransmission: of which data segments, and Numbers count the times; none mean of any
	Flows   Numbers // of which flows with such packets, in the order in which they began; none mean of each
	By      int     // goes with Delaying: so many later packets overtake it exactly

	Within time.Duration // goes with By: how long it waits for them at most; zero means a second
	Late   time.Duration // goes with Delaying, instead of By: it is late by that much

	flows *flows // shared with the other faults of the link
	leads bool   // the first of those that share: it shows them each packet
	seen  int    // how many of its subject one flow had at most
	met   int    // how many packets it has met
	tried int    // LastData: the number of the segment that it tried to take back at last
}

// Judge implements Model.
func (f *Fault) Judge(_ Time, _ *rand.Rand, p *Packet) Verdict {
	if f.flows == nil { // no link has made it known to others
		f.join(&flows{})
	}
	if f.leads {
		f.flows.see(p)
	}
	if !f.meets() {
		return Verdict{}
	}
	if f.Subject == LastData && f.flows.tail != 0 {
		f.tried = f.flows.flow.counts[DataSegment]
		return Verdict{Recall: f.flows.tail}
	}
	f.met++
	return f.sentence(p)
}

// faultHold is longer than DefaultHold, as a packet that was named is to be overtaken by as many as was said, also in a
// flow that sends one now and then.
const faultHold = time.Second

// sentence is what happens to a packet that the fault names.
func (f *Fault) sentence(p *Packet) Verdict {
	switch f.Verb {
	case Delaying:
		return Verdict{Late: f.Late, Behind: f.By, Hold: cmp.Or(f.Within, faultHold)}
	case Duplicating:
		return Verdict{Copies: 1}
	case Corrupting:
		if p.Size() == 0 {
			return Verdict{}
		}
		return Verdict{Flips: []int{8*p.Size() - 1}}
	}
	return Verdict{Drop: true}
}

// meets says whether the packet that the flows saw last is one of those named.
func (f *Fault) meets() bool {
	fs := f.flows
	if fs.flow == nil || !fs.is.has(f.Subject) || f.Flows != nil && !f.Flows.has(fs.flow.numberOf(f.Subject)) {
		return false
	}
	if f.Of == nil {
		n := fs.flow.counts[f.Subject]
		f.seen = max(f.seen, n)
		return f.numbers().has(n)
	}
	met := false
	for _, r := range fs.resent {
		if f.Of.has(r.number) {
			f.seen = max(f.seen, r.again)
			met = met || f.numbers().has(r.again)
		}
	}
	return met
}

var theFirst = Numbers{{1, 1}}

func (f *Fault) numbers() Numbers {
	if f.Numbers == nil {
		return theFirst
	}
	return f.Numbers
}

// Recalled implements Recaller.
func (f *Fault) Recalled(uint64) { f.met++ }

// join has the fault go by what fs sees. The first to join leads.
func (f *Fault) join(fs *flows) {
	f.flows, f.leads = fs, !fs.led
	fs.led = true
	if f.Of != nil {
		fs.asked = append(fs.asked, f.Of)
	}
}

// shareFlows has those faults among a link's models that are shown the same packets share what they remember.
func shareFlows(models []Model) {
	shared := map[Match]*flows{}
	for _, m := range models {
		var match Match
		if o, ok := m.(*Only); ok {
			m, match = o.Model, o.Match
		}
		f, ok := m.(*Fault)
		if !ok {
			continue
		}
		if shared[match] == nil {
			shared[match] = &flows{}
		}
		f.join(shared[match])
	}
}

// String implements Model: "drop data 2,5-8", "drop retransmission 1 of data 5", "delay data 7 flow 1 by 3".
func (f *Fault) String() string {
	s := f.Verb.String() + " " + f.Subject.String()
	if f.Subject != LastData {
		s += " " + f.numbers().String()
	}
	if f.Of != nil {
		s += " of data " + f.Of.String()
	}
	if f.Flows != nil {
		s += " flow " + f.Flows.String()
	}
	switch {
	case f.By > 0:
		s += fmt.Sprintf(" by %d", f.By)
	case f.Late > 0:
		s += " by " + FormatDuration(f.Late)
	}
	if f.Within > 0 {
		s += " within " + FormatDuration(f.Within)
	}
	return s
}

// compareFaults orders two faults by what they say, so that specs that say the same are equal; other models are alike.
func compareFaults(a, b Model) int {
	f, ok := a.(*Fault)
	g, also := b.(*Fault)
	if !ok || !also {
		return 0
	}
	byFirst := func(r, s Range) int { return cmp.Or(cmp.Compare(r.First, s.First), cmp.Compare(r.end(), s.end())) }
	return cmp.Or(cmp.Compare(f.Verb, g.Verb), cmp.Compare(f.Subject, g.Subject), slices.CompareFunc(f.Of, g.Of, byFirst),
		slices.CompareFunc(f.numbers(), g.numbers(), byFirst), slices.CompareFunc(f.Flows, g.Flows, byFirst),
		strings.Compare(f.String(), g.String()))
}

// Clone implements Cloner.
func (f *Fault) Clone() Model {
	return &Fault{Verb: f.Verb, Subject: f.Subject, Numbers: f.Numbers, Of: f.Of, Flows: f.Flows, By: f.By, Within: f.Within,
		Late: f.Late}
}

// The greatest numbers of a Fault. What is remembered of a flow grows with the segments whose retransmissions are asked
// for, and so these are fewer.
const (
	maxNumber   = 1_000_000_000
	maxResent   = 100_000
	numberUsage = ": write 5, 5-8 or 2,5-8"
)

// Validate implements Validator.
func (f *Fault) Validate() error {
	if why := f.trouble(); why != "" {
		return wrong(f.String(), why)
	}
	return nil
}

// trouble says what is wrong with the fault, and is empty if nothing is.
func (f *Fault) trouble() string {
	if int(f.Verb) >= len(verbs) || int(f.Subject) >= len(subjects) {
		return "no such fault: write drop data 5"
	}
	for _, ns := range [...]Numbers{f.Numbers, f.Of, f.Flows} {
		if why := ns.trouble(maxNumber); why != "" {
			return why + numberUsage
		}
	}
	switch {
	case f.Subject == LastData && f.Verb != Dropping:
		return lastDataOnlyDrops
	case f.Subject == LastData && f.Numbers != nil:
		return "a flow has one last data segment: write drop last-data"
	case f.Of != nil && f.Subject != Retransmission:
		return ofGoesWithRetransmission
	case !f.Of.bounded():
		return ofIsBounded
	}
	return f.delayTrouble()
}

// bounded says whether numbers have an end that is small enough to remember something about each.
func (ns Numbers) bounded() bool {
	return len(ns) == 0 || ns[len(ns)-1].end() <= maxResent
}

// delayTrouble says what is wrong with how far a fault delays, and is empty if nothing is.
func (f *Fault) delayTrouble() string {
	how := 0
	if f.By != 0 {
		how++
	}
	if f.Late != 0 {
		how++
	}
	switch {
	case f.By < 0 || f.By > maxBy || checkDuration("", f.Late) != nil || checkDuration("", f.Within) != nil:
		return "a packet is delayed by 1 to 100000 others, or by up to 24h" + delayUsage
	case f.Verb != Delaying && (how > 0 || f.Within != 0):
		return "by and within go with delay" + delayUsage
	case f.Verb == Delaying && how != 1:
		return "by how much is to be said, in packets or in time" + delayUsage
	case f.Within != 0 && f.By == 0:
		return "within goes with a delay by packets: write delay data 7 by 3 within 200ms"
	}
	return ""
}

const (
	delayUsage               = ": write delay data 7 by 3 or delay data 7 by 30ms"
	lastDataOnlyDrops        = "which segment is the last is known when it is under way, and then it can only be lost: write drop last-data"
	ofGoesWithRetransmission = "of goes with retransmission: write drop retransmission 1 of data 5"
	ofIsBounded              = "the retransmissions of data segments 1 to 100000 can be told apart: write drop retransmission 1 of data 5"
)

// laggard is a Model that can have single packets be late, which order keep does not allow.
type laggard interface{ lags() bool }

func (f *Fault) lags() bool { return f.Late > 0 }

func (r *Reorder) lags() bool { return r.Late > 0 }

// lags says whether a model has single packets be late.
func lags(m Model) bool {
	l, ok := m.(laggard)
	return ok && l.lags()
}
