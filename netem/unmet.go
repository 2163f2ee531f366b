package netem

import "fmt"

// Seeker is a Model, or a Stage that has such models, which waits for particular packets. Unmet tells which of them have
// not come so far: an expectation that was wrong should not pass in silence.
type Seeker interface{ Unmet() []Unmet }

// Unmet is what a Seeker has waited for in vain.
type Unmet struct {
	Words string // the model's: "drop data 50"
	Proto int    // the transport that has such packets, 0 for any
	Seen  int    // how far it came: the most that one flow had
	Why   string // "the longest flow had 30 data segments"
}

// String returns "drop data 50: the longest flow had 30 data segments".
func (u Unmet) String() string { return u.Words + ": " + u.Why }

// Unmet implements Seeker: it tells of all models of the link.
func (l *Link) Unmet() (all []Unmet) {
	for _, s := range l.court.seats {
		if m, ok := s.Model.(Seeker); ok {
			all = append(all, m.Unmet()...)
		}
	}
	return all
}

// Unmet implements Seeker.
func (f *Fault) Unmet() []Unmet {
	u := Unmet{Words: f.String(), Proto: f.Subject.proto(), Seen: f.seen}
	switch {
	case f.Subject != LastData && f.seen >= f.numbers().greatest(), f.met > 0 && f.Subject == LastData:
		return nil
	case f.flows == nil || f.flows.flowsOf(f.Subject) == 0:
		u.Why = "there was no flow" + of(f.Subject)
	case f.Flows != nil && f.flows.flowsOf(f.Subject) < f.Flows.greatest():
		u.Why = fmt.Sprintf("there %s%s", were(f.flows.flowsOf(f.Subject), "flow"), of(f.Subject))
	case f.Subject == LastData && f.tried > 0:
		u.Why = fmt.Sprintf("when its FIN came, data %d had arrived or was lost", f.tried)
	case f.Subject == LastData:
		u.Why = "no flow sent data and then a FIN"
	default:
		u.Why = f.nearest()
	}
	return []Unmet{u}
}

// nearest says how near a flow came.
func (f *Fault) nearest() string {
	switch {
	case f.Of != nil && f.seen == 0:
		return "data " + f.Of.String() + " was not sent again"
	case f.Of != nil:
		return fmt.Sprintf("data %s was sent again %s at most", f.Of, amount(f.seen, "time"))
	case f.seen == 0 && f.Flows != nil:
		return fmt.Sprintf("flow %s had none", f.Flows)
	case f.seen == 0:
		return "no flow had one"
	case f.Flows != nil:
		return fmt.Sprintf("flow %s had %s", f.Flows, amount(f.seen, things[f.Subject]))
	}
	return fmt.Sprintf("the longest flow had %s", amount(f.seen, things[f.Subject]))
}

// of names the transport of a subject, for a flow.
func of(s Subject) string {
	switch s.proto() {
	case ProtoTCP:
		return " of TCP"
	case ProtoUDP:
		return " of UDP"
	}
	return ""
}

func were(n int, thing string) string {
	if n == 1 {
		return "was " + amount(n, thing)
	}
	return "were " + amount(n, thing)
}

// amount returns "1 flow", "2 flows".
func amount(n int, thing string) string {
	if n == 1 {
		return "1 " + thing
	}
	return fmt.Sprintf("%d %ss", n, thing)
}
