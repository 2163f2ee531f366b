package report

import (
	"fmt"
	"strings"

	"lossylab/netem"
)

// outcome is what became of the messages of a flow, as the receiving program saw it.
type outcome struct {
	flow  *Flow
	place []place // one for each reception
	sent  int     // messages, numbered from 0
	ended []bool  // by message number: it was received

	lost, reordered, twice int
	waited                 int // messages that came while an earlier one was missing, and waited for it
	longest, total         netem.Time
}

// place is what one reception was among the others.
type place uint8

const (
	inOrder   place = iota
	reordered       // a message sent later came earlier: RFC 4737 section 3.3, s < NextExp
	duplicate       // the message had come before
)

// waitLeast returns how long a message must wait to be counted: a host that handles one packet after the other spends some
// nanoseconds between two of them, and in real time a program may take most of a millisecond to read what has come.
func (f *Flow) waitLeast() netem.Time {
	if f.Real {
		return 1_000_000
	}
	return 1000
}

func outcomeOf(f *Flow) outcome {
	t := outcome{flow: f, place: make([]place, len(f.Receptions))}
	for _, m := range f.Messages {
		t.sent = max(t.sent, m.Seq+1)
	}
	t.ended = make([]bool, t.sent)
	next := 0
	for i, r := range f.Receptions {
		switch {
		case r.Seq < 0 || r.Seq >= t.sent: // sent after the list of messages was full
		case t.ended[r.Seq]:
			t.place[i] = duplicate
			t.twice++
		case r.Seq < next:
			t.place[i] = reordered
			t.reordered++
			t.ended[r.Seq] = true
		default:
			next = r.Seq + 1
			t.ended[r.Seq] = true
		}
	}
	for _, m := range f.Messages {
		if m.Delivered < 0 {
			t.lost++
		}
		if w := t.wait(m); w >= f.waitLeast() {
			t.waited++
			t.total += w
			t.longest = max(t.longest, w)
		}
	}
	return t
}

// wait returns how long a message waited at the receiver for earlier ones. A datagram waits for none.
func (t outcome) wait(m Message) netem.Time {
	if t.flow.Proto == "udp" || m.Arrived < 0 || m.Delivered < m.Arrived {
		return 0
	}
	return m.Delivered - m.Arrived
}

// protocol is the flow's protocol as a heading.
func (t outcome) protocol() string { return t.flow.Heading() }

// note says what happened in the fewest words: "29 lost, 41 out of order, 5 twice".
func (t outcome) note() string {
	var parts []string
	for _, p := range []struct {
		n    int
		what string
	}{{t.lost, t.missing()}, {t.reordered, "out of order"}, {t.twice, "twice"}} {
		if p.n > 0 {
			parts = append(parts, number(float64(p.n), 0)+" "+p.what)
		}
	}
	switch {
	case t.sent == 0:
		return ""
	case parts == nil && t.sent == 1:
		return "the only one arrived"
	case parts == nil:
		return fmt.Sprintf("all %s once and in order", number(float64(t.sent), 0))
	}
	return strings.Join(parts, ", ")
}

// missing says in a word what the program did not get. TCP loses nothing; its connection can end early.
func (t outcome) missing() string {
	if t.flow.Proto == "udp" {
		return "lost"
	}
	return "not delivered"
}

// sentence says the same as a clause: "UDP lost 29 of 1000 messages and delivered 41 out of order and 5 twice".
func (t outcome) sentence() string {
	w := wordsOf(t.flow)
	switch {
	case t.sent == 0:
		return t.protocol() + " sent nothing"
	case t.lost == 0 && t.reordered == 0 && t.twice == 0 && t.sent == 1:
		return t.protocol() + " delivered the only " + w.one
	case t.lost == 0 && t.reordered == 0 && t.twice == 0:
		return fmt.Sprintf("%s delivered all %s once and in order", t.protocol(), w.of(t.sent))
	}
	s := fmt.Sprintf("%s lost %s of %s", t.protocol(), formatCount(t.lost), w.of(t.sent))
	if t.flow.Proto != "udp" {
		s = fmt.Sprintf("%s did not deliver %s of %s", t.protocol(), formatCount(t.lost), w.of(t.sent))
	}
	switch {
	case t.reordered > 0 && t.twice > 0:
		s += fmt.Sprintf(" and delivered %s out of order and %s twice", formatCount(t.reordered), formatCount(t.twice))
	case t.reordered > 0:
		s += fmt.Sprintf(" and delivered %s out of order", formatCount(t.reordered))
	case t.twice > 0:
		s += fmt.Sprintf(" and delivered %s twice", formatCount(t.twice))
	}
	return s
}

// total returns the sums over all flows, for legends.
func total(all []outcome) (sum outcome) {
	sum.flow = &Flow{Proto: "tcp"}
	for _, t := range all {
		sum.lost, sum.reordered, sum.twice = sum.lost+t.lost, sum.reordered+t.reordered, sum.twice+t.twice
		sum.waited += t.waited
		if t.flow.Proto == "udp" {
			sum.flow = t.flow
		}
	}
	return sum
}

func outcomesOf(flows []*Flow) []outcome {
	var all []outcome
	for _, f := range flows {
		all = append(all, outcomeOf(f))
	}
	return all
}

// window is the range of message numbers, from included and to excluded, of at most n messages in which most
// happened, by the score that each outcome adds to its messages; of equal windows the middle one.
func window(all []outcome, n int, score func(t outcome, by []float64)) (from, to int) {
	for _, t := range all {
		to = max(to, t.sent)
	}
	if to <= n {
		return 0, to
	}
	sum := make([]float64, to+1) // sum[i] is the score of the messages before i
	for _, t := range all {
		score(t, sum[1:])
	}
	for i := range to {
		sum[i+1] += sum[i]
	}
	first, last, best := 0, 0, -1.0
	for lo := 0; lo+n <= shared(all, n, to); lo++ {
		switch s := sum[lo+n] - sum[lo]; {
		case s > best+1e-9:
			first, last, best = lo, lo, s
		case s > best-1e-9 && last == lo-1:
			last = lo
		}
	}
	middle := first + (last-first)/2
	return middle, middle + n
}

// shared is how far all flows go that have n messages at all: a window beyond would be empty for one of them.
func shared(all []outcome, n, to int) int {
	for _, t := range all {
		if t.sent >= n {
			to = min(to, t.sent)
		}
	}
	return to
}

// disorder scores each loss and each message out of order, as a share of all of its kind.
func (t outcome) disorder(by []float64) {
	for i, r := range t.flow.Receptions {
		if t.place[i] == reordered {
			by[r.Seq] += 1 / float64(t.reordered)
		}
	}
	for _, m := range t.flow.Messages {
		if m.Delivered < 0 {
			by[m.Seq] += 1 / float64(t.lost)
		}
	}
}

// trouble scores disorder, and each wait as a share of all waiting.
func (t outcome) trouble(by []float64) {
	t.disorder(by)
	for _, m := range t.flow.Messages {
		if t.total > 0 {
			by[m.Seq] += float64(t.wait(m)) / float64(t.total)
		}
	}
}
