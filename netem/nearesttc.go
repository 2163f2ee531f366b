package netem

import (
	"fmt"
	"math"
	"time"
)

// NearestTC returns the line of tc-netem that comes nearest to the link, and what differs, a sentence each. It is not ok if
// some word of the link has no counterpart in a line: the line is then without it. Where the size of packets matters it is
// 1500 bytes.
func (s Spec) NearestTC() (line string, notes []string, ok bool) {
	if s.TC != nil {
		return s.TC.String(), nil, true
	}
	n := towardTC{spec: s, line: TC{limit: DefaultLimit}, ok: true}
	n.beside()
	n.rate()
	for _, m := range s.Models {
		n.model(m)
	}
	n.order()
	n.limit()
	return n.line.String(), n.notes, n.ok
}

// towardTC is a line in the making. Words of tc's that have been used are not used twice.
type towardTC struct {
	spec  Spec
	line  TC
	notes []string
	ok    bool
}

func (n *towardTC) note(format string, args ...any) {
	n.notes = append(n.notes, fmt.Sprintf(format, args...))
}

// lacks notes what no line can say.
func (n *towardTC) lacks(format string, args ...any) {
	n.ok = false
	n.note(format, args...)
}

// beside notes the parts of a link that are no part of tc-netem.
func (n *towardTC) beside() {
	if n.spec.several() {
		n.lacks("a link made of several: a line of tc is one; put one on each")
	}
	if n.spec.Trace != nil {
		n.lacks("%s: a line of tc has one rate", n.spec.Trace)
	}
	if n.spec.Follow != nil {
		n.lacks("%s: a line of tc stays what it is", n.spec.Follow)
	}
	for _, c := range n.spec.Changes {
		n.lacks("%s: a line of tc stays what it is; have it changed then, by tc qdisc change", c)
	}
	if n.spec.MTU != (MTU{}) {
		n.lacks("%s: tc-netem has no word for it", n.spec.MTU)
	}
	if n.spec.Bucket != (Bucket{}) {
		n.lacks("%s: tc-netem has no word for it; tc-tbf has", n.spec.Bucket)
	}
	if q := n.spec.Queue; q != nil {
		n.lacks("%s: tc-netem drops the last; put such a qdisc behind it", q)
	}
}

func (n *towardTC) rate() {
	r := n.spec.Rate
	if r == 0 {
		return
	}
	bytes := min(uint64(r)/8, uint64(maxTCRate))
	if read, err := tcRateBytes(formatBytes(bytes)); err == nil { // by way of a float64
		bytes = read
	}
	n.line.rate = tcRate{said: true, bytes: bytes, overhead: -etherHeader}
	if bytes == 0 {
		n.line.rate, n.spec.Rate = tcRate{}, 0
		n.lacks("rate %s: tc has no rate below one byte a second", r)
		return
	}
	if Rate(bytes*8) != r {
		n.note("rate %s: tc takes whole bytes a second, which makes it %s", r, Rate(bytes*8))
	}
	n.note("rate: tc counts 14 bytes of Ethernet header with each packet, and the overhead of -14 takes them away")
}

// model says what a model says, as far as it can be said.
func (n *towardTC) model(m Model) {
	l := &n.line
	switch m := m.(type) {
	case *Delay:
		if l.delay == 0 && l.jitter == 0 {
			n.delay(m)
			return
		}
	case *Loss, *Burst, *GilbertElliott, *Markov:
		if l.loss == (tcLoss{}) {
			n.loss(m)
			return
		}
	case *Reorder:
		if l.reorder == (tcTrial{}) {
			n.reorder(m)
			return
		}
	case *Duplicate:
		if l.duplicate == (tcTrial{}) {
			n.duplicate(m)
			return
		}
	case *Corrupt:
		if l.corrupt == (tcTrial{}) {
			n.corrupt(m)
			return
		}
	default:
		n.lacks("%s: tc-netem has no word for it", m)
		return
	}
	n.lacks("%s: tc takes one %s only", m, kind(m))
}

// micros returns d in µs as tc reads them, and notes what that changes.
func (n *towardTC) micros(word string, d, most time.Duration) uint32 {
	us := (min(d, most) + time.Microsecond/2) / time.Microsecond
	if d > most {
		n.lacks("%s %s: tc's end at %s", word, FormatDuration(d), FormatDuration(most))
	} else if us*time.Microsecond != d {
		n.note("%s %s: tc reads whole microseconds, which makes it %s", word, FormatDuration(d), FormatDuration(us*time.Microsecond))
	}
	return uint32(us)
}

