package netem

import (
	"fmt"
	"math"
)

// Warnings says what the line will really do where that is not what its words or the manual promise, with the numbers of
// this very line: one sentence each, none for a line that does what it says. WarningsFor knows more.
func (l TC) Warnings() []string {
	var w warnings
	w.chances(&l)
	w.delay(&l)
	w.order(&l)
	w.jitter(&l)
	w.reorder(&l)
	w.overtaking(&l)
	w.corrupt(&l, fullFrame)
	w.rate(&l)
	w.backlog(&l)
	w.limit(&l)
	w.slot(&l)
	w.seed(&l)
	return w
}

// The size of packets where nobody says it, in bytes: that of most which carry much.
const (
	fullPacket = 1500
	fullFrame  = fullPacket + etherHeader // as tc counts it
)

// WithSeed returns the line with a seed, its own if it names one.
func (l TC) WithSeed(seed uint64) TC {
	if !l.seeded {
		l.seeded, l.seed = true, seed
	}
	return l
}

// chances says how often things really happen.
func (w *warnings) chances(l *TC) {
	w.trial(l.loss.rho.rho, l.randomLoss(), l.loss.String(), "loses")
	w.trial(l.corrupt.rho.rho, l.corrupt.p, "corrupt "+l.corrupt.String(), "corrupts")
	w.trial(l.duplicateRho(), l.duplicate.p, "duplicate "+l.duplicate.String(), "duplicates")
	w.loss(l)
	w.duplicate(l)
}

// warnings are sentences.
type warnings []string

func (w *warnings) add(format string, args ...any) { *w = append(*w, fmt.Sprintf(format, args...)) }

// randomLoss returns P of loss random, 0 for other models.
func (l *TC) randomLoss() share {
	if l.loss.model != lossRandom {
		return 0
	}
	return l.loss.p[0]
}

// trial warns of correlations, which change how often things happen.
func (w *warnings) trial(rho, p share, words, does string) {
	really := narrowed(p.float(), rho.float())
	switch {
	case rho == 0 || p == 0 || p == certain:
	case rho == certain:
		w.add("%s: at 100%% correlation one random number decides for good: with a chance of %s it hits every packet, else none",
			words, percent(really))
	case differ(really, p.float()):
		w.add("%s %s %s of the packets, not %s: %s", words, does, percent(really), p, averagesCrowd)
	}
}

const averagesCrowd = "correlated random numbers are averages, and averages crowd round the middle"

// differ says whether a number is worth a word beside what was to be expected.
func differ(really, expected float64) bool { return math.Abs(really-expected) > expected/50 }

// loss says what the chains come to, whose first number looks like a share of packets.
func (w *warnings) loss(l *TC) {
	p := l.loss.p
	var f [5]float64
	for i := range p {
		f[i] = p[i].float()
	}
	switch l.loss.model {
	case lossGemodel:
		if lost := (float64(f[3]*f[1]) + float64((1-f[2])*f[0])) / (f[0] + f[1]); differ(lost, f[0]) {
			w.add("%s loses %s of the packets in the long run, as it is in the bad state for %s of them, %s in a row",
				l.loss, percent(lost), percent(f[0]/(f[0]+f[1])), count(1/f[1]))
		}
	case lossState:
		if p[0]+p[4] < p[4] || p[1]+p[2] < p[2] {
			w.add("%s: p13 and p14, and p31 and p32, should not add up to more than 100%%: the kernel's sums begin again at 0", l.loss)
			return
		}
		lost := float64(f[0]*f[3]) + float64(f[4]*f[3]*f[1])
		if lost /= lost + float64(f[3]*f[1]) + float64(f[0]*f[2]); differ(lost, f[0]) {
			w.add("%s loses %s of the packets in the long run, in bursts that end after %s losses in a row",
				l.loss, percent(lost), count(1/(f[1]+f[2])))
		}
	}
}

// duplicate warns of the correlation that tc keeps to itself, and of copies that take the place of what is lost.
func (w *warnings) duplicate(l *TC) {
	if l.duplicate.rho.rho != 0 && l.duplicateRho() == 0 {
		w.add("duplicate %s: tc does not send the correlation, as the line has no other: copies are independent", l.duplicate)
	}
	copied := narrowed(l.duplicate.p.float(), l.duplicateRho().float())
	lost := narrowed(l.randomLoss().float(), l.loss.rho.rho.float())
	if copied > 0 && lost > 0 && !l.ecn {
		w.add("a packet that is both duplicated and lost arrives once: %s are lost and not %s", percent(lost*(1-copied)), percent(lost))
	}
}

// reorder says how many are sent at once.
func (w *warnings) reorder(l *TC) {
	p := narrowed(l.reorder.p.float(), l.reorder.rho.rho.float())
	if rho := l.reorder.rho.rho; rho == certain {
		w.trial(rho, l.reorder.p, l.reorderWords(), "")
	}
	once := l.atOnce()
	if !(once > 0) {
		return
	}
	if expected := 1 / (float64(l.gap) - 1 + 1/l.reorder.p.float()); differ(once, expected) {
		w.add("%s sends %s of the packets at once, not %s: %s", l.reorderWords(), percent(once), percent(expected), averagesCrowd)
	} else if l.gap > 1 && differ(once, p) {
		w.add("%s sends %s of the packets at once, not %s: behind each of them the next %d are delayed for sure", l.reorderWords(),
			percent(once), l.reorder.p, l.gap-1)
	}
	if l.rate.bytes != 0 {
		w.add("packets that reorder sends at once take no part in the rate: %s of them come on top of %s", percent(once), formatBytes(l.rate.bytes))
	}
}

