package netem

import (
	"fmt"
	"slices"
	"strings"
)

// Spec is a link in data. The zero value is a perfect link: infinitely fast, no delay, nothing lost.
type Spec struct {
	MTU    MTU
	Rate   Rate
	Limit  Limit // of the queue
	Order  Order
	Models []Model // judge in this order: the first that drops a packet is named as the cause
	TC     *TC     // a line of tc-netem that stands for all of the above, nil for none
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
	if s.TC != nil {
		return `tc "` + s.TC.String() + `"`
	}
	var words []string
	if s.MTU != (MTU{}) {
		words = append(words, s.MTU.String())
	}
	if s.Rate != 0 {
		words = append(words, "rate "+s.Rate.String())
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
	return strings.Join(words, " ")
}

const tcAlone = `a tc line is a whole link, without other words beside it: write them into it, tc "delay 50ms loss 1%"`

// Clone returns the spec with models of its own, as they are before their first packet.
func (s Spec) Clone() Spec {
	s.Models = slices.Clone(s.Models)
	for i, m := range s.Models {
		if c, ok := m.(Cloner); ok {
			s.Models[i] = c.Clone()
		}
	}
	return s
}

// Validate says what is out of range or contradicts itself, also in a spec made as a literal. The error is a
// *SyntaxError that names the word to blame.
func (s Spec) Validate() error {
	if s.TC != nil && (s.MTU != MTU{} || s.Rate != 0 || s.Limit != Limit{} || s.Order != Free || len(s.Models) > 0) {
		return wrong("tc", tcAlone)
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
	if err := s.Limit.Validate(); err != nil {
		return err
	}
	for i, m := range s.Models {
		if m == nil {
			return fmt.Errorf("model %d of the spec is nil", i)
		}
		if v, ok := m.(Validator); ok {
			if err := v.Validate(); err != nil {
				return err
			}
		}
		if r, ok := m.(*Reorder); ok && r.Late > 0 && s.Order == Keep {
			return wrong("reorder", "order keep lets no packet be late alone: write order free, or reorder 5% by 3")
		}
	}
	return nil
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
