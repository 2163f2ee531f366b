package netem

import (
	"fmt"
	"slices"
	"strings"
)

// Change is one clause of a link's schedule: what is different, and when. What it does not say stays as it is.
//
// A change holds from its instant on: a packet whose last bit is out at that very instant meets the new state, and of one
// that is being transmitted the rest goes out at the new rate. Packets under way have been judged: their delay does not
// change any more, so those that follow a shorter way from an instant on overtake them, unless the link keeps the order.
type Change struct {
	When    When
	Carrier Carrier
	Rate    *Rate   // nil leaves it
	Models  []Model // each instead of the model of its kind, with whose random stream it goes on
}

// Carrier says whether anything goes through a link.
//
// There are two ways to be out of order. A cable that is cut is one of which the transmitter knows nothing: it goes on, the
// queue empties, and all is lost. A radio link in a tunnel is one that knows that nobody hears: packets wait in the queue,
// and in the transmitter, and are late. Either way what has left the transmitter before arrives.
type Carrier uint8

// What a Change can make of the carrier.
const (
	CarrierSame    Carrier = iota // what it was before
	CarrierUp                     // packets go through: the state in which links begin
	CarrierDown                   // packets whose last bit leaves now are lost
	CarrierStalled                // no bit leaves
)

var carriers = [...]string{"", "up", "down", "stall"}

// downWords are the cause of a loss while the carrier is down.
const downWords = "down"

// String returns the carrier's word in a SPEC.
func (c Carrier) String() string {
	if int(c) < len(carriers) {
		return carriers[c]
	}
	return "unknown"
}

// String returns the words of the change in a SPEC: "at 5s rate 1mbit loss 5%".
func (c Change) String() string {
	words := []string{c.When.String()}
	if c.Carrier != CarrierSame {
		words = append(words, c.Carrier.String())
	}
	if c.Rate != nil {
		words = append(words, "rate "+c.Rate.String())
	}
	models := slices.Clone(c.Models)
	slices.SortStableFunc(models, byRank)
	for _, m := range models {
		words = append(words, m.String())
	}
	return strings.Join(words, " ")
}

// Validate says what is wrong with a change made as a literal.
func (c Change) Validate() error {
	if err := c.When.Validate(); err != nil {
		return err
	}
	switch {
	case int(c.Carrier) >= len(carriers):
		return wrong(c.When.word(), "no such carrier: write up, down or stall")
	case c.Carrier == CarrierSame && c.Rate == nil && len(c.Models) == 0:
		return wrong(c.When.word(), "and what changes then? write "+usage(c.When.word()))
	case c.Rate != nil && *c.Rate < 0:
		return wrong("rate", "a rate is not negative: write rate 10mbit")
	}
	for i, m := range c.Models {
		if err := validateModel(i, m); err != nil {
			return err
		}
		if inner, _ := bare(m); isFault(inner) {
			return wrong(kind(m), "a fault names its packet, whenever it comes: write it before the first semicolon")
		}
		if slices.ContainsFunc(c.Models[:i], func(n Model) bool { return kind(n) == kind(m) }) {
			return wrong(kind(m), "a change has one "+kind(m)+": say it once")
		}
	}
	return nil
}

// clone returns the change with models of its own.
func (c Change) clone() Change {
	c.Models = cloneModels(c.Models)
	return c
}

// carries says whether the change touches the carrier.
func (c *Change) carries() bool { return c.Carrier != CarrierSame }

// join puts the clauses of a schedule behind the words of a link.
func join(words string, changes []Change) string {
	for _, c := range changes {
		if words != "" {
			words += "; "
		}
		words += c.String()
	}
	return words
}

// changes says whether anything about the link changes with time.
func (s *Spec) changes() bool { return s.Trace != nil || s.Follow != nil || len(s.Changes) > 0 }

// validateChanges says what is wrong with what changes with time.
func (s *Spec) validateChanges() error {
	switch {
	case s.Trace != nil && len(s.Trace.ms) == 0:
		return wrong("trace", "there is no trace: make it with ParseTrace")
	case s.Trace != nil && (s.Rate != 0 || s.Follow.paces()):
		return wrong("trace", "a trace says when packets leave, and so has no other rate beside it: leave one of them out")
	case s.Follow.paces() && s.Rate != 0:
		return wrong("follow", "the file has a rate of its own: leave out rate, or that column")
	}
	if s.Follow != nil {
		if err := s.Follow.Validate(); err != nil {
			return err
		}
	}
	for _, c := range s.Changes {
		if err := c.Validate(); err != nil {
			return err
		}
		if err := s.validateChange(c); err != nil {
			return err
		}
	}
	return nil
}

// validateChange says what is wrong with a change of this link.
func (s *Spec) validateChange(c Change) error {
	switch {
	case c.Rate != nil && (s.Trace != nil || s.Follow.paces()):
		return wrong("rate", "the file says how fast the link is: change something else, or leave the file out")
	case s.Bucket != Bucket{} && (c.Rate != nil || c.Carrier == CarrierStalled):
		return wrong("burst", "a bucket fills at one rate and without a pause: leave out burst, or what changes the rate or stalls")
	}
	for _, m := range c.Models {
		if lags(m) && s.Order == Keep {
			return wrong(kind(m), "order keep lets no packet be late alone: write order free, or reorder 5% by 3")
		}
	}
	return nil
}

func isFault(m Model) bool {
	_, ok := m.(*Fault)
	return ok
}

// validateModel says what is wrong with model number i of a literal.
func validateModel(i int, m Model) error {
	if m == nil {
		return fmt.Errorf("model %d of the spec is nil", i)
	}
	if v, ok := m.(Validator); ok {
		return v.Validate()
	}
	return nil
}
