package netem

import "math/rand/v2"

// Only shows a Model those packets that its Match means, and no others: "loss 5% for udp". The model draws nothing for the
// others, so that what TCP sends does not change which of UDP's packets are lost. It has a random stream of its own, named
// by the kind of model and the match, and so does not move what the same model does to all.
type Only struct {
	Model Model
	Match Match
}

// Judge implements Model.
func (o *Only) Judge(now Time, rng *rand.Rand, p *Packet) Verdict {
	if !o.Match.Has(p) {
		return Verdict{}
	}
	return o.Model.Judge(now, rng, p)
}

// String implements Model: "loss 5% for tcp port 80 size 100-".
func (o *Only) String() string { return o.Model.String() + " for " + o.Match.String() }

// Clone implements Cloner.
func (o *Only) Clone() Model {
	c := *o
	if m, ok := o.Model.(Cloner); ok {
		c.Model = m.Clone()
	}
	return &c
}

// Validate implements Validator.
func (o *Only) Validate() error {
	if o.Model == nil {
		return wrong("for", "nothing is confined: write "+usage("for"))
	}
	if _, ok := o.Model.(*Only); ok {
		return wrong(kind(o), "two matches, one in the other: make one of them")
	}
	if why := o.Match.trouble(); why != "" {
		return wrong(kind(o), why)
	}
	if v, ok := o.Model.(Validator); ok {
		return v.Validate()
	}
	return nil
}

// Unmet implements Seeker: it asks the model.
func (o *Only) Unmet() []Unmet {
	s, ok := o.Model.(Seeker)
	if !ok {
		return nil
	}
	all := s.Unmet()
	for i := range all {
		all[i].Words += " for " + o.Match.String()
	}
	return all
}

// Recalled implements Recaller: it tells the model.
func (o *Only) Recalled(id uint64) {
	if r, ok := o.Model.(Recaller); ok {
		r.Recalled(id)
	}
}

func (o *Only) lags() bool { return lags(o.Model) }

// seated says whether a model has a say on the link of this name.
func seated(m Model, link string) bool {
	o, ok := m.(*Only)
	return !ok || o.Match.on(link)
}

// bare returns the model without the match that it may have, and the words of that.
func bare(m Model) (inner Model, match string) {
	if o, ok := m.(*Only); ok && o.Model != nil {
		return o.Model, o.Match.String()
	}
	return m, ""
}