// atOnce returns the share of the packets that are sent at once, of those that come so far: NaN where one random number decides
// about all.
func (l *TC) atOnce() float64 {
	p := l.reorder.often()
	if p == 0 || l.gap == 0 {
		return 0
	}
	return 1 / (float64(l.gap) - 1 + 1/p)
}

// overtaking says when what is sent at once reorders.
func (w *warnings) overtaking(l *TC) {
	if once := l.atOnce(); once > 0 {
		w.add("%s: the %s sent at once overtake those of the last %s, and nothing is reordered where packets are further apart",
			l.reorderWords(), percent(once), about(float64(ticked(l.delay))))
	}
}

// corrupt says which bits are meant, and what comes of it.
func (w *warnings) corrupt(l *TC, frame int) {
	if l.corrupt.p == 0 || frame <= etherHeader {
		return
	}
	w.add("corrupt turns over one bit of the whole frame: of %d bytes %d are the Ethernet header, which takes %s of the hits; programs see most others as losses, for checksums are wrong",
		frame, etherHeader, percent(etherHeader/float64(frame)))
}

// rate warns of rates that are none.
func (w *warnings) rate(l *TC) {
	r := &l.rate
	if r.said && r.bytes == 0 {
		w.add("rate: less than one byte a second is no rate at all for tc")
	}
	if r.bytes == 0 {
		return
	}
	if least := -int64(r.overhead); least > 20+etherHeader {
		w.add("rate with overhead %d: frames of less than %d bytes never arrive, for their length wraps round", r.overhead, least)
	}
}

// backlog warns of queues that are long in time.
func (w *warnings) backlog(l *TC) {
	r := &l.rate
	if r.bytes == 0 {
		return
	}
	if full := float64(l.limit) * float64(r.transmission(fullFrame)); full > 1e9 && r.overhead > -1500 {
		w.add("limit %d: a full queue takes %s to send at this rate (packets of 1500 bytes)", l.limit, about(full))
	}
}

// limit warns of a limit that the delay alone fills.
func (w *warnings) limit(l *TC) {
	const size = 1500
	delay := float64(ticked(l.delay)) / 1e9
	passes := float64(l.limit) / delay
	switch {
	case l.limit == 0:
		w.add("limit 0: every packet is lost")
	case delay == 0:
	case l.rate.bytes != 0:
		if need := math.Ceil(float64(l.rate.bytes) * delay / size); need > float64(l.limit) {
			w.add("limit %d is below the bandwidth-delay product of %.0f packets of %d bytes: it counts those being delayed, and so no more than %s get through",
				l.limit, need, size, bitRate(passes*size*8))
		}
	case passes*size*8 < 1e9:
		w.add("limit %d counts the packets being delayed too: no more than %s a second get through (%s with %d bytes each)",
			l.limit, count(passes), bitRate(passes*size*8), size)
	}
}

// slot says when slots begin, and which are none.
func (w *warnings) slot(l *TC) {
	s := &l.slot
	low, high := float64(s.min), float64(s.max)
	if t := newTable(s.table); t != nil {
		low = float64(s.mean) + float64(s.jitter)*float64(t[0])/tableUnit
		high = float64(s.mean) + float64(s.jitter)*float64(t[len(t)-1])/tableUnit
	}
	switch {
	case !s.said:
	case !s.on():
		w.add("slot: no time between slots is no slots at all for the kernel, whatever packets and bytes say")
	case s.max < 1e3 && s.mean < 1e3 && s.jitter < 1e3:
		w.add("%s: a bare number is nanoseconds here, unlike in delay", s)
	case s.max-s.min > math.MaxInt32:
		w.add("%s: more than 2.147s from the shortest to the longest wait is too much for the kernel's numbers: waits are wrong, some below zero", s)
	default:
		wait := about(max(0, low))
		if high > low {
			wait += " to " + about(max(0, high))
		}
		w.add("slots do not tick by themselves: the next begins %s after a packet that finds none open, also on an idle link", wait)
	}
}

// seed warns of what a seed does not do.
func (w *warnings) seed(l *TC) {
	if !l.seeded {
		return
	}
	if t := newTaus(l.seed); l.seed < 1<<16 {
		w.add("seed %d is small and the generator is not warmed up: its first numbers are %.3f, %.3f and %.3f of 1",
			l.seed, share(t.next()).float(), share(t.next()).float(), share(t.next()).float())
	}
	if l.delayRho.rho != 0 || l.loss.rho.rho != 0 || l.corrupt.rho.rho != 0 || l.reorder.rho.rho != 0 {
		w.add("the seed does not reach the first number of a correlation: Linux repeats the run only after some packets")
	}
	if l.slot.on() && l.slot.table == "" && l.slot.min != l.slot.max {
		w.add("the seed does not reach the times between slots, so that Linux never repeats the run: a slot with a distribution is seeded")
	}
}
