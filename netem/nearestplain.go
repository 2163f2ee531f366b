package netem

import (
	"fmt"
	"math"
	"time"
)

// NearestPlain returns a link of plain words that does what the line really does, as far as it can be said in them, and what
// differs, a sentence each. Where the size of packets matters it is 1500 bytes.
func (l TC) NearestPlain() (spec Spec, notes []string) {
	n := towardPlain{line: &l}
	if l.limit == 0 {
		n.spec.put(&Loss{P: 1})
		n.note("limit 0 loses every packet")
		return n.spec, n.notes
	}
	n.delay()
	n.loss()
	n.duplicate()
	n.corrupt()
	n.rate()
	n.limit()
	if l.slot.on() {
		n.note("%s: no plain word lets packets leave together", l.slot)
	}
	if l.ecn {
		n.note("ecn: no plain loss marks packets instead")
	}
	return n.spec, n.notes
}

// towardPlain is a spec in the making.
type towardPlain struct {
	line  *TC
	spec  Spec
	notes []string
}

func (n *towardPlain) note(format string, args ...any) {
	n.notes = append(n.notes, fmt.Sprintf(format, args...))
}

// probability returns the share as it was written, not as it was rounded.
func (s share) written() float64 {
	p, err := ParseProbability(s.String())
	if err != nil {
		return s.float()
	}
	return p
}

// terse cuts a computed number to what matters of it.
func terse(x float64) float64 { return rounded(x, 4) }

// delay writes what is sent at once as the rest being late, if that is all there is, and leaves out a correlation of jitter.
func (n *towardPlain) delay() {
	l := n.line
	if once := l.atOnce(); once != 0 {
		if l.jitter == 0 && l.gap <= 1 && l.reorder.rho.rho == 0 && l.rate.bytes == 0 {
			if l.reorder.p == certain {
				n.note("%s sends all packets at once: nothing is delayed", l.reorderWords())
				return
			}
			n.spec.put(&Reorder{P: terse(1 - l.reorder.p.written()), Late: time.Duration(ticked(l.delay))})
			n.note("%s: the others are late, and nothing else is delayed", l.reorderWords())
			return
		}
		if once > 0 {
			n.note("%s sends %s of the packets at once: no plain word sends a packet ahead of others", l.reorderWords(), percent(once))
		} else {
			n.note("%s sends all packets at once or none: no plain word does", l.reorderWords())
		}
	}
	if d := l.dispersion(); d.mean != 0 || d.jitter != 0 {
		n.spec.put(n.jitter(d))
	}
}

// jitter returns the delay with its jitter.
func (n *towardPlain) jitter(d dispersion) *Delay {
	l, m := n.line, &Delay{Mean: time.Duration(d.mean), Jitter: time.Duration(d.jitter)}
	if d.jitter == 0 {
		return m
	}
	s := d.shape(l.delayRho.rho)
	switch l.distribution {
	case "":
		if math.Abs(s.mean-float64(d.mean)) > float64(d.jitter)/100 {
			n.note("the line's mean is %s, for its jitter is not quite uniform", about(s.mean))
		}
	case "normal":
		m.Distribution = Normal
		n.note("distribution normal: the line's ends at 4 standard deviations below and 3.52 above the mean")
	default:
		m = &Delay{Mean: nearMicrosecond(s.mean), Jitter: nearMicrosecond(s.sd), Distribution: plainShape(l.distribution)}
		n.note("distribution %s: this one has the mean and standard deviation that the line has, whose delays lie between %s and %s, half of them below %s",
			l.distribution, about(max(0, s.least)), about(s.most), about(d.points(0)[tableSize/2]))
	}
	if rho := l.delayRho.rho; rho != 0 {
		if d.forgets(rho) {
			n.note("the correlation of the jitter is left out, as it has no effect")
		} else {
			n.note("the correlation of the jitter is left out, though it has some effect in the line")
		}
	}
	return m
}

// plainShape returns the distribution of tc's name, Normal if there is none.
func plainShape(name string) Distribution {
	switch name {
	case "pareto":
		return Pareto
	case "paretonormal":
		return ParetoNormal
	}
	return Normal
}

func nearMicrosecond(ns float64) time.Duration {
	return time.Duration(math.RoundToEven(max(0, ns)/1e3)) * time.Microsecond
}

// fates returns what becomes of packets without copies and with them.
func (n *towardPlain) fates() (plain, copied fates) {
	c := n.line.loss.chain()
	return c.fates(0), c.fates(n.line.duplicate.narrowed(n.line.duplicateRho()))
}

func (n *towardPlain) loss() {
	l := &n.line.loss
	plain, f := n.fates()
	switch {
	case l.model == lossRandom && l.p[0] == 0:
		return
	case l.model == lossRandom && l.rho.rho == certain && l.p[0] != certain:
		n.note("%s loses all packets or none, as one random number decides: no plain word does, and none are lost here", l)
		return
	case f.lost < 1e-7:
		n.note("%s loses %s: left out", l, percent(f.lost))
	case l.model == lossRandom && l.rho.rho != 0 && l.p[0] != certain:
		n.correlated(f)
	case l.model == lossRandom && !f.repeat:
		n.spec.put(&Loss{P: l.p[0].written()})
	case l.model == lossGemodel && !f.repeat:
		n.spec.put(&GilbertElliott{P: l.p[0].written(), R: l.p[1].written(), H1: complement(l.p[2]), K1: l.p[3].written()})
	case l.model == lossState && l.p[4] == 0 && l.p[2] == 0 && !f.repeat:
		n.spec.put(&GilbertElliott{P: l.p[0].written(), R: l.p[1].written(), H1: 1})
		n.note("%s has two states only: it is Gilbert's model", l)
	default:
		n.pattern(f)
	}
	if f.repeat && plain.lost > 0 {
		n.note("a packet that is both duplicated and lost arrives once: the line loses %s, and not %s", percent(f.lost), percent(plain.lost))
	}
}

