package netem

import (
	"cmp"
	"slices"
	"strings"
)

// Spec is a link in data. The zero value is a perfect link: infinitely fast, no delay, nothing lost.
type Spec struct {
	MTU    MTU
	Rate   Rate
	Bucket Bucket     // lets the link exceed its rate for a while
	Limit  Limit      // of the queue
	Queue  Discipline // nil is DropTail
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

// kind returns the first word of a model, which names it. For whom it is, is part of its kind; a fault is one by itself.
func kind(m Model) string {
	inner, match := bare(m)
	word := inner.String()
	if _, ok := inner.(*Fault); !ok {
		word, _, _ = strings.Cut(word, " ")
	}
	if match != "" {
		word += " for " + match
	}
	return word
}

// rank returns the model's place in canon. Faults come before all others: who names a packet is named as the cause.
func rank(m Model) int {
	m, _ = bare(m)
	if _, ok := m.(*Fault); ok {
		return -1
	}
	i := slices.Index(canon[:], kind(m))
	if i < 0 {
		return len(canon)
	}
	return i
}

// byRank compares models for a stable sort: two of a kind stay in their order, which numbers their streams. Those for some
// packets come behind those for all.
func byRank(a, b Model) int {
	inA, matchA := bare(a)
	inB, matchB := bare(b)
	return cmp.Or(rank(a)-rank(b), compareFaults(inA, inB), strings.Compare(matchA, matchB))
}

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
	if s.MTU != (MTU{}) {
		words = append(words, s.MTU.String())
	}
	if s.Rate != 0 {
		words = append(words, "rate "+s.Rate.String())
	}
	if s.Bucket != (Bucket{}) {
		words = append(words, s.Bucket.String())
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
	if queue := s.discipline().String(); queue != "" {
		words = append(words, queue)
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
	if s.TC != nil && s.changes() {
		return wrong("tc", "a tc line stays what it is: for what changes with time, write the words of a plain link")
	}
	if plain := s.plain(); s.TC != nil && (plain.says() || s.several()) {
		return wrong("tc", tcAlone)
	}
	if s.several() {
		return s.validateSeveral()
	}
	if err := s.MTU.Validate(); err != nil {
		return err
	}
	if s.Rate < 0 {
		return wrong("rate", "a rate is not negative: write rate 10mbit")
	}
	if s.Order > Keep {
		return wrong("order", "no such order: write order free or order keep")
	}
	if err := s.Bucket.validate(s.Rate); err != nil {
		return err
	}
	if err := s.Limit.Validate(); err != nil {
		return err
	}
	if err := s.discipline().Validate(s.Limit); err != nil {
		return err
	}
	for i, m := range s.Models {
		if err := validateModel(i, m); err != nil {
			return err
		}
		if lags(m) && s.Order == Keep {
			return wrong(kind(m), "order keep lets no packet be late alone: write order free, or reorder 5% by 3")
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
