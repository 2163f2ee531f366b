package match

import "math/bits"

// samples are the times of some packets, chosen by their content: so two vantage points choose the same ones, and memory
// is bounded however many there are. That is the hash-based selection of RFC 5475 section 6.2, with a share that halves
// whenever there are too many.
type samples struct {
	slots []sample // a hash table; at most three quarters are in use
	n     int
	level int // of a chosen digest, so many low bits are zero
}

// sample is the time of a packet, and its frame, in a slot that is free or not.
type sample struct {
	key   digest
	time  int64
	frame int32
	kind  sampleKind
}

type sampleKind uint8

const (
	noSample sampleKind = iota
	oneTime             // seen once
	again               // seen more than once, so it says nothing
)

const maxSamples = 1 << 15

func (s *samples) add(d digest, at Point) { s.put(sample{d, at.Time, int32(at.Frame), oneTime}) }

// put adds what is known of a digest to what was.
func (s *samples) put(x sample) {
	if bits.TrailingZeros64(uint64(x.key)) < s.level {
		return
	}
	if 4*s.n >= 3*len(s.slots) {
		s.rebuild(max(256, 2*len(s.slots)))
	}
	slot := s.find(x.key)
	if slot.kind != noSample {
		x.kind = again
	} else if s.n++; s.n > maxSamples {
		*slot = x
		s.rise(s.level + 1)
		return
	}
	*slot = x
}

// find returns where a digest is, or where it would be. There are slots.
func (s *samples) find(d digest) *sample {
	mask := len(s.slots) - 1
	for i := int(uint64(d)>>32) & mask; ; i = (i + 1) & mask {
		if slot := &s.slots[i]; slot.kind == noSample || slot.key == d {
			return slot
		}
	}
}

// get returns what is known of a digest.
func (s *samples) get(d digest) (x sample) {
	if s.n > 0 {
		x = *s.find(d)
	}
	return x
}

// rebuild makes a table of n slots of what is of the level.
func (s *samples) rebuild(n int) {
	old := s.slots
	s.slots, s.n = make([]sample, n), 0
	for _, x := range old {
		if x.kind != noSample && bits.TrailingZeros64(uint64(x.key)) >= s.level {
			*s.find(x.key) = x
			s.n++
		}
	}
}

// rise leaves out what is not of a level, and raises it until no more are left than may be.
func (s *samples) rise(level int) {
	for s.level = level; ; s.level++ {
		if s.rebuild(len(s.slots)); s.n <= maxSamples {
			return
		}
	}
}

// merge takes in samples of other packets of the same capture. Those that are chosen are the same as if all had been added.
func (s *samples) merge(o *samples) {
	if o.level > s.level {
		s.rise(o.level)
	}
	for _, x := range o.slots {
		if x.kind != noSample {
			s.put(x)
		}
	}
}

// shift returns by how much the other point's clock showed more, at the arrival of a packet sent here, than this one's had
// at its sending: the least that any common sample shows. It is false if there are none.
func (s *samples) shift(other *samples) (least int64, ok bool) {
	for _, here := range s.slots {
		if here.kind != oneTime {
			continue
		}
		there := other.get(here.key)
		if there.kind != oneTime {
			continue
		}
		if diff := there.time - here.time; !ok || diff < least {
			least, ok = diff, true
		}
	}
	return least, ok
}

// Common returns where the packets that both surveys have chosen as samples were sent and arrived, in no order.
func Common(sent, received *Survey) (pairs [][2]Point) {
	for _, here := range sent.samples.slots {
		if here.kind != oneTime {
			continue
		}
		if there := received.samples.get(here.key); there.kind == oneTime {
			pairs = append(pairs, [2]Point{{here.time, int(here.frame)}, {there.time, int(there.frame)}})
		}
	}
	return pairs
}