// complement returns 1-s as it was written.
func complement(s share) float64 {
	p, err := ParseProbability(s.complement())
	if err != nil {
		return 1 - s.float()
	}
	return p
}

// correlated writes the share that a correlated loss really loses, and how much it really correlates.
func (n *towardPlain) correlated(f fates) {
	l := &n.line.loss
	m := &Loss{P: terse(f.lost)}
	if rho := f.acf1(); rho > 0.001 && rho < 1 {
		m.Rho = terse(rho)
	}
	n.spec.put(m)
	n.note("%s loses %s, not %s: %s", l, percent(narrowed(l.p[0].float(), l.rho.rho.float())), l.p[0], averagesCrowd)
}

// pattern writes a loss by its share and the mean length of its bursts.
func (n *towardPlain) pattern(f fates) {
	m := &Burst{P: terse(f.lost), Mean: max(1, terse(f.meanBurst()))}
	if f.alone || m.Validate() != nil { // or losses that never end, or such as are farther apart than chance has them
		n.spec.put(&Loss{P: terse(f.lost)})
	} else {
		n.spec.put(m)
	}
	if !f.alone {
		n.note("%s: losses here have the same share and mean length (%s in a row), but not all of the pattern", n.line.loss, count(f.meanBurst()))
	}
}

// duplicate writes what arrives twice of all that arrives.
func (n *towardPlain) duplicate() {
	t := &n.line.duplicate
	_, f := n.fates()
	switch {
	case t.p == 0:
		return
	case math.IsNaN(f.extra) || f.lost == 1:
		n.note("duplicate %s: left out", t)
		return
	case f.lost == 0 && n.line.duplicateRho() == 0:
		n.spec.put(&Duplicate{P: t.p.written()})
	case f.extra > 1e-7:
		n.spec.put(&Duplicate{P: min(1, terse(f.extra/(1-f.lost)))})
		n.note("duplicate %s: %s of the packets that arrive have a copy that arrives", t, percent(f.extra/(1-f.lost)))
	default:
		n.note("duplicate %s copies %s: left out", t, percent(f.extra))
		return
	}
	if n.line.jitter != 0 {
		n.note("the line's copy has a delay of its own and may come first; here it comes just behind the packet")
	}
}

func (n *towardPlain) corrupt() {
	t := &n.line.corrupt
	often := t.often()
	switch {
	case t.p == 0:
		return
	case math.IsNaN(often) || often < 1e-7:
		n.note("corrupt %s: left out, for it corrupts all packets or none, or hardly any", t)
		return
	case t.rho.rho == 0:
		n.spec.put(&Corrupt{P: t.p.written()})
	default:
		n.spec.put(&Corrupt{P: terse(often)})
		n.note("corrupt %s corrupts %s, not %s: %s", t, percent(often), t.p, averagesCrowd)
	}
	n.note("corrupt: the line's bit is in the Ethernet header in %s of the cases, here never (%d bytes)",
		percent(etherHeader/float64(fullPacket+etherHeader)), fullPacket)
}

// rate keeps the order, as the line's does.
func (n *towardPlain) rate() {
	r := &n.line.rate
	if r.bytes == 0 {
		return
	}
	n.spec.Rate = Rate(r.bytes * 8)
	if n.line.jitter != 0 {
		n.spec.Order = Keep
		n.note("order keep: with a rate the line's jitter reorders nothing")
	}
	counted := float64(r.transmission(fullPacket+etherHeader)) * float64(r.bytes) / 1e9
	if more := counted/fullPacket - 1; math.Abs(more) > 1e-4 && counted < 1e9 {
		n.note("rate: the line counts %.0f bytes for a packet of %d, and lets %s of the rate here through", counted, fullPacket, percent(1/(1+more)))
	}
}

// limit takes from the line's what is under way and being sent, which it counts and a queue here does not.
func (n *towardPlain) limit() {
	l := n.line
	stay := float64(ticked(l.delay)) / 1e9
	if l.rate.bytes == 0 {
		if passes := float64(l.limit) / stay; stay > 0 && (l.limit < DefaultLimit || passes*8*fullPacket < 100e6) {
			n.note("limit %d: the line counts packets under way, so that no more than %s a second get through: no plain word does that",
				l.limit, count(passes))
		}
		return
	}
	underWay := math.Ceil(float64(l.rate.bytes) * stay / (fullPacket + etherHeader))
	wait := max(1, float64(l.limit)-underWay-1)
	n.spec.Limit.Packets = int(wait)
	if underWay >= float64(l.limit) {
		n.note("limit %d: the line counts packets under way, and so many hold no more than %s: no plain word does that", l.limit,
			bitRate(float64(l.limit)/stay*8*fullPacket))
		return
	}
	n.note("limit %d: the line counts %s too, which leaves room for %.0f to wait", l.limit, alsoCounted(underWay), wait)
}