func (n *towardTC) delay(m *Delay) {
	l := &n.line
	l.delay = n.micros("delay", m.Mean, 274877906*time.Microsecond)
	l.jitter = n.micros("jitter", m.Jitter, 2147483*time.Microsecond)
	if l.jitter == 0 {
		return
	}
	if m.Rho != 0 {
		n.lacks("the correlation of the jitter is left out: in tc it has no effect")
	}
	switch {
	case m.Samples != nil:
		n.lacks("%s: in tc it would be a table made of them", m.Samples)
		return
	case m.Distribution == Normal:
		l.distribution = "normal"
		l.delay = max(l.delay, 1) // without a delay tc takes no table
		n.note("distribution normal: tc's table ends at 4 standard deviations below and 3.52 above the mean")
		return
	case m.Distribution == Pareto || m.Distribution == ParetoNormal:
		n.heavy(m)
		return
	}
	d := l.dispersion()
	if s := d.shape(0); math.Abs(s.mean-float64(d.mean)) > float64(d.jitter)/100 {
		n.note("jitter %s: a remainder makes tc's not quite uniform, with a mean of %s", FormatDuration(m.Jitter), about(s.mean))
	}
}

// heavy writes a jitter with a heavy tail. Tc's tables have less than the standard deviation asked for.
func (n *towardTC) heavy(m *Delay) {
	l := &n.line
	l.distribution, l.delay = m.Distribution.String(), max(l.delay, 1)
	asked := float64(m.Jitter)
	d := l.dispersion()
	sd := d.shape(0).sd
	wider := time.Duration(asked * asked / sd).Round(time.Microsecond)
	l.jitter = n.micros("jitter", wider, 2147483*time.Microsecond)
	n.note("distribution %s: tc's table has %.3f of the standard deviation asked for, so it is asked for %s; it ends at 4 times that, where this one has no end",
		m.Distribution, sd/asked, FormatDuration(wider))
}

// uncorrelated notes a correlation that tc would let change the share.
func (n *towardTC) uncorrelated(m Model, rho float64) {
	if rho != 0 {
		n.lacks("%s: the correlation is left out, as in tc it would change the share", m)
	}
}

// loss writes correlated and bursty losses as gemodel, which has exactly their chain.
func (n *towardTC) loss(m Model) {
	switch m := m.(type) {
	case *Loss:
		n.line.loss = tcLoss{p: [5]share{toShare(m.P)}}
		if m.Rho != 0 && m.P != 0 && m.P != 1 {
			n.line.loss = gilbert(float64(m.P*(1-m.Rho)), float64((1-m.P)*(1-m.Rho)))
			n.note("%s is exactly this gemodel; tc's own %s would lose %s: %s", m, m, percent(narrowed(m.P, m.Rho)), averagesCrowd)
		}
	case *Burst:
		if m.P != 0 {
			n.line.loss = gilbert(m.begin(), 1/m.Mean)
			n.note("%s is exactly this gemodel", m)
		}
	case *GilbertElliott:
		n.line.loss = tcLoss{model: lossGemodel, p: [5]share{toShare(m.P), toShare(m.R), toShare(1 - m.H1), toShare(m.K1)}}
	case *Markov:
		n.line.loss = tcLoss{model: lossState, p: [5]share{toShare(m.P13), toShare(m.P31), toShare(m.P32), toShare(m.P23), toShare(m.P14)}}
	}
	if n.line.loss.model != 0 {
		n.note("tc begins outside a burst: here the first packet may be in one")
	}
	if n.spec.Rate != 0 && n.line.loss != (tcLoss{}) {
		n.note("tc loses packets before they wait for the rate: here a lost packet has used it")
	}
}

// gilbert is the chain that loses all while bad and nothing while good.
func gilbert(p, r float64) tcLoss {
	return tcLoss{model: lossGemodel, p: [5]share{toShare(p), toShare(r)}}
}

