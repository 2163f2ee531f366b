package netem

import (
	"slices"
	"strings"
)

// Spec is a link in data. The zero value is a perfect link: infinitely fast, no delay, nothing lost.
type Spec struct {
	Rate   Rate
	Limit  Limit // of the queue
	Order  Order
	Models []Model // judge in this order: the first that drops a packet is named as the cause
	TC     *TC     // a line of tc-netem that stands for all of the above, nil for none

	Trace   *Trace   // when packets leave, instead of Rate; nil for none
	Follow  *Follow  // a file of rates, delays and losses; nil for none
	Changes []Change // what changes, and when

	// A link made of several, which has none of the above: side by side, or one behind the other.
	Paths []Spec
	Split Splitting // which of the Paths a packet takes
	Hops  []Spec
}

// canon is the order in which String writes and Parse puts the models; others come behind these.
var canon = [...]string{"delay", "loss", "reorder", "duplicate", "corrupt"}

// kind returns the first word of a model, which names it.
func kind(m Model) string {
	word, _, _ := strings.Cut(m.String(), " ")
	return word
}

// rank returns the model's place in canon.
func rank(m Model) int {
	i := slices.Index(canon[:], kind(m))
	if i < 0 {
		return len(canon)
	}
	return i
}

// byRank compares models for a stable sort: two of a kind stay in their order, which numbers their streams.
func byRank(a, b Model) int { return rank(a) - rank(b) }

// String returns the spec in canonical words, which Parse reads back:
// "rate 10mbit limit 100 delay 20ms 4ms distribution normal loss 3%". It is empty for a perfect link.
func (s Spec) String() string {
	switch {
	case s.TC != nil:
		return `tc "` + s.TC.String() + `"`
	case s.several():
		return s.severalWords()
	}
	var words []string
	if s.Rate != 0 {
		words = append(words, "rate "+s.Rate.String())
	}
	if s.Trace != nil {
		words = append(words, s.Trace.String())
	}
	if s.Follow != nil {
		words = append(words, s.Follow.String())
	}
	if s.Limit != (Limit{}) {
		words = append(words, s.Limit.String())
	}
	if s.Order != Free {
		words = append(words, "order "+s.Order.String())
	}
	models := slices.Clone(s.Models) // sorted for the eye only: the order in s is the order of judging
	slices.SortStableFunc(models, byRank)
	for _, m := range models {
		words = append(words, m.String())
	}
	return join(strings.Join(words, " "), s.Changes)
}

const tcAlone = `a tc line is a whole link, without other words beside it: write them into it, tc "delay 50ms loss 1%"`

// Clone returns the spec with models of its own, as they are before their first packet.
func (s Spec) Clone() Spec {
	s.Models = cloneModels(s.Models)
	s.Changes = slices.Clone(s.Changes)
	for i, c := range s.Changes {
		s.Changes[i] = c.clone()
	}
	s.Paths, s.Hops = cloneSpecs(s.Paths), cloneSpecs(s.Hops)
	return s
}

func cloneModels(models []Model) []Model {
	models = slices.Clone(models)
	for i, m := range models {
		if c, ok := m.(Cloner); ok {
			models[i] = c.Clone()
		}
	}
	return models
}

// Validate says what is out of range or contradicts itself, also in a spec made as a literal. The error is a
// *SyntaxError that names the word to blame.
func (s Spec) Validate() error {
	if s.TC != nil && (s.Rate != 0 || s.Limit != Limit{} || s.Order != Free || len(s.Models) > 0 || s.several()) {
		return wrong("tc", tcAlone)
	}
	if s.TC != nil && s.changes() {
		return wrong("tc", "a tc line stays what it is: for what changes with time, write the words of a plain link")
	}
	if s.several() {
		return s.validateSeveral()
	}
	if s.Rate < 0 {
		return wrong("rate", "a rate is not negative: write rate 10mbit")
	}
	if s.Order > Keep {
		return wrong("order", "no such order: write order free or order keep")
	}
	if err := s.Limit.Validate(); err != nil {
		return err
	}
	for i, m := range s.Models {
		if err := validateModel(i, m); err != nil {
			return err
		}
		if r, ok := m.(*Reorder); ok && r.Late > 0 && s.Order == Keep {
			return wrong("reorder", "order keep lets no packet be late alone: write order free, or reorder 5% by 3")
		}
	}
	return s.validateChanges()
}

// put sets a model in its place, instead of those of the same kind.
func (s *Spec) put(m Model) {
	s.Models = slices.DeleteFunc(s.Models, func(old Model) bool { return kind(old) == kind(m) })
	s.Models = append(s.Models, m)
	slices.SortStableFunc(s.Models, byRank)
}

// delay returns the spec's Delay, nil if it has none.
func (s *Spec) delay() *Delay {
	for _, m := range s.Models {
		if d, ok := m.(*Delay); ok {
			return d
		}
	}
	return nil
}
