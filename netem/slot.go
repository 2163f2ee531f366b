package netem

import "math/rand/v2"

// tcSlot is the slot of a tc line: packets leave together, when a slot begins.
type tcSlot struct {
	said         bool
	min, max     int64  // ns from one slot to the next, if there is no table
	table        string // the name of a distribution, or ""
	mean, jitter int64  // ns, of the table
	packets      int32  // that leave in one slot at most; 0 is no limit
	bytes        int32
}

// on says whether there are slots at all: the kernel takes no time between them for no slots.
func (s *tcSlot) on() bool { return s.min != 0 || s.max != 0 || s.jitter != 0 }

// slots is a slot at work.
type slots struct {
	tcSlot
	dispersion dispersion
	opens      Time // when packets may leave; before the world began for the first
	packets    int32
	bytes      int32
}

func newSlots(s tcSlot) slots {
	all := slots{tcSlot: s, dispersion: dispersion{s.mean, min(s.jitter, maxJitter), newTable(s.table)}, opens: -1 << 62}
	if all.tcSlot.packets == 0 {
		all.tcSlot.packets = 1<<31 - 1
	}
	if all.tcSlot.bytes == 0 {
		all.tcSlot.bytes = 1<<31 - 1
	}
	all.packets, all.bytes = all.tcSlot.packets, all.tcSlot.bytes
	return all
}

// renew draws when the next slot opens: from the seeded generator if the line names a distribution, else from rng, since
// the kernel takes it from its system. The product is of 64 bits, and too large for them from 2.1 s between min and max on.
func (s *slots) renew(now Time, t *taus, rng *rand.Rand) {
	wait := int64(0)
	if s.dispersion.table != nil {
		wait = s.dispersion.next(new(averaged), t)
	} else {
		wait = s.min + int64(rng.Uint32())*(s.max-s.min)>>32
	}
	s.opens = now + Time(wait)
	s.packets, s.bytes = s.tcSlot.packets, s.tcSlot.bytes
}

// take counts a frame that leaves and says whether it was the slot's last.
func (s *slots) take(frame int) (full bool) {
	s.packets--
	s.bytes -= int32(frame)
	return s.packets <= 0 || s.bytes <= 0
}
