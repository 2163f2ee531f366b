package netem

import (
	"math/rand/v2"
	"time"
)

// court is the models of a link, each with a random stream of its own.
type court struct{ seats []seat }

// seat is one model and what belongs to it in this link.
type seat struct {
	Model
	rng   *rand.Rand
	words string // the model's String, made once: events carry it
	kind  string // and its first word
}

// sentence is the sum of all verdicts on one packet, with the words of who was the first to ask for it; the words are
// empty where nobody did.
type sentence struct {
	delay, late        time.Duration
	behind             int
	hold               time.Duration
	flips              []int    // nil for most packets, and so no allocation
	copied             []string // one for each copy
	recalls            []recall
	dropped            string
	corrupted, delayed string
}

// judge hears every model, also after one has dropped the packet: each must draw once per packet whatever the others
// say, or adding loss would move the jitter. Drop is any of them, Behind and Hold the largest, the rest adds up.
func (c *court) judge(now Time, p *Packet, s *sentence) {
	for i := range c.seats {
		m := &c.seats[i]
		v := m.Judge(now, m.rng, p)
		if v.Drop {
			first(&s.dropped, m.words)
		}
		if len(v.Flips) > 0 {
			first(&s.corrupted, m.words)
			s.flips = append(s.flips, v.Flips...)
		}
		if v.Late > 0 || v.Behind > 0 {
			first(&s.delayed, m.words)
		}
		if v.Recall != 0 {
			s.recalls = append(s.recalls, recall{v.Recall, m})
		}
		for range v.Copies {
			s.copied = append(s.copied, m.words)
		}
		s.delay += v.Delay
		s.late += v.Late
		s.behind = max(s.behind, v.Behind)
		s.hold = max(s.hold, v.Hold)
	}
}

// first gives the credit to who came first.
func first(by *string, words string) {
	if *by == "" {
		*by = words
	}
}