// reorder can only be said where nothing else takes time: tc sends the others ahead instead of delaying these.
func (n *towardTC) reorder(m *Reorder) {
	if m.P == 0 {
		return
	}
	if m.Late == 0 {
		n.lacks("%s: tc displaces by time and not by packets; where packets are a time D apart, a second netem behind this one with delay %.1fD reorder %s comes near",
			m, float64(m.by())+0.5, toShare(1-m.P))
		return
	}
	if d := n.spec.delay(); d != nil && (d.Mean != 0 || d.Jitter != 0) || n.spec.Rate != 0 || m.Late < time.Microsecond {
		n.lacks("%s: tc has one delay for all, and what it sends ahead has none: a second netem behind this one with delay %s reorder %s does it",
			m, FormatDuration(m.Late), toShare(1-m.P))
		return
	}
	n.uncorrelated(m, m.Rho)
	n.line.delay = n.micros("late", m.Late, 274877906*time.Microsecond)
	if n.line.reorder.p = toShare(1 - m.P); n.line.reorder.p != 0 {
		n.line.gap = 1
		n.note("%s: tc sends the other %s at once and delays these, which comes to the same", m, FormatProbability(terse(1-m.P)))
	}
}

func (n *towardTC) duplicate(m *Duplicate) {
	if n.line.duplicate.p = toShare(m.P); m.P == 0 {
		return
	}
	n.uncorrelated(m, m.Rho)
	n.note("%s: tc's copy is lost, delayed and corrupted by itself, and may come first; here it comes just behind the packet", m)
	for _, other := range n.spec.Models {
		switch other.(type) {
		case *Loss, *Burst, *GilbertElliott, *Markov:
			n.note("tc delivers a packet that is both lost and duplicated once, which saves %s of those lost", percent(m.P))
		}
	}
}

func (n *towardTC) corrupt(m *Corrupt) {
	if n.line.corrupt.p = toShare(m.P); m.P != 0 {
		n.uncorrelated(m, m.Rho)
		n.note("%s: tc's bit may be in the 14 bytes of Ethernet header, here it never is: at %d bytes that is %s of the hits", m, fullPacket,
			percent(etherHeader/float64(fullPacket+etherHeader)))
	}
}

// order notes what tc makes of jitter. It keeps the order where there is a rate, and nowhere else.
func (n *towardTC) order() {
	if n.line.jitter == 0 {
		return
	}
	switch {
	case n.spec.Order == Keep && n.spec.Rate == 0:
		n.line.rate = tcRate{said: true, bytes: 125e9}
		n.note("order keep: tc keeps the order where there is a rate, and with 1tbit a packet of %d bytes takes 12ns", fullPacket)
	case n.spec.Order == Free && n.spec.Rate != 0:
		n.lacks("order free: with a rate tc's jitter reorders nothing, and a late packet holds up those behind it")
	}
}

// limit makes room for what is under way, which tc counts and a queue here does not.
func (n *towardTC) limit() {
	l := &n.line
	stay := float64(ticked(l.delay)+ticked(l.jitter)) / 1e9
	if n.spec.Rate == 0 {
		if most := DefaultLimit / stay * 8 * fullPacket; most < 100e9 {
			l.limit = 100_000
			n.note("limit %d: tc counts packets under way, of which there may be any number here; its %d would let no more than %s through (%d bytes each)",
				l.limit, DefaultLimit, bitRate(most), fullPacket)
		}
		return
	}
	wait := n.spec.Limit.Packets
	switch {
	case n.spec.Limit.Bytes != 0:
		wait = max(1, n.spec.Limit.Bytes/fullPacket)
		n.note("%s: tc's limit is in packets, and so many bytes are %d of %d", n.spec.Limit, wait, fullPacket)
	case wait == 0:
		wait = DefaultLimit
	}
	underWay := math.Ceil(float64(n.spec.Rate) * stay / 8 / fullPacket)
	l.limit = uint32(min(float64(wait)+underWay+1, math.MaxUint32))
	n.note("limit %d: tc counts %s too, beside the %d that wait", l.limit, alsoCounted(underWay), wait)
}

// alsoCounted says what tc's limit counts beside the packets that wait.
func alsoCounted(underWay float64) string {
	if underWay == 0 {
		return "the packet that is being sent"
	}
	return fmt.Sprintf("the packet that is being sent and %.0f of %d bytes that are under way", underWay, fullPacket)
}
