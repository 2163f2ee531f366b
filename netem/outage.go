package netem

import (
	"math"
	"math/rand/v2"
	"time"
)

// spell is a When at work: now it holds, now it does not. It is brought up to a time only when somebody wants to know, so
// that nothing happens in a link through which no packet goes.
type spell struct {
	When
	rng *rand.Rand // of random times

	on    bool
	turns Time          // when it next begins or ends; never if it does not
	lasts time.Duration // random times: the spell that began last, or is the next
}

// newSpell returns the spell of w, which has not been brought up to any time. Only random times draw from rng.
func newSpell(w When, rng *rand.Rand) spell {
	s := spell{When: w, rng: rng, turns: Time(w.At)}
	switch {
	case w.Random:
		s.turns = 0
		s.draw()
	case w.Every != 0:
		s.turns = Time(w.Every)
	}
	return s
}

// seek brings the spell up to now, which never lies before an earlier call's.
func (s *spell) seek(now Time) {
	switch {
	case now < s.turns:
	case s.Random:
		s.toss(now)
	case s.Every != 0:
		began := now - now%Time(s.Every) // and at no time 0, since the first turn has come
		s.until(now, began.Add(s.For), began.Add(s.Every))
	case s.For == 0:
		s.on, s.turns = true, never
	default:
		s.until(now, Time(s.At+s.For), never)
	}
}

// until says whether the spell that has begun ends after now, and when it turns next: at its end, or at the next beginning.
func (s *spell) until(now, end, next Time) {
	if s.on, s.turns = now < end, end; !s.on {
		s.turns = next
	}
}

// toss goes from turn to turn of a random spell until now.
func (s *spell) toss(now Time) {
	for s.turns <= now {
		if s.on = !s.on; s.on {
			s.turns = s.turns.Add(s.lasts)
		} else {
			s.draw()
		}
	}
}

// draw draws when the next spell begins, counted from the last turn, and how long it lasts. It draws twice whatever the
// times are, so that a sweep over them compares like with like.
func (s *spell) draw() {
	gap, lasts := s.rng.Uint64(), s.rng.Uint64()
	s.turns = s.turns.Add(exponential(gap, s.Every))
	if s.lasts = s.For; s.About {
		s.lasts = exponential(lasts, s.For)
	}
}

// exponential makes a draw u an exponentially distributed time of that mean, by inverting the distribution function at the
// middle of one of 2^52 equal steps of (0, 1): from 1 ns to 36.7 means.
func exponential(u uint64, mean time.Duration) time.Duration {
	x := -log((float64(u>>12) + 0.5) / (1 << 52))
	return max(1, time.Duration(math.RoundToEven(float64(mean)*x)))
}
