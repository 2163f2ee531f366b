package netem

import (
	"fmt"
	"math"
	"strings"
)

// TC is a line of tc-netem(8) as the kernel takes it: "delay 50ms 10ms loss 5%". Its numbers are those that tc sends, of
// the size that the kernel keeps them in. ParseTC makes one; a Qdisc does what it says.
type TC struct {
	limit        uint32 // packets in the qdisc, those being delayed included
	delay        uint32 // µs: tc does not read finer ones
	jitter       uint32 // µs
	delayRho     correlation
	distribution string // a name in tables, or "" for uniform
	loss         tcLoss
	ecn          bool
	corrupt      tcTrial
	duplicate    tcTrial
	reorder      tcTrial
	gap          uint32
	rate         tcRate
	slot         tcSlot
	seeded       bool
	seed         uint64
}

// tcTrial is a probability with a correlation.
type tcTrial struct {
	p   share
	rho correlation
}

// correlation is how much of the last random number goes into the next one.
type correlation struct {
	said bool // also when it was 0, for said it makes tc send duplicate's
	rho  share
}

// maxJitter is where the kernel cuts a jitter off, in ns: 2.147 s.
const maxJitter = math.MaxInt32

// tcTick is the kernel's unit for the delays that tc sends, in ns.
const tcTick = 64

// ticked returns the ns that the kernel makes of µs: tc sends whole ticks, so 1us is 960 ns.
func ticked(us uint32) int64 { return int64(float64(us)*(1000.0/tcTick)) * tcTick }

// dispersion returns the line's delay with its jitter.
func (l *TC) dispersion() dispersion {
	return dispersion{ticked(l.delay), min(ticked(l.jitter), maxJitter), newTable(l.distribution)}
}

// duplicateRho returns the correlation of duplicate that the kernel gets to know: tc sends it only with another one.
func (l *TC) duplicateRho() share {
	if l.delayRho.said || l.loss.rho.said || l.corrupt.rho.said || l.reorder.rho.said {
		return l.duplicate.rho.rho
	}
	return 0
}

// Seed returns the seed that the line names, false if it names none.
func (l TC) Seed() (seed uint64, ok bool) { return l.seed, l.seeded }

// String returns the line in the manual's order, with what is left out spelled out where the kernel makes something of
// it: "delay 50ms 10ms loss state 2% 30% 0% 100% 0%". ParseTC reads it back as l.
func (l TC) String() string {
	var s []string
	say := func(said bool, format string, args ...any) {
		if said {
			s = append(s, fmt.Sprintf(format, args...))
		}
	}
	say(l.limit != DefaultLimit, "limit %d", l.limit)
	say(l.delay != 0 || l.jitter != 0 || l.delayRho.said, "%s", l.delayWords())
	say(l.distribution != "", "distribution %s", l.distribution)
	say(l.loss.model != lossRandom && l.loss.rho.said, "loss 0%%%s", l.loss.rho) // tc sends it beside the model
	say(l.loss != tcLoss{}, "%s", l.loss)
	say(l.ecn, "ecn")
	say(l.corrupt != tcTrial{}, "corrupt %s", l.corrupt)
	say(l.duplicate != tcTrial{}, "duplicate %s", l.duplicate)
	say(l.reorder != tcTrial{}, "%s", l.reorderWords())
	say(l.rate.said, "%s", l.rate)
	say(l.slot.said, "%s", l.slot)
	say(l.seeded, "seed %d", l.seed)
	return strings.Join(s, " ")
}

func (l *TC) delayWords() string {
	s := "delay " + formatTime(int64(l.delay), tcMicros[:])
	if l.jitter != 0 || l.delayRho.said {
		s += " " + formatTime(int64(l.jitter), tcMicros[:]) + l.delayRho.String()
	}
	return s
}

// reorderWords names the gap only where it changes something.
func (l *TC) reorderWords() string {
	s := "reorder " + l.reorder.String()
	if l.gap > 1 {
		s += fmt.Sprintf(" gap %d", l.gap)
	}
	return s
}

// String returns " 25%", empty if nothing was said.
func (c correlation) String() string {
	if !c.said {
		return ""
	}
	return " " + c.rho.String()
}

// String returns "5% 25%".
func (t tcTrial) String() string { return t.p.String() + t.rho.String() }

// String returns "loss 5% 25%", "loss state 2% 30% 0% 100% 0%" or "loss gemodel 1% 10% 100% 0%".
func (l tcLoss) String() string {
	switch l.model {
	case lossState:
		return fmt.Sprintf("loss state %s %s %s %s %s", l.p[0], l.p[1], l.p[2], l.p[3], l.p[4])
	case lossGemodel:
		return fmt.Sprintf("loss gemodel %s %s %s %s", l.p[0], l.p[1], l.p[2].complement(), l.p[3])
	}
	return "loss " + l.p[0].String() + l.rho.String()
}

// String returns "rate 1mbit 20 100 5", without the zeros at its end.
func (r tcRate) String() string {
	s := "rate " + formatBytes(r.bytes)
	switch {
	case r.perCell != 0:
		return fmt.Sprintf("%s %d %d %d", s, r.overhead, r.cell, r.perCell)
	case r.cell != 0:
		return fmt.Sprintf("%s %d %d", s, r.overhead, r.cell)
	case r.overhead != 0:
		return fmt.Sprintf("%s %d", s, r.overhead)
	}
	return s
}

// String returns "slot 10ms 20ms packets 5" or "slot distribution normal 10ms 2ms bytes 1000".
func (s tcSlot) String() string {
	words := "slot " + formatTime(s.min, tcNanos[:])
	if s.table != "" {
		words = "slot distribution " + s.table + " " + formatTime(s.mean, tcNanos[:]) + " " + formatTime(s.jitter, tcNanos[:])
	} else if s.max != s.min {
		words += " " + formatTime(s.max, tcNanos[:])
	}
	if s.packets != 0 {
		words += fmt.Sprintf(" packets %d", s.packets)
	}
	if s.bytes != 0 {
		words += fmt.Sprintf(" bytes %d", uint32(s.bytes))
	}
	return words
}
