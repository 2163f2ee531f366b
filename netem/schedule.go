package netem

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strings"
)

// schedule is the Changes of a link at work. What holds at a time is the state in which the link began, changed for good
// by each clause of that kind in order of time, and on top of that by each clause that holds at the time.
type schedule struct {
	lasting []clause // for good, in order of time; at equal times in the order in which they were written
	passing []clause // for a time, in the order in which they were written

	came  int    // how many of the lasting have come
	seats []seat // as the lasting have left them; a seat may be empty
	base  state

	now    state  // with the passing ones on top
	court  []seat // those that judge now
	due    Time   // when the next change comes
	paces  Time   // when the next one comes that may touch a transmission, or one that waits for the carrier
	stalls bool   // whether any clause stalls the carrier
}

// state is what a transmitter is told.
type state struct {
	carrier Carrier
	rate    Rate
}

// clause is a Change at work.
type clause struct {
	Change
	spell
	models []placed
}

// placed is a model of a clause, and in which of the schedule's seats it sits while the clause holds.
type placed struct {
	seat  int
	model Model
	words string
}

// newSchedule returns the schedule of spec, for the link of that name with these seats.
func newSchedule(link string, spec Spec, seed uint64, seats []seat) *schedule {
	s := &schedule{seats: slices.Clone(seats), base: state{CarrierUp, spec.Rate}}
	random := 0
	for _, c := range spec.Changes {
		var rng *rand.Rand
		if c.When.Random {
			random++
			rng = Stream(seed, sharedName(link)+"/"+numbered("randomly", random))
		}
		cl := clause{Change: c, spell: newSpell(c.When, rng), models: s.place(c.Models, link, seed)}
		if c.When.Every == 0 && c.When.For == 0 {
			s.lasting = append(s.lasting, cl)
		} else {
			s.passing = append(s.passing, cl)
		}
		s.stalls = s.stalls || c.Carrier == CarrierStalled
	}
	slices.SortStableFunc(s.lasting, func(a, b clause) int { return cmp.Compare(a.turns, b.turns) })
	s.court = make([]seat, 0, len(s.seats))
	return s
}

// sharedName returns the name of a link without its direction: "/2" for "up/2" and "down/2", "/" for both "up" and "down". An outage
// hits both directions of a link.
func sharedName(link string) string {
	_, place, _ := strings.Cut(link, "/")
	return "/" + place
}

// place finds the models' seats. A kind that the link does not have from the start gets an empty one behind the others,
// with the stream that it would have had.
func (s *schedule) place(models []Model, link string, seed uint64) (all []placed) {
	for _, m := range models {
		if !seated(m, link) {
			continue
		}
		k := kind(m)
		i := slices.IndexFunc(s.seats, func(st seat) bool { return st.kind == k })
		if i < 0 {
			i = len(s.seats)
			s.seats = append(s.seats, seat{kind: k, rng: Stream(seed, link+"/"+k)})
		}
		all = append(all, placed{i, m, m.String()})
	}
	return all
}

// seek brings the schedule up to now.
func (s *schedule) seek(now Time) {
	for s.came < len(s.lasting) && s.lasting[s.came].turns <= now {
		c := &s.lasting[s.came]
		c.put(&s.base, s.seats)
		s.came++
	}
	s.now = s.base
	s.court = append(s.court[:0], s.seats...)
	for i := range s.passing {
		c := &s.passing[i]
		if c.seek(now); c.on {
			c.put(&s.now, s.court)
		}
	}
	s.court = slices.DeleteFunc(s.court, func(st seat) bool { return st.Model == nil })
	s.look()
}

// put makes of a state, and of who sits in the seats, what the clause says.
func (c *clause) put(to *state, seats []seat) {
	if c.carries() {
		to.carrier = c.Carrier
	}
	if c.Rate != nil {
		to.rate = *c.Rate
	}
	for _, p := range c.models {
		for i := range seats { // a link made of a literal may have two of a kind
			if seats[i].kind == seats[p.seat].kind {
				seats[i].Model = nil
			}
		}
		seats[p.seat].Model, seats[p.seat].words = p.model, p.words
	}
}

// look finds out when the next changes come.
func (s *schedule) look() {
	s.due, s.paces = never, never
	for i := range s.passing {
		s.see(&s.passing[i])
	}
	for i := s.came; i < len(s.lasting) && s.paces == never; i++ { // which are in order of time
		s.see(&s.lasting[i])
	}
	if s.stalled() && !s.mayResume() {
		s.paces = never
	}
}

// see takes the next turn of a clause into account.
func (s *schedule) see(c *clause) {
	s.due = min(s.due, c.turns)
	carries := c.carries() && s.stalls
	if carries || c.Rate != nil && !s.stalled() {
		s.paces = min(s.paces, c.turns)
	}
}

func (s *schedule) stalled() bool { return s.now.carrier == CarrierStalled }

// mayResume says whether a stalled carrier will ever come back: if not, nothing is worth waking up for.
func (s *schedule) mayResume() bool {
	other := func(c clause) bool { return c.carries() && c.Carrier != CarrierStalled }
	return s.base.carrier != CarrierStalled || slices.ContainsFunc(s.lasting[s.came:], other) ||
		slices.ContainsFunc(s.passing, other)
}
